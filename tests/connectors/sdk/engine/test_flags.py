"""What a source says is not to be trusted lands on the windows it is true of."""

from collections.abc import Iterator
from datetime import date

from connectors.sdk.contract import Page, Slice
from connectors.sdk.windows import Range
from tests.connectors.sdk.engine.fake_source import (
    MONTHS,
    VISITS,
    FakeConnection,
    numbers,
    source,
    take,
    visits_of,
)


def test_a_flag_lands_on_the_window_it_belongs_to_and_on_no_other(lake):
    bad = date(2026, 3, 14)

    def pages(piece: Slice) -> Iterator[Page]:
        flags = frozenset({"thresholded"}) if piece.first <= bad <= piece.last else frozenset()
        yield Page(visits_of(piece), flags)

    fake = FakeConnection({"visits": pages})
    report = take(source(fake, VISITS), lake, Range(date(2026, 3, 1), date(2026, 3, 31)))["visits"]
    flagged = {m.window: m.flags for m in lake.manifests("fake", "visits").values() if m.flags}
    assert flagged == {bad: ("thresholded",)}
    assert len(numbers(lake)) == len(report.committed) == 31
    assert len(fake.asked) == 13  # not one for each of the days


def test_flags_that_hold_for_all_windows_alike_are_not_asked_for_one_by_one(lake):
    def pages(piece: Slice) -> Iterator[Page]:
        yield Page(visits_of(piece), frozenset({"estimated"}), alike=True)

    fake = FakeConnection({"visits": pages})
    take(source(fake, VISITS), lake)
    assert len(fake.asked) == 1
    assert {m.flags for m in lake.manifests("fake", "visits").values()} == {("estimated",)}


def test_parts_of_a_flagged_slice_keep_to_its_end(lake):
    def pages(piece: Slice) -> Iterator[Page]:
        yield Page([{"month": piece.last, "n": piece.last_day.day}], frozenset({"sampled"}))

    fake = FakeConnection({"months": pages})
    take(source(fake, MONTHS), lake, Range(date(2026, 2, 1), date(2026, 4, 9)))
    assert numbers(lake, MONTHS) == {
        date(2026, 2, 1): [28],
        date(2026, 3, 1): [31],
        date(2026, 4, 1): [9],
    }
    through = [m.data_through for m in lake.manifests("fake", "months").values()]
    assert through == [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 9)]
