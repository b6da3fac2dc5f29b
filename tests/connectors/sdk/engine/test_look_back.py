"""A look-back that is set: which days a run asks for, and after it was changed."""

from datetime import UTC, date, datetime

from connectors.sdk.contract import ONE_DAY, Page
from connectors.sdk.engine import pull
from connectors.sdk.errors import Rejected
from connectors.sdk.windows import Range
from tests.connectors.sdk.engine.fake_source import NOON, VISITS, FakeConnection, source, visits_of


class Days:
    """A source of one row a day, and what it was asked for."""

    def __init__(self, lake) -> None:
        self.fake = FakeConnection({"visits": lambda piece: iter([Page(visits_of(piece))])})
        self.source = source(self.fake, VISITS)
        self.lake = lake

    def asked(self, now: datetime, look_back: str = "") -> list[int]:
        """The days of the month that a run asks for."""
        self.fake.asked.clear()
        [report] = pull(
            self.source,
            {"FAKE_RESTATES_DAYS": look_back},
            self.lake,
            Range(date(2026, 4, 1), now.date() - ONE_DAY),
            now=lambda: now,
        )
        assert report.error is None
        return sorted(day.day for piece in self.fake.asked for day in piece.windows)


def test_a_longer_look_back_asks_once_more_for_what_settled_too_early_for_it(lake):
    """Runs at noon of the 2nd to the 10th. A day ends at midnight, and is final three days and a half later."""
    shop = Days(lake)
    for number in range(2, 11):
        shop.asked(datetime(2026, 4, number, 12, tzinfo=UTC))
    assert shop.asked(NOON) == [7, 8, 9]
    # each of the settled days was last pulled 3.5 days after its end, of the 5 that are wanted now
    assert shop.asked(NOON, "5") == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    # days 1 to 4 ended more than five days ago: they have settled again
    assert shop.asked(NOON, "5") == [5, 6, 7, 8, 9]


def test_a_day_that_was_first_pulled_long_after_its_end_stays_settled_whatever_the_look_back(lake):
    shop = Days(lake)
    may = datetime(2026, 5, 20, 12, tzinfo=UTC)
    assert len(shop.asked(may)) == 49
    shop.asked(may)
    # 22 April ends less than 28 days before noon of 20 May, 21 April does not: 9 days of April, 19 of May
    assert shop.asked(may, "28") == [*range(1, 20), *range(22, 31)]


def test_a_shorter_look_back_only_asks_for_less(lake):
    shop = Days(lake)
    shop.asked(NOON)
    assert shop.asked(NOON) == [7, 8, 9]
    assert shop.asked(NOON, "1") == [7, 8, 9], "none of them was pulled as final yet"
    assert shop.asked(NOON, "1") == [9]


def test_a_setting_that_cannot_be_read_fails_the_streams_of_its_source(lake):
    report = pull(
        Days(lake).source,
        {"FAKE_RESTATES_DAYS": "-1"},
        lake,
        Range(date(2026, 4, 1), NOON.date()),
        now=lambda: NOON,
    )[0]
    assert isinstance(report.error, Rejected)
    assert "FAKE_RESTATES_DAYS is '-1'" in lake.survey().attempts[0].message
