"""Odds corrected by how often such odds came true (Platt scaling).

A curve is logit(corrected) = intercept + slope · logit(odds). Those that ship were fitted to public series by
tests/benchmarks/forecast_accuracy.py, which writes recalibration.json. The organisation's own goals are not
those series: owners choose their targets, and act when they fall behind. So a curve of its own is put on top
as its goals come due.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from pipelines.okr.forecast.training_series import Exact, Frequency, TrainingSeries, Truth

_SHIPPED = Path(__file__).with_name("recalibration.json")
_MIN_ODDS = 1e-4
_MAX_ITERATIONS = 25
_MIN_STEP = 1e-9
_NAMES: dict[Frequency, str] = {"day": "daily", "week": "weekly", "month": "monthly"}
_YOUNG_TO_OLD: dict[Frequency, tuple[float, float]] = {
    "day": (0.5, 1.5),
    "week": (0.5, 1.5),
    "month": (2.0, 4.0),
}
"""Years of history between which a curve passes from that of young histories to that of old ones."""
_WEEKS_OF_A_YEAR = 52

PRIOR_PREDICTIONS = 50
"""Graded predictions that weigh as much as the shipped curve."""


@dataclass(frozen=True, slots=True)
class Curve:
    """logit(corrected) = `intercept` + `slope` · logit(odds)."""

    intercept: float = 0.0
    slope: float = 1.0

    def corrected(self, odds: Exact) -> Exact:
        return _share(self.intercept + self.slope * logit(odds))

    def uncorrected(self, odds: Exact) -> Exact:
        """The odds that are corrected to these."""
        return _share((logit(odds) - self.intercept) / self.slope)

    def blended(self, other: "Curve", share: float) -> "Curve":
        """The mean of both curves, the other with the weight `share`."""
        intercept, slope = (
            (1 - share) * own + share * its
            for own, its in ((self.intercept, other.intercept), (self.slope, other.slope))
        )
        return Curve(intercept, slope)


@dataclass(frozen=True, slots=True)
class Graded:
    """A goal that has come due: the odds it was given before one's own curve, and whether it was met."""

    odds: float
    met: bool


def logit(odds: Exact) -> Exact:
    sure = np.clip(odds, _MIN_ODDS, 1 - _MIN_ODDS)
    return np.log(sure / (1 - sure))


def curve_name(history: TrainingSeries) -> str:
    """Which curve fits the odds of such a history best.

    A short history says little of how far a level can move, and is surer of itself than it should be; a long one has
    seen more than most futures bring.
    """
    if not history.can_be_smoothed:
        return "run_rate"
    name = _NAMES[history.frequency]
    return name if age_of(history) >= 0.5 else f"{name}_young"


def age_of(history: TrainingSeries) -> float:
    """0 of a young history, 1 of an old one, and between the two little by little: the share of the old one's curve."""
    frequency = history.frequency
    seasons = {"day": _WEEKS_OF_A_YEAR, "week": _WEEKS_OF_A_YEAR, "month": 1}[frequency]
    years = history.seen / (seasons * history.season)
    young, old = _YOUNG_TO_OLD[frequency]
    return min(max((years - young) / (old - young), 0.0), 1.0)


def curve_for(history: TrainingSeries, curves: Mapping[str, Curve] | None = None) -> Curve:
    """The curve for a history; of the shipped ones, if no others are given.

    It passes from that of young histories to that of old ones little by little: a goal's odds should not jump on the
    day that its KPI is so old.
    """
    curves = shipped_curves() if curves is None else curves
    if not history.can_be_smoothed:
        return curves.get("run_rate", Curve())
    name = _NAMES[history.frequency]
    old = curves.get(name, Curve())
    return curves.get(f"{name}_young", old).blended(old, age_of(history))


@cache
def shipped_curves() -> Mapping[str, Curve]:
    """The curves by name."""
    content = json.loads(_SHIPPED.read_text(encoding="utf-8"))
    return {name: Curve(**constants) for name, constants in content["curves"].items()}


def own_curve(graded: Sequence[Graded]) -> Curve:
    """What to put on top of the shipped curves, by the organisation's own record.

    It starts as no change, which counts like `PRIOR_PREDICTIONS` predictions that came out just as they
    said, spread over the odds that were in fact given. One prediction a goal should be passed,
    not one a day: the days of a goal share one outcome.
    """
    if not graded:
        return Curve()
    odds = np.array([prediction.odds for prediction in graded])
    met = np.array([prediction.met for prediction in graded], dtype=np.float64)
    return fit_curve(
        np.concatenate([odds, odds]),
        np.concatenate([met, odds]),
        np.repeat([1.0, PRIOR_PREDICTIONS / len(odds)], len(odds)),
    )


def curve_from_replay(odds: Exact, met: Truth) -> Curve:
    """The curve that a replay of history supports, shrunk by half toward no change.

    It has no intercept: whether a year was better than forecast says nothing of the next one. The slope
    is shrunk because the errors of the series in a replay are correlated.
    """
    slope = fit_curve(odds, met, with_intercept=False).slope
    return Curve(0.0, (1 + slope) / 2)


def fit_curve(
    odds: Exact, met: Truth | Exact, counts: Exact | None = None, *, with_intercept: bool = True
) -> Curve:
    """The curve of the greatest likelihood: logistic regression on the logit, by Newton's method.

    A weak prior of no change stays in it, so that odds that are all alike still give a curve. Without
    an intercept, even odds stay even.
    """
    columns = np.stack([np.full(len(odds), float(with_intercept)), logit(odds)], axis=1)
    counts = np.ones(len(odds)) if counts is None else counts
    begin = np.array([0.0, 1.0])

    def loss(at: Exact) -> float:
        likely = columns @ at
        surprise = np.logaddexp(0, likely) - met * likely
        return float(counts @ surprise + ((at - begin) ** 2).sum() / 2)

    current = begin
    for _ in range(_MAX_ITERATIONS):
        corrected = _share(columns @ current)
        gradient = columns.T @ (counts * (met - corrected)) - (current - begin)
        curvature = (
            columns * (counts * corrected * (1 - corrected))[:, None]
        ).T @ columns + np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        while loss(current + step) > loss(current) and np.abs(step).max() > _MIN_STEP:
            step = step / 2
        current = current + step
    return Curve(float(current[0]), float(current[1]))


def _share(logits: Exact) -> Exact:
    return np.exp(-np.logaddexp(0, -logits))
