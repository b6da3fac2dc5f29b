from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.okr.kpi.periods import (
    CADENCES,
    FiscalYear,
    PeriodError,
    containing,
    cut_alike,
    parse_period,
    previous,
    whole_windows,
    windows,
    year_before,
)

DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))
FISCAL_YEARS = st.builds(FiscalYear, st.integers(1, 12), st.sampled_from(["end", "start"]))


@pytest.mark.parametrize(
    ("written", "start", "end"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-H2", date(2026, 7, 1), date(2026, 12, 31)),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2026-11", date(2026, 11, 1), date(2026, 11, 30)),
        ("2026-11-24", date(2026, 11, 24), date(2026, 11, 24)),
        ({"start": "2026-02-01", "end": "2026-06-30"}, date(2026, 2, 1), date(2026, 6, 30)),
    ],
)
def test_a_written_period_has_both_its_ends(written, start, end):
    period = parse_period(written)
    assert (period.start, period.end) == (start, end)


def test_leap_day_belongs_to_february_and_to_the_first_quarter():
    assert parse_period("2028-02").end == date(2028, 2, 29)
    assert parse_period("2028-Q1").days == 91
    assert parse_period("2028").days == 366


def test_iso_week_53_is_a_week_of_the_years_that_have_one():
    week = parse_period("2026-W53")
    assert (week.start, week.end) == (date(2026, 12, 28), date(2027, 1, 3))
    assert containing(date(2027, 1, 1), "week").label == "2026-W53"
    with pytest.raises(PeriodError, match="2025-W53"):
        parse_period("2025-W53")


@pytest.mark.parametrize(("first_month", "named_by", "written", "start", "end"), [
    # from October, by the year of its end: 2026 is October 2025 to September 2026
    (10, "end", "2026", "2025-10-01", "2026-09-30"),
    (10, "end", "2026-Q1", "2025-10-01", "2025-12-31"),
    (10, "end", "2026-Q2", "2026-01-01", "2026-03-31"),
    (10, "end", "2026-Q4", "2026-07-01", "2026-09-30"),
    (10, "end", "2026-H1", "2025-10-01", "2026-03-31"),
    (10, "end", "2026-H2", "2026-04-01", "2026-09-30"),
    (10, "start", "2026-Q1", "2026-10-01", "2026-12-31"),
    (10, "start", "2026-Q2", "2027-01-01", "2027-03-31"),
    (2, "end", "2026", "2025-02-01", "2026-01-31"),
    (2, "end", "2026-Q4", "2025-11-01", "2026-01-31"),
    (2, "start", "2026-Q4", "2026-11-01", "2027-01-31"),
    (2, "start", "2026", "2026-02-01", "2027-01-31"),
    (12, "end", "2026-H1", "2025-12-01", "2026-05-31"),
    (4, "end", "2027", "2026-04-01", "2027-03-31"),
    (4, "start", "2026", "2026-04-01", "2027-03-31"),
    (7, "end", "2026-Q3", "2026-01-01", "2026-03-31"),
    # from January a year starts and ends in one calendar year
    (1, "end", "2026-Q1", "2026-01-01", "2026-03-31"),
    (1, "start", "2026-Q1", "2026-01-01", "2026-03-31"),
    # months, weeks and days are those of the calendar
    (10, "end", "2026-11", "2026-11-01", "2026-11-30"),
    (10, "end", "2026-W53", "2026-12-28", "2027-01-03"),
    (10, "end", "2026-11-25", "2026-11-25", "2026-11-25"),
])  # fmt: skip
def test_a_fiscal_year_is_named_by_the_year_it_ends_in_or_where_that_is_the_custom_starts_in(
    first_month, named_by, written, start, end
):
    fiscal_year = FiscalYear(first_month, named_by)
    period = parse_period(written, fiscal_year)
    assert (period.start, period.end) == (date.fromisoformat(start), date.fromisoformat(end))
    assert containing(period.start, period.cadence, fiscal_year).label == written
    assert containing(period.end, period.cadence, fiscal_year) == period


def test_daylight_saving_days_are_days_like_any_other():
    clocks_change = parse_period({"start": "2026-03-28", "end": "2026-03-30"})
    assert clocks_change.days == 3
    assert len(windows(clocks_change.start, clocks_change.end, "day")) == 3


@pytest.mark.parametrize(
    "written",
    ["2026-13", "2026-Q5", "2026-W54", "26", "Q4 2026", "2026-02-30", "0001", "9999", "", None,
     {"start": "2026-02-01"}, {"start": "2026-02-02", "end": "2026-02-01"},
     {"start": "2026-02-01", "end": "soon"}, {"start": "20260201", "end": "2026-03-01"}],
)  # fmt: skip
def test_what_is_no_period_is_refused_with_a_remedy(written):
    with pytest.raises(PeriodError) as refused:
        parse_period(written)
    assert refused.value.remedy


@pytest.mark.parametrize(("written", "what", "remedy"), [
    ("Q4", "`Q4` is a period without a year", "write 2026, 2026-H2, 2026-Q4"),
    ("H1", "`H1` is a period without a year", "write 2026"),
    ("W48", "`W48` is a period without a year", "write 2026"),
    ("November", "`November` is a period without a year", "write 2026"),
    ("11-30", "`11-30` is a period without a year", "write 2026"),
    ("Q4 2026", "`Q4 2026` is not a period", "did you mean 2026-Q4?"),
    ("2026Q4", "`2026Q4` is not a period", "did you mean 2026-Q4?"),
    ("2026-q4", "`2026-q4` is not a period", "did you mean 2026-Q4?"),
    ("FY2026", "`FY2026` is not a period", "did you mean 2026?"),
    ("FY2026 H1", "`FY2026 H1` is not a period", "did you mean 2026-H1?"),
    ("2026-4", "`2026-4` is not a period", "did you mean 2026-04?"),
    ("11/2026", "`11/2026` is not a period", "did you mean 2026-11?"),
    ("2026/11", "`2026/11` is not a period", "did you mean 2026-11?"),
    ("2026-Q5", "`2026-Q5` is not a period", "write 2026"),
    ("13/2026", "`13/2026` is not a period", "write 2026"),
    ("20266", "`20266` is not a period", "write 2026"),
])  # fmt: skip
def test_a_period_without_a_year_or_in_another_form_is_told_what_was_meant(written, what, remedy):
    with pytest.raises(PeriodError) as refused:
        parse_period(written)
    assert refused.value.what == what
    assert refused.value.remedy.startswith(remedy)


def test_a_period_is_compared_with_the_one_before_of_its_kind():
    assert previous(parse_period("2026-Q1")).label == "2025-Q4"
    assert previous(parse_period("2026-03")).end == date(2026, 2, 28)
    assert previous(parse_period("2027-W01")).label == "2026-W53"
    own = previous(parse_period({"start": "2026-02-11", "end": "2026-02-20"}))
    assert (own.start, own.end) == (date(2026, 2, 1), date(2026, 2, 10))


def test_a_partial_period_is_compared_with_as_many_days_of_the_one_before():
    november = parse_period("2026-11")
    assert cut_alike(previous(november), november, date(2026, 11, 10)).end == date(2026, 10, 10)
    assert cut_alike(previous(november), november, date(2026, 11, 30)).end == date(2026, 10, 31)
    march = parse_period("2026-03")
    assert cut_alike(previous(march), march, date(2026, 3, 30)).end == date(2026, 2, 28)


def test_only_whole_windows_lie_in_a_stretch():
    labels = [w.label for w in whole_windows(date(2026, 1, 15), date(2026, 3, 31), "month")]
    assert labels == ["2026-02", "2026-03"]


@given(DAYS, st.integers(0, 800), st.sampled_from(CADENCES), FISCAL_YEARS)
def test_windows_partition_the_days(start, length, cadence, fiscal):
    end = start + timedelta(days=length)
    parts = windows(start, end, cadence, fiscal)
    assert parts[0].start <= start <= parts[0].end
    assert parts[-1].start <= end <= parts[-1].end
    for part, following in pairwise(parts):
        assert part.end + timedelta(days=1) == following.start
    assert len({window.label for window in parts}) == len(parts)


@given(DAYS, st.sampled_from(CADENCES), FISCAL_YEARS)
def test_a_label_names_the_period_it_was_made_from(day, cadence, fiscal):
    period = containing(day, cadence, fiscal)
    assert period.start <= day <= period.end
    assert parse_period(period.label, fiscal) == period


@given(DAYS, st.sampled_from(CADENCES), FISCAL_YEARS)
def test_the_previous_period_ends_on_the_day_before(day, cadence, fiscal):
    period = containing(day, cadence, fiscal)
    assert previous(period).end + timedelta(days=1) == period.start


def test_a_period_is_compared_with_the_same_one_a_year_before():
    assert year_before(parse_period("2026-11")).label == "2025-11"
    assert year_before(parse_period("2026-Q1", FiscalYear(2))).start == date(2024, 2, 1)
    assert year_before(parse_period("2026-W48")).label == "2025-W48"
    assert year_before(parse_period("2028-02-29")).label == "2027-02-28"
    own = year_before(parse_period({"start": "2026-02-11", "end": "2026-02-20"}))
    assert (own.cadence, own.start, own.end) == (None, date(2025, 2, 11), date(2025, 2, 20))


def test_a_part_of_a_month_is_compared_with_as_many_days_of_it_a_year_before():
    november = parse_period("2026-11")
    cut = cut_alike(year_before(november), november, date(2026, 11, 10))
    assert (cut.start, cut.end) == (date(2025, 11, 1), date(2025, 11, 10))
    leap = parse_period("2028-02")
    assert cut_alike(year_before(leap), leap, date(2028, 2, 28)).end == date(2027, 2, 28)
    assert cut_alike(year_before(leap), leap, date(2028, 2, 29)).label == "2027-02"
