"""Replaying a file of history: how it is cut, what is asked, and what the table says."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from pipelines.backtest.cases import CUTS_AHEAD, BacktestError, cases, read_rows, targets
from pipelines.backtest.methods import METHODS, pace
from pipelines.backtest.replay import graded, graded_by_series, of_file, replay
from pipelines.okr.forecast.recalibration import Curve

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
    cut_cases = cases(read_rows(path, "flow"), "flow", "quarter")
    second = [case for case in cut_cases if case.cut >= date(2024, 4, 1)]
    assert [case.cut for case in second] == [date(2024, 4, 23), date(2024, 5, 16), date(2024, 6, 7)]
    for case in second:
        assert case.elapsed + case.steps == 91
        assert case.known == (2 * case.elapsed,)
        assert (case.naive, case.outcome) == (182, 182)
        assert len(case.sides[0].values) == 91 + case.elapsed, "nothing after the cut is seen"


def test_a_period_can_be_cut_before_it_starts(csv):
    path = csv(*days("a", [2] * 200))
    cut_cases = cases(read_rows(path, "flow"), "flow", "quarter", cuts=CUTS_AHEAD)
    second = [case for case in cut_cases if case.cut >= date(2024, 3, 1)]
    # on the day before it, and 23 of its 91 days earlier
    assert [(case.cut, case.ahead, case.steps) for case in second] == [
        (date(2024, 3, 31), 0, 91), (date(2024, 3, 8), 23, 114),
    ]  # fmt: skip
    for case in second:
        assert (case.elapsed, case.known) == (0, (0,))
        assert (case.naive, case.outcome) == (182, 182), (
            "what comes before the period is no part of it"
        )
        assert case.outcomes([np.full((3, case.steps), 2.0)]).tolist() == [182, 182, 182]
        assert len(case.sides[0].values) == 91 - case.ahead


def test_odds_before_the_start_are_graded_like_others(csv):
    path = csv(*days("a", [n % 7 for n in range(400)]))
    cut_cases = cases(read_rows(path, "flow"), "flow", "quarter", cuts=CUTS_AHEAD)
    goals = targets(cut_cases, (0.1, 0.9))
    assert goals.shape == (len(cut_cases), 2)
    replayed = replay(cut_cases, {"okra": METHODS["okra"]}, goals)
    assert replayed.odds["okra"].shape == goals.shape


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
    cut_cases = cases(read_rows(csv(*lines), "flow"), "flow", "year")
    last = cut_cases[0]
    assert (last.sides[0].season, last.elapsed, last.steps) == (12, 3, 9)
    assert last.outcome == sum(range(160, 172))


def test_targets_lie_about_what_goes_on_as_so_far(csv):
    noise = np.random.default_rng(0).poisson(20, 400)
    cut_cases = cases(read_rows(csv(*days("a", noise)), "flow"), "flow", "quarter")
    goals = targets(cut_cases)
    assert goals.shape == (len(cut_cases), 5)
    assert np.all(np.diff(goals, axis=1) >= 0)


def test_the_pace_rule_says_yes_or_no_by_the_days(csv):
    cut_cases = cases(read_rows(csv(*days("a", [2] * 200)), "flow"), "flow", "quarter")
    goals = np.tile([182.0, 183.0], (len(cut_cases), 1))
    assert np.array_equal(pace(cut_cases, goals), np.tile([1.0, 0.0], (len(cut_cases), 1)))


def test_the_odds_beat_the_pace_rule_on_noise_of_a_known_size(csv):
    """Poisson days about a mean that stays: nobody can be right always, but some odds are honest."""
    draw = np.random.default_rng(2)
    lines = [line for n in range(6) for line in days(f"s{n}", draw.poisson(20, 900))]
    cut_cases = cases(read_rows(csv(*lines), "flow"), "flow", "quarter")
    grades = {grade.method: grade for grade in graded(replay(cut_cases))}
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
                for place, sample in method(cut_cases)
                if (case := cut_cases[place]).cut <= cut
            }
            for cut_cases in (first, second)
        ]
        assert early[0], name
        assert early[0] == early[1], name


def test_grades_come_out_as_by_hand(csv):
    """Six cuts of two series; a method that always holds 100 and 200 for equally likely."""
    path = csv(*days("a", [1] * 200), *days("b", [2] * 200))
    cut_cases = cases(read_rows(path, "flow"), "flow", "quarter")  # 91 and 182 come of them

    def even(asked):
        for place in range(len(asked)):
            yield place, np.array([100.0, 200.0])

    steps = []
    replayed = replay(
        cut_cases, {"even": even}, np.full((6, 1), 150.0), seen=lambda: steps.append(1)
    )
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
    for grade in graded_by_series(replay(cut_cases, METHODS, np.full((6, 1), 150.0))):
        assert grade.brier["pace rule"] == 0
        assert (grade.series, grade.cases) in {("a", 1), ("b", 1)}


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


def test_weekdays_without_anything_are_no_steps(csv):
    """Five a day from Monday to Friday: 2024-04-01 to 06-30 has 13 whole weeks, so 65 steps and 325."""
    amounts = [5 if (START + timedelta(days=n)).weekday() < 5 else 0 for n in range(200)]
    cut_cases = cases(read_rows(csv(*days("a", amounts)), "flow"), "flow", "quarter")
    second = [case for case in cut_cases if case.cut >= date(2024, 4, 1)]
    assert [case.elapsed + case.steps for case in second] == [65, 65, 65]
    assert all((case.naive, case.outcome) == (325, 325) for case in second)
    assert all(case.sides[0].season == 5 and case.sides[0].values.min() == 5 for case in second)


def test_a_missing_day_is_no_day_with_nothing(csv):
    lines = [line for n, line in enumerate(days("a", [2] * 200)) if n not in (100, 110, 150)]
    cut_cases = cases(read_rows(csv(*lines), "flow"), "flow", "quarter")
    last = next(case for case in cut_cases if case.cut == date(2024, 6, 7))
    assert (last.known, last.outcome) == ((2 * last.elapsed,), 182)
    assert last.sides[0].seen == len(last.sides[0].values) - 3


def test_the_numerator_of_a_share_never_exceeds_its_denominator(csv):
    head = "series,date,numerator,denominator"
    shares, ratios = (
        cases(
            read_rows(csv(*(f"{line},4" for line in days("a", [most] * 200)), head=head), "ratio"),
            "ratio",
            "quarter",
        )[0]
        for most in (4, 5)
    )
    futures = [np.full((1, shares.steps), 9.0), np.full((1, shares.steps), 4.0)]
    assert shares.outcomes(futures) == pytest.approx([1.0])
    assert ratios.outcomes(futures)[0] > 1.25


def test_the_interval_is_that_of_the_corrected_odds(csv):
    """A slope of a half: odds of 0.9 were 0.9878, so the ends are the quantiles 0.0122 and 0.9878."""
    cut_cases = cases(read_rows(csv(*days("a", [1] * 200)), "flow"), "flow", "quarter")

    def even(asked):
        for place in range(len(asked)):
            yield place, np.arange(1001) / 1000

    replayed = replay(cut_cases, {"okra": even}, np.full((len(cut_cases), 1), 0.5))
    curves = dict.fromkeys(("daily", "daily_young", "weekly", "monthly", "run_rate"), Curve(0, 0.5))
    assert replayed.interval("okra") == pytest.approx(np.tile([0.1, 0.9], (len(cut_cases), 1)))
    wide = np.tile([1 / 82, 81 / 82], (len(cut_cases), 1))
    assert replayed.interval("okra", curves) == pytest.approx(wide, abs=1e-4)
