"""A close date without a time of day is a day, whatever the zone. Any other is a moment."""

from datetime import UTC, date, datetime

import pytest

from connectors.sandbox.http_server import Reply
from connectors.sandbox.hubspot import SCOPES, error
from connectors.sdk.errors import Rejected
from connectors.sdk.windows import Range

FIRST_OF_MARCH = Range(date(2026, 3, 1), date(2026, 3, 1))
NINE = datetime(2026, 3, 1, 9, tzinfo=UTC)
LAST_DAY = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("zone", "closedate", "day"),
    [
        # midnight of UTC is 20:00 of the day before in New York, and 09:00 in Tokyo
        ("America/New_York", "2026-03-31T00:00:00Z", LAST_DAY),
        ("Asia/Tokyo", "2026-03-31T00:00:00Z", LAST_DAY),
        ("Etc/UTC", "2026-03-31T00:00:00Z", LAST_DAY),
        ("America/New_York", "2026-03-31", LAST_DAY),
        # midnight of the account's zone: UTC-4 in summer, UTC-5 in winter, UTC+9, UTC+5:30
        ("America/New_York", "2026-03-31T04:00:00Z", LAST_DAY),
        ("America/New_York", "2026-01-31T05:00:00Z", date(2026, 1, 31)),
        ("Asia/Tokyo", "2026-03-30T15:00:00Z", LAST_DAY),
        ("Asia/Kolkata", "2026-03-30T18:30:00Z", LAST_DAY),
        # picked at a time of day, or closed by moving the deal to its stage
        ("America/New_York", "2026-04-01T01:09:44.120Z", None),
        ("America/New_York", "2026-03-31T05:00:00Z", None),
        ("Asia/Tokyo", "2026-03-31T00:00:00.001Z", None),
        ("Etc/UTC", "", None),
    ],
)
def test_the_day_of_a_close_date(account, deal, zone: str, closedate: str, day) -> None:
    server = account.serve(deals=[deal(7, NINE, closedate=closedate)], timezone=zone)
    assert account.pulled("deals", server, FIRST_OF_MARCH).error is None
    [row] = account.rows("deals", FIRST_OF_MARCH)
    assert row["close_day"] == day


def test_a_bare_day_is_kept_as_its_first_moment_too(account, deal) -> None:
    server = account.serve(deals=[deal(7, NINE, closedate="2026-03-31")])
    account.pulled("deals", server, FIRST_OF_MARCH)
    [row] = account.rows("deals", FIRST_OF_MARCH)
    assert row["closed_at"] == datetime(2026, 3, 31, tzinfo=UTC)


def test_an_account_whose_settings_may_not_be_read_keeps_its_deals(account, deal) -> None:
    """Midnight of UTC is still a day; the zone can be set by hand."""
    deals = [
        deal(7, NINE, closedate="2026-03-31T00:00:00Z", deal_currency_code=None),
        deal(8, NINE, closedate="2026-03-30T15:00:00Z"),
    ]
    server = account.serve(deals=deals, scopes=frozenset(SCOPES.values()) - {"oauth"})
    report = account.pulled("deals", server, FIRST_OF_MARCH)
    assert (report.error, report.rows) == (None, 2)
    rows = account.newest("deals", FIRST_OF_MARCH)
    assert (rows["7"]["close_day"], rows["7"]["company_currency"]) == (LAST_DAY, None)
    assert rows["8"]["close_day"] is None
    account.pulled(
        "deals",
        server,
        Range(FIRST_OF_MARCH.first, FIRST_OF_MARCH.last, repull=True),
        HUBSPOT_TIMEZONE="Asia/Tokyo",
    )
    assert account.newest("deals", FIRST_OF_MARCH)["8"]["close_day"] == LAST_DAY


def test_a_zone_that_does_not_exist_is_refused(account) -> None:
    report = account.pulled("deals", account.serve(), FIRST_OF_MARCH, HUBSPOT_TIMEZONE="Tokio")
    assert isinstance(report.error, Rejected)
    assert "HUBSPOT_TIMEZONE names the timezone 'Tokio'" in str(report.error)


def test_an_account_in_a_zone_that_nobody_knows_keeps_its_deals_and_its_currency(
    account, deal
) -> None:
    server = account.serve(deals=[deal(7, NINE, closedate="2026-03-31T00:00:00Z")], currency="EUR")
    server.faults.replies = {2: Reply(200, {"timeZone": "Mars/Base", "companyCurrency": "EUR"})}
    assert account.pulled("deals", server, FIRST_OF_MARCH).error is None
    [row] = account.rows("deals", FIRST_OF_MARCH)
    assert (row["close_day"], row["company_currency"]) == (LAST_DAY, "EUR")


def test_an_account_without_that_part_of_the_api_keeps_its_deals(account, deal) -> None:
    server = account.serve(deals=[deal(7, NINE)])
    server.faults.replies = {2: error(404, "OBJECT_NOT_FOUND", "resource not found")}
    report = account.pulled("deals", server, FIRST_OF_MARCH)
    assert (report.error, report.rows) == (None, 1)
