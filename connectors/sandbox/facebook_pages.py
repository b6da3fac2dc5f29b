"""The part of the Graph API that serves the sample company's page.

`/v25.0/{page}` and `/v25.0/{page}/insights` answer for the server's day, and below `/on/2026-04-01/` for that
day. The company's past snapshots are pulled from the latter.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from connectors.sandbox.figures import FIRST_DAY
from connectors.sandbox.graph_api import VERSION, error, fields_of, unauthorized
from connectors.sandbox.http_server import JsonServer, Reply, Request
from connectors.sandbox.page_audience import METRICS, followers, insight, likes
from connectors.sandbox.served import Served

PACIFIC = ZoneInfo("America/Los_Angeles")
PAGE_ID = "104882591000001"
TOKEN = "EAAsamplecompany"  # noqa: S105 (opens nothing but this sandbox)
LIKES_FOR_INSIGHTS = 100
"""Pages with fewer have no insights: their list is empty."""
MAX_AGE = timedelta(days=2 * 366)
"""Older days have no insights."""


@dataclass
class Faults:
    """What goes wrong, for tests. Requests are counted from 1."""

    replies: Mapping[int, Reply] = field(default_factory=dict)
    """What request n gets instead of its answer."""
    removed_metrics: frozenset[str] = frozenset()
    """Metrics that Facebook has removed."""
    empty_metrics: frozenset[str] = frozenset()
    """Metrics that exist and have no data."""
    likes: int | None = None
    """How many people like the page, where it is another number than the sample company's."""
    requires_proof: bool = False
    """Whether the app refuses requests without a proof of its secret."""


class FacebookServer(JsonServer):
    """The page as it stands on `today`."""

    def __init__(self, today: date, *, faults: Faults | None = None) -> None:
        self._today = today
        self.faults = faults or Faults()
        super().__init__(self._answer)

    def _answer(self, request: Request) -> Reply:
        if request.number in self.faults.replies:
            return self.faults.replies[request.number]
        today, path = self._clock(request.path)
        if today is None:
            return error(400, 2500, "Unknown path components")
        if refusal := unauthorized(request, TOKEN, requires_proof=self.faults.requires_proof):
            return refusal
        if path == f"/{VERSION}/{PAGE_ID}":
            return fields_of(
                page_of(today, self.faults.likes), request.params.get("fields", "name"), "Page"
            )
        if path == f"/{VERSION}/{PAGE_ID}/insights":
            return self._insights(request.params, today)
        return error(
            400, 100, f"Unsupported get request. Object with ID '{path}' does not exist", subcode=33
        )

    def _clock(self, path: str) -> tuple[date | None, str]:
        """The day to answer for, and the path without it. None where it is no date or after the server's day."""
        if not path.startswith("/on/"):
            return self._today, path
        day, _, rest = path.removeprefix("/on/").partition("/")
        try:
            today = date.fromisoformat(day)
        except ValueError:
            return None, path
        return (today, "/" + rest) if today <= self._today else (None, path)

    def _insights(self, params: Mapping[str, str], today: date) -> Reply:
        metrics = params.get("metric", "").split(",")
        known = METRICS.keys() - self.faults.removed_metrics
        if not known.issuperset(metrics):
            message = "(#100) The value must be a valid insights metric"
            return error(400, 100, message, "OAuthException")
        if params.get("period") != "day":
            return error(400, 100, "(#100) period must be day for these metrics")
        try:
            since, until = (
                datetime.fromtimestamp(int(params[name]), UTC) for name in ("since", "until")
            )
        except (KeyError, ValueError):
            return error(400, 100, "(#100) since and until must be unix times")
        if not timedelta(0) <= until - since <= timedelta(days=90):
            message = "(#100) There cannot be more than 90 days (7776000 s) between since and until"
            return error(400, 100, message)
        page = page_of(today, self.faults.likes)
        data = [
            self._series(metric, since, until, today)
            for metric in metrics
            if metric not in self.faults.empty_metrics and page["fan_count"] >= LIKES_FOR_INSIGHTS
        ]
        return Reply(200, {"data": data, "paging": paging(params, since, until)})

    def _series(
        self, metric: str, since: datetime, until: datetime, today: date
    ) -> Mapping[str, Any]:
        """The values of `metric` whose days end from `since` to `until`, both included."""
        day = max(FIRST_DAY, today - MAX_AGE, since.astimezone(PACIFIC).date() - timedelta(days=2))
        values: list[tuple[datetime, int]] = []
        while day < today and day_end(day) <= until:
            if day_end(day) >= since:
                values.append((day_end(day), insight(metric, day, (today - day).days)))
            day += timedelta(days=1)
        return series(metric, *((f"{at:%Y-%m-%dT%H:%M:%S}+0000", value) for at, value in values))


def series(metric: str, *values: tuple[str, object]) -> Mapping[str, Any]:
    """A metric in the Graph API's shape: values with the time at which their day ends."""
    return {
        "name": metric,
        "period": "day",
        "values": [{"value": value, "end_time": end_time} for end_time, value in values],
        "title": metric.replace("_", " ").title(),
        "description": f"Daily: {metric.replace('_', ' ')}",
        "id": f"{PAGE_ID}/insights/{metric}/day",
    }


def page_of(today: date, likes_then: int | None = None) -> Mapping[str, Any]:
    """The page's fields, as they stand at the end of `today`, with this number of likes if it is given."""
    return {
        "id": PAGE_ID,
        "name": "Sample company",
        "fan_count": likes(today) if likes_then is None else likes_then,
        "followers_count": followers(today),
    }


def day_end(day: date) -> datetime:
    """The end of a Pacific day: 07:00 or 08:00 the next day in UTC."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=PACIFIC).astimezone(UTC)


def paging(params: Mapping[str, str], since: datetime, until: datetime) -> Mapping[str, str]:
    """Links to the ranges before and after: like Facebook's they hold the token, and have no end."""
    width = until - since
    return {
        name: f"https://graph.facebook.com/{VERSION}/{PAGE_ID}/insights?"
        + urlencode(
            {
                "access_token": TOKEN,
                "metric": params["metric"],
                "period": "day",
                "since": int(first.timestamp()),
                "until": int((first + width).timestamp()),
            }
        )
        for name, first in (("previous", since - width), ("next", until))
    }


def serve(today: date, home: Path) -> Served:
    """The sample company's page, as it stands on `today`. Needs nothing of `home`."""
    server = FacebookServer(today)
    values = {
        "FACEBOOK_PAGE_ID": PAGE_ID,
        "FACEBOOK_ACCESS_TOKEN": TOKEN,
        "FACEBOOK_API_BASE": server.address,
        "FACEBOOK_API_VERSION": VERSION,
    }
    return Served(values, server.close, has_a_past=True)
