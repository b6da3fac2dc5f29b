"""What is learnt from counts that a source reports by the period, and what the open one can still end with."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from pipelines.okr.kpi.facts import DistinctFact, KpiFacts
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.readings import KpiView
from pipelines.okr.kpi.series import KpiIndex
from pipelines.okr.odds.periodic_data import training_data_of_distinct
from pipelines.okr.odds.training_data import TrainingData

VISITORS = Kpi("visitors", "distinct", "visitors")
WHOLE = [(date(2025 + n // 12, n % 12 + 1, 1), 1_000 + n) for n in range(22)]
"""The months from January 2025 to October 2026."""


def count(
    period: str, start: date, visitors: int | None, through: date, member: str = "total"
) -> DistinctFact:
    value = None if visitors is None else Decimal(visitors)
    return DistinctFact(period, start, "total", member, value, through)


def learnt(*more: DistinctFact, cut: date = date(2026, 11, 10), without: int = 0) -> TrainingData:
    known = [count("month", start, x, date(2026, 11, 10)) for start, x in WHOLE]
    if without:
        del known[without]
    facts = KpiFacts(VISITORS, distinct_periods=[*known, *more], data_through=date(2026, 11, 10))
    return training_data_of_distinct(KpiView(KpiIndex(facts), {}), cut, "month")


def open_month(visitors: int | None, through: date = date(2026, 11, 10)) -> DistinctFact:
    return count("month", date(2026, 11, 1), visitors, through)


def test_whole_months_are_learnt_from():
    (series,) = learnt().sides
    assert series.values.tolist() == [x for _, x in WHOLE]
    assert (series.season, series.seen, series.year, series.whole) == (12, 22, 0.0, True)
    assert series.next_between == (0.0, np.inf), "of the open month nothing is known"


def test_a_month_that_was_not_reported_has_the_value_before_and_was_not_seen():
    (series,) = learnt(without=5).sides
    assert series.values[4:7].tolist() == [1_004, 1_004, 1_006]
    assert series.seen == 21


def test_the_open_month_ends_with_what_is_counted_or_up_to_a_tenth_more_a_day():
    """600 in ten of thirty days: at least 600, at most 600 · 3 · 1.1 = 1,980."""
    (series,) = learnt(open_month(600)).sides
    assert series.next_between == (600.0, pytest.approx(1_980))


def test_in_its_last_days_a_month_grows_at_most_twice_as_fast_as_before():
    """620 in 29 of 30 days are 21 a day, so that the last one brings 43 at most, not a tenth of all."""
    (series,) = learnt(open_month(620, date(2026, 11, 29)), cut=date(2026, 11, 29)).sides
    assert series.next_between == (620.0, pytest.approx(620 + 2 * 620 / 29))


def test_the_latest_count_of_the_open_month_is_the_one_that_counts():
    (series,) = learnt(open_month(300, date(2026, 11, 5)), open_month(600)).sides
    assert series.next_between[0] == 600
    (series,) = learnt(open_month(300, date(2026, 11, 5)), open_month(None)).sides
    assert series.next_between[0] == 300


@pytest.mark.parametrize(
    "other",
    [
        count("week", date(2026, 11, 2), 600, date(2026, 11, 8)),
        count("month", date(2026, 12, 1), 600, date(2026, 11, 10)),
        open_month(600, date(2026, 11, 11)),
    ],
)
def test_other_periods_and_what_is_not_known_yet_say_nothing_of_it(other):
    (series,) = learnt(other).sides
    assert series.next_between == (0.0, np.inf)


def test_before_a_whole_month_there_is_no_series():
    data = learnt(cut=date(2025, 1, 30))
    assert data.no_odds_because == "no month has been reported whole"
