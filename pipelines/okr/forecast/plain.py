"""Plain members of the mixture: a random walk with drift, the mean of the latest steps, an autoregression.

Each is one line, x(t) = constant + first · x(t-1) + second · x(t-2) + error, on a series without its season. They are
no better than the candidates of smoothing, but wrong in other ways, so a mixture with them is nearer to the truth.
"""

from dataclasses import dataclass

import numpy as np

from pipelines.okr.forecast.draws import Draws, normal_draws
from pipelines.okr.forecast.paths import Chosen
from pipelines.okr.forecast.season import season_of
from pipelines.okr.forecast.smoothing import Aligned
from pipelines.okr.forecast.training_series import Exact, Floats, Frequency, Ints

LINES = 3
"""A random walk with drift, the mean of the latest steps, an autoregression: in this order everywhere here."""
_LATEST: dict[Frequency, int] = {"day": 42, "week": 8, "month": 6}
_FEW_FOR_A_REGRESSION, _ENOUGH_FOR_A_REGRESSION = 12, 36
_AT_START: dict[Frequency, int] = {"day": 28, "week": 4, "month": 1}
"""Latest steps at whose mean a random walk begins."""
_RIDGE = 1e-6


@dataclass(frozen=True, eq=False, slots=True)
class Lines:
    """The lines of n series without their season.

    `constant`, `first`, `second`, `start`, where the line begins, and `doubt`, the standard error of the constant, are
    (n, lines); `errors` (steps, n, lines) are those of the past. `rest` (n, steps) is the series without its season
    `shape` (n, season), whose first place is that of the first step.
    """

    constant: Floats
    first: Floats
    second: Floats
    start: Floats
    doubt: Floats
    errors: Floats
    rest: Floats
    shape: Floats


def shares_of_lines(
    shares: tuple[float, float, float],
    lengths: Ints,
    frequency: Frequency,
    *,
    level: bool,
    moves: bool,
) -> Exact:
    """The share of the futures that each line has (n, lines).

    A level has no mean of latest steps, and moves have no drift: the other line has that share. What days bring does
    not walk: each day's noise would be taken for a change that stays. An autoregression needs some history, and its
    share is the other lines' until there is enough.
    """
    drift, lately, regression = shares
    if level:
        drift, lately = drift + lately, 0.0
    elif moves:
        drift, lately = 0.0, drift + lately
    elif frequency == "day":
        drift = 0.0
    known = (lengths - _FEW_FOR_A_REGRESSION) / (_ENOUGH_FOR_A_REGRESSION - _FEW_FOR_A_REGRESSION)
    grown = np.clip(known, 0, 1)
    spare = regression * (1 - grown)
    both = max(drift + lately, 1e-9)
    return np.stack(
        [drift + spare * drift / both, lately + spare * lately / both, regression * grown], axis=1
    )


def lines_of(series: Aligned, frequency: Frequency, season: int, *, level: bool) -> Lines:
    """Fit the lines to n series.

    A random walk of what weeks bring begins at the mean of the latest four: at the last one, it would jump with every
    week's noise. That of a `level` begins where it stands, that of months at the last month.
    """
    known, lengths = series.known, series.lengths.astype(np.float64)
    n, steps = series.values.shape
    shape = season_of(series.values, known, season)
    rest = (series.values - np.resize(shape.T, (steps, n)).T) * known
    rest = rest.astype(np.float64)
    now, lag_1, lag_2 = rest[:, 2:], rest[:, 1:-1], rest[:, :-2]
    whole = known[:, :-2]
    count = np.maximum(whole.sum(axis=1), 1)

    moves = (now - lag_1) * whole
    drift = moves.sum(axis=1) / count
    walk_errors = (moves - drift[:, None]) * whole

    latest = np.minimum(_LATEST[frequency], lengths)
    totals = np.concatenate([np.zeros((n, 1)), np.cumsum(rest, axis=1)], axis=1)
    places = np.arange(2, steps)
    begins = np.maximum(places - latest[:, None], series.starts[:, None]).astype(np.int64)
    before = np.take_along_axis(totals, np.minimum(begins, places), axis=1)
    width = np.maximum(places - begins, 1)
    mean_errors = (now - (totals[:, places] - before) / width) * whole
    mean = (totals[:, -1] - totals[np.arange(n), (steps - latest).astype(np.int64)]) / latest

    constant, first, second = _autoregression(now, lag_1, lag_2, whole, count)
    walks = ~((np.abs(second) < 1) & (first + second < 1) & (second - first < 1))
    constant, first, second = (
        np.where(walks, other, own)
        for own, other in ((constant, drift), (first, 1.0), (second, 0.0))
    )
    own_errors = (
        now - constant[:, None] - first[:, None] * lag_1 - second[:, None] * lag_2
    ) * whole

    spreads = [np.sqrt((errors**2).sum(axis=1) / count) for errors in (walk_errors, mean_errors)]
    none = np.zeros(n)
    doubts = (spreads[0] / np.sqrt(count), spreads[1] / np.sqrt(latest), none)
    errors = np.zeros((steps, n, LINES), np.float32)
    errors[2:] = np.stack([walk_errors, mean_errors, own_errors], axis=2).transpose(1, 0, 2)
    constants, firsts, seconds, unsure = (
        np.stack(columns, axis=1).astype(np.float32)
        for columns in (
            (drift, mean, constant), (none + 1, none, first), (none, none, second), doubts,
        )
    )  # fmt: skip
    begin = np.repeat(rest[:, -1:], LINES, axis=1)
    if not level:
        begin[:, 0] = rest[:, -_AT_START[frequency] :].mean(axis=1)
    start = begin.astype(np.float32)
    return Lines(constants, firsts, seconds, start, unsure, errors, rest.astype(np.float32), shape)


def _autoregression(
    now: Exact, lag_1: Exact, lag_2: Exact, whole: Exact, count: Exact
) -> tuple[Exact, Exact, Exact]:
    """Constant and both coefficients (n,) of each series, by least squares."""
    means = [(values * whole).sum(axis=1) / count for values in (now, lag_1, lag_2)]
    y, a, b = (
        (values - mean[:, None]) * whole
        for values, mean in zip((now, lag_1, lag_2), means, strict=True)
    )
    aa, ab, bb, ay, by = (
        (left * right).sum(axis=1) for left, right in ((a, a), (a, b), (b, b), (a, y), (b, y))
    )
    # a series that never moves has no regression; next to nothing is added so that it can be solved
    aa, bb = (squares * (1 + _RIDGE) + 1e-12 for squares in (aa, bb))
    determinant = aa * bb - ab**2
    first, second = (ay * bb - by * ab) / determinant, (by * aa - ay * ab) / determinant
    return means[0] - first * means[1] - second * means[2], first, second


def continue_lines(
    made: Floats,
    chosen: Chosen,
    lines: Lines,
    draws: Draws,
    season: int,
    next_between: tuple[Floats, Floats],
    least: Floats,
) -> None:
    """Put the futures (horizon, k) that go on as the line that is their member does into `made`.

    None of them comes below the `least` (n,) of its series: a random walk would, far.
    """
    series, path, which = chosen
    steps, n, _ = lines.errors.shape
    constant, first, second, doubt, last = (
        side[series, which]
        for side in (lines.constant, lines.first, lines.second, lines.doubt, lines.start)
    )
    lowest = least[series]
    constant = constant + doubt * normal_draws(1, draws.paths)[0, path]
    before, value = lines.rest[series, -2], np.empty_like(last)
    shapes = [shape.take(series) for shape in lines.shape.T]
    errors, error, moved = lines.errors.reshape(-1), np.empty_like(last), np.empty_like(last)
    newest = (steps - 1) * (n * LINES) + series * LINES + which
    drawn_places = draws.places(newest, n * LINES, len(made), series, path)
    for t, (future, past) in enumerate(zip(made, drawn_places, strict=True)):
        np.take(errors, past, out=error, mode="clip")
        np.multiply(first, last, out=value)
        value += constant
        value += np.multiply(second, before, out=moved)
        value += error
        shape = shapes[(steps + t) % season]
        if t == 0:
            low, high = (end[series, 0] for end in next_between)
            value = np.clip(value + shape, low, high) - shape
        np.add(value, shape, out=future)
        np.maximum(future, lowest, out=future)
        before, last, value = last, value, before
