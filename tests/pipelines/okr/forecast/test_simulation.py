"""What simulated futures always are, whatever the past."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.okr.forecast import fitted
from pipelines.okr.forecast.recalibration import curve_for
from pipelines.okr.forecast.simulation import Task, simulate
from pipelines.okr.forecast.smoothing import smooth
from pipelines.okr.forecast.training_series import YEAR, TrainingSeries

TODAY = 739_000
AMOUNTS = st.lists(st.integers(0, 400).map(float), min_size=8, max_size=90)


def sampled(values, steps=10, paths=50, **form):
    ((_, futures),) = simulate(
        [Task(TrainingSeries(np.array(values, dtype=float), TODAY, **form), steps)], paths
    )
    return futures


def test_a_steady_past_has_a_steady_future(futures):
    assert np.allclose(np.median(futures([5.0] * 60, 30), axis=0), 5.0, rtol=1e-5)
    assert np.allclose(futures([5.0] * 10, 30), 5.0)
    assert np.allclose(futures([0.0] * 60, 30), 0.0)


def test_what_has_never_changed_may_change(futures):
    """One future in ten changes, half of those within thirty days, and half of them upward."""
    totals = futures([100.0] * 400, 30, paths=4000).sum(axis=1, dtype=float)
    assert np.mean(np.abs(totals - 3000) < 0.01) == pytest.approx(0.95, abs=0.015)
    assert np.mean(totals >= 3001) == pytest.approx(0.025, abs=0.01)


def test_a_week_that_repeats_goes_on_repeating(futures):
    week = [10.0, 12.0, 12.0, 11.0, 9.0, 3.0, 4.0]
    paths = futures(week * 20, 14)
    assert np.allclose(np.median(paths, axis=0), week * 2, rtol=0.02)


def test_a_level_that_grows_steadily_goes_on_growing(futures):
    likes = 30_000 + 10.0 * np.arange(200)
    paths = futures(likes, 30, level=True)
    assert abs(np.median(paths[:, -1]) - (likes[-1] + 300)) < 60


def test_the_spread_of_a_total_is_that_of_independent_days(futures):
    """Noise of 10 on each day makes one of 10·√28 ≈ 53 on the total of four weeks."""
    values = 100 + np.random.default_rng(4).normal(0, 10, 364)
    totals = futures(values, 28, paths=2000).sum(axis=1)
    assert totals.mean() == pytest.approx(2800, rel=0.02)
    low, high = np.quantile(totals, (0.1, 0.9))
    # eight in ten lie within ± 1.28 · 53
    assert 125 < high - low < 200, "never less, and a little more for what is not known"


@settings(max_examples=60, deadline=None)
@given(AMOUNTS)
def test_counts_stay_whole_and_never_fall_below_zero(amounts):
    paths = sampled(amounts, whole=True)
    assert np.all(paths >= 0)
    assert np.array_equal(paths, np.rint(paths))


def test_small_counts_are_right_on_average(futures):
    """Seven deals in thirty days are seven deals in thirty days to come, not fractions of some."""
    deals = np.zeros(360)
    deals[4::30] = deals[9::30] = 2
    deals[14::30] = 3
    totals = futures(deals, 30, paths=1000, whole=True).sum(axis=1)
    assert 5.5 < totals.mean() < 8.5
    assert np.array_equal(totals, np.rint(totals))


def test_a_past_with_refunds_may_have_a_future_with_refunds(futures):
    values = np.random.default_rng(0).normal(1, 5, 200)
    assert futures(values, 30).min() < 0


def test_the_same_question_has_the_same_answer(noisy, futures):
    assert np.array_equal(futures(noisy(), 40), futures(noisy(), 40))


def test_the_company_of_other_series_changes_nothing(noisy):
    histories = [
        TrainingSeries(noisy(days, seed=n), TODAY)
        for n, days in enumerate((364, 365, 200, 364, 12))
    ]
    tasks = [Task(history, 20 + n) for n, history in enumerate(histories)]
    side_by_side = dict(simulate(tasks, 100))
    backwards = dict(simulate(tasks[::-1], 100))
    for place, task in enumerate(tasks):
        ((_, by_itself),) = simulate([task], 100)
        assert np.allclose(side_by_side[place], by_itself, rtol=1e-4)
        assert np.array_equal(side_by_side[place], backwards[len(tasks) - 1 - place])


def test_series_of_all_lengths_are_smoothed_together_and_each_as_if_alone(noisy, monkeypatch):
    """From eight weeks to four years: before a length begins there is nothing that could leak into it."""
    batches = []

    def counted(series, *rest):
        batches.append(len(series.starts))
        return smooth(series, *rest)

    monkeypatch.setattr(fitted, "smooth", counted)
    lengths = (56, 130, 200, 366, 390, 399, 400, 500, 731, 1000, 1464, 2000)
    tasks = [Task(TrainingSeries(noisy(days, seed=days), TODAY, year=YEAR), 30) for days in lengths]
    side_by_side = dict(simulate(tasks, 100))
    assert batches == [len(lengths)]
    for place, task in enumerate(tasks):
        ((_, by_itself),) = simulate([task], 100)
        assert np.allclose(side_by_side[place], by_itself, rtol=1e-4)


def test_a_near_future_is_the_beginning_of_a_far_one(noisy, futures):
    near, far = futures(noisy(), 20), futures(noisy(), 60)
    assert np.array_equal(near, far[:, :20])


def test_the_unit_of_measurement_does_not_matter(noisy, futures):
    euros = futures(noisy(), 30)
    cents = futures(noisy() * 100, 30)
    assert np.allclose(cents, euros * 100, rtol=1e-3)


def test_what_happens_to_two_series_on_one_day_happens_to_both_in_a_future(noisy):
    """Both sides of a ratio are moved by the same days: half of what moves together stays half."""
    whole = noisy(364)
    tasks = [Task(TrainingSeries(values, TODAY), 28) for values in (whole / 2, whole)]
    half, all_of_it = (paths for _, paths in sorted(simulate(tasks, 200)))
    assert np.allclose(half / all_of_it, 0.5, rtol=1e-3)


def test_too_short_a_past_has_no_future():
    assert sampled([1.0] * 7) is None
    assert sampled([1.0] * 8) is not None
    assert sampled([1.0] * 30, observed=7) is None, "what was filled in was not seen"


def test_a_short_past_is_repeated_in_its_own_values_and_is_wide(futures):
    values = [0.0, 3.0, 1.0, 0.0, 2.0, 5.0, 0.0, 1.0, 1.0, 2.0]
    paths = futures(values, 10, paths=4000)
    assert set(np.unique(paths)) == set(values)
    totals = paths.sum(axis=1)
    assert totals.mean() == pytest.approx(15, abs=0.6)
    sure_of_its_mean = np.std(values) * np.sqrt(10)
    assert totals.std() > 1.4 * sure_of_its_mean, "ten days do not tell the mean of the next ten"


def test_a_short_level_drifts_by_the_changes_it_has_seen(futures):
    paths = futures([100.0, 101, 102, 103, 104, 105, 106, 107, 108], 10, level=True)
    assert np.allclose(paths[:, -1], 118)


def test_a_day_without_news_leaves_the_odds_where_they_were(noisy):
    """The day brings just what was expected of it; the goal is the same total at the same deadline."""
    moved = []
    for seed in range(10):
        values, steps, end = noisy(364 + seed, seed=seed), 40, TODAY + seed
        curve = curve_for(TrainingSeries(values, end))
        ((_, paths),) = simulate([Task(TrainingSeries(values, end), steps)])
        usual = float(paths[:, 0].mean())
        ((_, next_day),) = simulate(
            [Task(TrainingSeries(np.append(values, usual), end + 1), steps - 1)]
        )
        totals, later = paths.sum(axis=1), usual + next_day.sum(axis=1)
        goals = np.quantile(totals, (0.1, 0.25, 0.5, 0.75, 0.9))
        before, after = (np.mean(x[:, None] >= goals, axis=0) for x in (totals, later))
        moved += abs(curve.corrected(before) - curve.corrected(after)).tolist()
    assert np.quantile(moved, 0.7) <= 0.01
    assert np.quantile(moved, 0.99) <= 0.02, "what the day taught the candidates included"
