"""Fits the curves that ship to a replay: for each frequency that of young histories and that of old ones."""

from collections.abc import Sequence

import numpy as np

from pipelines.backtest.replay import Replay
from pipelines.okr.forecast.recalibration import (
    Curve,
    age_of,
    curve_name,
    fit_curve,
    logit,
)

_SAID = np.array([0.1, 0.3, 0.5, 0.7, 0.9])
_MAX_ITERATIONS = 25


def curves_of(replays: Sequence[Replay]) -> dict[str, Curve]:
    """The curves that these replays teach.

    One curve corrects the odds of goals and the ends of the interval. So it is taught by the goals of each case, and
    by as many amounts that Okra itself said were reached in 90, 70, 50, 30 and 10 of 100 futures. Curves have no
    intercept: whether a year was better than forecast says nothing of the next one.
    """
    histories = [case.sides[0] for replayed in replays for case in replayed.cases]
    names = np.array([curve_name(history) for history in histories])
    ages = np.array([age_of(history) if history.can_be_smoothed else 0.0 for history in histories])
    odds, met = (np.concatenate(sides) for sides in zip(*map(_taught, replays), strict=True))
    curves = {}
    for name in sorted({str(name).removesuffix("_young") for name in names}):
        rows = (names == name) | (names == f"{name}_young")
        if name == "run_rate":
            curves[name] = fit_curve(odds[rows].ravel(), met[rows].ravel(), with_intercept=False)
            continue
        young, old = _slopes(odds[rows], met[rows], ages[rows])
        curves |= {name: Curve(0.0, old), f"{name}_young": Curve(0.0, young)}
    return curves


def _taught(replayed: Replay) -> tuple[np.ndarray, np.ndarray]:
    """Odds and whether they came true (cases, goals and amounts)."""
    amounts = np.tile(1 - _SAID, (len(replayed.cases), 1))
    odds = np.concatenate([replayed.odds["okra"], amounts], axis=1)
    return odds, np.concatenate([replayed.met, replayed.reached("okra", _SAID)], axis=1)


def _slopes(odds: np.ndarray, met: np.ndarray, ages: np.ndarray) -> tuple[float, float]:
    """The slopes of the young and of the old, between which a history's own is by its age, by Newton's method.

    The odds of one collection come true together, so both slopes are held near 1 by a prior that weighs little.
    """
    of_ages = np.stack([1 - ages, ages], axis=1)
    columns = (logit(odds)[:, :, None] * of_ages[:, None, :]).reshape(-1, 2)
    happened = met.ravel().astype(float)
    slopes = np.ones(2)
    for _ in range(_MAX_ITERATIONS):
        said = 1 / (1 + np.exp(-columns @ slopes))
        gradient = columns.T @ (happened - said) - (slopes - 1)
        curvature = (columns * (said * (1 - said))[:, None]).T @ columns + np.eye(2)
        slopes = slopes + np.linalg.solve(curvature, gradient)
    return float(slopes[0]), float(slopes[1])
