"""Replays history to tell how good the odds are: what was said at a cut, against what then happened.

Every series is cut at three places of each of its latest periods. At each cut five targets are set, every
method says how likely each is to be reached, and the rest of the period says whether it was. The odds of the
earlier half of the cuts teach the recalibration; all figures are those of the later half.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipelines.backtest.cases import BacktestError, Case, cases, read_rows, targets
from pipelines.backtest.grading import (
    brier,
    calibration_error,
    coverage,
    crps,
    log_loss,
)
from pipelines.backtest.methods import METHODS, Method, pace
from pipelines.okr.forecast.recalibration import Curve, curve_for, curve_from_replay, shipped_curves
from pipelines.okr.forecast.training_series import Exact, Truth
from pipelines.okr.kpi.kinds import Kind
from pipelines.okr.kpi.periods import Cadence

_LOW, _HIGH = 0.1, 0.9
_RANKS = np.linspace(0.005, 0.995, 199)
"""The quantiles of each outcome that are kept."""
PUBLISHED = "okra, shipped curve"
"""The odds as key results get them."""


@dataclass(frozen=True, slots=True)
class Grade:
    """How a method did. Lower is better, but for `coverage`, the share of outcomes inside its 80 % interval."""

    method: str
    brier: float
    log_loss: float
    calibration_error: float
    coverage: float | None = None
    crps: float | None = None


@dataclass(frozen=True, eq=False)
class Replay:
    """What every method said of every case: odds (cases, targets), and how wide and how far off.

    `quantiles` (cases, ranks) are those of the outcome, `crps` (cases,) is a share of the naive outcome.
    """

    cases: Sequence[Case]
    goals: Exact
    met: Truth
    odds: Mapping[str, Exact]
    quantiles: Mapping[str, Exact]
    crps: Mapping[str, Exact]
    later: Truth

    @property
    def curve(self) -> Curve:
        """The recalibration that the earlier half teaches."""
        earlier = ~self.later
        return curve_from_replay(self.odds["okra"][earlier].ravel(), self.met[earlier].ravel())

    def interval(self, method: str, curves: Mapping[str, Curve] | None = None) -> Exact:
        """The 80 % interval of every case (cases, 2), with curves the one by the odds that they correct."""
        ends = np.tile([_LOW, _HIGH], (len(self.cases), 1))
        if curves is not None:
            # nine in ten futures that reach an amount, once corrected, are so many uncorrected
            for place, case in enumerate(self.cases):
                curve = curve_for(case.sides[0], curves)
                ends[place] = 1 - curve.uncorrected(np.array([1 - _LOW, 1 - _HIGH]))
        of_method = self.quantiles[method]
        return np.array(
            [np.interp(at, _RANKS, row) for at, row in zip(ends, of_method, strict=True)]
        )

    def reached(self, method: str, ranks: Exact) -> Truth:
        """Whether the outcome of every case (cases, ranks) reached what so many of the futures stay below."""
        outcome = np.array([case.outcome for case in self.cases])
        amounts = np.array([np.interp(ranks, _RANKS, row) for row in self.quantiles[method]])
        return np.asarray(outcome[:, None] >= amounts - 1e-9)

    def corrected(self, curves: Mapping[str, Curve]) -> Exact:
        """Okra's odds of every case, each by the curve for its history."""
        odds = [
            curve_for(case.sides[0], curves).corrected(of_case)
            for case, of_case in zip(self.cases, self.odds["okra"], strict=True)
        ]
        return np.array(odds)


def of_file(path: Path, kind: Kind, period: Cadence) -> list[Case]:
    """The cases of a CSV with the columns series, date, value (a ratio: numerator, denominator).

    Raises:
        BacktestError: if the file cannot be read, or holds too little history to cut.
    """
    cut_cases = cases(read_rows(path, kind), kind, period)
    if not cut_cases:
        raise BacktestError(
            f"no series of {path.name} has a whole {period} after 24 steps of history; "
            "bring more history, or choose another --period: one has to hold four steps of a series at least"
        )
    return cut_cases


def replay(
    cut_cases: Sequence[Case],
    methods: Mapping[str, Method] | None = None,
    goals: Exact | None = None,
    seen: Callable[[], object] = lambda: None,
) -> Replay:
    """Ask every method for its odds in every case of reaching each goal (cases, targets).

    `seen` is called after each case of each method.
    """
    goals = targets(cut_cases) if goals is None else goals
    outcome = np.array([case.outcome for case in cut_cases])
    odds: dict[str, Exact] = {}
    quantiles: dict[str, Exact] = {}
    errors: dict[str, Exact] = {}
    for name, method in (methods or METHODS).items():
        odds[name] = np.empty_like(goals)
        quantiles[name] = np.empty((len(cut_cases), len(_RANKS)))
        errors[name] = np.empty(len(cut_cases))
        for place, sample in method(cut_cases):
            reached = (sample[:, None] >= goals[place] - 1e-9).sum(axis=0)
            odds[name][place] = (reached + 0.5) / (len(sample) + 1)
            quantiles[name][place] = np.quantile(sample, _RANKS)
            scale = max(abs(cut_cases[place].naive), 1e-9)
            errors[name][place] = crps(sample, cut_cases[place].outcome) / scale
            seen()
    odds["pace rule"] = pace(cut_cases, goals)
    met = outcome[:, None] >= goals - 1e-9
    days = np.array([case.cut.toordinal() for case in cut_cases])
    return Replay(cut_cases, goals, met, odds, quantiles, errors, days > np.median(days))


@dataclass(frozen=True, slots=True)
class SeriesGrade:
    """How the methods did on one series: the Brier score of each, the published odds' among them."""

    series: str
    kind: Kind
    cases: int
    brier: Mapping[str, float]


def graded_by_series(replayed: Replay) -> list[SeriesGrade]:
    """The grades of each series on the later half; one that has no case there is left out."""
    odds = dict(replayed.odds) | {PUBLISHED: replayed.corrected(shipped_curves())}
    series = np.array([case.series for case in replayed.cases])
    grades = []
    for name in dict.fromkeys(series.tolist()):
        of_series = (series == name) & replayed.later
        if of_series.any():
            kind = replayed.cases[int(np.flatnonzero(of_series)[0])].kind
            scores = {
                method: brier(issued[of_series], replayed.met[of_series])
                for method, issued in odds.items()
            }
            grades.append(SeriesGrade(name, kind, int(of_series.sum()), scores))
    return grades


def graded(replayed: Replay, own: Mapping[str, Curve] | None = None) -> list[Grade]:
    """How each method did on the later half, the best first.

    `okra, shipped curve` are the odds as they are published; `okra, own curve` are recalibrated
    by the earlier half, with a curve for each kind of history where `own` has them.
    """
    later, met = replayed.later, replayed.met[replayed.later].ravel()
    issued = {name: odds[later].ravel() for name, odds in replayed.odds.items()}
    intervals = {name: replayed.interval(name) for name in replayed.quantiles}
    if "okra" in issued:
        issued[PUBLISHED] = replayed.corrected(shipped_curves())[later].ravel()
        intervals[PUBLISHED] = replayed.interval("okra", shipped_curves())
    if not later.all():
        issued["base rate"] = np.full(len(met), replayed.met[~later].mean())
        if "okra" in issued:
            curves = own or dict.fromkeys(shipped_curves(), replayed.curve)
            issued["okra, own curve"] = replayed.corrected(curves)[later].ravel()
            intervals["okra, own curve"] = replayed.interval("okra", curves)
    outcome = np.array([case.outcome for case in replayed.cases])[later]
    grades = []
    for name, odds in issued.items():
        within, error = None, None
        if name in intervals:
            low, high = intervals[name][later].T
            within = coverage(low, high, outcome)
        if name in replayed.crps:
            error = float(np.median(replayed.crps[name][later]))
        scores = brier(odds, met), log_loss(odds, met), calibration_error(odds, met)
        grades.append(Grade(name, *scores, within, error))
    return sorted(grades, key=lambda grade: grade.brier)


def as_table(grades: Sequence[Grade]) -> str:
    """The grades as text in columns."""
    head = f"{'method':26}{'Brier':>8}{'log loss':>10}{'ECE':>8}{'80 % in':>9}{'CRPS':>8}"
    lines = [head, "-" * len(head)]
    for grade in grades:
        line = f"{grade.method:26}{grade.brier:8.4f}{grade.log_loss:10.4f}{grade.calibration_error:8.4f}"
        line += f"{grade.coverage:9.1%}" if grade.coverage is not None else ""
        line += f"{grade.crps:8.4f}" if grade.crps is not None else ""
        lines.append(line)
    return "\n".join(lines)
