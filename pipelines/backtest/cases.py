"""Goals that could have been set in the past: a series cut in the middle of a period, and what came of it."""

import csv
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise, product
from pathlib import Path

import numpy as np

from pipelines.errors import OkraError
from pipelines.okr.forecast.training_series import MIN_TO_SMOOTH, WEEK, YEAR, Exact, TrainingSeries
from pipelines.okr.kpi.kinds import KINDS, Kind, KpiKind
from pipelines.okr.kpi.periods import Cadence, containing

Row = tuple[date, tuple[float, ...]]

CUTS = (0.25, 0.5, 0.75)
"""How much of a period lies behind each cut."""
_RANKS = (0.16, 0.31, 0.5, 0.69, 0.84)
_LATEST_PERIODS = 8
_SEASONS = {1: WEEK, 7: 1, 30: 12}


class BacktestError(OkraError):
    """The file cannot be replayed; the text says why and what to do."""


@dataclass(frozen=True, eq=False)
class Case:
    """A series up to a cut, and the outcome of the period it was cut in.

    `sides` are the histories that are simulated: one, or numerator and denominator of a ratio.
    `known` is what each side had brought in the period by the cut, over `elapsed` steps;
    `steps` are those to come. `naive` is the outcome if it went on as so far.
    """

    series: str
    kind: Kind
    cut: date
    sides: tuple[TrainingSeries, ...]
    known: tuple[float, ...]
    elapsed: int
    steps: int
    share: float
    naive: float
    outcome: float

    @property
    def behaviour(self) -> KpiKind:
        return KINDS[self.kind]

    def outcomes(self, futures: Sequence[Exact]) -> Exact:
        """The period's outcome in each future; `futures` are (paths, steps) for each side."""
        if self.behaviour.is_level:
            return np.asarray(futures[0][:, -1], dtype=np.float64)
        totals = [
            known + paths.sum(axis=1, dtype=np.float64)
            for known, paths in zip(self.known, futures, strict=True)
        ]
        return totals[0] if len(totals) == 1 else quotient(totals[0], totals[1])

    def seen_from(self, steps: int) -> "Case":
        """The same case with no more than so many steps of history before the cut."""
        short = tuple(replace(side, values=side.values[-steps:]) for side in self.sides)
        return replace(self, sides=short)


def quotient(numerator: Exact, denominator: Exact) -> Exact:
    """A ratio, 0 where nothing is divided by nothing."""
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 0)


def read_rows(path: Path, kind: Kind) -> dict[str, list[Row]]:
    """The rows of a CSV by series, in order of their dates.

    The columns are `series, date, value`; for a ratio `series, date, numerator, denominator`.

    Raises:
        BacktestError: if a column is missing, or a line cannot be read.
    """
    columns = KINDS[kind].columns
    rows_by_series: dict[str, list[Row]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        missing = {"series", "date", *columns} - set(reader.fieldnames or ())
        if missing:
            raise BacktestError(f"{path.name} has no column {', '.join(sorted(missing))}; add it")
        for line in reader:
            try:
                day = date.fromisoformat(line["date"])
                amounts = tuple(float(line[column]) for column in columns)
            except ValueError as error:
                where = f"{path.name}:{reader.line_num}"
                raise BacktestError(f"{where}: {error}; write dates as 2026-11-30") from None
            rows_by_series.setdefault(line["series"], []).append((day, amounts))
    return {name: sorted(rows) for name, rows in sorted(rows_by_series.items())}


def cases(
    rows: dict[str, list[Row]], kind: Kind, period: Cadence, latest: int = _LATEST_PERIODS
) -> list[Case]:
    """Every series cut at each of `CUTS` of its latest whole periods."""
    cut_cases: list[Case] = []
    for name, of_series in rows.items():
        if len(of_series) >= MIN_TO_SMOOTH:
            cut_cases.extend(_Gridded(name, of_series, kind).cases(period, latest))
    return cut_cases


class _Gridded:
    """One series on a regular grid of days, weeks or months; a hole takes what came a season earlier."""

    def __init__(self, name: str, rows: Sequence[Row], kind: Kind) -> None:
        days = [day for day, _ in rows]
        gaps = sorted((after - before).days for before, after in pairwise(days))
        usual = gaps[len(gaps) // 2]
        self._step = 1 if usual < WEEK else WEEK if usual < 28 else 30
        self._season = _SEASONS[self._step]
        self._name, self._kind, self._is_level = name, kind, KINDS[kind].is_level
        places = [self._place(day) for day in days]
        self._first = places[0]
        width = places[-1] - places[0] + 1
        grid = np.full((len(rows[0][1]), width), np.nan)
        for place, (_, amounts) in zip(places, rows, strict=True):
            grid[:, place - self._first] = amounts
        back = 1 if self._is_level else self._season
        for place in np.flatnonzero(np.isnan(grid[0])).tolist():
            grid[:, place] = grid[:, max(place - back, 0)] if place >= back else grid[:, place - 1]
        self._grid = grid
        by_place = dict(zip(places, days, strict=True))
        self._days = [
            by_place.get(place, days[0] + timedelta(days=self._step * (place - places[0])))
            for place in range(places[0], places[-1] + 1)
        ]

    def _place(self, day: date) -> int:
        if self._step == 30:
            return day.year * 12 + day.month - 1
        return day.toordinal() // self._step

    def cases(self, period: Cadence, latest: int) -> Iterable[Case]:
        """The cases of the latest periods that are whole, those with too short a past left out."""
        window = containing(self._days[-1], period)
        used = 0
        while window.start > self._days[0] and used < latest:
            start = bisect_left(self._days, window.start)
            end = bisect_right(self._days, window.end)
            whole = self._place(window.end) < self._first + len(self._days)
            if whole and end - start >= 4:
                used += 1
                for share in CUTS:
                    cut = start + round((end - start) * share)
                    if cut >= MIN_TO_SMOOTH and start < cut < end:
                        yield self._case(start, cut, end, share)
            window = containing(window.start - timedelta(days=1), period)

    def _case(self, start: int, cut: int, end: int, share: float) -> Case:
        sides = tuple(self._history(side, cut) for side in self._grid)
        known = tuple(float(side[start:cut].sum()) for side in self._grid)
        if self._is_level:
            naive, outcome = float(self._grid[0][cut - 1]), float(self._grid[0][end - 1])
        else:
            whole = [float(side[start:end].sum()) for side in self._grid]
            recent = max(cut - (cut - start) // self._season * self._season, 0)
            recent = start if recent == cut else recent
            pace = [float(side[recent:cut].mean()) * (end - cut) for side in self._grid]
            so_far = [k + p for k, p in zip(known, pace, strict=True)]
            naive, outcome = (
                (amounts[0] / amounts[1] if amounts[1] > 0 else 0.0)
                if len(amounts) == 2
                else amounts[0]
                for amounts in (so_far, whole)
            )
        return Case(
            self._name, self._kind, self._days[cut - 1], sides, known,
            cut - start, end - cut, share, naive, outcome,
        )  # fmt: skip

    def _history(self, side: Exact, cut: int) -> TrainingSeries:
        values = side[:cut]
        whole = bool(np.all(values == np.rint(values)))
        year = YEAR / self._step if self._step <= WEEK else 0.0
        return TrainingSeries(
            values, self._first + cut - 1, self._season, self._is_level, whole, year
        )


def targets(found: Sequence[Case]) -> Exact:
    """Five targets for each case (cases, 5), as hard as those who know the series might set them.

    They are spread around the naive outcome as real outcomes of the same kind were, at the same share of
    the period: so some are easy and some are hard, and continuing as so far decides none of them.
    """
    naive = np.array([case.naive for case in found])
    outcome = np.array([case.outcome for case in found])
    share = np.array([case.share for case in found])
    kinds = np.array([case.kind for case in found])
    ratio = np.divide(outcome, naive, out=np.ones_like(naive), where=naive > 0)
    goals = np.empty((len(found), len(_RANKS)))
    for of_kind, at in product(np.unique(kinds), CUTS):
        alike = (kinds == of_kind) & (share == at)
        if alike.any():
            goals[alike] = naive[alike, None] * np.quantile(ratio[alike], _RANKS)[None, :]
    return goals
