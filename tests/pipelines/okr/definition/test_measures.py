"""Measures and leads as a file writes them."""

from datetime import date
from decimal import Decimal

import pytest

from pipelines.okr.definition.fingerprints import key_result_fingerprint, objective_fingerprint
from pipelines.okr.definition.loading import load

HEAD = (
    "objective: Grow\nid: grow\nperiod: 2026\nkey_results:\n  - {id: it, kpi: deals, at_least: 1}\n"
)


def faults(kpis, lines: str) -> list[str]:
    return [str(fault) for fault in load({"grow.yml": HEAD + lines}, kpis).faults]


def test_a_measure_is_read_with_all_of_its_keys(kpis):
    loaded = load(
        {
            "grow.yml": HEAD
            + """measures:
  - what: More calls
    kpi: deals
    start: 2026-03-02
    ends: 2026-05-31
    where: {rep: kim}
    controls: {rep: [lee, max]}
    lag: 1 week
    ramp: 10 days
    owner: kim@example.com
    expected: 10 %
"""
        },
        kpis,
    )
    assert not loaded.faults
    [measure] = loaded.objectives[0].measures
    assert (measure.lag, measure.ramp, measure.expected) == (7, 10, Decimal("0.1"))
    # 17 days after 2 March
    assert measure.visible_from == date(2026, 3, 19)


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        ("kpi: deels, start: 2026-03-02", "unknown KPI `deels`; did you mean `deals`?"),
        ("kpi: deals, start: 2026-03-02, where: {rap: kim}", "has no dimension `rap`"),
        ("kpi: deals, start: 2026-03-02, ends: 2026-03-01", "ends on 2026-03-01, before it starts"),
        ("kpi: deals, start: 2026-03-02, lag: 1 month", "`1 month` is no duration"),
        ("kpi: deals, start: 2026-03-02, expected: 10 times", "`10 times` is not a number"),
        ("kpi: deals, start: 2026-03-02, expected: 5000 %", "is no effect that can be meant"),
        ("kpi: deals, start: 2026-03-02, controls: {rep: kim}", "`controls` may name members"),
        (
            "kpi: deals, start: 2026-03-02, where: {rep: [kim, lee]}, controls: {rep: lee}",
            "`controls` may name members",
        ),
        ("kpi: plan_revenue, start: 2026-03-02", "is a plan, which no measure moves"),
        ("kpi: deals", "no `start`"),
        ("kpi: deals, start: 2026-03-02, ende: 2026-04-01", "unknown key `ende`"),
    ],
)
def test_a_measure_that_cannot_be_judged_is_refused(kpis, measure, said):
    [fault] = faults(kpis, f"measures:\n  - {{what: X, {measure}}}\n")
    assert said in fault
    assert fault.startswith("grow.yml:")


def test_two_measures_of_one_name_and_day_are_refused(kpis):
    line = "  - {what: X, kpi: deals, start: 2026-03-02}\n"
    [fault] = faults(kpis, f"measures:\n{line}{line}")
    assert fault.startswith("grow.yml:8: ")
    assert "is also that of line 7" in fault


def test_measures_and_leads_change_no_fingerprint(kpis):
    """What is scored stays the same goal, so that the odds that were published of it are still graded."""
    plain, told = (
        load({"grow.yml": HEAD + lines}, kpis).objectives[0]
        for lines in ("", "measures:\n  - {what: X, kpi: deals, start: 2026-03-02}\n")
    )
    assert objective_fingerprint(plain) == objective_fingerprint(told)
    leading = HEAD.replace("at_least: 1", "at_least: 1, leads: {kpi: likes, by: 4 weeks}")
    [objective] = load({"grow.yml": leading}, kpis).objectives
    [result], [before] = objective.key_results, plain.key_results
    assert result.leads is not None and result.leads.by == 28
    assert key_result_fingerprint(objective, result) == key_result_fingerprint(plain, before)


@pytest.mark.parametrize(
    ("leads", "said"),
    [
        ("{kpi: deals}", "`deals` leads itself"),
        ("{kpi: liks}", "unknown KPI `liks`; did you mean `likes`?"),
        ("{kpi: likes, by: 3 days}", "`by: 3 days` cannot be tested"),
        ("{kpi: likes, by: 30 weeks}", "`by: 210 days` cannot be tested"),
        ("{by: 4 weeks}", "no `kpi`"),
    ],
)
def test_a_lead_that_cannot_be_tested_is_refused(kpis, leads, said):
    content = HEAD.replace("at_least: 1", f"at_least: 1, leads: {leads}")
    [fault] = [str(fault) for fault in load({"grow.yml": content}, kpis).faults]
    assert said in fault


@pytest.mark.parametrize(
    ("written", "days"),
    [("0 days", 0), ("1 day", 1), ("10 days", 10), ("1 week", 7), ("4weeks", 28)],
)
def test_a_duration_is_days_or_weeks(kpis, written, days):
    lines = f"measures: [{{what: X, kpi: deals, start: 2026-03-02, lag: {written}}}]\n"
    loaded = load({"grow.yml": HEAD + lines}, kpis)
    assert not loaded.faults
    assert loaded.objectives[0].measures[0].lag == days


@pytest.mark.parametrize(
    "written", ["0", "1", "-1 day", "1 month", "1.5 weeks", "false", "1000 days"]
)
def test_what_is_no_duration_is_refused(kpis, written):
    (fault,) = faults(
        kpis, f"measures: [{{what: X, kpi: deals, start: 2026-03-02, lag: {written}}}]\n"
    )
    assert "is no duration; write it such as 10 days or 4 weeks" in fault


@pytest.mark.parametrize(
    ("line", "is_sound"),
    [
        ("expected: -100 %", True),
        ("expected: -101 %", False),
        ("expected: 1000 %", True),
        ("expected: 1001 %", False),
        ("ends: 2026-03-02", True),
        ("ends: 2026-03-01", False),
    ],
)
def test_an_effect_lies_between_all_gone_and_ten_times_more_and_one_day_is_a_measure(
    kpis, line, is_sound
):
    measure = f"measures: [{{what: X, kpi: deals, start: 2026-03-02, {line}}}]\n"
    assert (faults(kpis, measure) == []) is is_sound


@pytest.mark.parametrize(("days", "is_sound"), [(6, False), (7, True), (182, True), (183, False)])
def test_a_lead_is_of_a_week_to_half_a_year(kpis, days, is_sound):
    leads = f"leads: {{kpi: likes, by: {days} days}}"
    text = HEAD.replace("at_least: 1", f"at_least: 1, {leads}")
    assert (load({"grow.yml": text}, kpis).faults == ()) is is_sound


def test_all_of_it_can_be_seen_after_its_lag_and_its_ramp(kpis):
    lines = "measures: [{what: X, kpi: deals, start: 2026-03-02, lag: 1 week, ramp: 2 weeks}]\n"
    [objective] = load({"grow.yml": HEAD + lines}, kpis).objectives
    assert objective.measures[0].visible_from == date(2026, 3, 23)
