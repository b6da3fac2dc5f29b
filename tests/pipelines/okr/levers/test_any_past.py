"""Whatever the past and the goal: levers are found without a fault, add up, and are no lie about what is possible."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.okr.kpi.facts import DayFact, KpiFacts
from pipelines.tables.scores import KEY_RESULT_LEVERS

DAY = timedelta(days=1)
BEGINNING, MIDDLE = date(2026, 10, 20), date(2026, 11, 16)
DAYS = (MIDDLE - BEGINNING).days

plain = st.one_of(st.none(), st.integers(-5, 60))
sides = st.one_of(st.none(), st.tuples(st.integers(-3, 9), st.integers(0, 9)))
kpi_and_amounts = st.sampled_from(
    [
        ("deals", "rep", plain),
        ("revenue", "currency", plain),
        ("likes", "page", plain),
        ("csat", "region", sides),
        ("deals_per_rep", "rep", sides),
        ("roas", "", sides),
    ]
).flatmap(
    lambda drawn: st.tuples(
        st.just(drawn[0]),
        st.just(drawn[1]),
        st.lists(st.lists(drawn[2], min_size=DAYS, max_size=DAYS), min_size=1, max_size=3),
    )
)
comparisons = st.sampled_from(["at_least", "at_most"])
goals = st.one_of(
    st.builds("{}: {}{{percent}}".format, comparisons, st.integers(-50, 2000)),
    st.builds(
        lambda low, width: f"between: [{low}{{percent}}, {low + width}{{percent}}]",
        st.integers(-10, 300),
        st.integers(0, 400),
    ),
)


def facts_of(kpi, dimension, members):
    rows = []
    for number, amounts in enumerate(members):
        named = {dimension: f"m{number}"} if dimension else {}
        for n, amount in enumerate(amounts):
            if isinstance(amount, tuple):
                rows.append(DayFact(BEGINNING + DAY * n, named, None, *map(Decimal, amount)))
            elif amount is not None:
                rows.append(DayFact(BEGINNING + DAY * n, named, Decimal(amount)))
    days = frozenset(row.day for row in rows)
    return KpiFacts(kpi, rows, days, max(days, default=None))


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=60,
    deadline=None,
)
@given(kpi_and_amounts, goals, st.sampled_from(["", "per: month", "over: week", "for_each"]))
def test_it_is_found_without_a_fault(kpis, levers, drawn, goal, window):
    name, dimension, members = drawn
    kpi = replace(kpis[name], precision=2)
    if window == "for_each":
        window = f"for_each: {dimension}" if dimension else ""
    asked = goal.format(percent=" %" if kpi.unit == "percent" else "")
    lines = f"kpi: {name}\n{asked}\n{window}"
    searched = levers(lines, facts_of(kpi, dimension, members), MIDDLE, period="2026-Q4")
    keys = [tuple(getattr(lever, column) for column in KEY_RESULT_LEVERS.key) for lever in searched]
    assert len(set(keys)) == len(keys)
    for lever in searched:
        numbers = (lever.current_rate, lever.needed_rate, lever.change, lever.change_pct)
        assert all(number is None or abs(number) < 10**12 for number in numbers)
        if lever.possible:
            assert lever.change
            assert lever.probability is None or lever.probability >= Decimal("0.7")
        else:
            assert lever.probability is None or lever.probability < Decimal("0.7")
