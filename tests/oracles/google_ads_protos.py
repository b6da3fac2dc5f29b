"""The messages of Google Ads' own package as a judge of queries and of the rows that answer them.

A query names fields of `GoogleAdsRow` (developers.google.com/google-ads/api/docs/query/grammar). Which segments and
metrics go with which resource only the live GoogleAdsFieldService tells.
"""

import re
from collections.abc import Iterator
from typing import Any

from google.ads.googleads.v26.services.types.google_ads_service import GoogleAdsRow
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from tests.oracles.traffic import Called

ROW = type(GoogleAdsRow.pb(GoogleAdsRow())).DESCRIPTOR
QUERY = re.compile(
    r"SELECT (?P<fields>.+?) FROM (?P<resource>\w+)"
    r"(?: WHERE (?P<conditions>.+?))?(?: ORDER BY (?P<order>.+?))?(?: LIMIT (?P<limit>\d+))?"
)
CONDITION = re.compile(
    r"(?P<field>[a-z][\w.]*) (?:(?:=|!=|>|>=|<|<=) \S+|BETWEEN '[^']*' AND '[^']*'"
    r"|(?:NOT )?IN \([^)]*\)|DURING \w+|IS (?:NOT )?NULL)"
)
BESIDE_RESOURCE = {"customer", "metrics", "segments"}
"""What every resource can be read with."""


def violations(call: Called) -> Iterator[str]:
    """What the messages say against a query, and against a part of its answer."""
    query = call.request.query
    parsed = QUERY.fullmatch(query)
    if not parsed:
        yield f"{query}: no SELECT … FROM … WHERE … ORDER BY … LIMIT"
        return
    resource = parsed["resource"]
    if resource not in ROW.fields_by_name or resource in {"metrics", "segments"}:
        yield f"{query}: {resource} is no resource"
    selected = parsed["fields"].split(", ")
    conditions = (parsed["conditions"] or "").replace(" AND '", "\0").split(" AND ")
    filtered = []
    for condition in (text.replace("\0", " AND '") for text in conditions if text):
        match = CONDITION.fullmatch(condition)
        if match:
            filtered.append(match["field"])
        else:
            yield f"{query}: {condition} is no condition"
    ordered = [re.sub(r" (ASC|DESC)$", "", x) for x in (parsed["order"] or "").split(", ") if x]
    for name in dict.fromkeys([*selected, *filtered, *ordered]):
        if name.partition(".")[0] not in {resource, *BESIDE_RESOURCE}:
            yield f"{query}: {name} is not read with {resource}"
        elif fault := fault_of(name):
            yield f"{query}: {name} {fault}"
    for row in type(call.answer).pb(call.answer).results:
        named = {name for name in names_in(row) if not name.endswith(".resource_name")}
        asked = {name for name in selected if not name.endswith(".resource_name")}
        if named != asked:
            yield f"{query}: the answer has {sorted(named ^ asked)} too much or too little"


def fault_of(name: str) -> str:
    """Why a field cannot be selected; empty where it can."""
    message = ROW
    *within, last = name.split(".")
    for step in within:
        field = message.fields_by_name.get(step)
        if field is None or field.message_type is None:
            return "is unknown to Google Ads"
        message = field.message_type
    field = message.fields_by_name.get(last)
    if field is None:
        return "is unknown to Google Ads"
    if field.type == FieldDescriptor.TYPE_MESSAGE:
        return "is a message and no field"
    return "is deprecated" if field.GetOptions().deprecated else ""


def names_in(message: Message, within: str = "") -> Iterator[str]:
    """The fields that a row has a value of."""
    for field, value in message.ListFields():
        name = f"{within}{field.name}"
        if isinstance(value, Message):
            yield from names_in(value, f"{name}.")
        else:
            yield name


def enum_of(package: Any, kind: str) -> set[str]:
    """The names of the codes of one kind of error, such as `quota_error`."""
    codes = package.DESCRIPTOR.fields_by_name[kind].enum_type
    return {value.name for value in codes.values}
