"""The part of Meta's Marketing API that serves the sample company's advertising account.

Insights come as reports: `POST /v25.0/act_<id>/insights` starts one, `GET /v25.0/<report>` returns its progress, and
`GET /v25.0/<report>/insights` its pages. A report holds what is known when it is started. `GET
/v25.0/act_<id>/insights` answers at once.

As at Meta, `action_report_time` is ignored, windows that were removed are taken and have no figures, and campaigns
that were deleted or archived are listed only where a filter asks for their status.
"""

import json
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from connectors.sandbox.advertising import Campaign, Result, results
from connectors.sandbox.figures import month_after
from connectors.sandbox.graph_api import VERSION, error, fields_of, unauthorized
from connectors.sandbox.http_server import JsonServer, Reply, Request
from connectors.sandbox.served import Served

ACCOUNT_ID = "1184290000000042"
TOKEN = "EAAsampleads"  # noqa: S105 (opens nothing but this sandbox)
MONTHS_KEPT = 37
WINDOWS: Mapping[str, float] = {
    "1d_click": 0.71,
    "7d_click": 1.0,
    "28d_click": 1.13,
    "1d_view": 0.18,
    "1d_ev": 0.04,
}
"""The attribution windows, and what each credits as a share of `7d_click`."""
WITHOUT_FIGURES = {"default", "7d_view", "28d_view"}
"""Windows that are taken too: the default is in every action (`value`), and the others were removed."""
SETTING = "7d_click_1d_view"
"""The attribution setting of every ad set, which is the default window."""
LIVE = {"ACTIVE", "PAUSED", "IN_PROCESS", "WITH_ISSUES"}
"""The statuses of the campaigns that a report lists without a filter."""
STATUSES = LIVE | {"ARCHIVED", "DELETED"}
ACTIONS: Mapping[str, float] = {
    "add_to_cart": 1.9,
    "offsite_conversion.fb_pixel_purchase": 1.0,
    "omni_purchase": 1.0,
    "purchase": 1.0,
}
"""The actions with a value, and its factor. A purchase has three names."""
DEFAULT_PAGE, LARGEST_PAGE = 25, 5_000
Row = dict[str, Any]


@dataclass
class Faults:
    """What goes wrong, for tests. Requests and reports are counted from 1."""

    replies: Mapping[int, Reply] = field(default_factory=dict)
    """What request n gets instead of its answer."""
    outcomes: Mapping[int, Row] = field(default_factory=dict)
    """What the status of report n ends with instead of its completion."""
    statuses: Mapping[str, str] = field(default_factory=dict)
    """The status of campaigns, by name; ACTIVE where it is not given."""
    unlisted: frozenset[str] = frozenset()
    """Names of campaigns that no report lists, whatever its filter; the account's figures include them."""
    requires_proof: bool = False
    """Whether the app refuses requests without a proof of its secret."""
    polls_before_ready: int = 1
    """Polls that find a report not ready."""


@dataclass
class Report:
    """A report that was started."""

    rows: list[Row]
    outcome: Row
    polls: int = 0


class MetaAdsServer(JsonServer):
    """The advertising account as it stands on `today`."""

    def __init__(
        self,
        today: date,
        *,
        faults: Faults | None = None,
        timezone: str = "Etc/UTC",
        currency: str = "USD",
    ) -> None:
        self.today = today
        self.faults = faults or Faults()
        self._account = {"id": f"act_{ACCOUNT_ID}", "timezone_name": timezone, "currency": currency}
        self._reports: dict[str, Report] = {}
        self._lock = threading.Lock()
        super().__init__(self._answer)

    def _answer(self, request: Request) -> Reply:
        if request.number in self.faults.replies:
            return self.faults.replies[request.number]
        if refusal := unauthorized(request, TOKEN, requires_proof=self.faults.requires_proof):
            return refusal
        account, insights = f"/{VERSION}/act_{ACCOUNT_ID}", f"/{VERSION}/act_{ACCOUNT_ID}/insights"
        if (request.method, request.path) == ("GET", account):
            return fields_of(self._account, request.params.get("fields", ""), "AdAccount")
        if (request.method, request.path) == ("POST", insights):
            return self._answered(dict(parse_qsl(request.body.decode())), self._start)
        if (request.method, request.path) == ("GET", insights):
            return self._answered(
                request.params, lambda rows: self._page(ACCOUNT_ID, rows, request.params)
            )
        report, _, edge = request.path.removeprefix(f"/{VERSION}/").partition("/")
        if request.method == "GET" and report in self._reports and edge in {"", "insights"}:
            started = self._reports[report]
            if edge:
                return self._rows(report, started, request.params)
            return self._status(report, started)
        message = f"Unsupported {request.method.lower()} request. Object with ID '{report}' does not exist"
        return error(400, 100, message, subcode=33)

    def _answered(self, form: Mapping[str, str], answer: Callable[[list[Row]], Reply]) -> Reply:
        """The answer to a request for the rows of a form, or why there is none."""
        try:
            rows = [*rows_of(form, self._account["currency"], self.today, self.faults)]
        except TooOld as fault:
            return error(400, 3018, str(fault), "OAuthException")
        except (KeyError, ValueError) as fault:
            return error(400, 100, f"(#100) {fault}", "OAuthException")
        return answer(rows)

    def _start(self, rows: list[Row]) -> Reply:
        with self._lock:
            number = len(self._reports) + 1
            done = {"async_status": "Job Completed", "async_percent_completion": 100}
            report = f"60251400000{number:04d}"
            self._reports[report] = Report(rows, self.faults.outcomes.get(number, done))
        return Reply(200, {"report_run_id": report})

    def _status(self, number: str, report: Report) -> Reply:
        with self._lock:
            report.polls += 1
            left = self.faults.polls_before_ready + 1 - report.polls
        state = report.outcome
        if left == 1:  # at 100 %, and not ready to be read yet
            state = {"async_status": "Job Running", "async_percent_completion": 100}
        elif left > 1:
            state = {"async_status": "Job Not Started", "async_percent_completion": 0}
        return Reply(200, {"id": number, "account_id": ACCOUNT_ID} | state)

    def _rows(self, number: str, report: Report, params: Mapping[str, str]) -> Reply:
        is_ready = report.polls > self.faults.polls_before_ready
        if not is_ready or report.outcome["async_status"] != "Job Completed":
            return error(
                400, 2601, "Error accessing adreport job.", "OAuthException", subcode=1815107
            )
        return self._page(number, report.rows, params)

    def _page(self, number: str, rows: list[Row], params: Mapping[str, str]) -> Reply:
        """A page of rows, and the cursor of the next one."""
        size = min(int(params.get("limit", DEFAULT_PAGE)), LARGEST_PAGE)
        first = int(urlsafe_b64decode(params["after"])) if "after" in params else 0
        page = rows[first : first + size]
        answer: Row = {"data": page}
        if page:
            cursors = {"before": cursor(first), "after": cursor(first + len(page))}
            answer["paging"] = {"cursors": cursors}
            if first + len(page) < len(rows):
                link = urlencode({"access_token": TOKEN, "limit": size, "after": cursors["after"]})
                answer["paging"]["next"] = (
                    f"https://graph.facebook.com/{VERSION}/{number}/insights?{link}"
                )
        return Reply(200, answer)


class TooOld(Exception):
    """The range begins before what is kept."""


def rows_of(form: Mapping[str, str], currency: str, today: date, faults: Faults) -> Iterator[Row]:
    """The rows that a form asks for. Raises KeyError or ValueError for what is not understood."""
    if form["level"] not in {"campaign", "account"} or form["time_increment"] != "1":
        raise ValueError("level and time_increment must be campaign or account, and 1, here")
    days = json.loads(form["time_range"])
    first, last = date.fromisoformat(days["since"]), date.fromisoformat(days["until"])
    if last < first:
        raise ValueError("time_range: since must not be later than until")
    if first < date(*month_after((today.year, today.month), -MONTHS_KEPT), 1):
        raise TooOld(
            f"(#3018) The start date of the time range cannot be beyond {MONTHS_KEPT} months from the current date"
        )
    windows = json.loads(form.get("action_attribution_windows", "[]"))
    if not WINDOWS.keys() | WITHOUT_FIGURES >= {*windows}:
        raise ValueError("Param action_attribution_windows must be one of " + ", ".join(WINDOWS))
    wanted = wanted_statuses(json.loads(form.get("filtering", "[]")))
    fields = form["fields"].split(",")
    for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
        listed = results("meta_ads", day, today)
        if form["level"] == "account":
            listed = [whole_account(listed)] if listed else []
        for result in listed:
            name = result.campaign.name
            if name not in faults.unlisted and faults.statuses.get(name, "ACTIVE") in wanted:
                yield row_of(result, day, fields, windows, currency)


def wanted_statuses(filters: Sequence[Mapping[str, Any]]) -> Collection[str]:
    """The statuses of the campaigns that are asked for. Raises ValueError for another filter."""
    wanted: Collection[str] = LIVE
    for filtered in filters:
        if (filtered["field"], filtered["operator"]) != ("campaign.effective_status", "IN"):
            raise ValueError(f"Filtering field {filtered['field']} is invalid")
        wanted = {*filtered["value"]}
    if not STATUSES.issuperset(wanted):
        raise ValueError("Filtering value must be one of " + ", ".join(sorted(STATUSES)))
    return wanted


def whole_account(listed: Sequence[Result]) -> Result:
    """What all campaigns of a day come to."""
    return Result(
        Campaign("", "", 0, 0),
        sum(result.impressions for result in listed),
        sum(result.clicks for result in listed),
        sum(result.spend_cents for result in listed),
        sum(result.value_cents for result in listed),
    )


def row_of(result: Result, day: date, fields: list[str], windows: list[str], currency: str) -> Row:
    """A campaign's day: the requested fields, with numbers as text, and the day."""
    known: Row = {
        "account_currency": currency,
        "campaign_id": result.campaign.number,
        "campaign_name": result.campaign.name,
        "impressions": str(result.impressions),
        "clicks": str(result.clicks),
        "spend": dollars(result.spend_cents),
        "action_values": action_values(result.value_cents, windows),
        "attribution_setting": SETTING,
    }
    unknown = [name for name in fields if name not in known]
    if unknown:
        raise ValueError(f"{unknown[0]} is not valid for fields param")
    values = {name: known[name] for name in fields if known[name] != []}
    return values | {"date_start": day.isoformat(), "date_stop": day.isoformat()}


def action_values(cents: int, windows: list[str]) -> list[Row]:
    """The value of each kind of action, by default and in each of `windows`; empty without any value."""
    if not cents:
        return []
    return [
        {"action_type": action, "value": dollars(int(cents * share * (1 + WINDOWS["1d_view"])))}
        | {name: dollars(int(cents * share * WINDOWS[name])) for name in windows if name in WINDOWS}
        for action, share in ACTIONS.items()
    ]


def dollars(cents: int) -> str:
    """Cents as the API writes them: in dollars, without trailing zeros."""
    whole, rest = divmod(cents, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".")


def cursor(place: int) -> str:
    """A position in a report as an opaque cursor."""
    return urlsafe_b64encode(str(place).encode()).decode()


def serve(today: date, home: Path) -> Served:
    """The sample company's advertising account, as it stands on `today`. Needs nothing of `home`."""
    server = MetaAdsServer(today)
    values = {
        "META_ADS_ACCOUNT_ID": ACCOUNT_ID,
        "META_ADS_ACCESS_TOKEN": TOKEN,
        "META_ADS_API_BASE": server.address,
    }
    return Served(values, server.close)
