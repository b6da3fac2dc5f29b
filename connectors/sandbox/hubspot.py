"""HubSpot, as the sample company would find it: the endpoints that the connector reads.

Behaves as HubSpot's OpenAPI documents of version 2026-09 and its guide to search describe: a search finds no
archived objects, at most 200 a page and 10,000 in all, and has a rate limit of its own.
Test hooks are arguments of the server, never reachable over HTTP.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from datetime import time as clock
from pathlib import Path
from typing import Any

import orjson

from connectors.sandbox.crm_objects import CrmObject, merged
from connectors.sandbox.crm_search import search
from connectors.sandbox.crm_settings import account, pipelines, property_named
from connectors.sandbox.http_server import JsonServer, Reply, Request, RequestsPerSecond
from connectors.sandbox.sales import deals_at
from connectors.sandbox.sales_calls import calls_at, contacts_at
from connectors.sandbox.sales_team import owners_at
from connectors.sandbox.served import Served

TOKEN = "pat-na1-sample-company"  # noqa: S105 (opens nothing but this sandbox)
MORNING = clock(9, tzinfo=UTC)
"""The time of `today` that the server shows."""
REQUESTS_PER_DAY = 250_000
OBJECTS, OWNERS = "/crm/objects/2026-09", "/crm/owners/2026-09"
ACCOUNT, PROPERTIES_OF = "/account-info/2026-09/details", "/crm/properties/2026-09"
PROPERTIES = f"{PROPERTIES_OF}/deals"
PIPELINES = "/crm/pipelines/2026-09/deals"
CONTACTS_OF_CALLS = "/crm/associations/2026-09/calls/contacts/batch/read"
SCOPES = {
    f"{OBJECTS}/deals": "crm.objects.deals.read",
    f"{OBJECTS}/deals/search": "crm.objects.deals.read",
    f"{OBJECTS}/calls": "crm.objects.contacts.read",
    f"{OBJECTS}/calls/search": "crm.objects.contacts.read",
    f"{OBJECTS}/contacts/search": "crm.objects.contacts.read",
    OWNERS: "crm.objects.owners.read",
    PIPELINES: "crm.objects.deals.read",
    CONTACTS_OF_CALLS: "crm.objects.contacts.read",
    PROPERTIES: "crm.objects.deals.read",
    ACCOUNT: "oauth",
    f"{OBJECTS}/contacts": "crm.objects.contacts.read",
    f"{OBJECTS}/tickets": "tickets",
    f"{OBJECTS}/tickets/search": "tickets",
    f"{PROPERTIES_OF}/contacts": "crm.objects.contacts.read",
    f"{PROPERTIES_OF}/tickets": "tickets",
}
"""The scope that each path needs."""
MAX_SEARCH = 3_000
"""Characters in the body of a search."""
MAX_ASSOCIATIONS = 500
"""Of one object in one answer."""
CORRELATION = "aeb5f871-7f07-4993-9211-075dc63e7cbf"


@dataclass
class Faults:
    """What goes wrong, for tests. Requests are counted from 1, over all paths."""

    scopes: frozenset[str] = frozenset(SCOPES.values())
    """The scopes that the key has."""
    replies: Mapping[int, Reply] = field(default_factory=dict)
    """What request n gets instead of its answer."""
    before: Callable[[int], None] = lambda number: None
    """Called before request n is answered, so that a test can change objects."""


class HubSpotServer(JsonServer):
    """The account as it stands on the morning of `today`, or with the objects that a test brings."""

    def __init__(
        self,
        today: date,
        *,
        deals: Sequence[CrmObject] | None = None,
        calls: Sequence[CrmObject] | None = None,
        contacts: Sequence[CrmObject] | None = None,
        tickets: Sequence[CrmObject] = (),
        owners: Sequence[Mapping[str, Any]] | None = None,
        timezone: str = "Etc/UTC",
        currency: str = "USD",
        searches_per_second: int = 5,
        requests_in_ten_seconds: int = 100,
        faults: Faults | None = None,
    ) -> None:
        now = datetime.combine(today, MORNING)
        self.objects: dict[str, dict[int, CrmObject]] = {
            "deals": by_id(deals_at(now) if deals is None else deals),
            "calls": by_id(calls_at(now) if calls is None else calls),
            "contacts": by_id(contacts_at(now) if contacts is None else contacts),
            "tickets": by_id(tickets),
        }
        """Every object by kind and id, in the order of the ids."""
        self.types: dict[str, str] = {}
        """The type of each property that is no text."""
        self._account = account(timezone, currency, now)
        self._owners = owners_at(now) if owners is None else owners
        self._searches = RequestsPerSecond(searches_per_second)
        self._requests = RequestsPerSecond(
            requests_in_ten_seconds, clock=lambda: time.monotonic() / 10
        )
        self.limits = (self._searches, self._requests)
        self._daily_requests = RequestsPerSecond(
            REQUESTS_PER_DAY, clock=lambda: time.monotonic() / 86_400
        )
        self._lock = threading.Lock()
        self.faults = faults or Faults()
        super().__init__(self._answer)

    def _answer(self, request: Request) -> Reply:
        with self._lock:
            self.faults.before(request.number)
        if request.number in self.faults.replies:
            return self.faults.replies[request.number]
        if request.headers.get("authorization", "") != f"Bearer {TOKEN}":
            return error(401, "INVALID_AUTHENTICATION", "Authentication credentials not found.")
        scope = SCOPES.get(request.path)
        if scope is None:
            return error(404, "OBJECT_NOT_FOUND", "resource not found")
        if refused := self._over_the_limit(request.path):
            return refused
        if scope not in self.faults.scopes:
            return missing(scope)
        reply = self._reply(request)
        return reply if request.path.endswith("/search") else self._with_daily_limit(reply)

    def _with_daily_limit(self, reply: Reply) -> Reply:
        """An answer with the headers of the daily limit, which answers to searches lack."""
        self._daily_requests.allows("all")
        left = self._daily_requests.left("all")
        daily = {
            "X-HubSpot-RateLimit-Daily": str(REQUESTS_PER_DAY),
            "X-HubSpot-RateLimit-Daily-Remaining": str(left),
        }
        return replace(reply, headers={**daily, **reply.headers})

    def _over_the_limit(self, path: str) -> Reply | None:
        if path.endswith("/search"):
            return None if self._searches.allows("search") else too_many("SECONDLY")
        return None if self._requests.allows("rest") else too_many("TEN_SECONDLY_ROLLING")

    def _reply(self, request: Request) -> Reply:
        method, path = request.method, request.path
        try:
            if method == "POST" and path.endswith("/search"):
                if len(request.body) > MAX_SEARCH:
                    raise ValueError(f"a query can contain at most {MAX_SEARCH} characters")
                kind = path.removeprefix(OBJECTS + "/").removesuffix("/search")
                active = [x for x in self.objects[kind].values() if not x.archived]
                return Reply(200, search(active, orjson.loads(request.body)))
            if method == "POST" and path == CONTACTS_OF_CALLS:
                return self._contacts(orjson.loads(request.body)["inputs"])
            if method == "GET" and path == ACCOUNT:
                return Reply(200, self._account)
            if method == "GET" and path.startswith(PROPERTIES_OF):
                kind = path.removeprefix(PROPERTIES_OF + "/")
                return Reply(200, {"results": self._properties(kind)})
            if method == "GET" and path == PIPELINES:
                return Reply(200, {"results": pipelines()})
            if method == "GET" and path == OWNERS:
                return Reply(200, self._list_of_owners(request.params))
            if method == "GET" and not path.endswith("/search"):
                return Reply(200, self._list(path.removeprefix(OBJECTS + "/"), request.params))
        except (KeyError, TypeError, ValueError) as fault:
            return error(400, "VALIDATION_ERROR", f"Invalid input: {fault}")
        return error(405, "METHOD_NOT_ALLOWED", "Method not allowed")

    def merge(self, kind: str, first: int, second: int, *, into: int, at: datetime) -> CrmObject:
        """Merge two objects, as someone does in HubSpot. Returns the object that stands for both.

        Both others are neither found any more nor in the recycle bin. Of merged contacts, the calls do not change.
        """
        objects = self.objects[kind]
        result = merged(objects.pop(first), objects.pop(second), into, at)
        self.objects[kind] = by_id([*objects.values(), result])
        if kind == "contacts":
            for number, call in self.objects["calls"].items():
                contacts = {into if x in (first, second) else x for x in call.contacts}
                self.objects["calls"][number] = replace(call, contacts=tuple(sorted(contacts)))
        return result

    def _properties(self, kind: str) -> list[Mapping[str, Any]]:
        """The properties that objects of a kind can have."""
        names = {name for item in self.objects[kind].values() for name in item.properties}
        return [property_named(name, self.types.get(name, "string")) for name in sorted(names)]

    def _list(self, kind: str, params: Mapping[str, str]) -> Mapping[str, Any]:
        """The objects of a kind by id: the active ones, or those in the recycle bin."""
        archived = params.get("archived", "false") == "true"
        names = [name for name in params.get("properties", "").split(",") if name]
        rows = [x for x in self.objects[kind].values() if bool(x.archived) == archived]
        page, after = page_of([(str(x.number), x) for x in rows], params, max_rows=100)
        return {"results": [x.to_json(names) for x in page]} | paging(after)

    def _list_of_owners(self, params: Mapping[str, str]) -> Mapping[str, Any]:
        archived = params.get("archived", "false") == "true"
        rows = [(str(x["id"]), x) for x in self._owners if x["archived"] == archived]
        page, after = page_of(rows, params, max_rows=500)
        return {"results": page} | paging(after)

    def _contacts(self, inputs: Sequence[Mapping[str, str]]) -> Reply:
        """The contacts of some calls. A call without contacts is an error in the batch."""
        if not 0 < len(inputs) <= 1000:
            raise ValueError("inputs must be from 1 to 1000")
        results, errors = [], []
        for item in inputs:
            call = self.objects["calls"].get(int(item["id"]))
            contacts = sorted(call.contacts) if call else []
            first = int(item.get("after", 0))
            page = [contact for contact in contacts if contact > first][:MAX_ASSOCIATIONS]
            if not page:
                errors.append(no_association(item["id"]))
                continue
            kinds = [{"category": "HUBSPOT_DEFINED", "typeId": 194, "label": None}]
            row: dict[str, Any] = {
                "from": {"id": item["id"]},
                "to": [{"toObjectId": str(x), "associationTypes": kinds} for x in page],
            }
            has_more = page[-1] != contacts[-1]
            results.append(row | (paging(str(page[-1])) if has_more else {}))
        batch = {
            "status": "COMPLETE",
            "results": results,
            "startedAt": "2026-11-25T09:00:00Z",
            "completedAt": "2026-11-25T09:00:00Z",
        }
        if not errors:
            return Reply(200, batch)
        return Reply(207, batch | {"numErrors": len(errors), "errors": errors})


def by_id(objects: Sequence[CrmObject]) -> dict[int, CrmObject]:
    """Objects by id, in the order of the ids."""
    return {item.number: item for item in sorted(objects, key=lambda item: item.number)}


def page_of(
    rows: Sequence[tuple[str, Any]], params: Mapping[str, str], *, max_rows: int
) -> tuple[list[Any], str | None]:
    """A page of `rows` in the order of their ids, and the cursor of the next one."""
    limit = int(params.get("limit", "10"))
    if not 1 <= limit <= max_rows:
        raise ValueError(f"limit must be from 1 to {max_rows}")
    page = [(name, row) for name, row in rows if int(name) >= int(params.get("after", "0"))]
    after = page[limit][0] if len(page) > limit else None
    return [row for _, row in page[:limit]], after


def paging(after: str | None) -> dict[str, Any]:
    """The paging of an answer; none on the last page."""
    return {"paging": {"next": {"after": after, "link": f"?after={after}"}}} if after else {}


def no_association(call: str) -> Mapping[str, Any]:
    """The error in a batch for a call without contacts."""
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
        "message": f"No contact is associated with call {call}.",
        "context": {
            "fromObjectId": [call],
            "fromObjectType": ["call"],
            "toObjectType": ["contact"],
        },
        "errors": [],
        "links": {},
    }


def error(status: int, category: str, message: str, **more: Any) -> Reply:
    """An error in HubSpot's shape."""
    body = {"status": "error", "message": message, "correlationId": CORRELATION}
    return Reply(status, body | {"category": category} | more)


def missing(scope: str) -> Reply:
    """HubSpot's 403 for a missing scope."""
    detail = {
        "message": "One or more of the following scopes are required.",
        "context": {"requiredGranularScopes": [scope]},
    }
    message = "This app hasn't been granted all required scopes to make this call."
    return error(403, "MISSING_SCOPES", message, errors=[detail])


def too_many(policy: str, retry_after: str | None = None) -> Reply:
    """A 429 as HubSpot gives it."""
    period = {"DAILY": "daily", "SECONDLY": "secondly"}.get(policy, "ten_secondly_rolling")
    reply = error(
        429,
        "RATE_LIMITS",
        f"You have reached your {period} limit.",
        errorType="RATE_LIMIT",
        policyName=policy,
    )
    return replace(reply, headers={} if retry_after is None else {"Retry-After": retry_after})


def serve(today: date, home: Path) -> Served:
    """The sample company's HubSpot account, as it stands on the morning of `today`. Needs nothing of `home`."""
    server = HubSpotServer(today)
    values = {"HUBSPOT_ACCESS_TOKEN": TOKEN, "HUBSPOT_API_BASE": server.address}
    return Served(values, server.close, lift_limits=server.lift_limits)
