"""Google Analytics 4: how many people visit, where they come from, how many come back.

Reports of the Data API (v1beta), read with Google's own client. Days are in the property's time zone, which is
in every answer. Google says that a day's numbers may change for 24 to 48 hours; three days are read again.
Numbers of users count distinct people for the dimensions of their row and cannot be added up, so the visitors of
a month are requested by month. Users and visitors are active users, as in Analytics itself; all users, who may have
left at once, are stored beside them.

The sessions of a day are asked for a second time without the channel, and held against the sum of the channels.
Google estimates sessions (HyperLogLog++ of precision 12: off by less than 4.88 % in 99 cases of 100,
developers.google.com/analytics/blog/2022/hll), so they may differ by 5 %, and by a quarter in a window that is
flagged. Both reports in one batch would cost as many tokens, and the second is not needed where a slice is cut.

An answer says how far its numbers can be trusted, which is kept as flags of the window:

    thresholded           rows about too few people were withheld
    sampled               computed from a part of the events
    data_loss_other_row   rare values were grouped into a row `(other)`
    truncated             Google cut the data short for another reason

Limits: 10 requests at a time, tokens an hour and a day (developers.google.com/analytics/devguides/
reporting/data/v1/quotas). Each answer says how many tokens are left; at none, no more requests are sent.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pyarrow as pa

from connectors.google_analytics.client import DEFAULT_ENDPOINT, TRANSPORTS, open_client
from connectors.google_analytics.declared import SCHEMA_REMEDY, ReportForm
from connectors.google_analytics.reports import (
    REPORTS,
    SESSIONS_BY_DAY,
    Report,
    flags_of,
    rows_of,
    spent,
    tokens_left,
    withheld,
)
from connectors.sdk import google_sign_in
from connectors.sdk.contract import (
    Cadence,
    Calls,
    Declarable,
    Limit,
    Option,
    Page,
    Slice,
    Source,
    Stream,
    Tolerance,
    Total,
    Vitals,
    column,
    zone_named,
)
from connectors.sdk.declaring import Forms, Schemas
from connectors.sdk.errors import PermissionDenied, QuotaExhausted, Rejected, Unavailable
from connectors.sdk.google_api import QUOTA_REMEDY, diagnose
from connectors.sdk.totals import totals_unless_refused

if TYPE_CHECKING:  # slow to import
    from google.analytics.data_v1beta.types import RunReportResponse

DAY = column("date", pa.date32(), "Day in the property's time zone")
TOTAL_USERS = column(
    "total_users",
    pa.int64(),
    "All different people, also those who were not active",
    unit="people",
    null=True,
)
ARRIVAL_DELAY, RESTATEMENT_PERIOD = timedelta(hours=4), timedelta(days=3)

TRAFFIC_BY_CHANNEL = Stream(
    name="traffic_by_channel",
    description="Sessions and users of each day by the channel that the session came from",
    schema=pa.schema(
        [
            DAY,
            column("channel", pa.string(), "Google's default channel group of the session"),
            column("sessions", pa.int64(), "Sessions that began", unit="sessions"),
            column("engaged_sessions", pa.int64(), "Of these: longer than 10 seconds, with a key "
                   "event, or with two pages", unit="sessions"),
            column("users", pa.int64(), "Different active people; not to be added up", unit="people"),
            column("new_users", pa.int64(), "People never seen before", unit="people"),
            TOTAL_USERS,
        ]
    ),
    key=("date", "channel"),
    cursor="date",
    restates_for=RESTATEMENT_PERIOD,
    arrives_within=ARRIVAL_DELAY,
    windows_per_slice=31,
    tolerances={
        "sessions": Tolerance(share=Decimal("0.05"), share_if_flagged=Decimal("0.25")),
    },
)  # fmt: skip

VISITORS_BY_DAY = Stream(
    name="visitors_by_day",
    description="Different people who visited on a day",
    schema=pa.schema(
        [
            DAY,
            column("visitors", pa.int64(), "Different active people of the day", unit="people"),
            TOTAL_USERS,
        ]
    ),
    key=("date",),
    cursor="date",
    restates_for=RESTATEMENT_PERIOD,
    arrives_within=ARRIVAL_DELAY,
    windows_per_slice=366,
)

VISITORS_BY_MONTH = Stream(
    name="visitors_by_month",
    description="Different people who visited in a month; in the open month, so far",
    schema=pa.schema(
        [
            column("month", pa.date32(), "First day of the month"),
            column("visitors", pa.int64(), "Different active people of the month", unit="people"),
            TOTAL_USERS,
        ]
    ),
    key=("month",),
    cursor="month",
    window=Cadence.MONTH,
    restates_for=RESTATEMENT_PERIOD,
    arrives_within=ARRIVAL_DELAY,
    windows_per_slice=12,
)

SESSIONS = Report({}, {"sessions": "sessions"})
BUCKET = "reports"
PAGE_ROWS = 100_000
"""Google's maximum is 250,000."""
TIMEOUT_SECONDS = 60.0


class AnalyticsConnection:
    """An open property."""

    def __init__(
        self, values: Mapping[str, str], calls: Calls, reports: Mapping[str, Report] = REPORTS
    ) -> None:
        """`reports` are those of the streams, by name. Sends no request yet.

        Raises `SourceError` when the options make no sense.
        """
        self._reports = reports
        self._property = property_name(values.get("GA4_PROPERTY_ID", ""))
        self._calls = calls
        self._spent = self._left = ""
        self._client = open_client(values)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The property's time zone."""
        return zone_named(
            self.answer(SESSIONS, "yesterday", "yesterday").metadata.time_zone,
            "the GA4 property has the time zone",
            "set another in Analytics > Admin > Property details",
        )

    def pages(self, piece: Slice) -> Iterator[Page]:
        asked = self._reports[piece.stream.name]
        offset = 0
        while True:
            report = self.answer(asked, f"{piece.first}", f"{piece.last_day}", offset)
            yield Page([*rows_of(report, asked)], flags_of(report))
            offset += len(report.rows)
            if offset >= report.row_count:
                break
            if not report.rows:
                raise Unavailable(f"GA4 gave {offset} of {report.row_count} rows, then no more")

        if asked is REPORTS[TRAFFIC_BY_CHANNEL.name]:
            yield Page([], totals=totals_unless_refused(lambda: self._sessions(piece)))

    def _sessions(self, piece: Slice) -> Iterator[Total]:
        """The sessions of each day of the slice, whatever their channel; none where Google does not vouch for them."""
        report = self.answer(SESSIONS_BY_DAY, f"{piece.first}", f"{piece.last_day}")
        sessions = {row["date"]: row["sessions"] for row in rows_of(report, SESSIONS_BY_DAY)}
        if flags_of(report) or not all(isinstance(day, date) for day in sessions):
            return
        for day in piece.windows:
            yield Total(day, {"sessions": sessions.get(day, 0)})  # a row of zeros is left out

    def vitals(self) -> Vitals:
        """The tokens that are left. Answers do not hold the time."""
        return Vitals(quota=self._left)

    def close(self) -> None:
        self._client.transport.close()  # type: ignore[no-untyped-call]

    def answer(
        self, asked: Report, first: str, last: str, offset: int = 0, limit: int = PAGE_ROWS
    ) -> "RunReportResponse":
        """One page of a report. Raises `QuotaExhausted` when the last answer left no tokens.

        Raises `PermissionDenied` where Google gives zeros for a metric that whoever signs in may not see.
        """
        if self._spent:
            raise QuotaExhausted(f"the GA4 property has no {self._spent} left", QUOTA_REMEDY)
        request = {
            "property": self._property,
            "dimensions": [{"name": name} for name in asked.dimensions],
            "metrics": [{"name": name} for name in asked.metrics],
            "date_ranges": [{"start_date": first, "end_date": last}],
            # Google's default order is not total: rows could move between pages
            "order_bys": [{"dimension": {"dimension_name": name}} for name in asked.dimensions],
            "dimension_filter": asked.condition,
            "limit": limit,
            "offset": offset,
            "keep_empty_rows": False,
            "return_property_quota": True,
        }
        report: RunReportResponse = self._calls(
            BUCKET, lambda: self._client.run_report(request, timeout=TIMEOUT_SECONDS, retry=None)
        )
        self._spent, self._left = spent(report), tokens_left(report)
        if hidden := withheld(report):
            raise PermissionDenied(
                f"Google withholds {', '.join(hidden)}, and gives zeros instead",
                "lift the data restrictions in Analytics > Admin > Property access management, or leave them out",
            )
        return report


def property_name(given: str) -> str:
    """The property as the API names it. Raises `Rejected` when `given` is no property id."""
    number = given.strip().removeprefix("properties/")
    if not re.fullmatch(r"[0-9]{1,20}", number):
        raise Rejected(
            "GA4_PROPERTY_ID is not the number of a property",
            "take it from Analytics > Admin > Property details, for example 412345678; "
            "a measurement id (G-…) is something else",
        )
    return f"properties/{number}"


def describe(values: Mapping[str, str], calls: Calls, forms: Forms) -> Schemas:
    """The columns of declared reports, by a report of yesterday with one row: its headers have the metrics' types."""
    with closing(AnalyticsConnection(values, calls)) as connection:
        schemas = {}
        for name, form in forms.items():
            try:
                answer = connection.answer(form.report(), "yesterday", "yesterday", limit=1)
            except Rejected as refused:
                raise Rejected(refused.message, refused.remedy or SCHEMA_REMEDY) from None
            schemas[name] = form.columns_of(answer)
        return schemas


def with_streams(source: Source, forms: Forms, schemas: Schemas) -> Source:
    """The source that pulls the declared reports as well."""
    known = {name: form for name, form in forms.items() if name in schemas}
    reports = {
        **REPORTS,
        **{name: form.report(schemas[name]) for name, form in known.items()},
    }
    declared = [
        form.stream(
            name,
            schemas[name],
            restates_for=RESTATEMENT_PERIOD,
            arrives_within=ARRIVAL_DELAY,
        )
        for name, form in known.items()
    ]
    return replace(
        source,
        streams=(*source.streams, *declared),
        open=lambda values, calls: AnalyticsConnection(values, calls, reports),
    )


SOURCE = Source(
    name="google_analytics",
    title="Google Analytics 4",
    options=(
        Option("GA4_PROPERTY_ID", "Number of the property, from Admin > Property details"),
        *google_sign_in.ASKED_OPTIONS,
        Option(
            "GA4_TRANSPORT",
            f"How the API is spoken to: {', '.join(TRANSPORTS)}",
            default=TRANSPORTS[0],
        ),
        Option("GA4_API_ENDPOINT", "Address of the Data API", default=DEFAULT_ENDPOINT),
    ),
    streams=(TRAFFIC_BY_CHANNEL, VISITORS_BY_DAY, VISITORS_BY_MONTH),
    limits=(Limit(BUCKET, 10, burst=5),),
    open=AnalyticsConnection,
    diagnose=diagnose,
    workers=4,
    version="2",
    declarable=Declarable(form=ReportForm, with_streams=with_streams, describe=describe),
)
