"""A Facebook page: how many people like it, and what they do there each day.

The number of likes is a snapshot: the Graph API has the current number only (`page_fans` and its kin were removed
in November 2025). Insights are figures of a Pacific day, refreshed once a day and kept for two years; the figures
of the last days still grow.

Facebook has insights of pages with 100 likes or more. Of others it gives an empty list, which is no zero: the pull
fails and says so. An empty list for a page with more likes, such as of days before it began, is days without values.

Facebook removes metrics every year, and a removed one fails the whole call. The others are then asked for without
it, and the windows carry the trust flag `dead_metric:<name>`.

The paging links of insights are not followed: they hold the token and have no end, and each call states its range.
Docs: developers.facebook.com/docs/platforminsights/page, …/docs/graph-api/reference/insights (limitations).
"""

import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from connectors.sdk.contract import (
    ONE_DAY,
    Calls,
    Finding,
    Limit,
    Option,
    Page,
    Slice,
    Source,
    Stream,
    Vitals,
    column,
)
from connectors.sdk.errors import Drift, Rejected, SourceError
from connectors.sdk.fields import as_given, columns, lenient
from connectors.sdk.graph_api import (
    BUCKET,
    DEFAULT_BASE,
    VERSION,
    Graph,
    GraphError,
    Remedies,
    app_secret_option,
    fault_of,
)
from connectors.sdk.option_values import header_value, optional_header, usable_address

PACIFIC = ZoneInfo("America/Los_Angeles")
"""The zone of the days of insights, wherever the page is run from."""

PAGE_SNAPSHOT = Stream(
    name="page_snapshot",
    description="How many people like and follow the page, as of the day it was asked",
    schema=pa.schema(
        [
            column("date", pa.date32(), "Pacific day on which it was asked"),
            column("page_id", pa.string(), "The page"),
            column("likes", pa.int64(), "People who like the page (fan_count)", unit="people"),
            column(
                "followers", pa.int64(), "People who follow it (followers_count)", unit="people"
            ),
        ]
    ),
    key=("date",),
    cursor="date",
    snapshot=True,
)

PAGE_INSIGHTS = Stream(
    name="page_insights",
    description="The page's daily figures, one row a day and metric",
    schema=pa.schema(
        [
            column("date", pa.date32(), "Pacific day"),
            column("metric", pa.string(), "Facebook's name of the figure"),
            column("value", pa.int64(), "Null when Facebook told no value, which is not zero",
                   unit="count", null=True),
        ]
    ),
    key=("date", "metric"),
    cursor="date",
    # insights are refreshed once in 24 hours: sooner, a day may be missing
    arrives_within=timedelta(days=1),
    restates_for=timedelta(days=3),
    reaches_back=timedelta(days=730),
    # a call takes 90 days of 24 hours at most, and in autumn one day has 25
    windows_per_slice=89,
)  # fmt: skip

METRICS = ("page_daily_follows", "page_media_view", "page_views_total", "page_post_engagements")
"""The metrics of a page in v25 of the Graph API."""
SNAPSHOT_FIELDS = {
    "page_id": as_given("id"),
    "likes": as_given("fan_count"),
    "followers": as_given("followers_count"),
}
LIKES_FOR_INSIGHTS = 100
"""Of pages with fewer, Facebook has no insights."""
HALF_A_DAY = timedelta(hours=12)


class FacebookConnection:
    """One page, with a token that may read it."""

    zone = PACIFIC

    def __init__(self, values: Mapping[str, str], calls: Calls) -> None:
        """Calls nothing yet. Raises `SourceError` when the options make no sense."""
        self._page = matching(values, "FACEBOOK_PAGE_ID", r"[A-Za-z0-9._-]+", "the page's number")
        version = matching(values, "FACEBOOK_API_VERSION", r"v\d+\.\d+", f"such as {VERSION}")
        token = header_value(values.get("FACEBOOK_ACCESS_TOKEN", ""), "FACEBOOK_ACCESS_TOKEN")
        base = usable_address(values.get("FACEBOOK_API_BASE") or DEFAULT_BASE, "FACEBOOK_API_BASE")
        app_secret = optional_header(values, "FACEBOOK_APP_SECRET")
        self._graph = Graph(f"{base}/{version}", token, app_secret, calls, fault_meant)
        self._alive: tuple[str, ...] = METRICS
        self._probing = threading.Lock()

    def pages(self, piece: Slice) -> Iterator[Page]:
        if piece.stream is PAGE_SNAPSHOT:
            yield self._snapshot(piece.first)
        else:
            yield self._insights(piece)

    def vitals(self) -> Vitals:
        """The time, and what is left of the app's usage."""
        return self._graph.vitals()

    def close(self) -> None:
        self._graph.close()

    def _snapshot(self, today: date) -> Page:
        answer = self._graph.get(f"/{self._page}", {"fields": "id,fan_count,followers_count"})
        return Page([{"date": today} | columns(answer, SNAPSHOT_FIELDS)])

    def _insights(self, piece: Slice) -> Page:
        metrics = self._alive
        try:
            values, undated = self._ask(metrics, piece.since, piece.until)
        except UnknownMetric:
            metrics = self._without_dead(metrics, piece)
            values, undated = self._ask(metrics, piece.since, piece.until)
        if not values:
            self._check_likes()
        rows = [
            {"date": day, "metric": metric, "value": values.get((day, metric))}
            for day in piece.windows
            for metric in metrics
        ]
        dead = frozenset(f"dead_metric:{name}" for name in METRICS if name not in metrics)
        finding = Finding(
            what="no_day",
            message="page_insights.date cannot be read in some values: adapt the connector",
            rows=undated,
            column="date",
        )
        return Page(rows, dead, alike=True, findings=[finding] if undated else [])

    def _check_likes(self) -> None:
        """Raise `Rejected` when the page has too few likes for insights."""
        likes = self._graph.get(f"/{self._page}", {"fields": "fan_count"}).get("fan_count")
        if isinstance(likes, int) and likes < LIKES_FOR_INSIGHTS:
            raise Rejected(
                f"Facebook has insights only of pages with {LIKES_FOR_INSIGHTS} likes or more, and the page has "
                f"{likes}",
                "its likes and followers are pulled, and its insights as soon as it has more",
            )

    def _without_dead(self, asked: tuple[str, ...], piece: Slice) -> tuple[str, ...]:
        """The metrics that still exist: each is asked for alone, for one day, once a connection."""
        with self._probing:
            if self._alive == asked:
                self._alive = tuple(name for name in asked if self._is_alive(name, piece))
            if not self._alive:
                raise Rejected(
                    "Facebook has none of the page metrics any more",
                    "see its list of deprecated metrics, and set FACEBOOK_API_VERSION or update Okra",
                )
            return self._alive

    def _is_alive(self, metric: str, piece: Slice) -> bool:
        try:
            self._ask((metric,), piece.until - ONE_DAY, piece.until)
        except UnknownMetric:
            return False
        return True

    def _ask(
        self, metrics: Iterable[str], since: datetime, until: datetime
    ) -> tuple[dict[tuple[date, str], Any], int]:
        """Facebook's values of the days that end from `since` to `until`, by day and metric; how many have no day."""
        params: dict[str, str | int] = {
            "metric": ",".join(metrics),
            "period": "day",
            "since": int(since.timestamp()),
            "until": int(until.timestamp()),
        }
        series: Any = self._graph.get(f"/{self._page}/insights", params).get("data")
        values: dict[tuple[date, str], Any] = {}
        undated = 0
        try:
            for metric in series:
                for value in metric["values"]:
                    day = day_ended(value.get("end_time"))
                    if day is None:
                        undated += 1
                    else:
                        values[day, metric["name"]] = value.get("value")
        except (KeyError, TypeError, AttributeError):
            values, undated = {}, 1
        if undated and not values:
            raise Drift("insights no longer come as days with values", "adapt the connector")
        return values, undated


class UnknownMetric(Rejected):
    """Facebook has removed one of the metrics asked for; it does not say which."""


def matching(values: Mapping[str, str], option: str, pattern: str, what: str) -> str:
    """The option's value. Raises `Rejected` when it does not match `pattern`."""
    default = next((x.default for x in SOURCE.options if x.name == option), None)
    value = (values.get(option) or default or "").strip()
    if not re.fullmatch(pattern, value):
        raise Rejected(f"{option} is not usable", f"it is {what}")
    return value


def day_ended(end_time: Any) -> date | None:
    """The Pacific day that ends at `end_time`: at midnight there, or an hour off where summer time is ignored.

    None for what is no moment.
    """
    moment = lenient(datetime.fromisoformat)(end_time)
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        return None
    return (moment.astimezone(PACIFIC) - HALF_A_DAY).date()


def fault_meant(error: GraphError) -> SourceError:
    """The fault that an error means."""
    if error.code == 100 and "valid insights metric" in error.message:
        return UnknownMetric(f"{error.summary}: {error.message}")
    return fault_of(error, REMEDIES)


REMEDIES = Remedies(
    credential="make a new page token and set FACEBOOK_ACCESS_TOKEN",
    permission="the token needs pages_read_engagement and read_insights",
    rejected="check FACEBOOK_PAGE_ID and FACEBOOK_API_VERSION; insights are kept for two years",
    secret="FACEBOOK_APP_SECRET",  # noqa: S106 (the name of an option)
)

SOURCE = Source(
    name="facebook_pages",
    title="Facebook Pages",
    options=(
        Option("FACEBOOK_PAGE_ID", "The page's number"),
        Option(
            "FACEBOOK_ACCESS_TOKEN",
            "A page token with pages_read_engagement and read_insights",
            secret=True,
        ),
        app_secret_option("FACEBOOK_APP_SECRET"),
        Option("FACEBOOK_API_BASE", "Address of the Graph API", default=DEFAULT_BASE),
        Option("FACEBOOK_API_VERSION", "Version of the Graph API", default=VERSION),
    ),
    streams=(PAGE_SNAPSHOT, PAGE_INSIGHTS),
    limits=(Limit(BUCKET, 10, burst=10),),
    open=FacebookConnection,
    workers=4,
)
