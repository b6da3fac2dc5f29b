"""Business days out of windows whose days begin at another hour, at the source."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest

from connectors.lake.manifest import Finding
from tests.models.conftest import Warehouse

MARCH = [date(2026, 3, day) for day in range(1, 6)]
"""Madrid's: from 18:00 on 28 February to 18:00 on 5 March in New York, from 07:00 on the 1st to 07:00 on the 6th in
Tokyo."""
THIRD, LAST = MARCH[2], MARCH[-1]
UNDATED = (Finding(what="no_day", message="a row without a day"),)
AUTUMN = [date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 2)]
"""UTC's: from 20:00 on 30 October to 19:00 on 2 November in New York, where 1 November has 25 hours."""


@pytest.fixture(scope="module")
def delivered_in(built: Any) -> Callable[[str], Warehouse]:
    """The same lake, modelled for a business in a zone."""

    def fill(warehouse: Warehouse, zone: str) -> None:
        for day in MARCH:
            warehouse.lake.window(
                "stripe",
                "balance_transactions",
                day,
                zone="Europe/Madrid",
                settled=day < LAST,
                flags=("sampled",) if day == LAST else (),
                findings=UNDATED if day == THIRD else (),
            )
            if day != THIRD:
                warehouse.lake.window("zendesk", "satisfaction_ratings", day, zone="Europe/Madrid")
        for day in AUTUMN:
            warehouse.lake.window("stripe", "invoice_lines", day, zone="UTC")
        warehouse.lake.window(
            "google_analytics", "visitors_by_day", THIRD, zone="Europe/Madrid", findings=UNDATED
        )
        warehouse.build(
            date(2026, 12, 1), "--select", "+stream_days", "+finding_days", timezone=zone
        )

    return lambda zone: built(f"zone-{zone.partition('/')[2]}", lambda empty: fill(empty, zone))


def days_of(warehouse: Warehouse, stream: str) -> Sequence[date]:
    """The days of a stream that are there."""
    return warehouse.column(
        f"select day from reporting_steps.stream_days where stream = '{stream}' order by day"
    )


def test_a_day_that_ends_after_the_newest_window_is_not_there_yet(delivered_in) -> None:
    new_york, tokyo = delivered_in("America/New_York"), delivered_in("Asia/Tokyo")
    assert days_of(new_york, "balance_transactions") == [date(2026, 3, day) for day in (1, 2, 3, 4)]
    # nor one that begins before the oldest
    assert days_of(tokyo, "balance_transactions") == [date(2026, 3, day) for day in (2, 3, 4, 5)]


def test_a_window_that_is_missing_is_missing_in_both_days_that_it_touches(delivered_in) -> None:
    new_york, tokyo = delivered_in("America/New_York"), delivered_in("Asia/Tokyo")
    assert days_of(new_york, "satisfaction_ratings") == [date(2026, 3, 1), date(2026, 3, 4)]
    assert days_of(tokyo, "satisfaction_ratings") == [date(2026, 3, 2), date(2026, 3, 5)]


def test_a_day_of_25_hours_is_there_when_all_of_them_are(delivered_in) -> None:
    days = days_of(delivered_in("America/New_York"), "invoice_lines")
    assert days == [date(2026, 10, 31), date(2026, 11, 1)]


def test_a_day_that_a_source_counts_is_the_businesss_own(delivered_in) -> None:
    for zone in ("America/New_York", "Asia/Tokyo"):
        assert days_of(delivered_in(zone), "visitors_by_day") == [THIRD]


def test_a_day_is_as_final_and_as_trusted_as_the_windows_that_it_lies_in(delivered_in) -> None:
    days = delivered_in("America/New_York").rows(
        "select day, is_settled, flags from reporting_steps.stream_days "
        "where stream = 'balance_transactions' and day >= '2026-03-03' order by day"
    )
    assert days == [(date(2026, 3, 3), True, []), (date(2026, 3, 4), False, ["sampled"])]


def test_a_finding_without_a_day_is_on_each_business_day_that_its_window_touches(
    delivered_in,
) -> None:
    def findings_on(zone: str, stream: str) -> list[tuple[date, str]]:
        return delivered_in(zone).rows(
            f"select day, code from reporting_steps.finding_days where stream = '{stream}' order by day"
        )

    aside = "set_aside:stripe"
    assert findings_on("America/New_York", "balance_transactions") == [
        (date(2026, 3, 2), aside),
        (THIRD, aside),
    ]
    assert findings_on("Asia/Tokyo", "balance_transactions") == [
        (THIRD, aside),
        (date(2026, 3, 4), aside),
    ]
    # a source that counts days counts the business's own
    for zone in ("America/New_York", "Asia/Tokyo"):
        assert findings_on(zone, "visitors_by_day") == [(THIRD, "set_aside:google_analytics")]
