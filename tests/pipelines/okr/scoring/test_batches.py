"""A scorecard that is made in batches is the one that is made at once."""

from dataclasses import replace
from datetime import date

import pytest

from pipelines.okr.definition.loading import load
from pipelines.okr.kpi.series import index_facts
from pipelines.okr.levers.search import find_levers
from pipelines.okr.scoring.evidence import Evidence
from pipelines.okr.scoring.scoring import combined, score, score_in_batches

FIRST, TODAY = date(2026, 9, 1), date(2026, 11, 16)
OF_COMPANY = """\
objective: The company grows
id: company
period: 2026-Q4
key_results:
  - {id: sales, kpi: deals, at_least: 300}
  - {id: weekly, kpi: deals, at_least: 20, per: week}
"""
OF_TEAM = """\
objective: The team sells
id: team
period: 2026-Q4
parent: company
key_results:
  - {id: of-kim, kpi: deals, at_least: 150, where: {rep: kim}}
  - {id: of-all, kpi: deals, at_least: 40, for_each: rep}
  - {id: audience, kpi: likes, at_least: 1_000, from: 0}
"""


@pytest.fixture
def company(past, kpis):
    """Two objectives, one under the other, and facts of both KPIs."""
    kim = past.daily("deals", FIRST, [1 + n % 3 for n in range(76)], rep="kim")
    ana = past.daily("deals", FIRST, [n % 2 for n in range(76)], rep="ana")
    both = replace(kim, days=[*kim.days, *ana.days])
    facts = [both, past.daily("likes", FIRST, [5 * n for n in range(76)])]
    loaded = load({"company.yml": OF_COMPANY, "team.yml": OF_TEAM}, kpis)
    assert not loaded.faults, loaded.faults
    indexes = index_facts({fact.kpi.name: fact for fact in facts})
    return loaded.objectives, Evidence(indexes, TODAY)


@pytest.mark.parametrize("most", [1, 2, 3, 100])
def test_no_score_course_or_lever_depends_on_the_batches(company, most):
    whole = score(*company)
    batches = list(score_in_batches(*company, most=most))
    assert combined(batches) == whole
    levers = [lever for batch in batches for lever in find_levers(batch)]
    assert sorted(map(str, levers)) == sorted(map(str, find_levers(whole)))
    assert levers, "a key result is behind"


def test_a_batch_has_whole_objectives_each_after_its_children(company):
    first, second = score_in_batches(*company, most=3)
    assert [row.objective_id for row in first.objectives] == ["team"]
    assert {row.key_result_id for row in first.key_results} == {
        "team/of-kim",
        "team/of-all",
        "team/audience",
    }
    assert [row.objective_id for row in second.objectives] == ["company"]
    assert {row.key_result_id for row in second.key_results} == {"company/sales", "company/weekly"}


def test_objectives_share_a_batch_as_far_as_their_key_results_fit(company):
    [batch] = score_in_batches(*company, most=5)
    assert [row.objective_id for row in batch.objectives] == ["company", "team"]
    assert len(list(score_in_batches(*company, most=4))) == 2


TREE = """\
objective: Objective {name}
id: {name}
period: 2026-Q4
parent: {parent}
contributes: 1
key_results:
  - {{id: it, kpi: deals, at_least: {target}}}
"""


@pytest.mark.parametrize("most", [1, 3])
def test_an_objective_of_three_floors_does_not_depend_on_the_batches(past, kpis, most):
    """Two teams of two people each; the company's score is theirs, and none of the people's weighs in it itself."""
    parents = {"top": "", "a": "top", "b": "top", "a1": "a", "a2": "a", "b1": "b", "b2": "b"}
    texts = {
        f"{name}.yml": TREE.format(name=name, parent=parent, target=100 + 10 * number).replace(
            "parent: \ncontributes: 1\n", ""
        )
        for number, (name, parent) in enumerate(parents.items())
    }
    loaded = load(texts, kpis)
    assert not loaded.faults, loaded.faults
    deals = past.daily("deals", FIRST, [1 + n % 3 for n in range(76)])
    evidence = Evidence(index_facts({"deals": deals}), TODAY)
    batches = list(score_in_batches(loaded.objectives, evidence, most=most))
    assert len(batches) == -(-7 // most)
    whole = score(loaded.objectives, evidence)
    assert combined(batches) == whole
    by_id = {row.objective_id: row for row in whole.objectives}
    assert [by_id[name].parts for name in ("top", "a", "b1")] == [3, 3, 1]
