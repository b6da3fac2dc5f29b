"""What is another goal, and what is the same one written in another way."""

import pytest

from pipelines.okr.definition.definitions import Objective
from pipelines.okr.definition.fingerprints import (
    canonical,
    key_result_fingerprint,
    objective_fingerprint,
)
from pipelines.okr.definition.loading import load
from pipelines.okr.kpi.kpi import Kpi
from tests.pipelines.okr.definition.okr_texts import with_key_result


def objective_of(text: str, kpis: dict[str, Kpi]) -> Objective:
    loaded = load({"o.yml": text}, kpis)
    assert not loaded.faults, [str(fault) for fault in loaded.faults]
    return loaded.objectives[0]


def of_key_result(objective: Objective) -> str:
    return key_result_fingerprint(objective, objective.key_results[0])


def test_a_fingerprint_is_stable_across_formatting(kpis):
    plain = objective_of(with_key_result("kpi: csat", "at_least: 96 %"), kpis)
    other = objective_of(
        "# the same\nid: 'o'\nobjective: \"O\"\nkey_results: [{at_least: 0.960, kpi: csat, id: kr, weight: 1.0}]\n"
        "period: 2026\ncommitment: committed\n",
        kpis,
    )
    assert objective_fingerprint(plain) == objective_fingerprint(other)
    assert len(objective_fingerprint(plain)) == 16


def test_a_target_edited_in_mid_period_is_another_definition(kpis):
    before = objective_of(with_key_result("kpi: csat", "at_least: 96 %"), kpis)
    after = objective_of(with_key_result("kpi: csat", "at_least: 95 %"), kpis)
    assert objective_fingerprint(before) != objective_fingerprint(after)
    hashes = {of_key_result(objective) for objective in (before, after)}
    assert len(hashes) == 2


@pytest.mark.parametrize(
    ("lines", "as_before", "keeps"),
    [
        # 90 % of 12 months are 11, which before were 12
        (("kpi: deals", "at_least: 5", "per: month"), ("met_in: all",), False),
        # 90 % of 4 quarters are all 4 of them
        (("kpi: deals", "at_least: 5", "per: quarter"), ("met_in: all",), True),
        (("kpi: deals", "at_least: 5", "per: month", "met_in: 12"), ("met_in: all",), True),
        # a level starts where it was measured, whether the file says so or not
        (("kpi: csat", "at_least: 96 %"), ("from: measured",), True),
        (("kpi: csat", "at_least: 96 %"), ("from: 0",), False),
    ],
)
def test_a_goal_keeps_its_fingerprint_where_it_asks_for_the_same(kpis, lines, as_before, keeps):
    now = objective_of(with_key_result(*lines), kpis)
    said = [line for line in lines if not line.startswith("met_in")]
    before = objective_of(with_key_result(*said, *as_before), kpis)
    hashes = [of_key_result(objective) for objective in (now, before)]
    assert (hashes[0] == hashes[1]) is keeps


def test_a_list_of_one_member_is_that_member(kpis):
    texts = (
        "where: {rep: kim}",
        "where: {rep: [kim]}",
        "where: {rep: [lee, kim]}",
        "where: {rep: [kim, lee]}",
    )
    objectives = [
        objective_of(with_key_result("kpi: deals", "at_least: 5", text), kpis) for text in texts
    ]
    kim, only_kim, lee_first, kim_first = map(objective_fingerprint, objectives)
    assert kim == only_kim != lee_first == kim_first


def test_who_is_meant_is_part_of_the_goal_and_who_is_named_is_not(kpis):
    lines = ("kpi: deals", "at_least: 5", "for_each: rep")
    by_default, unnamed, of_kim = (
        objective_of(with_key_result(*lines, *more), kpis)
        for more in ((), ("name_members: false",), ("members: [kim]",))
    )
    assert of_key_result(by_default) == of_key_result(unnamed)
    assert of_key_result(by_default) != of_key_result(of_kim)
    [result] = by_default.key_results
    assert "members" not in canonical(result), "a definition without them keeps its fingerprint"
