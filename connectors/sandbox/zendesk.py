"""Zendesk, as the sample company would find it: the export of tickets, ratings, surveys, settings.

Behaves as developer.zendesk.com/api-reference describes: a token is needed and may expire, ten exports a
minute are allowed, and lists have pages with `meta` and cursors. Test hooks are arguments of the server, never
reachable over HTTP.
"""

import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from datetime import time as clock_time
from pathlib import Path

from connectors.sandbox.http_server import JsonServer, Reply, Request, RequestsPerSecond
from connectors.sandbox.served import Served
from connectors.sandbox.support import Ticket, tickets_until
from connectors.sandbox.zendesk_export import EXPORT, export
from connectors.sandbox.zendesk_objects import (
    FIRST_TICKET,
    Row,
    error,
    metric_set,
    millis_of,
    ratings_as_of,
    survey_as_of,
    ticket_as_of,
)
from connectors.sandbox.zendesk_tokens import CLIENT, SECRET, TOKENS, Tokens

SUBDOMAIN = "sample-company"
MORNING = clock_time(9, tzinfo=UTC)
"""The time of `today` that the server shows."""
RATINGS = "/api/v2/satisfaction_ratings"
SURVEYS = "/api/v2/guide/survey_responses"
SETTINGS = "/api/v2/account/settings"
REQUESTS_PER_MINUTE = 700
"""Of all kinds together."""
MAX_PAGE_ROWS = {RATINGS: 100, SURVEYS: 50}


@dataclass
class Faults:
    """What goes wrong, for tests. Requests for the export are counted from 1, and those for the other lists."""

    forbidden: frozenset[str] = frozenset()
    """Paths that the token may not read."""
    missing: frozenset[str] = frozenset()
    """Paths that the account's plan does not have."""
    replies: Mapping[tuple[str, int], Reply] = field(default_factory=dict)
    """What request n for a path gets instead of its answer."""
    before: Mapping[int, Callable[[], None]] = field(default_factory=dict)
    """What happens before request n for the export is answered."""
    timezone: str | None = "UTC"
    """The account's timezone."""
    ratings_on: bool = True
    """Whether the account has satisfaction ratings switched on."""
    found_by: str = "created_at"
    """The time of a rating that a search compares."""


class ZendeskServer(JsonServer):
    """The account as it stands on the morning of `today`, or the rows that a test brings."""

    def __init__(
        self,
        today: date,
        *,
        tickets: Sequence[Row] | None = None,
        ratings: Sequence[Row] | None = None,
        surveys: Sequence[Row] | None = None,
        solved: Mapping[int, datetime] | None = None,
        exports_per_minute: int = 10,
        faults: Faults | None = None,
    ) -> None:
        now = datetime.combine(today, MORNING)
        own = None in (tickets, ratings, surveys)
        company = [x for x in tickets_until(today) if x.created <= now] if own else []
        self.now = now
        """The account's clock; a test may set it forward while the server answers."""
        self.tokens = Tokens(lambda: self.now)
        self.tickets = {
            row["id"]: row
            for row in (
                [ticket_as_of(ticket, now) for ticket in company] if tickets is None else tickets
            )
        }
        """The tickets by number; a test may change them while the server answers."""
        self._solved = solved_times(company, now) if solved is None else dict(solved)
        self.metrics: dict[int, Row] = {}
        """By ticket, what its metrics have instead of what follows from when it was solved."""
        self._lists = {
            RATINGS: listed(company, now, ratings_as_of) if ratings is None else list(ratings),
            SURVEYS: listed(company, now, survey_as_of) if surveys is None else list(surveys),
        }
        self._ceiling = RequestsPerSecond(exports_per_minute, clock=minutes)
        self._requests = RequestsPerSecond(REQUESTS_PER_MINUTE, clock=minutes)
        self.limits = (self._ceiling, self._requests)
        self._lock = threading.Lock()
        self._asked_for: Counter[str] = Counter()
        self.faults = faults or Faults()
        super().__init__(self._answer)

    def asked_for(self, path: str) -> list[Request]:
        """The requests for one path, in the order of their arrival."""
        return [request for request in self.asked if request.path == path]

    def _answer(self, request: Request) -> Reply:
        with self._lock:
            self._asked_for[request.path] += 1
            number = self._asked_for[request.path]
        if request.path == TOKENS:
            return self.tokens.answer(request)
        if not self.tokens.accepts(request.headers.get("authorization", "")):
            return error(401, "invalid_token", REFUSAL, message_field="error_description")
        if not self._requests.allows("all"):
            return too_many()
        reply = self._reply(request, number)
        left = {
            "X-Rate-Limit": str(REQUESTS_PER_MINUTE),
            "X-Rate-Limit-Remaining": f"{self._requests.left('all')}",
        }
        return replace(reply, headers={**left, **reply.headers})

    def _reply(self, request: Request, number: int) -> Reply:
        """The answer to a request, the `number`th for its path."""
        if request.path == EXPORT and not self._ceiling.allows(EXPORT):
            return too_many()
        if request.path in self.faults.forbidden:
            return error(403, "Forbidden", "You do not have access to this page.")
        if (request.path, number) in self.faults.replies:
            return self.faults.replies[request.path, number]
        if request.method != "GET" or request.path in self.faults.missing:
            return error(404, "InvalidEndpoint", "Not found")
        if request.path == SETTINGS:
            return Reply(200, settings(self.faults.timezone, ratings_on=self.faults.ratings_on))
        if request.path == EXPORT:
            self.faults.before.get(number, lambda: None)()
            return export(request.params, list(self.tickets.values()), self.now, self._metrics)
        if request.path in self._lists:
            return self._list(request.path, request.params)
        return error(404, "InvalidEndpoint", "Not found")

    def _metrics(self, row: Row) -> Row:
        number = row["id"]
        return metric_set(row, self._solved.get(number)) | self.metrics.get(number, {})

    def _list(self, path: str, params: Mapping[str, str]) -> Reply:
        try:
            size = int(params.get("page[size]", MAX_PAGE_ROWS[path]))
            start = int(params.get("page[after]") or 0)
            rows = self._matching(
                path, {name: int(params[name]) for name in BOUNDS if name in params}
            )
        except ValueError:
            return error(400, "InvalidValue", "a filter or page parameter is no number")
        if not 1 <= size <= MAX_PAGE_ROWS[path]:
            return error(
                400, "InvalidPaginationParameter", f"page[size] is over {MAX_PAGE_ROWS[path]}"
            )
        meta = {
            "has_more": start + size < len(rows),
            "after_cursor": str(start + size) if rows else None,
            "before_cursor": str(start) if rows else None,
        }
        return Reply(
            200, {path.rpartition("/")[2]: rows[start : start + size], "meta": meta, "links": {}}
        )

    def _matching(self, path: str, bounds: Mapping[str, int]) -> list[Row]:
        """The rows within the bounds, newest first."""
        if path == RATINGS:
            first, last = bounds.get("start_time"), bounds.get("end_time")
            by = self.faults.found_by
            times = [int(datetime.fromisoformat(row[by]).timestamp()) for row in self._lists[path]]
        else:
            first = bounds.get("filter[created_at_start]")
            last = bounds.get("filter[created_at_end]")
            times = [millis_of(row["id"]) for row in self._lists[path]]
        matching = [
            (at, row)
            for at, row in zip(times, self._lists[path], strict=True)
            if (first is None or first <= at) and (last is None or at <= last)
        ]
        return [row for _, row in sorted(matching, key=lambda item: (-item[0], str(item[1]["id"])))]


BOUNDS = ("start_time", "end_time", "filter[created_at_start]", "filter[created_at_end]")
REFUSAL = "The access token provided is expired, revoked, malformed or invalid for other reasons."


def minutes() -> float:
    """A clock that counts minutes."""
    return time.monotonic() / 60


def solved_times(company: Sequence[Ticket], now: datetime) -> dict[int, datetime]:
    """When each ticket that is solved by `now` was solved, by its number."""
    return {
        FIRST_TICKET + ticket.number: ticket.solved
        for ticket in company
        if ticket.solved and ticket.solved <= now
    }


def listed(
    company: Sequence[Ticket], now: datetime, rows: Callable[[Ticket, datetime], list[Row]]
) -> list[Row]:
    """The rows of every ticket."""
    return [row for ticket in company for row in rows(ticket, now)]


def settings(timezone: str | None, *, ratings_on: bool) -> Mapping[str, object]:
    """The settings of the account that the connector reads."""
    return {
        "settings": {
            "active_features": {"customer_satisfaction": ratings_on, "chat": True},
            "localization": {
                "locale_ids": [1],
                "time_zone": timezone,
                "iana_time_zone": timezone,
            },
        }
    }


def too_many(retry_after: str | None = None) -> Reply:
    """A 429 as the export gives it; without `retry_after` until the minute is over."""
    left = math.ceil(60 - time.monotonic() % 60)
    message = "Number of allowed incremental ticket export API requests per minute exceeded"
    reply = error(429, "APIRateLimitExceeded", message)
    return replace(reply, headers={**reply.headers, "Retry-After": retry_after or str(left)})


def serve(today: date, home: Path) -> Served:
    """The sample company's Zendesk account, as it stands on the morning of `today`. Needs nothing of `home`.

    It allows more exports than Zendesk, whose limit the connector keeps itself, so that a run need not wait for
    the end of the minute in which the one before it exported.
    """
    server = ZendeskServer(today, exports_per_minute=600)
    values = {
        "ZENDESK_SUBDOMAIN": SUBDOMAIN,
        "ZENDESK_CLIENT_ID": CLIENT,
        "ZENDESK_CLIENT_SECRET": SECRET,
        "ZENDESK_CSAT": "ratings",
        "ZENDESK_TIMEZONE": "",
        "ZENDESK_API_BASE": server.address,
    }
    return Served(values, server.close, lift_limits=server.lift_limits)
