"""HubSpot's CRM over HTTP: searching, listing and associations.

Paths and fields are those of HubSpot's OpenAPI documents of the dated API, version 2026-09
(HubSpot/HubSpot-public-api-spec-collection). Limits and what search can and cannot do:
developers.hubspot.com/docs/api-reference/search/guide, …/usage-guidelines.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from connectors.hubspot.faults import fault_of, refuse_errors
from connectors.hubspot.rows import Object
from connectors.hubspot.streams import CONTACT_MODIFIED, MERGED_IDS, modified_of
from connectors.sdk.contract import Calls, Limit, Slice, Vitals
from connectors.sdk.errors import Drift, Rejected, Unavailable
from connectors.sdk.fields import at_or_none
from connectors.sdk.http import Http

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
BY_ID = [{"propertyName": "hs_object_id", "direction": "ASCENDING"}]
MAX_SEARCH = 3_000
"""The most characters in the body of a search."""


class Crm:
    """The objects of one HubSpot account. Threads may share it."""

    def __init__(self, base: str, token: str, calls: Calls, connections: int) -> None:
        """`base` has passed `usable_address`."""
        self._calls = calls
        self._http = Http(
            base, token, hook=lambda answer: fault_of(answer, token), connections=connections
        )

    def merged_contacts(self, piece: Slice) -> Iterator[list[Object]]:
        """The contacts that others were merged into and whose last change falls in the slice; nothing else of them."""
        merged = {"propertyName": MERGED_IDS, "operator": "HAS_PROPERTY"}
        filters = [*changed_in(CONTACT_MODIFIED, piece), merged]
        return self._matches("contacts", [MERGED_IDS, CONTACT_MODIFIED], filters)

    def changed(self, kind: str, properties: Sequence[str], piece: Slice) -> Iterator[list[Object]]:
        """The objects of a kind whose last change falls in the slice."""
        return self._matches(kind, properties, changed_in(modified_of(kind), piece))

    def count(self, kind: str, since: datetime) -> int:
        """How many objects of a kind, archived ones excluded, last changed at or after `since`.

        The total of a search is that of all matches, although no more than 10,000 can be paged through.
        """
        modified = modified_of(kind)
        bound = {"propertyName": modified, "operator": "GTE", "value": milliseconds(since)}
        _, total = self._search(kind, [modified], [bound], 1)
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

    def account(self) -> Object:
        """The account's settings: its time zone and the company's currency, among others."""
        path = f"/account-info/{VERSION}/details"
        return mapping(self._calls(REST, lambda: self._http.get(path)), path)

    def properties(self, kind: str) -> dict[str, Object]:
        """The definitions of the properties of a kind by name, without those that hold sensitive data."""
        path = f"/crm/properties/{VERSION}/{kind}"
        rows = rows_of(self._calls(REST, lambda: self._http.get(path)), path)
        return {str(row.get("name")): row for row in rows if isinstance(row, Mapping)}

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

    def _matches(
        self, kind: str, properties: Sequence[str], filters: Sequence[Object]
    ) -> Iterator[list[Object]]:
        """The objects of a kind that pass the filters, a page at a time, in the order of their ids.

        A search has 10,000 results at most, and any number of objects can share a moment (HubSpot changes them in
        bulk). So each request searches for the ids after the last one (keyset paging). An object keeps its id when
        it changes, so no other object is missed when one changes.
        """
        last, total, count = 0, 1, 0
        while count < total:
            after = [*filters, after_id(last)]
            rows, total = self._search(kind, properties, after, PAGE_OBJECTS)
            count = len(rows)
            ids = [number(row) for row in rows]
            if ids != sorted({*ids}) or (ids and ids[0] <= last):
                # out of order, ids may be missing
                raise Drift(f"the search for {kind} is not in order of id", "adapt the connector")
            if rows:
                yield rows
                last = ids[-1]

    def _search(
        self, kind: str, properties: Sequence[str], filters: Sequence[Object], limit: int
    ) -> tuple[list[Object], int]:
        """A page of a search, and how many objects it has found in all.

        A page that is shorter than the total says is asked for again, like an answer that broke off: what it lacks
        would be lost without a word.
        """
        path = f"/crm/objects/{VERSION}/{kind}/search"
        body = {
            "filterGroups": [{"filters": filters}],
            "sorts": BY_ID,
            "properties": list(properties),
            "limit": limit,
        }
        if len(orjson.dumps(body)) > MAX_SEARCH:
            raise Rejected(
                f"{len(properties)} properties of {kind} are more than a search of HubSpot takes",
                "name fewer in HUBSPOT_DEAL_PROPERTIES, or in `properties` of the stream",
            )

        def page() -> tuple[list[Object], int]:
            answer = mapping(self._http.post_json(path, body), path)
            rows, total = answer.get("results"), answer.get("total")
            if not isinstance(rows, list) or type(total) is not int:
                raise Drift(f"the search for {kind} gave no results", "adapt the connector")
            if len(rows) != min(total, limit):
                raise Unavailable(
                    f"the search for {kind} tells of {total} and gave {len(rows)} of them",
                    "run again later; if it lasts, tell HubSpot's support",
                )
            return rows, total

        return self._calls(SEARCH, page)

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


def changed_in(property_: str, piece: Slice) -> list[Object]:
    """The filters for what last changed in a slice."""
    filters: list[Object] = [
        {"propertyName": property_, "operator": "GTE", "value": milliseconds(piece.since)},
        {"propertyName": property_, "operator": "LT", "value": milliseconds(piece.until)},
    ]
    return filters[:1] if piece.reaches_now else filters


def after_id(last: int) -> Object:
    """The filter for the ids after one."""
    return {"propertyName": "hs_object_id", "operator": "GT", "value": str(last)}


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
