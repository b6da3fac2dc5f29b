"""Okra's odds beside those of other methods on the same cases: who is better, by how much, and how surely."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipelines.backtest.cases import Case
from pipelines.backtest.grading import brier, calibration_error, coverage, log_loss

OURS, UNCORRECTED, MEAN = "Okra", "Okra, before the curve", "mean of the others"
RESAMPLES = 1000


@dataclass(frozen=True)
class Versus:
    """Okra's Brier score relative to another method's: ratio − 1, and the same of resampled series."""

    method: str
    change: float
    low: float
    high: float
    share_below: float

    def __str__(self) -> str:
        return f"{self.change:+.1%} ({self.low:+.1%} to {self.high:+.1%})"


@dataclass(frozen=True, eq=False)
class Judged:
    """Cases with the odds (cases, targets) and the 80 % intervals (cases, 2) of each method.

    `frequencies`, `kinds` and `series` (cases,) say what each case is of. The mean of the others is that of their odds.
    """

    frequencies: np.ndarray
    kinds: np.ndarray
    series: np.ndarray
    outcome: np.ndarray
    met: np.ndarray
    odds: Mapping[str, np.ndarray]
    intervals: Mapping[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.outcome)

    def of(self, rows: np.ndarray) -> "Judged":
        return Judged(
            self.frequencies[rows],
            self.kinds[rows],
            self.series[rows],
            self.outcome[rows],
            self.met[rows],
            {name: odds[rows] for name, odds in self.odds.items()},
            {name: ends[rows] for name, ends in self.intervals.items()},
        )

    def frequency(self, name: str) -> "Judged":
        return self.of(self.frequencies == name)

    def kind(self, name: str) -> "Judged":
        return self.of(self.kinds == name)

    def beside(self, method: str, odds: np.ndarray, ends: np.ndarray) -> "Judged":
        """With one more method."""
        return replace(
            self, odds={**self.odds, method: odds}, intervals={**self.intervals, method: ends}
        )

    @property
    def others(self) -> list[str]:
        return [name for name in self.odds if name not in (OURS, UNCORRECTED)]

    def issued(self, method: str) -> np.ndarray:
        if method == MEAN:
            return np.asarray(np.mean([self.odds[name] for name in self.others], axis=0))
        return self.odds[method]

    def brier(self, method: str = OURS) -> float:
        return brier(self.issued(method), self.met)

    def log_loss(self, method: str = OURS) -> float:
        return log_loss(self.issued(method).ravel(), self.met.ravel())

    def calibration_error(self, method: str = OURS) -> float:
        return calibration_error(self.issued(method).ravel(), self.met.ravel())

    def coverage(self, method: str = OURS) -> float | None:
        if method not in self.intervals:
            return None
        return coverage(*self.intervals[method].T, self.outcome)

    def on_an_end(self, method: str = OURS) -> float:
        """The share of outcomes that lie on an end of the interval, as small counts often do."""
        nearest = np.abs(self.intervals[method] - self.outcome[:, None]).min(axis=1)
        return float((nearest <= 1e-6 * np.maximum(1, np.abs(self.outcome))).mean())

    @property
    def best_other(self) -> str:
        return min(self.others, key=self.brier)

    def versus(self, method: str) -> Versus:
        own, its = (((self.issued(name) - self.met) ** 2).mean(axis=1) for name in (OURS, method))
        _, places = np.unique(self.series, return_inverse=True)
        sums = np.stack([np.bincount(places, weights=scores) for scores in (own, its)])
        drawn = np.random.default_rng(0).integers(0, sums.shape[1], (RESAMPLES, sums.shape[1]))
        ratios = sums[0][drawn].sum(axis=1) / sums[1][drawn].sum(axis=1) - 1
        low, high = np.quantile(ratios, (0.025, 0.975)).tolist()
        change = float(own.sum() / its.sum() - 1)
        return Versus(method, change, low, high, float((ratios < 0).mean()))


def joined(parts: Sequence[Judged]) -> Judged:
    first = parts[0]
    return Judged(
        np.concatenate([part.frequencies for part in parts]),
        np.concatenate([part.kinds for part in parts]),
        np.concatenate([part.series for part in parts]),
        np.concatenate([part.outcome for part in parts]),
        np.concatenate([part.met for part in parts]),
        {name: np.concatenate([part.odds[name] for part in parts]) for name in first.odds},
        {
            name: np.concatenate([part.intervals[name] for part in parts])
            for name in first.intervals
        },
    )


def judged(
    frequency: str,
    collection: str,
    cases: Sequence[Case],
    met: np.ndarray,
    odds: Mapping[str, np.ndarray],
    intervals: Mapping[str, np.ndarray],
) -> Judged:
    """The cases of one collection."""
    return Judged(
        np.full(len(cases), frequency, dtype=object),
        np.array([case.kind for case in cases], dtype=object),
        np.array([f"{collection}: {case.series}" for case in cases], dtype=object),
        np.array([case.outcome for case in cases]),
        met,
        odds,
        intervals,
    )


def as_lines(of_all: Judged) -> list[str]:
    """A table in plain text: each frequency and kind, beside the best other method and the mean of all."""
    lines = []
    for frequency in ("daily", "weekly", "monthly"):
        whole = of_all.frequency(frequency)
        if not len(whole):
            continue
        lines += ["", f"{frequency}: {len(whole)} cases, {whole.met.size} odds"]
        methods = [*whole.odds, MEAN]
        for name in sorted(methods, key=whole.brier):
            within = whole.coverage(name)
            lines.append(
                f"  {name:24}{whole.brier(name):8.4f}  ECE {whole.calibration_error(name):.3f}"
                + (f"  80 % holds {within:.1%}" if within is not None else "")
            )
        lines.append(line(f"{frequency}, all", whole))
        kinds = np.unique(whole.kinds).tolist()
        lines += [line(f"{frequency} {kind}", whole.kind(kind)) for kind in kinds]
    if len(of_all):
        lines += ["", line("all", of_all)]
    return lines


def line(title: str, part: Judged) -> str:
    best = part.versus(part.best_other)
    return (
        f"  > {title:28}{len(part):6} cases  Brier {part.brier():.4f}  {best.change:+.1%} {best.method}  "
        f"{part.versus(MEAN).change:+.1%} mean  ECE {part.calibration_error():.3f}  "
        f"80 % holds {part.coverage():.1%}"
    )
