"""Replaying a file of history: how it is cut, what is asked, and what the table says."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from pipelines.backtest.cases import BacktestError, cases, read_rows, targets
from pipelines.backtest.methods import METHODS, pace
from pipelines.backtest.replay import backtest, graded, replay

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


def test_it_prints_a_table_and_writes_the_figures(csv, tmp_path, capsys):
    path = csv(*days("a", np.random.default_rng(0).poisson(20, 500)))
    output = tmp_path / "grades.json"
    grades = backtest(path, "flow", "quarter", output)
    assert "Brier" in capsys.readouterr().out
    content = json.loads(output.read_text())
    assert [one["method"] for one in content["methods"]] == [grade.method for grade in grades]
    assert {"okra", "pace rule", "base rate"} <= {grade.method for grade in grades}


def test_what_cannot_be_replayed_says_why(csv):
    with pytest.raises(BacktestError, match="has no column value"):
        backtest(csv("a,2024-01-01", head="series,date"), "flow", "quarter")
    with pytest.raises(BacktestError, match=r"history.csv:3: .*2026-11-30"):
        backtest(csv("a,2024-01-01,1", "a,yesterday,2"), "flow", "quarter")
    with pytest.raises(BacktestError, match="bring more history"):
        backtest(csv(*days("a", [1] * 40)), "flow", "quarter")
