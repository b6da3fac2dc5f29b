"""A scorecard that is made in batches is the one that is made at once."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from pipelines.okr.definition.loading import load
from pipelines.okr.kpi.series import index_facts
from pipelines.okr.levers.search import find_levers
from pipelines.okr.scoring.scoring import score, score_in_batches, together

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
    return loaded.objectives, index_facts({fact.kpi.name: fact for fact in facts})


@pytest.mark.parametrize("most", [1, 2, 3, 100])
def test_no_score_course_or_lever_depends_on_the_batches(company, most):
    whole = score(*company, TODAY)
    batches = list(score_in_batches(*company, TODAY, most=most))
    assert together(batches) == whole
    levers = [lever for batch in batches for lever in find_levers(batch)]
    assert sorted(map(str, levers)) == sorted(map(str, find_levers(whole)))
    assert levers, "a key result is behind"


def test_a_batch_has_so_many_key_results_and_the_last_one_the_objectives(company):
    *batches, last = score_in_batches(*company, TODAY, most=2)
    names = [{row.key_result_id for row in batch.key_results} for batch in batches]
    assert [len(own) for own in names] == [2, 2, 1]
    assert all(not first & second for first, second in pairwise(names))
    assert [row.objective_id for row in last.objectives] == ["company", "team"]
    assert not last.key_results
    assert not any(batch.objectives for batch in batches)
