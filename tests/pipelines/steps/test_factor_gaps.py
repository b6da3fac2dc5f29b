"""Which scores are a number against a number, so that their gap can be split."""

from datetime import date
from decimal import Decimal

import pytest

from pipelines.okr.definition.loading import load
from pipelines.okr.kpi.kpi import Kpi
from pipelines.steps.factors import gaps

KPIS = {
    "deals": Kpi("deals", "flow", "deals", dimensions=("rep",)),
    "csat": Kpi("csat", "ratio", "percent", precision=4),
}
HEAD = "objective: Grow\nid: grow\nperiod: 2026-H2\nkey_results:\n- id: it\n"
FIRST, LAST = date(2026, 7, 1), date(2026, 12, 31)


def gaps_of(lines, window="total", start=FIRST, end=LAST, through=date(2026, 11, 24)):
    text = HEAD + "\n".join("  " + line for line in lines.splitlines())
    loaded = load({"grow.yml": text}, KPIS)
    assert not loaded.faults, [str(fault) for fault in loaded.faults]
    score = (
        "grow/it",
        window,
        start,
        end,
        through,
        Decimal(9),
        Decimal(7),
        Decimal("0.8"),
        "late:shop",
    )
    return list(gaps(loaded.objectives, [score]))


def test_a_total_against_its_target():
    [(gap, kpi)] = gaps_of("kpi: deals\nat_least: 9\nwhere: {rep: kim}")
    assert kpi == "deals"
    assert (gap.key_result_id, gap.target, gap.actual, gap.due) == ("grow/it", 9, 7, Decimal("0.8"))
    assert (gap.course.cadence, gap.course.start, gap.course.end) == (None, FIRST, LAST)
    assert (gap.where, gap.over, gap.trust) == ({"rep": "kim"}, None, {"late:shop"})
    assert gap.through == date(2026, 11, 24)


def test_nothing_after_the_deadline_counts():
    [(gap, _)] = gaps_of("kpi: deals\nat_least: 9", through=date(2027, 2, 1))
    assert gap.through == LAST


def test_each_window_of_per_has_its_gap_and_the_share_of_windows_has_none():
    lines = "kpi: deals\nat_least: 9\nper: month"
    assert gaps_of(lines) == []
    start, end = date(2026, 10, 1), date(2026, 10, 31)
    [(gap, _)] = gaps_of(lines, window="2026-10", start=start, end=end, through=end)
    assert (gap.course.cadence, gap.course.label) == ("month", "2026-10")


def test_a_level_over_a_window_keeps_it():
    [(gap, _)] = gaps_of("kpi: csat\nat_least: 96 %\nover: week")
    assert gap.over == "week"


@pytest.mark.parametrize(
    "lines",
    ["kpi: deals\nat_least: 9\nfor_each: rep", "milestone: {done: false, due: 2026-12-01}"],
)
def test_a_share_of_members_and_a_milestone_have_no_gap(lines):
    assert gaps_of(lines) == []


def test_a_score_of_a_key_result_that_is_gone_is_left_alone():
    assert list(gaps([], [("gone/it", "total", FIRST, LAST, LAST, 9, 7, 1, "ok")])) == []
