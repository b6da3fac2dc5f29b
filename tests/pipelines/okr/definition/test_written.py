"""Files that Okra writes itself say what the objective says."""

from datetime import date

import pytest

from pipelines.okr.definition.loading import load
from pipelines.okr.definition.written import as_yaml, yaml_text
from tests.pipelines.okr.conftest import KPIS

FILES = {
    "a total": "{id: it, kpi: revenue, at_least: 2_000_000.50, weight: 2, by: 2026-11-20}",
    "a percentage": "{id: it, kpi: csat, from: 91 %, at_least: 96.5 %}",
    "a measured level": "{id: it, kpi: likes, at_least: 30_000}",
    "a band": "{id: it, kpi: csat, between: [90 %, 95 %], per: week, met_in: 80 %}",
    "windows": "{id: it, kpi: deals, at_least: 7, per: week, met_in: 3, for_each: rep, members: [Kim, Ana]}",
    "members": "{id: it, kpi: deals, at_least: {Kim: 7, Ana: 5}, for_each: rep, name_members: false}",
    "a filter": "{id: it, kpi: revenue, at_least: 5, where: {currency: [eur, usd]}}",
    "an exclusion": "{id: it, kpi: revenue, at_least: 5, where: {not: {currency: none}}}",
    "a budget": "{id: it, kpi: revenue, at_least: {kpi: plan_revenue, times: 1.05}}",
    "a plan": "{id: it, kpi: revenue, at_least: 30, plan: {2026-W45: 10, 2026-W46: 20}}",
    "words": "{id: it, name: 'Näher: \"ja\" # nein', kpi: deals, at_most: 5, because: 'no'}",
    "a milestone": "{id: it, milestone: {done: true, due: 2026-11-20}}",
    "a lead": "{id: it, kpi: deals, at_least: 7, leads: {kpi: revenue}}",
    "a lead of weeks": "{id: it, kpi: deals, at_least: 7, leads: {kpi: revenue, by: 4 weeks}}",
}
MEASURES = {
    "short": "{what: Call more, kpi: deals, start: 2026-11-02}",
    "whole": (
        "{what: Call more, kpi: deals, start: 2026-11-02, ends: 2026-12-31, where: {rep: Kim}, controls: {rep: Ana},"
        " lag: 1 week, ramp: 10 days, owner: ana@example.com, expected: 10 %}"
    ),
}


@pytest.mark.parametrize("key_result", FILES.values(), ids=list(FILES))
@pytest.mark.parametrize("period", ["2026-11", "{start: 2026-11-02, end: 2026-11-15}"])
def test_what_was_written_is_read_as_the_same_objective(key_result: str, period: str) -> None:
    text = f"objective: Grow\nid: grow\nowner: ana@example.com\nperiod: {period}\nkey_results: [{key_result}]\n"
    loaded = load({"grow.yml": text}, KPIS)
    if loaded.faults:
        pytest.skip("not a goal of these days")
    [objective] = loaded.objectives
    reread = load({"grow.yml": as_yaml(objective, KPIS)}, KPIS)
    assert not reread.faults
    assert reread.objectives == (objective,)


@pytest.mark.parametrize("measure", MEASURES.values(), ids=list(MEASURES))
def test_a_measure_that_was_written_is_read_as_the_same(measure: str) -> None:
    text = (
        "objective: Grow\nid: grow\nowner: ana@example.com\nperiod: 2026-11\n"
        f"key_results: [{FILES['words']}]\nmeasures: [{measure}]\n"
    )
    [objective] = load({"grow.yml": text}, KPIS).objectives
    reread = load({"grow.yml": as_yaml(objective, KPIS)}, KPIS)
    assert not reread.faults
    assert reread.objectives == (objective,)


def test_numbers_are_plain_and_readable() -> None:
    [objective] = load(
        {"a.yml": f"objective: Grow\nid: grow\nperiod: 2026-11\nkey_results: [{FILES['a total']}]"},
        KPIS,
    ).objectives
    text = as_yaml(objective, KPIS)
    assert "at_least: 2000000.5\n" in text
    assert "weight: 2\n" in text
    assert "commitment" not in text, "what says no more than the default is left out"
    assert yaml_text({"a": "1_000"}) == "a: '1_000'\n", "a text stays a text"


def test_what_comes_twice_is_written_twice() -> None:
    """YAML would write an anchor, and a reference to it, for one and the same object."""
    day = date(2026, 11, 20)
    assert yaml_text({"start": day, "end": day}) == "start: 2026-11-20\nend: 2026-11-20\n"
