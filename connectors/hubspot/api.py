"""HubSpot's CRM over HTTP: searching, listing, associations, and what its errors mean.

Paths and fields are those of HubSpot's OpenAPI documents of the dated API, version 2026-09
(HubSpot/HubSpot-public-api-spec-collection). Limits, errors and what search can and cannot do:
developers.hubspot.com/docs/api-reference/search/guide, …/error-handling, …/usage-guidelines.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson

from connectors.sdk.contract import Calls, Limit, Slice
from connectors.sdk.errors import (
    CredentialError,
    Drift,
    PermissionDenied,
    QuotaExhausted,
    Rejected,
    SourceError,
    Throttled,
    Unavailable,
)
from connectors.sdk.fields import at_or_none
from connectors.sdk.http import Answer, Http, redact, retry_after

VERSION = "2026-09"
SEARCH, REST = "search", "rest"
LIMITS = (
    # five searches a second and account; a little less, as a second here is not quite one there
    Limit(SEARCH, 4.5),
    # a hundred other requests in any ten seconds, on the smallest plan
    Limit(REST, 9, burst=9),
)
PAGE, LIST_PAGE = 200, 100
"""The most objects that a search and a list give at once."""
AFTER = "paging.next.after"
"""Where an answer holds the cursor of the next page; the last page has none."""
MODIFIED = "hs_lastmodifieddate"
NO_ASSOCIATION = "crm.associations.NO_ASSOCIATIONS_FOUND"
PAUSES = {"SECONDLY": 1.0, "TEN_SECONDLY_ROLLING": 10.0}
"""Seconds until a limit has room again, by its policy. Search sends no Retry-After."""

Object = Mapping[str, Any]


class Crm:
    """The objects of one HubSpot account. Threads may share it."""

    def __init__(self, base: str, token: str, calls: Calls, connections: int) -> None:
        """`base` has passed `usable_address`."""
        self._calls = calls
        self._http = Http(
            base, token, hook=lambda answer: fault_of(answer, token), connections=connections
        )

    def changed(self, kind: str, properties: Sequence[str], piece: Slice) -> Iterator[list[Object]]:
        """The objects of a kind whose last change falls in the slice, a page at a time, by id.

        A search tells no more than 10,000 results, and any number of objects can share a moment (HubSpot
        changes them in bulk). So each page asks for the ids after the last one, and never for a second
        page. An id does not move when its object changes, so no change makes another object be missed.
        """
        last = 0
        while True:
            found = self._search(kind, properties, piece, last)
            rows, total = found.get("results"), found.get("total")
            if not isinstance(rows, list) or type(total) is not int or (total and not rows):
                raise Drift(f"the search for {kind} gave no results", "adapt the connector")
            ids = [number(row) for row in rows]
            if ids != sorted({*ids}) or (ids and ids[0] <= last):
                # what does not come in order cannot be told to be whole
                raise Drift(f"the search for {kind} is not in order of id", "adapt the connector")
            if rows:
                yield rows
                last = ids[-1]
            if len(rows) >= total:
                return

    def archived(self, kind: str, properties: Sequence[str]) -> list[Object]:
        """The objects of a kind that are in the recycle bin, where they stay for 90 days."""
        asked = {"archived": "true", "properties": ",".join(properties)}
        return self._listed(f"/crm/objects/{VERSION}/{kind}", asked)

    def owners(self) -> list[Object]:
        """Everyone who can own an object, and who could."""
        path = f"/crm/owners/{VERSION}"
        return [row for gone in ("false", "true") for row in self._listed(path, {"archived": gone})]

    def pipelines(self) -> list[Object]:
        """The pipelines of deals."""
        path = f"/crm/pipelines/{VERSION}/deals"
        return rows_of(self._calls(REST, lambda: self._http.get(path)), path)

    def contacts_of_calls(self, ids: Sequence[str]) -> dict[str, list[str]]:
        """The ids of the contacts that each call is associated to, by the call's id; those without are left out.

        A call that has none is reported as an error of a batch that is otherwise fine (HTTP 207).
        """
        path = f"/crm/associations/{VERSION}/calls/contacts/batch/read"
        found: dict[str, list[str]] = {}
        inputs: list[Mapping[str, str]] = [{"id": each} for each in ids]
        while inputs:
            answer = self._asked(REST, path, {"inputs": inputs})
            refuse_errors(answer, path)
            inputs = []
            for row in rows_of(answer, path):
                try:
                    start, targets = str(row["from"]["id"]), row["to"]
                    found.setdefault(start, []).extend(str(x["toObjectId"]) for x in targets)
                except (KeyError, TypeError):
                    raise Drift(f"{path} gave no associations", "adapt the connector") from None
                if after := at_or_none(row, AFTER):
                    inputs.append({"id": start, "after": after})
        return found

    @property
    def clock_ahead(self) -> timedelta | None:
        """By how much HubSpot's clock is ahead."""
        return self._http.clock_ahead

    @property
    def requests_left(self) -> str:
        """What is left of the day's requests; empty before an answer told, as those of searches do not."""
        left, limit = (self._http.told(f"X-HubSpot-RateLimit-Daily{x}") for x in ("-Remaining", ""))
        return f"{left} of {limit} requests today" if left and limit else ""

    def close(self) -> None:
        """Close the sockets."""
        self._http.close()

    def _search(self, kind: str, properties: Sequence[str], piece: Slice, last: int) -> Object:
        filters = [
            {"propertyName": MODIFIED, "operator": "GTE", "value": milliseconds(piece.since)},
            {"propertyName": "hs_object_id", "operator": "GT", "value": str(last)},
        ]
        if not piece.reaches_now:
            until = milliseconds(piece.until)
            filters.append({"propertyName": MODIFIED, "operator": "LT", "value": until})
        body = {
            "filterGroups": [{"filters": filters}],
            "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
            "properties": list(properties),
            "limit": PAGE,
        }
        path = f"/crm/objects/{VERSION}/{kind}/search"
        return self._asked(SEARCH, path, body)

    def _asked(self, bucket: str, path: str, body: Mapping[str, Any]) -> Object:
        return mapping(self._calls(bucket, lambda: self._http.post_json(path, body)), path)

    def _listed(self, path: str, asked: Mapping[str, str]) -> list[Object]:
        params: dict[str, str | int] = {**asked, "limit": LIST_PAGE}
        rows: list[Object] = []
        while True:
            answer = self._calls(REST, lambda: self._http.get(path, params))
            rows += rows_of(answer, path)
            after = at_or_none(answer, AFTER)
            if not after:
                return rows
            if after == params.get("after"):
                raise Drift(f"GET {path} gives the same page again", "adapt the connector")
            params["after"] = after


def milliseconds(moment: datetime) -> str:
    """A moment as search compares it."""
    return str(int(moment.timestamp() * 1000))


def number(row: Object) -> int:
    """The id of an object as a number, which is how search puts ids in order."""
    try:
        return int(row["id"])
    except (KeyError, TypeError, ValueError):
        raise Drift("an object came without a number for its id", "adapt the connector") from None


def mapping(answer: Any, path: str) -> Object:
    """The answer as an object. Raises `Drift` when it is none."""
    if not isinstance(answer, Mapping):
        raise Drift(f"{path} gave no object", "adapt the connector")
    return answer


def rows_of(answer: Any, path: str) -> list[Object]:
    """The results in an answer. Raises `Drift` when there are none: no results is an empty list."""
    rows = mapping(answer, path).get("results")
    if not isinstance(rows, list):
        raise Drift(f"{path} gave no results", "adapt the connector")
    return rows


def refuse_errors(answer: Object, path: str) -> None:
    """Raise `Unavailable` for a batch of which a part failed: it would look as if there were nothing."""
    for error in answer.get("errors") or []:
        kind = error.get("subCategory") or error.get("category")
        if kind != NO_ASSOCIATION:
            raise Unavailable(f"a part of the batch at {path} failed ({kind})")


def fault_of(answer: Answer, token: str) -> SourceError | None:
    """What an answer stands for by HubSpot's own words; None for a success and where the status says it all."""
    if 200 <= answer.status < 300:
        return None
    try:
        told = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        told = None
    told = told if isinstance(told, Mapping) else {}
    category = str(told.get("category") or told.get("errorType") or "no category")
    said = f"{answer.request} gave HTTP {answer.status} ({redact(category, token)})"
    if answer.status == 401:
        return CredentialError(
            f"{said}: HubSpot does not accept the key",
            "make a service key in HubSpot's Development > Keys and set HUBSPOT_ACCESS_TOKEN",
        )
    if answer.status == 403:
        needed = " or ".join(scopes_in(told)) or "the scope of what it reads"
        return PermissionDenied(f"{said}: the key may not read this", f"give it {needed}")
    if answer.status == 429:
        return limit_reached(said, str(told.get("policyName") or ""), answer)
    if answer.status in {423, 477}:  # locked for a moment; moved to another data centre
        return Unavailable(said, retry_after=retry_after(answer.headers))
    if 400 <= answer.status < 500 and answer.status not in {408, 409, 425}:
        message = redact(str(told.get("message") or "")[:200], token)
        return Rejected(f"{said}: {message}", "see HubSpot's guide to error handling")
    return None


def limit_reached(said: str, policy: str, answer: Answer) -> SourceError:
    """A limit of some seconds, which is waited for, or the day's, which is not."""
    if policy == "DAILY":
        return QuotaExhausted(
            f"{said}: the account's requests of the day are spent",
            "it has new ones after midnight in its own timezone",
        )
    wait = retry_after(answer.headers)
    return Throttled(
        f"{said}: too many requests ({policy or 'no policy given'})",
        retry_after=PAUSES.get(policy, PAUSES["TEN_SECONDLY_ROLLING"]) if wait is None else wait,
    )


def scopes_in(told: Object) -> list[str]:
    """The names of the scopes that an error asks for: any one of them would do."""
    details = [told, *(told.get("errors") or [])]
    named = [
        name
        for detail in details
        for key in ("missingScopes", "requiredGranularScopes", "requiredScopes")
        for name in (detail.get("context") or {}).get(key) or []
    ]
    return sorted({name for name in named if re.fullmatch(r"[a-z0-9_.-]+", str(name))})
