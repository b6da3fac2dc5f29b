"""Rows are held against the totals that a source gives by itself; a window that differs does not settle."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from connectors.sdk.contract import Finding, Page, Slice, Stream, Tolerance, Total, column
from connectors.sdk.errors import PermissionDenied, Rejected, SourceError, Unavailable
from connectors.sdk.totals import totals_unless_refused
from connectors.sdk.windows import Range
from tests.connectors.sdk.engine.fake_source import (
    MONTHS,
    VISITS,
    FakeConnection,
    numbers,
    source,
    take,
)

DAY = date(2026, 4, 1)
ONE_DAY = Range(DAY, DAY)
MONEY = pa.decimal128(38, 6)
SPENT = Stream(
    name="spent",
    description="",
    schema=pa.schema(
        [
            column("day", pa.date32(), ""),
            column("campaign", pa.string(), ""),
            column("spend", MONEY, "", null=True),
            column("clicks", pa.int64(), ""),
        ]
    ),
    key=("day", "campaign"),
    cursor="day",
)


def visits(*counts: int) -> list[dict[str, object]]:
    """A row for each count, of pages of their own."""
    return [{"day": DAY, "page": f"/{n}", "n": count} for n, count in enumerate(counts)]


def findings_of(lake, stream: Stream = VISITS) -> list[Finding]:
    return [x for m in lake.manifests("fake", stream.name).values() for x in m.findings]


def is_settled(lake, stream: Stream = VISITS) -> list[bool]:
    return [manifest.settled for manifest in lake.manifests("fake", stream.name).values()]


@pytest.fixture
def pull_visits(lake) -> Callable[..., list[Finding]]:
    """Pulls a day whose rows have these counts, and whose total is said to be that; returns the findings."""

    def pull(
        counts: list[int], said: int | None, tolerance: Tolerance | None = None, *flags: str
    ) -> list[Finding]:
        stream = replace(VISITS, tolerances={"n": tolerance} if tolerance else {})
        totals = [] if said is None else [Total(DAY, {"n": said})]

        def pages(piece: Slice) -> Iterator[Page]:
            yield Page(visits(*counts), frozenset(flags))
            yield Page([], totals=totals)

        fake = FakeConnection({"visits": pages})
        report = take(source(fake, stream), lake, replace(ONE_DAY, repull=True))["visits"]
        assert report.error is None
        return findings_of(lake)

    return pull


def test_rows_that_come_to_less_than_the_total_are_told_and_do_not_settle(pull_visits, lake):
    [finding] = pull_visits([12, 8], 1_000)
    assert finding == Finding(
        what="differs_from_total",
        message=(
            "n of the rows come to 20, and Fake by itself says 1,000 (980 missing, 98.0%); "
            "compare the day there"
        ),
        rows=0,
        is_set_aside=False,
        column="n",
        day=DAY,
        examples=("2026-04-01: 20 of 1,000",),
    )
    assert numbers(lake) == {DAY: [12, 8]}  # the rows are kept
    assert is_settled(lake) == [False]


def test_rows_that_come_to_more_than_the_total_are_told(pull_visits):
    [finding] = pull_visits([700, 350], 1_000)
    assert "come to 1,050, and Fake by itself says 1,000 (50 too much, 5.0%)" in finding.message


def test_a_day_without_rows_is_held_against_its_total(pull_visits, lake):
    [finding] = pull_visits([], 1_000)
    assert "come to 0, and Fake by itself says 1,000 (1,000 missing, 100.0%)" in finding.message
    assert is_settled(lake) == [False]


def test_rows_where_the_source_says_that_there_is_nothing_are_told(pull_visits):
    [finding] = pull_visits([7], 0)
    assert "come to 7, and Fake by itself says 0 (7 too much)" in finding.message


def test_one_in_numbers_that_a_float_cannot_tell_apart_is_told(pull_visits):
    assert pull_visits([2**53, 1], 2**53 + 1) == []
    [finding] = pull_visits([2**53, 1], 2**53)
    assert "(1 too much, 0.0%)" in finding.message


@pytest.mark.parametrize(("counts", "said"), [([12, 8], 20), ([], 0), ([12, 8], None)])
def test_rows_that_come_to_the_total_or_have_none_settle(pull_visits, lake, counts, said):
    assert pull_visits(counts, said) == []
    assert is_settled(lake) == [True]


@pytest.mark.parametrize(
    ("tolerance", "count", "is_told"),
    [
        (Tolerance(share=Decimal("0.05")), 950, False),
        (Tolerance(share=Decimal("0.05")), 949, True),
        (Tolerance(share=Decimal("0.05")), 1_050, False),
        (Tolerance(share=Decimal("0.05")), 1_051, True),
        (Tolerance(amount=Decimal(3)), 997, False),
        (Tolerance(amount=Decimal(3)), 996, True),
        (Tolerance(share=Decimal("0.001"), amount=Decimal(3)), 997, False),  # the larger counts
    ],
)
def test_a_difference_up_to_the_declared_tolerance_is_none(pull_visits, tolerance, count, is_told):
    assert bool(pull_visits([count], 1_000, tolerance)) is is_told


@pytest.mark.parametrize(("count", "is_told"), [(750, False), (749, True)])
def test_a_window_that_the_source_flags_may_have_a_tolerance_of_its_own(
    pull_visits, count, is_told
):
    tolerance = Tolerance(share=Decimal("0.05"), share_if_flagged=Decimal("0.25"))
    assert bool(pull_visits([count], 1_000, tolerance, "thresholded")) is is_told


def test_the_finding_goes_when_the_rows_are_complete(pull_visits, lake):
    assert pull_visits([20], 1_000)
    assert pull_visits([20, 980], 1_000) == []
    assert is_settled(lake) == [True]


def test_only_the_day_that_differs_is_told(lake):
    said = {date(2026, 4, day): day for day in range(1, 10)} | {date(2026, 4, 4): 400}

    def pages(piece: Slice) -> Iterator[Page]:
        rows = [{"day": day, "page": "/", "n": day.day} for day in piece.windows]
        yield Page(rows, totals=[Total(day, {"n": said[day]}) for day in piece.windows])

    take(source(FakeConnection({"visits": pages}), VISITS), lake)
    assert [finding.day for finding in findings_of(lake)] == [date(2026, 4, 4)]


def test_a_month_is_held_against_its_total(lake):
    month = Range(date(2026, 3, 1), date(2026, 3, 31))

    def pages(piece: Slice) -> Iterator[Page]:
        yield Page([{"month": piece.first, "n": 3}], totals=[Total(date(2026, 3, 9), {"n": 4})])

    take(source(FakeConnection({"months": pages}), MONTHS), lake, month)
    [finding] = findings_of(lake, MONTHS)
    assert finding.day is None
    assert "come to 3, and Fake by itself says 4" in finding.message


def pull_spent(
    lake, rows: list[tuple[str, str | None, int]], said: Mapping[str, int | Decimal]
) -> list[Finding]:
    """Pulls a day of campaigns: what each is called, has cost, and its clicks."""

    def pages(piece: Slice) -> Iterator[Page]:
        yield Page(
            [
                {"day": DAY, "campaign": name, "spend": cost and Decimal(cost), "clicks": clicks}
                for name, cost, clicks in rows
            ],
            totals=[Total(DAY, said)],
        )

    take(source(FakeConnection({"spent": pages}), SPENT), lake, ONE_DAY)
    return findings_of(lake, SPENT)


def test_money_is_compared_to_the_last_place(lake):
    assert pull_spent(lake, [("a", "0.1", 1), ("b", "0.2", 1)], {"spend": Decimal("0.3")}) == []


def test_a_difference_in_the_last_place_of_money_is_told(lake):
    [finding] = pull_spent(lake, [("a", "10.000001", 1)], {"spend": Decimal("10.00")})
    assert "come to 10.000001, and Fake by itself says 10 (0.000001 too much" in finding.message


def test_each_column_with_a_total_is_compared_and_no_other(lake):
    said = {"spend": Decimal("100.00"), "clicks": 5}
    findings = pull_spent(lake, [("a", "10.00", 5)], said)
    assert [finding.column for finding in findings] == ["spend"]
    assert "(90 missing, 90.0%)" in findings[0].message


def test_rows_without_a_value_count_as_nothing_in_the_sum(lake):
    assert pull_spent(lake, [("a", None, 1), ("b", "2.50", 1)], {"spend": Decimal("2.5")}) == []


def test_a_row_that_comes_twice_counts_once(lake):
    rows = [("a", "10.00", 5), ("a", "10.00", 5)]
    assert pull_spent(lake, rows, {"spend": Decimal(10), "clicks": 5}) == []


def test_what_is_missing_because_it_was_set_aside_is_told_once(lake):
    """A row whose count is no number is set aside; that the rest comes to less than the total is no second fault."""

    def pages(piece: Slice) -> Iterator[Page]:
        bad = {"day": DAY, "page": "/bad", "n": "many"}
        yield Page([*visits(20), bad], totals=[Total(DAY, {"n": 1_000})])

    take(source(FakeConnection({"visits": pages}), VISITS), lake, ONE_DAY)
    [finding] = findings_of(lake)
    assert finding.is_set_aside


@pytest.mark.parametrize("refusal", [PermissionDenied("no"), Rejected("no such report")])
def test_a_source_that_refuses_the_total_has_none(refusal: SourceError):
    def ask() -> Iterator[Total]:
        raise refusal
        yield

    assert totals_unless_refused(ask) == []


def test_a_total_that_cannot_be_had_for_now_is_asked_for_by_the_next_run():
    def ask() -> Iterator[Total]:
        raise Unavailable("down")
        yield

    with pytest.raises(Unavailable):
        totals_unless_refused(ask)


@pytest.mark.parametrize("said", ["a lot", None, 1.5])
def test_what_is_no_exact_number_is_no_total(said):
    sound = Total(DAY, {"n": 1})
    assert totals_unless_refused(lambda: [Total(DAY, {"n": said}), sound]) == [sound]
