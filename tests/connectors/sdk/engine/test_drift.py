"""A source that has changed a field fails its stream, and bad rows do not: what tells one from the other."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pytest

from connectors.sdk import bounded_pages
from connectors.sdk.contract import Page, Slice, column
from connectors.sdk.engine import StreamReport
from connectors.sdk.errors import Drift
from connectors.sdk.rows import DRIFT_ROWS
from connectors.sdk.windows import Range
from tests.connectors.sdk.engine.fake_source import (
    NOON,
    ORDERS,
    VISITS,
    WEEK,
    FakeConnection,
    numbers,
    source,
    take,
    visits_of,
)
from tests.connectors.set_aside import set_aside

Rows = Sequence[Mapping[str, Any]]
SECOND = Range(date(2026, 4, 2), date(2026, 4, 2))


def visit(number: int, **other: object) -> dict[str, Any]:
    return {"day": date(2026, 4, 2), "page": f"/{number}", "n": number} | other


def pulled(lake, rows: Rows, wanted: Range = SECOND, **other) -> StreamReport:
    """What pulling these rows comes to, in pages of 100."""

    def pages(piece: Slice) -> Iterator[Page]:
        for start in range(0, len(rows), 100):
            yield Page(rows[start : start + 100])

    return take(source(FakeConnection({"visits": pages}), VISITS), lake, wanted, **other)["visits"]


@pytest.fixture(autouse=True)
def _small_conversions(monkeypatch):
    """Rows become columns a hundred at a time."""
    monkeypatch.setattr("connectors.sdk.job.ROWS_PER_CONVERSION", 100)


@pytest.mark.parametrize(
    ("name", "value"), [("n", "many"), ("n", None), ("page", 7), ("page", None), ("day", 5)]
)
def test_a_column_that_is_unusable_in_all_of_very_many_rows_fails_the_stream(lake, name, value):
    rows = [visit(number, **{name: value}) for number in range(DRIFT_ROWS)]
    error = pulled(lake, rows).error
    assert isinstance(error, Drift)
    assert error.message.startswith(f"visits.{name} is ")
    assert error.message.endswith("in all of 300 rows")
    assert "look at one of them at the source" in error.remedy
    assert numbers(lake) == {}


def test_a_field_that_no_row_has_fails_the_stream_however_few_they_are(lake):
    gone = {name: value for name, value in visit(1).items() if name != "n"}
    error = pulled(lake, [gone]).error
    assert isinstance(error, Drift)
    assert error.message == "visits came without its column 'n'"
    assert "update Okra" in error.remedy
    assert numbers(lake) == {}


def test_an_import_of_bad_rows_on_a_quiet_day_is_set_aside(lake):
    report = pulled(lake, [visit(number, n=None) for number in range(20)])
    assert set_aside(report) == {("missing_value", "n"): 20}
    assert numbers(lake) == {SECOND.first: []}


def test_bad_rows_before_good_ones_are_set_aside_however_many_they_are(lake):
    """Not the first rows of an answer decide, but all."""
    bad = [visit(number, n=None) for number in range(400)]
    assert set_aside(pulled(lake, [*bad, visit(400)])) == {("missing_value", "n"): 400}
    assert numbers(lake) == {SECOND.first: [400]}


def test_a_field_that_comes_with_later_rows_is_empty_in_the_first(lake):
    first = [{"day": date(2026, 4, 2), "page": f"/{n}"} for n in range(150)]
    assert set_aside(pulled(lake, [*first, visit(150)])) == {("missing_value", "n"): 150}


@pytest.mark.parametrize(
    "faults", [[{"n": None}, {"n": "many"}], [{"n": None}, {"page": None}]], ids=str
)
def test_many_rows_with_different_faults_are_set_aside(lake, faults):
    rows = [visit(number, **faults[number % 2]) for number in range(400)]
    assert sum(set_aside(pulled(lake, rows)).values()) == 400


def test_days_keep_their_rows_where_all_that_comes_of_them_now_is_unusable(lake):
    """Too few to say that the source has changed, and they are no reason to lose what was good."""
    assert pulled(lake, visits_of(whole_week()), WEEK).error is None
    bad = [x | {"n": "many"} for x in visits_of(whole_week(10))]
    next_day = {"wanted": Range(WEEK.first, date(2026, 4, 10)), "now": NOON + timedelta(days=1)}
    # the 7th has been final for half a day, and has to be pulled once more
    assert set_aside(pulled(lake, bad, **next_day)) == {("wrong_type", "n"): 4}
    assert numbers(lake) == {date(2026, 4, n): [n] for n in range(1, 10)} | {date(2026, 4, 10): []}
    manifests = lake.manifests("fake", "visits")
    assert [w.day for w, m in manifests.items() if m.findings] == [7, 8, 9, 10]
    # where one day's rows are good again, what is bad is left out as everywhere
    mended = [*bad[:-1], visits_of(whole_week(10))[-1]]
    assert set_aside(pulled(lake, mended, **next_day)) == {("wrong_type", "n"): 3}
    assert numbers(lake)[date(2026, 4, 9)] == []


def whole_week(last: int = 9) -> Slice:
    return Slice(VISITS, date(2026, 4, 1), date(2026, 4, last), NOON.tzinfo)


def test_a_new_value_in_every_row_is_not_taken_for_a_changed_field(lake):
    status = column("status", pa.string(), "", values=("placed", "paid"))
    stream = replace(ORDERS, schema=ORDERS.schema.append(status))
    at = NOON - timedelta(days=3)
    rows = [{"id": f"o{n}", "n": 1, "updated_at": at, "status": "new"} for n in range(400)]
    fake = FakeConnection({"orders": lambda piece: iter([Page(rows)])})
    report = take(source(fake, stream), lake)["orders"]
    assert set_aside(report) == {("unknown_value", "status"): 400}


def test_a_cursor_that_leads_back_to_its_page_is_drift(lake):
    def pages(piece: Slice) -> Iterator[Page]:
        while True:
            yield Page(visits_of(piece))

    report = take(source(FakeConnection({"visits": pages}), VISITS), lake)["visits"]
    assert isinstance(report.error, Drift)
    assert report.error.message == "visits gives the same page again and again"
    assert numbers(lake) == {}


def test_pages_without_rows_that_never_end_are_drift(lake):
    def pages(piece: Slice) -> Iterator[Page]:
        while True:
            yield Page([])

    report = take(source(FakeConnection({"visits": pages}), VISITS), lake)["visits"]
    assert isinstance(report.error, Drift)
    assert report.error.message == "visits goes on without an end, after 1,001 pages"


def test_pages_that_never_end_are_drift(lake, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bounded_pages, "MOST_PAGES", 50)

    def pages(piece: Slice) -> Iterator[Page]:
        for number in itertools.count():
            yield Page([{"day": piece.last, "page": str(number), "n": 1}])

    report = take(source(FakeConnection({"visits": pages}), VISITS), lake)["visits"]
    assert isinstance(report.error, Drift)
    assert report.error.message == "visits goes on without an end, after 51 pages"
