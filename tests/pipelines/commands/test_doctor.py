"""`okra doctor` against the vendors' wire protocols on loopback, well and unwell."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from connectors.lake.lake import Lake
from connectors.sandbox import facebook_pages, google_analytics, hubspot, sql_database, zendesk
from connectors.sandbox.balance_transactions import row
from connectors.sandbox.http_server import Reply
from connectors.sandbox.stripe import ACCOUNT, INVOICES, KEY, LIST, StripeServer
from connectors.sdk import catalog
from connectors.sdk.engine import pull
from connectors.sdk.source_settings import settings_of
from connectors.sdk.windows import Range
from connectors.stripe import source as stripe
from pipelines.cli import app
from pipelines.settings import Settings

CANARY = "rk_live_canary_8d02be61"
NOBODY = "http://127.0.0.1:9"
TODAY = datetime.now(UTC).date()


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)

    @property
    def only(self) -> Any:
        """The one source that was asked."""
        [source] = self.document
        return source

    def errors(self) -> dict[str, str | None]:
        """The kind of fault by stream."""
        return {stream["stream"]: stream["error"] for stream in self.only["streams"]}


class Office:
    """An installation with nothing configured but what a test sets, started 20 days ago."""

    def __init__(self, home: Path, patch: pytest.MonkeyPatch) -> None:
        self.home = home
        self._patch = patch
        of_sources = {o.name for source in catalog.sources().values() for o in settings_of(source)}
        for name in os.environ:
            if name.startswith("OKRA_") or name in of_sources:
                patch.delenv(name)
        self.set(
            OKRA_HOME=str(home),
            OKRA_ENV_FILE=str(home / "no.env"),
            OKRA_START_DATE=f"{TODAY - timedelta(days=20)}",
        )

    def set(self, **settings: str) -> None:
        for name, value in settings.items():
            self._patch.setenv(name, value)

    def doctor(self, *options: str) -> Done:
        done = CliRunner().invoke(app, ["doctor", *options], catch_exceptions=False)
        return Done(done.exit_code, done.stdout, done.stderr)


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    # the day of the installation does not change when midnight comes during the tests
    noon, present = datetime.combine(TODAY, time(12), UTC), Settings.now
    monkeypatch.setattr(Settings, "now", lambda own: present(own) if own.sandbox_today else noon)
    return Office(tmp_path / "home", monkeypatch)


@pytest.fixture
def account(office: Office) -> Iterator[StripeServer]:
    """Stripe, with a movement yesterday and the key set."""
    yesterday = datetime.combine(TODAY - timedelta(days=1), datetime.min.time(), UTC)
    with StripeServer(TODAY, rows=[row("charge", "charge", "txn_1", yesterday, 1000)]) as server:
        office.set(STRIPE_API_KEY=KEY, STRIPE_API_BASE=server.address)
        yield server


def test_a_source_that_is_well_is_told_with_what_a_run_would_pull(office, account):
    done = office.doctor("--json")
    assert done.code == 0, done.err
    assert done.only["ok"] is True
    assert done.errors() == dict.fromkeys(
        ["balance_transactions", "invoice_lines", "subscriptions"]
    )
    movements = done.only["streams"][0]
    assert movements["windows_due"] == 20
    assert movements["from"] == f"{TODAY - timedelta(days=20)}"
    assert movements["to"] == f"{TODAY - timedelta(days=1)}"
    assert abs(done.only["clock_ahead_seconds"]) <= 5


def test_the_look_back_and_the_rate_that_hold_are_shown_and_what_is_unusual_of_them(
    office, account
):
    office.set(STRIPE_RESTATES_DAYS="invoice_lines:7", STRIPE_REQUESTS_PER_SECOND="account:200")
    done = office.doctor("--json")
    assert done.code == 0, done.err
    looks_back = {stream["stream"]: stream["look_back_days"] for stream in done.only["streams"]}
    assert looks_back == {"balance_transactions": 1, "invoice_lines": 7, "subscriptions": 0}
    assert done.only["requests_per_second"]["account"] == 200
    said = office.doctor()
    assert "7 days" in said.out
    assert "stripe: STRIPE_RESTATES_DAYS has invoice_lines pulled again for 7 days, and" in said.err
    assert "stripe: STRIPE_REQUESTS_PER_SECOND has 200 account requests a second, and" in said.err


def test_a_look_back_that_cannot_be_read_is_told_with_the_remedy(office, account):
    office.set(STRIPE_RESTATES_DAYS="-3")
    done = office.doctor()
    assert done.code == 1
    assert "stripe: STRIPE_RESTATES_DAYS is '-3'" in done.err
    assert "the default is balance_transactions:1,invoice_lines:35" in done.err
    assert not account.asked


def test_what_the_lake_holds_already_is_not_due(office, account):
    first = TODAY - timedelta(days=20)
    values = {"STRIPE_API_KEY": KEY, "STRIPE_API_BASE": account.address}
    pull(
        stripe.SOURCE, values, Lake(office.home / "lake"), Range(first, first + timedelta(days=4)),
        now=lambda: datetime.now(UTC), only=["balance_transactions"],
    )  # fmt: skip
    movements = office.doctor("--json").only["streams"][0]
    assert movements["windows_due"] == 15
    assert movements["left_alone"] == {"settled": 5}


def test_each_stream_is_asked_once_and_nothing_is_stored(office, account):
    assert office.doctor().code == 0
    paths = [request.path for request in account.asked]
    # one page of each list, and one question for the account's zone; not a day of history
    assert sorted(paths) == sorted([ACCOUNT, LIST, INVOICES, "/v1/subscriptions"])
    assert not (office.home / "lake").exists()


def test_a_key_that_is_not_accepted_is_told_once_and_not_shown(office, account):
    office.set(STRIPE_API_KEY=CANARY)
    for options in ((), ("--json",)):
        done = office.doctor(*options)
        assert done.code == 1
        [line] = [line for line in done.err.splitlines() if line.startswith("stripe")]
        assert "stripe: Stripe does not accept the key" in line
        assert CANARY not in done.out + done.err
        assert CANARY[-4:] not in done.out + done.err
    assert set(done.errors().values()) == {"credential"}
    assert done.only["zone"] is None


def test_a_permission_that_is_missing_is_told_for_the_stream_that_needs_it(office, account):
    account.faults.forbidden = frozenset({INVOICES})
    done = office.doctor("--json")
    assert done.code == 1
    assert done.errors() == {
        "balance_transactions": None,
        "invoice_lines": "permission",
        "subscriptions": None,
    }
    [line] = [line for line in done.err.splitlines() if line.startswith("stripe")]
    assert line.startswith("stripe.invoice_lines: ")
    assert "rak_invoice_read" in line


def test_a_source_that_is_down_does_not_hide_one_that_is_well(office, account, tmp_path):
    shop = sql_database.serve(TODAY, tmp_path)
    office.set(STRIPE_API_BASE=NOBODY, **{k: v for k, v in shop.values.items() if v})
    done = office.doctor("--json")
    assert done.code == 1
    assert {source["source"]: source["ok"] for source in done.document} == {
        "sql_database": True,
        "stripe": False,
    }
    assert "stripe: GET /v1/account: the server cannot be reached" in done.err
    assert done.document[1]["streams"][0]["error"] == "unavailable"
    assert office.doctor("--source", "sql_database").code == 0


def test_an_answer_of_another_shape_is_told_before_a_run_meets_it(office, account):
    strange = {"object": "list", "has_more": False, "data": [{"id": "txn_1", "amount": "much"}]}
    account.faults.replies = {1: Reply(200, strange)}
    done = office.doctor("--json")
    assert done.code == 1
    assert done.errors()["balance_transactions"] == "drift"


@pytest.mark.parametrize("ahead", [timedelta(hours=2), timedelta(minutes=-90)])
def test_a_wrong_clock_is_told_although_every_stream_answers(office, account, ahead):
    account.set_clock(ahead)
    done = office.doctor()
    assert done.code == 1
    told = re.search(
        r"stripe: its clock is (\d):(\d\d):(\d\d) (ahead|behind) of this machine's", done.err
    )
    assert told, done.err
    hours, minutes, seconds = (int(part) for part in told.groups()[:3])
    difference = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    assert abs((difference if told[4] == "ahead" else -difference) - ahead) < timedelta(seconds=5)
    told_to_machines = office.doctor("--json")
    assert set(told_to_machines.errors().values()) == {None}
    assert told_to_machines.only["ok"] is False
    assert abs(told_to_machines.only["clock_ahead_seconds"] - ahead.total_seconds()) < 5


def test_some_seconds_between_two_clocks_are_nothing(office, account):
    account.set_clock(timedelta(seconds=40))
    assert office.doctor().code == 0


def test_another_zone_than_the_business_is_told_and_is_no_fault(office, account):
    account.faults.timezone = "America/New_York"
    office.set(OKRA_TIMEZONE="Europe/Madrid")
    done = office.doctor()
    assert done.code == 0
    assert (
        "stripe counts its days in America/New_York, the business (OKRA_TIMEZONE) in Europe/Madrid"
        in done.err
    )


def test_one_zone_under_two_names_is_not_told(office, account):
    account.faults.timezone = "Etc/UTC"
    assert "counts its days" not in office.doctor().err


def test_hubspot_tells_the_scope_that_is_missing_and_what_is_left_of_the_day(office):
    faults = hubspot.Faults(
        scopes=frozenset(hubspot.SCOPES.values()) - {hubspot.SCOPES[hubspot.OWNERS]}
    )
    with hubspot.HubSpotServer(TODAY, deals=[], calls=[], owners=[], faults=faults) as server:
        office.set(HUBSPOT_ACCESS_TOKEN=hubspot.TOKEN, HUBSPOT_API_BASE=server.address)
        done = office.doctor("--json")
    assert done.code == 1
    assert done.errors() == {
        "deals": None,
        "calls": None,
        "merged_contacts": None,
        "owners": "permission",
        "pipelines": None,
    }
    assert hubspot.SCOPES[hubspot.OWNERS] in done.err
    # the two recycle bins and the pipelines have been counted; searches are not, nor is what was refused
    assert done.only["quota_left"] == "249997 of 250000 requests today"


def test_zendesk_and_facebook_and_google_tell_what_is_left(office, tmp_path):
    served = [
        module.serve(TODAY, tmp_path) for module in (facebook_pages, google_analytics, zendesk)
    ]
    try:
        for server in served:
            office.set(**{name: value for name, value in server.values.items() if value})
        done = office.doctor("--json")
    finally:
        for server in served:
            server.close()
    assert done.code == 0, done.err
    assert {source["source"]: source["quota_left"] for source in done.document} == {
        "facebook_pages": "69 % of the hour's usage",
        "google_analytics": "200,000 tokens today, 40,000 tokens this hour",
        # the account's settings, the tickets, the ratings
        "zendesk": "697 of 700 requests this minute",
    }


def test_the_sample_company_is_examined_and_its_past_is_not_lived_through(office):
    office.set(OKRA_SOURCES="facebook_pages", OKRA_SANDBOX_TODAY="2026-11-25")
    office.set(OKRA_START_DATE="2026-11-01")
    done = office.doctor("--json")
    assert done.code == 0, done.err
    assert "this is the sample company" in done.err
    snapshot, insights = done.only["streams"]
    assert (snapshot["windows_due"], snapshot["from"]) == (1, "2026-11-25")
    assert insights["windows_due"] > 20
    assert not [*office.home.rglob("manifests.json")]


def test_a_source_that_is_not_active_cannot_be_examined(office, account):
    done = office.doctor("--source", "zendesk")
    assert done.code == 2
    assert "zendesk is no active source" in done.err
    assert not account.asked
