"""A goal, and what is done about it, as one sentence before it is scored."""

from datetime import date
from decimal import Decimal

import pytest

from pipelines.okr.definition.definitions import Objective
from pipelines.okr.definition.loading import load
from pipelines.okr.definition.sentences import measure_sentence, sentence
from pipelines.okr.kpi.readings import KpiReading
from pipelines.okr.kpi.status import Policy
from tests.pipelines.okr.conftest import KPIS

JULY = "(2026-H2 starts on 1 July 2026)"


def objective(lines: str, head: str = "", period: str = "2026-H2") -> Objective:
    text = f"objective: Grow\nid: grow\nperiod: {period}\n{head}key_results:\n  - {{id: it, {lines}}}\n"
    loaded = load({"grow.yml": text}, KPIS)
    assert not loaded.faults, loaded.faults
    return loaded.objectives[0]


def said(lines: str, head: str = "", **known: object) -> str:
    grow = objective(lines, head)
    (result,) = grow.key_results
    return sentence(grow, result, KPIS[result.kpi] if result.kpi else None, **known)


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (
            "kpi: deals, at_least: 7",
            f"deals in total since 1 July 2026, at least 7 deals, by 31 December 2026 {JULY}",
        ),
        (
            "kpi: deals, at_least: 7, by: 2026-09-30, where: {rep: kim}",
            f"deals (rep kim) in total since 1 July 2026, at least 7 deals, by 30 September 2026 {JULY}",
        ),
        (
            "kpi: deals, at_least: 7, per: month, met_in: all",
            f"deals in each month, at least 7 deals, by 31 December 2026 {JULY}",
        ),
        (
            "kpi: deals, at_least: 7, per: month, met_in: 4",
            f"deals in a month, met in 4 of 6, at least 7 deals, by 31 December 2026 {JULY}",
        ),
        (
            "kpi: deals, at_least: 7, over: month",
            "deals of the latest whole month, from its value before 1 July 2026 to at least 7 deals, "
            f"by 31 December 2026 {JULY}",
        ),
        (
            "kpi: deals, between: [7, 9], over: month",
            f"deals of each whole month, between 7 deals and 9 deals, by 31 December 2026 {JULY}",
        ),
        (
            "kpi: visitors, at_least: 7",
            "visitors of the whole time since 1 July 2026 where the source counts that, else of the latest whole "
            "period in it, at least 7 visitors, "
            f"by 31 December 2026 {JULY}",
        ),
        (
            "kpi: likes, at_least: 7, from: 5",
            f"the latest likes, from 5 likes to at least 7 likes, by 31 December 2026 {JULY}",
        ),
        (
            "kpi: likes, at_least: 7, from: measured",
            "the latest likes, from its value before 1 July 2026 to at least 7 likes, "
            f"by 31 December 2026 {JULY}",
        ),
        (
            "kpi: churn, at_most: 5 %",
            "churn since 1 July 2026, from its value before 1 July 2026 to at most 5 %, "
            f"by 31 December 2026 {JULY}",
        ),
        (
            "kpi: deals, at_least: {kim: 7, lee: 5}, for_each: rep",
            "deals of each rep in total since 1 July 2026, at least a target of its own "
            f"(kim 7 deals, lee 5 deals), by 31 December 2026 {JULY}",
        ),
        (
            "kpi: deals, at_least: 7, for_each: rep, members: [kim, lee]",
            "deals of each rep (kim, lee) in total since 1 July 2026, at least 7 deals, "
            f"by 31 December 2026 {JULY}",
        ),
        (
            "kpi: deals, at_least: 7, for_each: rep, members: [kim, lee], name_members: false",
            "deals of each rep (2 of them) in total since 1 July 2026, at least 7 deals, "
            f"by 31 December 2026 {JULY}",
        ),
        ("milestone: {done: false, due: 2026-09-30}", "done by 30 September 2026"),
    ],
)
def test_a_goal_says_its_days_its_number_and_who_is_asked(lines, text):
    assert said(lines) == text


def test_more_than_six_targets_are_counted():
    targets = ", ".join(f"m{number}: {number}" for number in range(2, 10))
    text = said(f"kpi: deals, at_least: {{{targets}}}, for_each: rep")
    assert (
        "(m2 2 deals, m3 3 deals, m4 4 deals, m5 5 deals, m6 6 deals, m7 7 deals, and 2 more)"
        in text
    )


def test_the_windows_that_are_enough_are_those_of_the_policy():
    """Nine tenths of six months are 5.4, so all six; of an aspirational goal seven tenths, so five; a half is three."""
    lines = "kpi: deals, at_least: 7, per: month"
    assert "deals in each month," in said(lines)
    assert "met in 5 of 6" in said(lines, "commitment: aspirational\n")
    assert "met in 3 of 6" in said(lines, policy=Policy(committed_met_in=Decimal("0.5")))


@pytest.mark.parametrize(
    ("measured", "start"),
    [
        (KpiReading(Decimal(33), label="2026-06"), "from 33 likes (2026-06) to"),
        (KpiReading(Decimal(33), through=date(2026, 6, 30)), "from 33 likes (30 June 2026) to"),
        (KpiReading(None), "from 0 (nothing is known from before 1 July 2026) to"),
    ],
)
def test_a_measured_start_says_of_when_it_is(measured, start):
    assert start in said("kpi: likes, at_least: 7, from: measured", measured=measured)


def test_days_of_one_s_own_have_no_name():
    grow = objective("kpi: deals, at_least: 7", period="{start: 2026-07-05, end: 2026-08-20}")
    assert sentence(grow, grow.key_results[0], KPIS["deals"]) == (
        "deals in total since 5 July 2026, at least 7 deals, by 20 August 2026 (starts on 5 July 2026)"
    )


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ("start: 2026-08-01", "“More calls” on deals, from 1 August 2026 on"),
        (
            "start: 2026-08-01, ends: 2026-09-01, where: {rep: kim}, controls: {rep: lee}, expected: 10 %",
            "“More calls” on deals (rep kim), from 1 August 2026 to 1 September 2026, "
            "expected to change it by 10 %, held against rep lee",
        ),
        (
            "start: 2026-08-01, ramp: 2 weeks",
            "“More calls” on deals, from 1 August 2026 on, to be seen in full from 15 August 2026",
        ),
    ],
)
def test_a_measure_says_what_is_done_and_from_when_it_can_be_judged(lines, text):
    head = f"measures:\n  - {{what: More calls, kpi: deals, {lines}}}\n"
    (measure,) = objective("kpi: deals, at_least: 7", head).measures
    assert measure_sentence(measure) == text
