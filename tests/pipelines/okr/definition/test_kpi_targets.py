"""Which KPI can be the target of which."""

import pytest

from pipelines.okr.definition.loading import load
from pipelines.okr.kpi.kpi import Kpi
from tests.pipelines.okr.conftest import KPIS

BUDGETS = {
    kpi.name: kpi
    for kpi in (
        Kpi("weekly_plan", "flow", "USD", every="week", is_plan=True),
        Kpi("daily_plan", "flow", "USD", is_plan=True),
        Kpi("quarter_plan", "flow", "USD", every="quarter", is_plan=True),
        Kpi("likes_plan", "stock", "likes", every="month", is_plan=True),
        Kpi("unit_less", "flow", "", every="month", is_plan=True),
        Kpi("share_plan", "ratio", "percent", every="month", is_plan=True),
    )
}


def told(lines: str, period: str = "2026-Q4") -> list[str]:
    text = f"objective: Grow\nid: grow\nperiod: {period}\nkey_results:\n  - {{id: it, {lines}}}\n"
    return [str(fault) for fault in load({"grow.yml": text}, KPIS | BUDGETS).faults]


@pytest.mark.parametrize(
    "lines",
    [
        "kpi: revenue, at_least: {kpi: plan_revenue}",
        "kpi: revenue, at_least: {kpi: daily_plan}, by: 2026-11-12",
        "kpi: revenue, at_least: {kpi: daily_plan}, per: week",
        "kpi: revenue, at_least: {kpi: weekly_plan}, per: week",
        "kpi: revenue, at_least: {kpi: plan_revenue}, per: quarter",
        "kpi: revenue, at_least: {kpi: plan_revenue}, over: month",
        "kpi: revenue, at_least: {kpi: quarter_plan}",
        "kpi: spend, at_most: {kpi: plan_revenue}",
        "kpi: likes, at_least: {kpi: likes_plan}, by: 2026-11-12",
        "kpi: churn, at_most: {kpi: plan_share}",
        "kpi: churn, at_most: {kpi: share_plan}",
    ],
)
def test_a_plan_of_the_same_kind_and_unit_over_whole_windows_is_a_target(lines):
    assert told(lines) == []


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        ("kpi: revenue, at_least: {kpi: plan_revenu}", "unknown KPI `plan_revenu`; did you mean `plan_revenue`?"),
        ("kpi: revenue, at_least: {kpi: revenue}", "`revenue` is held to itself"),
        ("kpi: revenue, at_least: {kpi: spend}", "`spend` is no plan"),
        ("kpi: revenue, at_least: {kpi: plan_level}", "is a stock, which is no target of the flow `revenue`"),
        ("kpi: likes, at_least: {kpi: plan_revenue}", "is a flow, which is no target of the stock `likes`"),
        ("kpi: revenue, at_least: {kpi: unit_less}", "`unit_less` is in no unit, and `revenue` in USD"),
        ("kpi: likes, at_least: {kpi: plan_level}", "`plan_level` is in USD, and `likes` in likes"),
        ("kpi: revenue, at_least: {kpi: plan_revenue}, by: 2026-12-30", "2026-10-01 to 2026-12-30 are no whole months"),
        ("kpi: revenue, at_least: {kpi: weekly_plan}", "are no whole weeks"),
        ("kpi: revenue, at_least: {kpi: plan_revenue}, per: week", "has no number for a week"),
        ("kpi: revenue, at_least: {kpi: weekly_plan}, per: month", "has no number for a month"),
        ("kpi: revenue, at_least: {kpi: quarter_plan}, over: month", "has no number for a month"),
        ("kpi: spend, at_most: {kpi: quarter_plan}, per: month", "has no number for a month"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_no_target(lines, what):
    assert any(what in fault for fault in told(lines)), told(lines)


def test_a_band_may_have_an_end_of_a_plan():
    assert told("kpi: revenue, between: [{kpi: plan_revenue}, 5_000]") == []
    (fault,) = told("kpi: revenue, between: [{kpi: plan_level}, 5_000]")
    assert "which is no target of the flow" in fault


def test_the_plan_of_a_kpi_is_checked_as_a_target_is():
    assert told("kpi: revenue, at_least: 5_000, plan: plan_revenue") == []
    (fault,) = told("kpi: revenue, at_least: 5_000, plan: unit_less")
    assert "`unit_less` is in no unit, and `revenue` in USD" in fault
    (fault,) = told("kpi: revenue, at_least: 5_000, plan: spend")
    assert "`spend` is no plan" in fault
