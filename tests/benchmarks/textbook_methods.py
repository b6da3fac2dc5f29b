"""Plain forecasting methods of the textbooks, in NumPy, to hold the odds against.

Each is written as in Hyndman and Athanasopoulos, "Forecasting: Principles and Practice": on logarithms of positive
series, after the season has been taken off by classical decomposition, with normal errors whose spread is that of the
method's own one-step errors. A method answers with a sample of outcomes, as those of `pipelines.backtest.methods` do.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np

from pipelines.backtest.cases import Case
from pipelines.backtest.methods import Method, run_rate, seasonal_naive
from pipelines.okr.forecast.training_series import Exact, TrainingSeries

PATHS = 400
_LONGEST = {1: 156, 7: 400, 12: 120}
"""Steps of the past that a method learns from, by the length of the season."""
_GAINS = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0)
_SLOPE_GAINS = (0.0, 0.05, 0.2)
_DAMPING = 0.95
_YEARS_TO_COMPARE = 1.2


@dataclass(frozen=True, eq=False)
class Forecast:
    """Where each of the steps to come is expected (steps,), and how errors carry on.

    A step's error moves the step `k` later by `carried[k]` of it; `errors` are those of the past, one a step.
    `drift_doubt` is the standard error of the drift a step.
    """

    expected: Exact
    carried: Exact
    errors: Exact
    drift_doubt: float = 0.0


Fit = Callable[[Exact, int, TrainingSeries], Forecast]


def textbook_methods() -> dict[str, Method]:
    """The methods by their names in docs/odds.md."""
    return {
        "run-rate": run_rate,
        "seasonal naive": seasonal_naive,
        "random walk with drift": _method(_drift),
        "exponential smoothing": _method(_smoothing),
        "damped trend": _method(_damped_trend),
        "theta": _method(_theta),
        "AR(2)": _method(_autoregression),
        "as a year ago": _method(_year_ago, seasonal=False),
        "past stretches": past_stretches,
    }


def past_stretches(cases: Sequence[Case]) -> Iterator[tuple[int, Exact]]:
    """The rest of the period is one of the stretches of the past, each as likely as the others."""
    for place, case in enumerate(cases):
        futures = []
        for side in case.sides:
            values = side.values[-_longest(side) :]
            steps = min(case.steps, len(values) // 2)
            moves = np.diff(values) if side.level else values
            totals = np.cumsum(np.concatenate([[0.0], moves]))
            stretches = (totals[steps:] - totals[:-steps]) * case.steps / steps
            futures.append((values[-1] if side.level else 0.0) + stretches)
        count = min(len(future) for future in futures)
        yield place, case.outcomes([future[-count:, None] for future in futures])


def _longest(side: TrainingSeries) -> int:
    return _LONGEST.get(side.season, 400) if side.season != 1 or side.year else 120


def _method(fit: Fit, *, seasonal: bool = True) -> Method:
    def method(cases: Sequence[Case]) -> Iterator[tuple[int, Exact]]:
        for place, case in enumerate(cases):
            yield place, case.outcomes(_futures(fit, case, seasonal))

    return method


def _futures(fit: Fit, case: Case, seasonal: bool) -> list[Exact]:
    """Futures (paths, steps) of each side; the errors of two sides go together as they did."""
    scaled = [_scaled(side, seasonal) for side in case.sides]
    fits = [
        fit(steady, case.steps, side)
        for (steady, _, _), side in zip(scaled, case.sides, strict=True)
    ]
    correlation = 0.0
    if len(fits) == 2:
        count = min(len(fitted.errors) for fitted in fits)
        first, second = (fitted.errors[-count:] for fitted in fits)
        spread = float(first.std() * second.std())
        correlation = (
            float(np.mean((first - first.mean()) * (second - second.mean()))) / spread
            if spread
            else 0.0
        )
    draws = _draws(case.steps)
    futures = []
    for number, (fitted, (_, season, is_log)) in enumerate(zip(fits, scaled, strict=True)):
        own = (
            draws[0]
            if number == 0
            else correlation * draws[0] + np.sqrt(max(1 - correlation**2, 0)) * draws[1]
        )
        noise = own[:, 1:] * np.sqrt(np.mean(fitted.errors**2))
        paths = fitted.expected + noise @ _toeplitz(fitted.carried)
        paths += own[:, :1] * fitted.drift_doubt * np.arange(1, case.steps + 1)
        paths += np.resize(season, case.steps)
        values = case.sides[number].values
        if is_log:
            logs = np.log(values[-_longest(case.sides[number]) :])
            paths = np.exp(np.minimum(paths, logs.max() + 3 * (logs.max() - logs.min())))
        futures.append(np.maximum(paths, 0) if values.min() >= 0 else paths)
    return futures


def _toeplitz(carried: Exact) -> Exact:
    """The matrix (step of the error, step it moves) of how errors carry on."""
    steps = len(carried)
    later = np.arange(steps)[None, :] - np.arange(steps)[:, None]
    return np.where(later >= 0, carried[np.maximum(later, 0)], 0.0)


@cache
def _draws(steps: int) -> Exact:
    """Standard normal draws (2, paths, 1 + steps), mirrored so that their mean is 0."""
    half = np.random.default_rng(0).standard_normal((2, PATHS // 2, 1 + steps))
    return np.concatenate([half, -half], axis=1)


def _scaled(side: TrainingSeries, seasonal: bool) -> tuple[Exact, Exact, bool]:
    """The series without its season, the season of the steps to come, and whether both are logarithms."""
    values = side.values[-_longest(side) :].astype(float)
    is_log = bool(values.min() > 0)
    steady = np.log(values) if is_log else values
    season = side.season if seasonal and len(values) >= 2 * side.season else 1
    if season == 1:
        return steady, np.zeros(1), is_log
    # a moving average over whole seasons, its ends continued
    ends = np.pad(steady, season // 2, mode="edge")
    weights = np.ones(season) if season % 2 else np.concatenate([[0.5], np.ones(season - 1), [0.5]])
    level = np.convolve(ends, weights / season, mode="valid")[: len(steady)]
    inner = slice(season // 2, len(steady) - season // 2)
    places = np.arange(len(steady)) % season
    means = np.bincount(places[inner], (steady - level)[inner], season)
    means /= np.maximum(np.bincount(places[inner], minlength=season), 1)
    means -= means.mean()
    return steady - means[places], np.roll(means, -(len(steady) % season)), is_log


def _drift(values: Exact, steps: int, _: TrainingSeries) -> Forecast:
    moves = np.diff(values)
    drift = moves.mean()
    expected = values[-1] + drift * np.arange(1, steps + 1)
    return Forecast(
        expected, np.ones(steps), moves - drift, float(moves.std() / np.sqrt(len(moves)))
    )


def _smoothing(values: Exact, steps: int, _: TrainingSeries) -> Forecast:
    gain, _, level, _, errors = _smoothed(values, [(gain, 0.0) for gain in _GAINS])
    return Forecast(np.full(steps, level), _carried(gain, steps), errors)


def _carried(gain: float, steps: int) -> Exact:
    return np.concatenate([[1.0], np.full(steps - 1, gain)])


def _damped_trend(values: Exact, steps: int, _: TrainingSeries) -> Forecast:
    pairs = [(gain, gain * slope) for gain, slope in product(_GAINS, _SLOPE_GAINS)]
    gain, slope_gain, level, slope, errors = _smoothed(values, pairs)
    reach = np.cumsum(_DAMPING ** np.arange(1, steps + 1))
    carried = np.concatenate([[1.0], gain + slope_gain * reach[:-1]])
    return Forecast(level + slope * reach, carried, errors)


def _theta(values: Exact, steps: int, side: TrainingSeries) -> Forecast:
    """Exponential smoothing with half the slope of a straight line through the series."""
    flat = _smoothing(values, steps, side)
    days = np.arange(len(values)) - (len(values) - 1) / 2
    slope = float(days @ values / (days @ days)) / 2
    return Forecast(flat.expected + slope * np.arange(1, steps + 1), flat.carried, flat.errors)


def _smoothed(
    values: Exact, pairs: Sequence[tuple[float, float]]
) -> tuple[float, float, float, float, Exact]:
    """The pair of gains with the least squared error, and the level, slope and errors it gives."""
    gains, slope_gains = np.array(pairs).T
    first = min(8, len(values) // 3)
    level = np.full(len(pairs), values[:first].mean())
    slope = np.zeros(len(pairs))
    errors = np.empty((len(values), len(pairs)))
    for t, value in enumerate(values):
        slope = slope * _DAMPING
        error = value - level - slope
        level = level + slope + gains * error
        slope = slope + slope_gains * error
        errors[t] = error
    errors = errors[first:]
    best = int((errors**2).sum(axis=0).argmin())
    return (
        float(gains[best]),
        float(slope_gains[best]),
        float(level[best]),
        float(slope[best]),
        errors[:, best],
    )


def _autoregression(values: Exact, steps: int, _: TrainingSeries) -> Forecast:
    """Each step depends on the two before it, and on the mean, by least squares."""
    known = np.stack([np.ones(len(values) - 2), values[1:-1], values[:-2]], axis=1)
    (constant, first, second), *_ = np.linalg.lstsq(known, values[2:], rcond=None)
    errors = values[2:] - known @ (constant, first, second)
    inside = abs(second) < 1 and first + second < 1 and second - first < 1
    if not inside:
        return _drift(values, steps, _)
    expected, carried = np.empty(steps), np.zeros(steps + 1)
    carried[1], before, last = 1.0, values[-2], values[-1]
    for t in range(steps):
        expected[t] = constant + first * last + second * before
        before, last = last, expected[t]
        if t:
            carried[t + 1] = first * carried[t] + second * carried[t - 1]
    return Forecast(expected, carried[1:], errors)


def _year_ago(values: Exact, steps: int, side: TrainingSeries) -> Forecast:
    """The same steps of a year ago, moved by how far the latest steps are from those of a year ago.

    Without a year to compare, the latest season.
    """
    year = 12.0 if side.season == 12 else side.year
    lag = round(year / side.season) * side.season
    if not lag or len(values) < _YEARS_TO_COMPARE * lag:
        lag = side.season
    errors = values[lag:] - values[:-lag]
    recent = min(max(lag // 12, 1), len(errors))
    level = errors[-recent:].mean()
    expected = np.resize(values[len(values) - lag :], steps) + level
    # the level of the change moves on as it did: an error and a random walk of its means
    means = np.convolve(errors, np.ones(recent) / recent, mode="valid")
    wander = np.diff(means[::recent]) if len(means) > 2 * recent else np.zeros(1)
    carry = float(min(np.sqrt(np.mean(wander**2) / recent) / max(errors.std(), 1e-12), 1.0))
    return Forecast(expected, _carried(carry, steps), errors - np.resize(level, len(errors)))
