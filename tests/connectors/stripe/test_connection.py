import json
from datetime import UTC, date, datetime

import pytest

from connectors.sandbox.stripe import KEY, LIST
from connectors.sandbox.stripe_lists import error
from connectors.sdk.engine import pull
from connectors.sdk.errors import (
    CredentialError,
    PermissionDenied,
    Rejected,
    Unavailable,
)
from connectors.sdk.windows import Range
from connectors.stripe.source import BALANCE_TRANSACTIONS, SOURCE

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
FIRST_OF_MARCH = Range(date(2026, 3, 1), date(2026, 3, 1))


def test_the_library_itself_retries_nothing(account) -> None:
    broken = error(500, "Something went wrong")
    server = account.serve([], replies=dict.fromkeys(range(1, 20), broken))
    report = account.pulled(server, FIRST_OF_MARCH, calls=account.unslept)
    assert isinstance(report.error, Unavailable)
    assert server.pages_asked == 6  # the tries of `Calls`, and not three times as many


def test_no_part_of_a_key_gets_into_a_message_or_a_file(account) -> None:
    wrong = "rk_live_51QdWrongKey9f3a7c1e"
    server = account.serve()
    report = account.pulled(server, FIRST_OF_MARCH, STRIPE_API_KEY=wrong)
    assert isinstance(report.error, CredentialError)
    assert "STRIPE_API_KEY" in str(report.error)
    assert report.error.__cause__ is None
    for wanted in (FIRST_OF_MARCH, Range(date(2026, 11, 20), date(2026, 11, 23))):
        account.pulled(server, wanted)
    account.pulled(account.serve([], forbidden=frozenset({LIST})), FIRST_OF_MARCH)
    written = b"".join(path.read_bytes() for path in account.lake.root.rglob("*") if path.is_file())
    for told in (written, str(report.error).encode(), repr(report.error.args).encode()):
        for part in (wrong, wrong[:12], wrong[-4:], KEY, KEY[:8], KEY[-8:]):
            assert part.encode() not in told


def test_nothing_about_this_machine_is_sent_along(account) -> None:
    server = account.serve([])
    account.pulled(server, Range(date(2026, 3, 1), date(2026, 5, 31)))
    for request in server.asked:
        assert "x-stripe-client-telemetry" not in request.headers
        about = json.loads(request.headers["x-stripe-client-user-agent"])
        assert about.keys().isdisjoint({"telemetry_id", "platform", "uname"})


def test_days_are_the_account_s_own(account) -> None:
    february_in_new_york = datetime(2026, 3, 1, 4, 59, 59, tzinfo=UTC)
    march_in_new_york = datetime(2026, 3, 1, 5, tzinfo=UTC)
    rows = [account.charge(1, february_in_new_york), account.charge(2, march_in_new_york)]
    server = account.serve(rows, timezone="America/New_York")
    account.pulled(server, Range(date(2026, 2, 28), date(2026, 3, 1)))
    read = {
        window: account.lake.read("stripe", BALANCE_TRANSACTIONS, window).column("id").to_pylist()
        for window in (date(2026, 2, 28), date(2026, 3, 1))
    }
    assert read == {date(2026, 2, 28): [rows[0]["id"]], date(2026, 3, 1): [rows[1]["id"]]}


def test_a_named_timezone_goes_before_the_account_s_and_spares_the_question(account) -> None:
    row_of_march = account.charge(1, datetime(2026, 2, 28, 23, 30, tzinfo=UTC))
    server = account.serve([row_of_march], forbidden=frozenset({"/v1/account"}))
    report = account.pulled(server, FIRST_OF_MARCH, STRIPE_TIMEZONE="Europe/Berlin")
    assert report.error is None
    assert report.rows == 1
    assert {x.path for x in server.asked} == {LIST}


@pytest.mark.parametrize(
    "hooks",
    [{"forbidden": frozenset({"/v1/account"})}, {"timezone": None}],
    ids=["forbidden", "none"],
)
def test_an_account_that_does_not_tell_its_timezone_is_not_taken_for_utc(
    account, hooks: dict[str, object]
) -> None:
    report = account.pulled(account.serve([], **hooks), FIRST_OF_MARCH)
    assert isinstance(report.error, PermissionDenied)
    assert "STRIPE_TIMEZONE" in report.error.remedy


def test_an_unknown_timezone_is_refused(account) -> None:
    report = account.pulled(account.serve([]), FIRST_OF_MARCH, STRIPE_TIMEZONE="Europe/Atlantis")
    assert isinstance(report.error, Rejected)
    assert "STRIPE_TIMEZONE names the timezone 'Europe/Atlantis'" in str(report.error)


def test_the_key_is_not_sent_unencrypted(account) -> None:
    options = {"STRIPE_API_KEY": KEY, "STRIPE_API_BASE": "http://api.stripe.com"}
    for report in pull(SOURCE, options, account.lake, FIRST_OF_MARCH, now=lambda: NOON):
        assert isinstance(report.error, Rejected)
        assert "STRIPE_API_BASE" in str(report.error)
