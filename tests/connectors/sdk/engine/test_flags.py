"""What a source says is not to be trusted lands on the windows it is true of."""

from collections.abc import Iterator
from datetime import date

from connectors.sdk.contract import Page, Slice
from connectors.sdk.windows import Range
from tests.connectors.sdk.engine.shelf import (
    MONTHS,
    VISITS,
    Shelf,
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

    shelf = Shelf({"visits": pages})
    report = take(source(shelf, VISITS), lake, Range(date(2026, 3, 1), date(2026, 3, 31)))["visits"]
    flagged = {m.window: m.flags for m in lake.manifests("shelf", "visits").values() if m.flags}
    assert flagged == {bad: ("thresholded",)}
    assert len(numbers(lake)) == len(report.committed) == 31
    assert len(shelf.asked) == 13  # not one for each of the days


def test_flags_that_hold_for_all_windows_alike_are_not_asked_for_one_by_one(lake):
    def pages(piece: Slice) -> Iterator[Page]:
        yield Page(visits_of(piece), frozenset({"estimated"}), alike=True)

    shelf = Shelf({"visits": pages})
    take(source(shelf, VISITS), lake)
    assert len(shelf.asked) == 1
    assert {m.flags for m in lake.manifests("shelf", "visits").values()} == {("estimated",)}


def test_parts_of_a_flagged_slice_keep_to_its_end(lake):
    def pages(piece: Slice) -> Iterator[Page]:
        yield Page([{"month": piece.last, "n": piece.last_day.day}], frozenset({"sampled"}))

    shelf = Shelf({"months": pages})
    take(source(shelf, MONTHS), lake, Range(date(2026, 2, 1), date(2026, 4, 9)))
    assert numbers(lake, MONTHS) == {
        date(2026, 2, 1): [28],
        date(2026, 3, 1): [31],
        date(2026, 4, 1): [9],
    }
    through = [m.data_through for m in lake.manifests("shelf", "months").values()]
    assert through == [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 9)]
