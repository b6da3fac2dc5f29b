"""How good odds were, once it is known what happened."""

import numpy as np

from pipelines.okr.forecast.training_series import Exact, Truth

_BINS = 10
_MIN_ODDS = 0.005


def brier(odds: Exact, met: Truth) -> float:
    """The mean square of odds minus outcome: 0 is perfect, 0.25 is saying 50 % always."""
    return float(np.mean((odds - met) ** 2))


def log_loss(odds: Exact, met: Truth) -> float:
    """The mean surprise in nats; odds surer than 0.5 % count as 0.5 %, so one miss is not all."""
    likely = np.clip(np.where(met, odds, 1 - odds), _MIN_ODDS, 1 - _MIN_ODDS)
    return float(-np.log(likely).mean())


def calibration_error(odds: Exact, met: Truth) -> float:
    """How far odds are from how often it happened, over tenths of odds weighted by their number."""
    tenth = np.minimum((odds * _BINS).astype(int), _BINS - 1)
    expected = np.bincount(tenth, odds, _BINS)
    happened = np.bincount(tenth, met, _BINS)
    return float(np.abs(expected - happened).sum() / len(odds))


def coverage(low: Exact, high: Exact, outcome: Exact) -> float:
    """The share of outcomes from `low` to `high`, both included."""
    return float(np.mean((low <= outcome) & (outcome <= high)))


def crps(futures: Exact, outcome: float) -> float:
    """The continuous ranked probability score of futures, in their unit: 0 is a sure hit."""
    ordered = np.sort(futures)
    count = len(ordered)
    spread = (2 * np.arange(1, count + 1) - count - 1) @ ordered / count**2
    return float(np.abs(ordered - outcome).mean() - spread)
