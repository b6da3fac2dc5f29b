"""A row that does not fit is set aside with a finding in its window, and the others are committed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa

from connectors.lake.lake import Lake
from connectors.lake.manifest import Finding
from connectors.sdk.contract import Page, Slice, column
from connectors.sdk.errors import NotPullable
from connectors.sdk.windows import Range
from tests.connectors.sdk.engine.fake_source import (
    MONTHS,
    NOON,
    ORDERS,
    VISITS,
    FakeConnection,
    newest_orders,
    numbers,
    source,
    take,
)

SETTLING = replace(VISITS, restates_for=timedelta(0))
Rows = Sequence[Mapping[str, Any]]


def day(number: int) -> date:
    return date(2026, 4, number)


def visit(number: int, n: object = 1, page: object = "/a1") -> dict[str, object]:
    return {"day": day(number), "page": page, "n": n}


def by_day(rows: Rows) -> Callable[[Slice], Iterator[Page]]:
    """A source that selects by day. A row without a day is of the day that it notes under `really`."""

    def pages(piece: Slice) -> Iterator[Page]:
        yield Page([x for x in rows if piece.first <= x.get("really", x["day"]) <= piece.last_day])

    return pages


def findings(lake: Lake, stream: str = "visits") -> dict[int, list[Finding]]:
    """By the day of the month of their windows."""
    manifests = lake.manifests("fake", stream)
    return {w.day: list(m.findings) for w, m in manifests.items() if m.findings}


def pulled(lake: Lake, rows: Rows, stream=VISITS, **other):
    fake = FakeConnection({stream.name: by_day(rows)})
    return take(source(fake, stream), lake, **other)[stream.name]


def test_one_bad_row_is_told_on_its_day_and_its_neighbours_are_committed(lake):
    rows = [visit(2), visit(2, "many", "/b2"), visit(3, 7)]
    assert pulled(lake, rows).error is None
    assert findings(lake) == {
        2: [
            Finding(
                what="wrong_type",
                message="visits.n is not a whole number of 64 bits: correct it at the source, and the next pull "
                "takes the row",
                column="n",
                day=day(2),
            )
        ]
    }
    assert (numbers(lake)[day(2)], numbers(lake)[day(3)]) == ([1], [7])


def test_equal_findings_of_a_window_are_one_with_the_rows_added_up_and_three_examples(lake):
    rows = [visit(2, None, f"p{n}") for n in range(5)] + [visit(2), visit(3, None, "p9")]
    pulled(lake, rows)
    [second], [third] = findings(lake)[2], findings(lake)[3]
    assert (second.what, second.rows) == ("missing_value", 5)
    assert second.examples == tuple(f"page p{n}" for n in range(3))
    assert third.rows == 1


def test_rows_of_several_pages_and_conversions_count_together(lake, monkeypatch):
    monkeypatch.setattr("connectors.sdk.job.ROWS_PER_CONVERSION", 2)
    bad = [visit(2, None, f"p{n}") for n in range(7)]
    good = [visit(2, n, f"q{n}") for n in range(7)]

    def pages(piece: Slice) -> Iterator[Page]:
        for pair in zip(bad, good, strict=True):
            yield Page(pair)
        yield Page(bad[:1])  # a page that overlaps

    take(source(FakeConnection({"visits": pages}), VISITS), lake, Range(day(2), day(2)))
    assert [x.rows for x in findings(lake)[2]] == [7]
    assert numbers(lake)[day(2)] == [*range(7)]


def test_a_bad_row_of_another_slice_is_left_to_it(lake):
    rows = [visit(2, None), visit(5)]
    everything = {"visits": lambda piece: iter([Page(rows)])}
    take(source(FakeConnection(everything), replace(VISITS, windows_per_slice=1)), lake)
    assert {number: len(told) for number, told in findings(lake).items()} == {2: 1}


def test_a_row_of_a_year_that_cannot_be_meant_is_told_once_with_the_newest_window(lake):
    far = [
        {"day": date(year, 4, 2), "page": f"p{year}", "n": 1} for year in (2062, 202, 1899, 2037)
    ]
    near = [{"day": date(year, 4, 2), "page": "p", "n": 1} for year in (1990, 2025, 2027, 2036)]
    rows = [*map(visit, range(1, 10)), *far, *near]
    # a source that gives everything for each slice, and on two pages
    everything = {"visits": lambda piece: iter([Page(rows), Page(far[:1])])}
    small = replace(VISITS, windows_per_slice=2)
    assert take(source(FakeConnection(everything), small), lake)["visits"].error is None
    assert numbers(lake) == {day(n): [1] for n in range(1, 10)}
    assert [*findings(lake)] == [9]
    [told] = findings(lake)[9]
    assert (told.what, told.column, told.rows, told.day) == ("outside_range", "day", 4, None)
    assert told.message == (
        "visits.day is before 1990, or more than 10 years ahead: correct it at the source, and the next pull "
        "takes the row"
    )
    assert told.examples == ("page p2062", "page p202", "page p1899")


def test_what_changed_before_a_computer_could_have_changed_it_is_told(lake):
    moments = {"a": datetime(202, 4, 9, 12, tzinfo=UTC), "b": datetime(2026, 4, 9, 12, tzinfo=UTC)}
    rows = [{"id": name, "n": 1, "updated_at": at} for name, at in moments.items()]
    take(source(FakeConnection({"orders": lambda piece: iter([Page(rows)])}), ORDERS), lake)
    [[told]] = findings(lake, "orders").values()
    assert (told.what, told.rows) == ("outside_range", 1)


def test_a_change_of_the_year_9999_does_not_replace_those_that_follow_it(lake):
    moments = {1: datetime(9999, 12, 31, tzinfo=UTC), 2: datetime(2026, 4, 9, 12, tzinfo=UTC)}
    rows = [{"id": "a", "n": n, "updated_at": at} for n, at in moments.items()]
    take(source(FakeConnection({"orders": lambda piece: iter([Page(rows)])}), ORDERS), lake)
    assert newest_orders(lake) == {"a": 2}
    [[told]] = findings(lake, "orders").values()
    assert (told.what, told.rows) == ("outside_range", 1)


def test_a_row_without_a_day_is_narrowed_down_to_the_day_that_it_came_for(lake):
    other = {"day": "(other)", "page": "(other)", "n": 3, "really": day(4)}
    assert pulled(lake, [*map(visit, range(1, 10)), other]).error is None
    [told] = findings(lake)[4]
    assert (told.what, told.column, told.rows, told.day) == ("no_day", "day", 1, day(4))
    assert [*findings(lake)] == [4]
    assert numbers(lake) == {day(n): [1] for n in range(1, 10)}


def test_rows_without_a_day_on_two_days_are_told_on_both_even_if_they_are_equal(lake):
    others = [{"day": None, "page": "p1", "n": 3, "really": day(n)} for n in (4, 6)]
    pulled(lake, [*map(visit, range(1, 10)), *others])
    assert [*findings(lake)] == [4, 6]


def test_a_month_without_a_day_is_told_in_its_window(lake):
    rows = [{"month": "(other)", "n": 1}]
    take(source(FakeConnection({"months": lambda piece: iter([Page(rows)])}), MONTHS), lake)
    [told] = findings(lake, "months")[1]
    assert (told.what, told.day) == ("no_day", None)


def test_a_source_that_does_not_select_by_day_tells_a_row_without_a_day_once(lake):
    rows = [*map(visit, range(1, 10)), {"day": None, "page": "p1", "n": 3}]
    fake = FakeConnection({"visits": lambda piece: iter([Page(rows)])})
    made = source(fake, replace(SETTLING, windows_per_slice=3))
    report = take(made, lake)["visits"]
    assert {number: [x.rows for x in told] for number, told in findings(lake).items()} == {9: [1]}
    assert len({x.window for x in report.committed}) == len(report.committed) == 9
    assert [x.window for x in report.committed if x.findings] == [day(9)]

    take(made, lake, Range(day(1), day(10)), NOON + timedelta(days=1))
    assert [*findings(lake)] == [10], "the window that told it yesterday was pulled again"


def test_nothing_but_a_row_without_a_day_is_told_once_by_a_source_that_does_not_select_by_day(lake):
    rows = [{"day": None, "page": "p1", "n": 3}]
    take(source(FakeConnection({"visits": lambda piece: iter([Page(rows)])}), VISITS), lake)
    assert {number: [x.rows for x in told] for number, told in findings(lake).items()} == {9: [1]}


def test_a_window_with_findings_is_pulled_again_until_it_is_sound(lake):
    rows = [*map(visit, range(1, 10)), visit(2, None, "p2")]
    fake = FakeConnection({"visits": by_day(rows)})
    made = source(fake, SETTLING)
    take(made, lake)
    settled = {w.day: m.settled for w, m in lake.manifests("fake", "visits").items()}
    assert settled == {n: n != 2 for n in range(1, 10)}

    rows[-1]["n"] = 8
    fake.asked.clear()
    take(made, lake)
    assert [piece.windows for piece in fake.asked] == [[day(2)]]
    assert findings(lake) == {}
    assert numbers(lake)[day(2)] == [1, 8]
    fake.asked.clear()
    take(made, lake)
    assert fake.asked == []


def test_a_window_that_can_no_longer_be_pulled_keeps_its_findings_and_fails_nothing(lake):
    rows = [*map(visit, range(1, 10)), visit(2, None, "p2")]
    take(source(FakeConnection({"visits": by_day(rows)}), SETTLING), lake)

    def too_old(piece: Slice) -> Iterator[Page]:
        raise NotPullable("too long ago")

    refusing = FakeConnection({"visits": too_old})
    refusing_source = source(refusing, SETTLING)
    assert take(refusing_source, lake)["visits"].error is None
    assert [*findings(lake)] == [2]
    assert numbers(lake)[day(2)] == [1]
    refusing.asked.clear()
    take(refusing_source, lake)
    assert refusing.asked == [], "it is not asked for again"
    beyond = take(refusing_source, lake, Range(day(1), day(10)), NOON + timedelta(days=1))["visits"]
    assert isinstance(beyond.error, NotPullable), "a window that was never pulled is a fault"


def test_a_window_that_was_last_pulled_before_it_was_final_is_given_up_as_well(lake):
    """Pulled at noon of the 10th, when the 7th to the 9th could still change for three days, and not for a month."""
    take(source(FakeConnection({"visits": by_day([*map(visit, range(1, 10))])}), VISITS), lake)

    def too_old(piece: Slice) -> Iterator[Page]:
        raise NotPullable("too long ago")

    refusing = FakeConnection({"visits": too_old})
    wanted, in_may = Range(day(1), day(9)), NOON + timedelta(days=30)
    take(source(refusing, VISITS), lake, wanted, in_may)
    assert refusing.asked[0].windows == [day(7), day(8), day(9)]
    refusing.asked.clear()
    take(source(refusing, VISITS), lake, wanted, in_may)
    assert refusing.asked == []
    assert numbers(lake)[day(9)] == [1]


def test_of_days_that_are_asked_for_together_those_that_can_be_pulled_are(lake):
    """The 1st to the 4th are bad. The source no longer gives what is before the 3rd, and the 4th was corrected."""
    rows = [*map(visit, range(1, 10)), *(visit(n, None, f"p{n}") for n in range(1, 5))]
    take(source(FakeConnection({"visits": by_day(rows)}), SETTLING), lake)
    rows[-1]["n"] = 8

    def from_the_third(piece: Slice) -> Iterator[Page]:
        if piece.first < day(3):
            raise NotPullable("too long ago")
        yield from by_day(rows)(piece)

    refusing = FakeConnection({"visits": from_the_third})
    refusing_source = source(refusing, SETTLING)
    assert take(refusing_source, lake)["visits"].error is None
    assert [*findings(lake)] == [1, 2, 3]
    assert numbers(lake)[day(4)] == [1, 8]
    # where the 2nd is refused, the 1st is not asked for
    asked = [(piece.first.day, piece.last.day) for piece in refusing.asked]
    assert asked == [(1, 4), (4, 4), (3, 3), (2, 2)]
    refusing.asked.clear()
    take(refusing_source, lake)
    assert [piece.windows for piece in refusing.asked] == [[day(3)]]


def test_the_connections_own_findings_stand_beside_those_of_the_rows(lake):
    own = Finding(what="cut_off", message="the list is cut off", rows=2, day=day(3))

    def pages(piece: Slice) -> Iterator[Page]:
        yield Page([visit(3, None)], findings=[own])
        yield Page([], findings=[own, replace(own, day=None)])

    take(source(FakeConnection({"visits": pages}), VISITS), lake)
    assert {x.what: x.rows for x in findings(lake)[3]} == {"cut_off": 4, "missing_value": 1}
    assert [(x.what, x.rows) for x in findings(lake)[9]] == [("cut_off", 2)]


STATUSES = replace(
    ORDERS,
    schema=ORDERS.schema.append(column("status", pa.string(), "", values=("placed", "paid"))),
)


def orders_in(lake: Lake) -> set[str]:
    windows = lake.manifests("fake", "orders")
    return {x for window in windows for x in lake.read("fake", STATUSES, window)["id"].to_pylist()}


def order(id: str, status: str, at: datetime) -> dict[str, object]:
    return {"id": id, "n": 1, "updated_at": at, "status": status}


def test_the_corrected_version_of_a_row_that_was_set_aside_counts_from_the_next_pull(lake):
    rows = [
        order("o1", "canceled", datetime(2026, 4, 3, 9, tzinfo=UTC)),
        order("o2", "paid", datetime(2026, 4, 3, 9, tzinfo=UTC)),
    ]

    def pages(piece: Slice) -> Iterator[Page]:
        end = datetime.max.replace(tzinfo=UTC) if piece.reaches_now else piece.until
        yield Page([x for x in rows if piece.since <= x["updated_at"] < end])

    made = source(FakeConnection({"orders": pages}), STATUSES)
    take(made, lake)
    [told] = findings(lake, "orders")[3]
    assert told.examples == ("canceled (id o1)",)
    assert orders_in(lake) == {"o2"}

    rows[0] |= {"status": "paid", "updated_at": datetime(2026, 4, 10, 13, tzinfo=UTC)}
    take(made, lake, Range(day(1), day(10)), NOON + timedelta(days=1))
    assert findings(lake, "orders") == {}
    assert orders_in(lake) == {"o1", "o2"}


DATED = replace(
    STATUSES, schema=STATUSES.schema.append(column("sold_on", pa.date32(), "")), counts_on="sold_on"
)


def changed_today(lake: Lake, sold: Sequence[date | None]) -> list[Finding]:
    """The findings of a day on which orders of these days were changed to a status that is not known."""
    at = datetime(2026, 4, 3, 9, tzinfo=UTC)
    rows = [order(f"o{n}", "canceled", at) | {"sold_on": day} for n, day in enumerate(sold)]
    take(source(FakeConnection({"orders": lambda piece: iter([Page(rows)])}), DATED), lake)
    [told] = findings(lake, "orders").values()
    return told


def test_a_finding_is_of_the_day_that_the_row_counts_for_and_stays_in_the_window_of_its_change(
    lake,
):
    told = changed_today(lake, [date(2025, 11, 2), date(2025, 11, 2), date(2025, 12, 24), None])
    assert {x.day: x.rows for x in told} == {
        date(2025, 11, 2): 2,
        date(2025, 12, 24): 1,
        day(3): 1,
    }
    assert [*findings(lake, "orders")] == [3]


def test_findings_of_very_many_days_are_one_without_a_day(lake):
    sold = [date(2024, 1, 1) + timedelta(days=n % 40) for n in range(60)]
    [told] = changed_today(lake, sold)
    assert (told.day, told.rows) == (None, 60)
    assert len(told.examples) == 3


def test_rows_that_were_stored_before_a_rule_was_declared_leave_with_the_next_pull_of_their_window(
    lake,
):
    at = datetime(2026, 4, 3, 9, tzinfo=UTC)
    free = [field.remove_metadata().with_nullable(True) for field in STATUSES.schema]
    rows = [order("o1", "canceled", at), order("o2", "paid", at)]
    pages = {"orders": lambda piece: iter([Page(rows)])}
    take(source(FakeConnection(pages), replace(STATUSES, schema=pa.schema(free))), lake)
    assert orders_in(lake) == {"o1", "o2"}

    strict = FakeConnection(pages)
    report = take(source(strict, STATUSES), lake)["orders"]
    assert report.skipped["settled"] == 8, "a rule alone pulls nothing again"
    assert findings(lake, "orders") == {}
    take(source(strict, STATUSES), lake, Range(day(3), day(3), repull=True))
    assert [x.what for x in findings(lake, "orders")[3]] == ["unknown_value"]
    assert orders_in(lake) == {"o2"}
