"""HubSpot's CRM over HTTP: searching, listing, associations, and what its errors mean.

Paths and fields are those of HubSpot's OpenAPI documents of the dated API, version 2026-09
(HubSpot/HubSpot-public-api-spec-collection). Limits, errors and what search can and cannot do:
developers.hubspot.com/docs/api-reference/search/guide, …/error-handling, …/usage-guidelines.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from connectors.sdk.contract import Calls, Limit, Slice, Vitals
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
    # five searches a second and account; a little less, as requests do not arrive at even intervals
    Limit(SEARCH, 4.5, most_per_second=5),
    # a hundred other requests in any ten seconds on the smallest plan, 250 with the capacity pack
    Limit(REST, 9, burst=9, most_per_second=25),
)
PAGE_OBJECTS, LIST_PAGE_OBJECTS = 200, 100
"""The most objects in an answer to a search, and in a page of a list."""
AFTER = "paging.next.after"
"""Where an answer holds the cursor of the next page; the last page has none."""
MODIFIED = "hs_lastmodifieddate"
BY_ID = [{"propertyName": "hs_object_id", "direction": "ASCENDING"}]
NO_ASSOCIATION = "crm.associations.NO_ASSOCIATIONS_FOUND"
RETRY_SECONDS = {"SECONDLY": 1.0, "TEN_SECONDLY_ROLLING": 10.0}
"""Seconds until a limit allows requests again, by its policy. Search sends no Retry-After."""

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
        """The objects of a kind whose last change falls in the slice, a page at a time, in the order of their ids.

        A search has 10,000 results at most, and any number of objects can share a moment (HubSpot changes them in
        bulk). So each request searches for the ids after the last one (keyset paging). An object keeps its id when
        it changes, so no other object is missed when one changes.
        """
        last = 0
        while True:
            answer = self._search(kind, properties, piece, last)
            rows, total = answer.get("results"), answer.get("total")
            if not isinstance(rows, list) or type(total) is not int or (total and not rows):
                raise Drift(f"the search for {kind} gave no results", "adapt the connector")
            ids = [number(row) for row in rows]
            if ids != sorted({*ids}) or (ids and ids[0] <= last):
                # out of order, ids may be missing
                raise Drift(f"the search for {kind} is not in order of id", "adapt the connector")
            if rows:
                yield rows
                last = ids[-1]
            if len(rows) >= total:
                return

    def count(self, kind: str, since: datetime) -> int:
        """How many objects of a kind, archived ones excluded, last changed at or after `since`.

        The total of a search is that of all matches, although no more than 10,000 can be paged through.
        """
        bound = {"propertyName": MODIFIED, "operator": "GTE", "value": milliseconds(since)}
        body = {
            "filterGroups": [{"filters": [bound]}],
            "sorts": BY_ID,
            "properties": [MODIFIED],
            "limit": 1,
        }
        total = self._post(SEARCH, f"/crm/objects/{VERSION}/{kind}/search", body).get("total")
        if type(total) is not int:
            raise Drift(f"the search for {kind} gave no total", "adapt the connector")
        return total

    def archived(self, kind: str, properties: Sequence[str]) -> list[Object]:
        """The objects of a kind that are in the recycle bin, where they stay for 90 days."""
        params = {"archived": "true", "properties": ",".join(properties)}
        return self._listed(f"/crm/objects/{VERSION}/{kind}", params)

    def owners(self) -> list[Object]:
        """Everyone who owns or owned objects, archived owners included."""
        path = f"/crm/owners/{VERSION}"
        return [row for flag in ("false", "true") for row in self._listed(path, {"archived": flag})]

    def pipelines(self) -> list[Object]:
        """The pipelines of deals."""
        path = f"/crm/pipelines/{VERSION}/deals"
        return rows_of(self._calls(REST, lambda: self._http.get(path)), path)

    def contacts_of_calls(self, ids: Sequence[str]) -> dict[str, list[str]]:
        """The ids of the contacts that each call is associated with, by the call's id; a call without any is left out.

        A call without contacts is reported as an error in a batch that otherwise succeeds (HTTP 207).
        """
        path = f"/crm/associations/{VERSION}/calls/contacts/batch/read"
        contacts: dict[str, list[str]] = {}
        inputs: list[Mapping[str, str]] = [{"id": call} for call in ids]
        while inputs:
            answer = self._post(REST, path, {"inputs": inputs})
            refuse_errors(answer, path)
            inputs = []
            for row in rows_of(answer, path):
                try:
                    start, targets = str(row["from"]["id"]), row["to"]
                    contacts.setdefault(start, []).extend(str(x["toObjectId"]) for x in targets)
                except (KeyError, TypeError):
                    raise Drift(f"{path} gave no associations", "adapt the connector") from None
                if after := at_or_none(row, AFTER):
                    inputs.append({"id": start, "after": after})
        return contacts

    def vitals(self) -> Vitals:
        """The clock, and what is left of the day's requests. Answers to searches say nothing of the latter."""
        left, limit = (
            self._http.limit_header(f"X-HubSpot-RateLimit-Daily{x}") for x in ("-Remaining", "")
        )
        quota = f"{left} of {limit} requests today" if left and limit else ""
        return Vitals(self._http.clock_ahead, quota)

    def close(self) -> None:
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
            "sorts": BY_ID,
            "properties": list(properties),
            "limit": PAGE_OBJECTS,
        }
        path = f"/crm/objects/{VERSION}/{kind}/search"
        return self._post(SEARCH, path, body)

    def _post(self, bucket: str, path: str, body: Mapping[str, Any]) -> Object:
        return mapping(self._calls(bucket, lambda: self._http.post_json(path, body)), path)

    def _listed(self, path: str, filters: Mapping[str, str]) -> list[Object]:
        params: dict[str, str | int] = {**filters, "limit": LIST_PAGE_OBJECTS}
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
    """A moment as search takes it."""
    return str(int(moment.timestamp() * 1000))


def number(row: Object) -> int:
    """The id of an object as a number, as search sorts ids as numbers."""
    try:
        return int(row["id"])
    except (KeyError, TypeError, ValueError):
        raise Drift("an object came without a number for its id", "adapt the connector") from None


def mapping(answer: Any, path: str) -> Object:
    """The answer. Raises `Drift` when it is no JSON object."""
    if not isinstance(answer, Mapping):
        raise Drift(f"{path} gave no object", "adapt the connector")
    return answer


def rows_of(answer: Any, path: str) -> list[Object]:
    """The list of results in an answer, which may be empty. Raises `Drift` when there is no list."""
    rows = mapping(answer, path).get("results")
    if not isinstance(rows, list):
        raise Drift(f"{path} gave no results", "adapt the connector")
    return rows


def refuse_errors(answer: Object, path: str) -> None:
    """Raise `Unavailable` when a part of a batch failed: its calls would look as if they had no contacts."""
    for error in answer.get("errors") or []:
        kind = error.get("subCategory") or error.get("category")
        if kind != NO_ASSOCIATION:
            raise Unavailable(f"a part of the batch at {path} failed ({kind})")


def fault_of(answer: Answer, token: str) -> SourceError | None:
    """The fault that HubSpot's error means; None for a success, and where the status says enough."""
    if 200 <= answer.status < 300:
        return None
    try:
        error = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        error = None
    error = error if isinstance(error, Mapping) else {}
    category = str(error.get("category") or error.get("errorType") or "no category")
    summary = f"{answer.request} gave HTTP {answer.status} ({redact(category, token)})"
    if answer.status == 401:
        return CredentialError(
            f"{summary}: HubSpot does not accept the key",
            "make a service key in HubSpot's Development > Keys and set HUBSPOT_ACCESS_TOKEN",
        )
    if answer.status == 403:
        needed = " or ".join(scopes_in(error)) or "the scope of what it reads"
        return PermissionDenied(f"{summary}: the key may not read this", f"give it {needed}")
    if answer.status == 429:
        return limit_reached(summary, str(error.get("policyName") or ""), answer)
    if answer.status in {423, 477}:  # locked for a moment; moved to another data centre
        return Unavailable(summary, retry_after=retry_after(answer.headers))
    if 400 <= answer.status < 500 and answer.status not in {408, 409, 425}:
        message = redact(str(error.get("message") or "")[:200], token)
        return Rejected(f"{summary}: {message}", "see HubSpot's guide to error handling")
    return None


def limit_reached(summary: str, policy: str, answer: Answer) -> SourceError:
    """The fault of a limit that was reached. One of some seconds is retried, the daily one is not."""
    if policy == "DAILY":
        return QuotaExhausted(
            f"{summary}: the account's requests of the day are spent",
            "it has new ones after midnight in its own timezone",
        )
    wait = retry_after(answer.headers)
    return Throttled(
        f"{summary}: too many requests ({policy or 'no policy given'})",
        retry_after=RETRY_SECONDS.get(policy, RETRY_SECONDS["TEN_SECONDLY_ROLLING"])
        if wait is None
        else wait,
    )


def scopes_in(error: Object) -> list[str]:
    """The names of the scopes that an error asks for, any one of which is enough."""
    details = [error, *(error.get("errors") or [])]
    named = [
        name
        for detail in details
        for key in ("missingScopes", "requiredGranularScopes", "requiredScopes")
        for name in (detail.get("context") or {}).get(key) or []
    ]
    return sorted({name for name in named if re.fullmatch(r"[a-z0-9_.-]+", str(name))})
