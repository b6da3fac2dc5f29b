"""Objectives from their parts, by weight."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.okr.definition.definitions import Objective
from pipelines.okr.definition.loading import load
from pipelines.okr.forecast.recalibration import Curve
from pipelines.okr.forecast.simulation import PATHS
from pipelines.okr.kpi.series import index_facts
from pipelines.okr.odds.objective_futures import futures_of, weighted_mean
from pipelines.okr.odds.open_goals import NoOdds, Settled
from pipelines.okr.odds.results import SimulatedGoal
from pipelines.okr.scoring.evidence import Evidence
from pipelines.okr.scoring.rollup import weighted
from pipelines.okr.scoring.scoring import score

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
AFTER = LAST + timedelta(days=1)


def of(
    name: str, target: int | None, parent: str = "", weight: object = 1, kpi: str = "deals"
) -> str:
    head = f"objective: O {name}\nid: {name}\nperiod: 2026-11\nweight: {weight}\n"
    head += f"parent: {parent}\n" if parent else ""
    if target is None:
        return head + "key_results: []\n"
    return head + f"key_results:\n  - id: kr\n    kpi: {kpi}\n    at_least: {target}\n"


@pytest.fixture
def roll(kpis, past):
    def rolled(*texts, as_of=AFTER, objectives=None):
        loaded = load({f"{n}.yml": text for n, text in enumerate(texts)}, kpis)
        facts = {"deals": past.daily("deals", FIRST, [1] * 30)}
        card = score(objectives or loaded.objectives, Evidence(index_facts(facts), as_of))
        return {objective.objective_id: objective for objective in card.objectives}

    return rolled


def test_a_key_result_without_weight_next_to_one_with(past, play):
    body = (
        "- id: a\n  kpi: deals\n  at_least: 30\n  weight: 3\n- id: b\n  kpi: deals\n  at_least: 60"
    )
    (objective,) = play(body, past.daily("deals", FIRST, [1] * 30), AFTER).objectives
    assert objective.score == Decimal("0.875"), "(3 · 1 + 1 · 0.5) ÷ 4"
    assert (objective.coverage, objective.status) == (1, "missed")


def test_only_the_clamped_score_rolls_up(past, play):
    body = "- id: a\n  kpi: deals\n  at_least: 3\n- id: b\n  kpi: deals\n  at_least: 60"
    (objective,) = play(body, past.daily("deals", FIRST, [1] * 30), AFTER).objectives
    assert objective.score == Decimal("0.75"), "ten times one goal does not hide half of another"


def test_what_has_no_data_is_left_out_with_its_weight_shown_as_coverage(past, play):
    body = (
        "- id: a\n  kpi: deals\n  at_least: 60\n- id: b\n  kpi: likes\n  at_least: 60\n  weight: 3"
    )
    (objective,) = play(body, past.daily("deals", FIRST, [1] * 30), AFTER).objectives
    assert (objective.score, objective.coverage) == (Decimal("0.5"), Decimal("0.25"))
    assert objective.why.endswith("1 of 2 has no data and does not count.")


def test_a_parent_rolls_up_its_key_results_and_its_children_by_weight(roll):
    scores = roll(of("top", 30), of("left", 60, "top", 2), of("right", 120, "top"))
    assert scores["left"].score == Decimal("0.5")
    assert scores["right"].score == Decimal("0.25")
    assert scores["top"].score == Decimal("0.5625"), "(1 + 2 · 0.5 + 0.25) ÷ 4"
    assert scores["left"].parent_id == "top"


def test_coverage_of_a_child_is_part_of_that_of_its_parent(roll):
    scores = roll(
        of("top", 30),
        of("left", None, "top"),
        of("low", 30, "left"),
        of("dark", 9, "left", 3, "likes"),
    )
    assert scores["left"].coverage == Decimal("0.25")
    assert scores["top"].coverage == Decimal("0.625")


def test_an_objective_whose_parent_cannot_be_read_is_scored_as_a_root(roll, kpis):
    loaded = load({"a.yml": of("low", 30, "top"), "b.yml": of("top", 30) + "x: y\n"}, kpis)
    scores = roll(objectives=loaded.objectives)
    assert (scores["low"].status, scores["low"].parent_id) == ("achieved", "top")


def test_an_objective_without_anything_below_it_has_no_data(roll):
    (empty,) = roll(of("alone", None)).values()
    assert (empty.status, empty.score, empty.coverage) == ("no_data", None, 0)


def test_before_the_start_an_objective_is_not_started(roll):
    (objective,) = roll(of("alone", 30), as_of=FIRST).values()
    assert (objective.status, objective.why) == ("not_started", "It starts on 2026-11-01.")


def test_an_objective_is_final_only_when_its_parts_are(kpis, past):
    objectives = load({"a.yml": of("a", 30)}, kpis).objectives
    late = {"deals": past.daily("deals", FIRST, [1] * 28)}
    assert score(objectives, Evidence(index_facts(late), AFTER)).objectives[0].status == "on_track"
    whole = {"deals": past.daily("deals", FIRST, [1] * 30)}
    assert score(objectives, Evidence(index_facts(whole), AFTER)).objectives[0].status == "achieved"


def test_a_circle_of_parents_is_never_scored():
    circle = [
        Objective(objective="O", id=a, period="2026", parent=b, key_results=())
        for a, b in ("ab", "ba")
    ]
    with pytest.raises(ValueError, match="circle"):
        score(circle, Evidence({}, AFTER))


def test_a_long_line_of_parents_is_no_trouble(roll):
    count = 1500
    chain = [
        Objective(
            objective="O", id=f"o{n}", period="2026-11", parent=f"o{n - 1}" if n else None,
            key_results=(),
        )
        for n in range(count)
    ]  # fmt: skip
    assert len(roll(objectives=chain)) == count


WEIGHTS = st.decimals(0, 9, places=1)
SHARES = st.decimals(0, 1, places=3)


@given(st.lists(st.tuples(WEIGHTS, SHARES), max_size=8), st.randoms())
def test_a_weighted_score_lies_among_its_parts_in_any_order(parts, random):
    mean = weighted(parts)
    shuffled = list(parts)
    random.shuffle(shuffled)
    assert weighted(shuffled) == mean
    counted = [share for weight, share in parts if weight]
    if counted:
        assert min(counted) - Decimal("1e-20") <= mean <= max(counted) + Decimal("1e-20")
    else:
        assert mean is None


def test_a_child_that_states_no_weight_changes_no_score_of_a_parent_with_key_results(roll):
    child = of("low", 60, "top", None).replace("weight: None\n", "")
    scores = roll(of("top", 30), child)
    assert (scores["top"].score, scores["top"].parts) == (1, 1)
    assert scores["low"].parent_id == "top"


def test_a_parent_without_key_results_takes_all_its_children(roll):
    bare = of("b", 120, "top").replace("weight: 1\n", "")
    told = of("a", 60, "top").replace("weight: 1", "contributes: 3")
    top = roll(of("top", None), told, bare)["top"]
    assert top.score == Decimal("0.4375"), "(3 · 0.5 + 1 · 0.25) ÷ 4"
    assert (top.costliest_part, top.costliest_part_cost) == ("a", Decimal("0.375")), "3/4 · 0.5"


def test_contributing_to_no_parent_is_refused(kpis):
    text = of("a", 30).replace("weight: 1", "contributes: 2")
    assert "`contributes` without a parent" in str(load({"a.yml": text}, kpis).faults[0])


def test_an_objective_is_achieved_from_nine_tenths(roll):
    scores = roll(of("enough", 33), of("short", 34))
    assert (scores["enough"].status, scores["enough"].bar) == ("achieved", Decimal("0.9")), "30/33"
    assert (scores["short"].status, scores["short"].probability) == ("missed", 0), "30/34 = 0.88"
    assert scores["enough"].probability_all_met == 0, "its key result is missed"


def goals():
    score = st.integers(0, 100).map(lambda n: Decimal(n) / 100)
    settled = score.map(lambda x: Settled(x == 1, x))
    simulated = st.integers(0, 2**32 - 1).map(simulated_goal)
    return settled | simulated | st.just(NoOdds("nothing is known"))


def simulated_goal(seed):
    score = np.random.default_rng(seed).beta(4, 1, PATHS).round(2).astype(np.float32)
    return SimulatedGoal(score >= 1, score, Curve())


TREES = st.recursive(
    goals(), lambda child: st.lists(st.tuples(st.integers(1, 9), child), min_size=1, max_size=4),
    max_leaves=10,
)  # fmt: skip


def ended(tree):
    if not isinstance(tree, list):
        return futures_of("leaf", tree)
    return weighted_mean([(Decimal(weight), ended(child)) for weight, child in tree])


@given(TREES)
def test_the_figures_of_a_tree_of_objectives_never_contradict_each_other(tree):
    futures = ended(tree)
    assert 0 <= futures.least <= futures.most <= 1
    assert (futures.low <= futures.high + 1e-9).all()
    if futures.quantiles is not None:
        low, middle, high = futures.quantiles
        assert low <= middle <= high
        assert futures.mean is not None
    likely = [share_of(futures.reaching(Decimal(bar) / 10)) for bar in (5, 7, 9, 10)]
    known = [share for share in likely if share is not None]
    assert known == sorted(known, reverse=True), "a higher bar is never likelier"
    reaching = likely[2]
    if futures.quantiles is not None and reaching is not None:
        assert futures.quantiles[0] < Decimal("0.9") or reaching >= 0.89
        assert futures.quantiles[2] >= Decimal("0.9") or reaching <= 0.11
    assert (
        share_of(futures.all_met) is None
        or reaching is None
        or share_of(futures.all_met) <= reaching
    )


def share_of(result):
    if isinstance(result, Settled):
        return float(result.met)
    return None if isinstance(result, NoOdds) else result.share
