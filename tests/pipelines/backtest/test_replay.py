"""Replaying a file of history: how it is cut, what is asked, and what the table says."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from pipelines.backtest.cases import BacktestError, cases, read_rows, targets
from pipelines.backtest.methods import METHODS, pace
from pipelines.backtest.replay import graded, graded_by_series, of_file, replay

START = date(2024, 1, 1)
Write = Callable[..., Path]


@pytest.fixture
def csv(tmp_path: Path) -> Write:
    def written(*lines: str, head: str = "series,date,value") -> Path:
        path = tmp_path / "history.csv"
        path.write_text("\n".join((head, *lines)) + "\n", encoding="utf-8")
        return path

    return written


def days(name: str, amounts: object) -> list[str]:
    return [f"{name},{START + timedelta(days=n)},{amount}" for n, amount in enumerate(amounts)]


def test_a_flow_is_cut_at_three_places_of_its_latest_whole_periods(csv):
    path = csv(*days("a", [2] * 200))  # to 18 July 2024: two whole quarters
    found = cases(read_rows(path, "flow"), "flow", "quarter")
    second = [case for case in found if case.cut >= date(2024, 4, 1)]
    assert [case.cut for case in second] == [date(2024, 4, 23), date(2024, 5, 16), date(2024, 6, 7)]
    for case in second:
        assert case.elapsed + case.steps == 91
        assert case.known == (2 * case.elapsed,)
        assert (case.naive, case.outcome) == (182, 182)
        assert len(case.sides[0].values) == 91 + case.elapsed, "nothing after the cut is seen"


def test_a_stock_is_compared_where_the_period_ends(csv):
    path = csv(*days("a", range(200)))
    case = cases(read_rows(path, "stock"), "stock", "quarter")[0]
    assert case.outcome == (date(2024, 6, 30) - START).days
    assert case.naive == (case.cut - START).days


def test_a_ratio_is_of_sums_and_not_of_days(csv):
    lines = [f"a,{START + timedelta(days=n)},{n % 2},{1 + n % 2 * 3}" for n in range(200)]
    path = csv(*lines, head="series,date,numerator,denominator")
    case = cases(read_rows(path, "ratio"), "ratio", "quarter")[0]
    # of 91 days one in two has 1 of 4, the others 0 of 1: as many ones as there are odd days
    odd = sum((START + timedelta(days=n)).toordinal() >= 0 and n % 2 for n in range(91, 182))
    assert case.outcome == pytest.approx(odd / (odd * 4 + (91 - odd)))


def test_a_month_is_a_step_where_the_rows_are_monthly(csv):
    lines = [f"a,{2018 + n // 12}-{n % 12 + 1:02d}-01,{100 + n}" for n in range(72)]
    found = cases(read_rows(csv(*lines), "flow"), "flow", "year")
    last = found[0]
    assert (last.sides[0].season, last.elapsed, last.steps) == (12, 3, 9)
    assert last.outcome == sum(range(160, 172))


def test_targets_lie_about_what_goes_on_as_so_far(csv):
    noise = np.random.default_rng(0).poisson(20, 400)
    found = cases(read_rows(csv(*days("a", noise)), "flow"), "flow", "quarter")
    goals = targets(found)
    assert goals.shape == (len(found), 5)
    assert np.all(np.diff(goals, axis=1) >= 0)


def test_the_pace_rule_says_yes_or_no_by_the_days(csv):
    found = cases(read_rows(csv(*days("a", [2] * 200)), "flow"), "flow", "quarter")
    goals = np.tile([182.0, 183.0], (len(found), 1))
    assert np.array_equal(pace(found, goals), np.tile([1.0, 0.0], (len(found), 1)))


def test_the_odds_beat_the_pace_rule_on_noise_of_a_known_size(csv):
    """Poisson days about a mean that stays: nobody can be right always, but some odds are honest."""
    draw = np.random.default_rng(2)
    lines = [line for n in range(6) for line in days(f"s{n}", draw.poisson(20, 900))]
    found = cases(read_rows(csv(*lines), "flow"), "flow", "quarter")
    grades = {grade.method: grade for grade in graded(replay(found))}
    assert grades["okra"].brier < grades["base rate"].brier
    assert grades["okra"].brier < grades["pace rule"].brier
    assert grades["okra"].coverage >= 0.65, "an 80 % interval, on 36 cases"


def test_every_method_sees_the_past_only(csv):
    """What comes after the cut can change no odds."""
    past = list(np.random.default_rng(1).poisson(20, 150))
    first, second = (
        cases(read_rows(csv(*days("a", past + rest)), "flow"), "flow", "quarter")
        for rest in ([5] * 60, [50] * 60)
    )
    cut = START + timedelta(days=149)
    for name, method in METHODS.items():
        early = [
            {
                case.cut: sample.tolist()
                for place, sample in method(found)
                if (case := found[place]).cut <= cut
            }
            for found in (first, second)
        ]
        assert early[0], name
        assert early[0] == early[1], name


def test_grades_come_out_as_by_hand(csv):
    """Six cuts of two series; a method that always holds 100 and 200 for equally likely."""
    path = csv(*days("a", [1] * 200), *days("b", [2] * 200))
    found = cases(read_rows(path, "flow"), "flow", "quarter")  # 91 and 182 come of them

    def even(asked):
        for place in range(len(asked)):
            yield place, np.array([100.0, 200.0])

    steps = []
    replayed = replay(found, {"even": even}, np.full((6, 1), 150.0), seen=lambda: steps.append(1))
    assert len(steps) == 6
    graded_ = {grade.method: grade for grade in graded(replayed)}
    # one of two futures reaches 150: (1 + 1/2) / (2 + 1) = 1/2, whatever comes
    assert graded_["even"].brier == pytest.approx(0.25)
    assert graded_["even"].log_loss == pytest.approx(np.log(2))
    assert graded_["even"].calibration_error == pytest.approx(0)
    # eight in ten are from 110 to 190: 182 is inside, 91 is not
    assert graded_["even"].coverage == 0.5
    # E|X - y| - E|X - X'|/2 = 59 - 25 = 34 of a naive 91, and 50 - 25 = 25 of 182; the middle of both
    assert graded_["even"].crps == pytest.approx((34 / 91 + 25 / 182) / 2)
    # 1 a day is not on pace for 150, 2 a day is: right both times
    assert graded_["pace rule"].brier == 0
    assert graded_["base rate"].brier == pytest.approx(0.25)
    for one in graded_by_series(replay(found, METHODS, np.full((6, 1), 150.0))):
        assert one.brier["pace rule"] == 0
        assert (one.series, one.cases) in {("a", 1), ("b", 1)}


def test_targets_of_a_stock_do_not_stretch_those_of_a_flow(csv):
    flows = cases(read_rows(csv(*days("a", [3] * 200)), "flow"), "flow", "quarter")
    stocks = cases(read_rows(csv(*days("b", range(200))), "stock"), "stock", "quarter")
    goals = targets([*flows, *stocks])
    assert np.all(goals[:3] == 273), "a flow that always goes on as so far is asked for just that"
    assert goals[3:] == pytest.approx(np.full((3, 5), 181.0))


def test_what_cannot_be_replayed_says_why(csv):
    with pytest.raises(BacktestError, match="has no column value"):
        of_file(csv("a,2024-01-01", head="series,date"), "flow", "quarter")
    with pytest.raises(BacktestError, match=r"history.csv:3: .*2026-11-30"):
        of_file(csv("a,2024-01-01,1", "a,yesterday,2"), "flow", "quarter")
    with pytest.raises(BacktestError, match="bring more history"):
        of_file(csv(*days("a", [1] * 40)), "flow", "quarter")
