"""Goals that could have been set in the past: a series cut in a period, or before it, and what came of it."""

import csv
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise, product
from pathlib import Path

import numpy as np

from pipelines.errors import OkraError
from pipelines.okr.forecast.fitted import MAX_STEPS
from pipelines.okr.forecast.gaps import filled
from pipelines.okr.forecast.training_series import (
    MIN_TO_SMOOTH,
    WEEK,
    YEAR,
    Exact,
    Floats,
    TrainingSeries,
    Truth,
)
from pipelines.okr.kpi.kinds import KINDS, Kind, KpiKind
from pipelines.okr.kpi.periods import Cadence, containing
from pipelines.okr.odds.coming_steps import ComingDays, open_weekdays
from pipelines.okr.odds.simulated_kpis import part_of
from pipelines.okr.odds.training_data import MIN_OBSERVED_SHARE

Row = tuple[date, tuple[float, ...]]

CUTS = (0.25, 0.5, 0.75)
"""How much of a period lies behind each cut."""
CUTS_AHEAD = (0.0, -0.25)
"""Cuts on the day before a period, and as long before it as a quarter of it: when its goals are set."""
_RANKS = (0.16, 0.31, 0.5, 0.69, 0.84)
_LATEST_PERIODS = 8
_SEASONS = {1: WEEK, WEEK: 1, 30: 12}


class BacktestError(OkraError):
    """The file cannot be replayed; the text says why and what to do."""


@dataclass(frozen=True, eq=False)
class Case:
    """A series up to a cut, and the outcome of the period it was cut in.

    `sides` are the histories that are simulated: one, or numerator and denominator of a ratio.
    `known` is what each side had brought in the period by the cut, over `elapsed` steps;
    `steps` are those to come up to its end, the first `ahead` of them before it starts. `naive` is the outcome if it
    went on as so far. `is_share` says that the numerator never exceeded the denominator.
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
    is_share: bool = False
    ahead: int = 0

    @property
    def behaviour(self) -> KpiKind:
        return KINDS[self.kind]

    def outcomes(self, futures: Sequence[Exact | Floats]) -> Exact:
        """The period's outcome in each future; `futures` are (paths, steps) for each side."""
        if self.behaviour.is_level:
            return np.asarray(futures[0][:, -1], dtype=np.float64)
        if self.is_share:
            futures = [part_of(futures[0], futures[1]), futures[1]]
        totals = [
            known + paths[:, self.ahead :].sum(axis=1, dtype=np.float64)
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
    rows: dict[str, list[Row]],
    kind: Kind,
    period: Cadence,
    latest: int = _LATEST_PERIODS,
    cuts: Sequence[float] = CUTS,
) -> list[Case]:
    """Every series cut where so much of each of its latest whole periods is over."""
    cut_cases: list[Case] = []
    for name, of_series in rows.items():
        if len(of_series) >= MIN_TO_SMOOTH:
            cut_cases.extend(_Gridded(name, of_series, kind).cases(period, latest, cuts))
    return cut_cases


class _Gridded:
    """One series on a regular grid of days, weeks or months.

    What a case learns from is made as for a goal: weekdays that the series never had are no steps, and a hole is
    filled in from what is known before the cut.
    """

    def __init__(self, name: str, rows: Sequence[Row], kind: Kind) -> None:
        days = [day for day, _ in rows]
        gaps = sorted((after - before).days for before, after in pairwise(days))
        usual = gaps[len(gaps) // 2]
        self._step = 1 if usual < WEEK else WEEK if usual < 28 else 30
        self._name, self._kind, self._is_level = name, kind, KINDS[kind].is_level
        places = [self._place(day) for day in days]
        self._first = places[0]
        width = places[-1] - places[0] + 1
        self._seen = np.zeros(width, dtype=bool)
        self._grid = np.zeros((len(rows[0][1]), width))
        for place, (_, amounts) in zip(places, rows, strict=True):
            self._grid[:, place - self._first] = amounts
            self._seen[place - self._first] = True
        by_place = dict(zip(places, days, strict=True))
        self._days = [
            by_place.get(place, days[0] + timedelta(days=self._step * (place - places[0])))
            for place in range(places[0], places[-1] + 1)
        ]

    def _place(self, day: date) -> int:
        if self._step == 30:
            return day.year * 12 + day.month - 1
        return day.toordinal() // self._step

    def cases(self, period: Cadence, latest: int, cuts: Sequence[float]) -> Iterable[Case]:
        """The cases of the latest periods that are whole, those with too short a past left out."""
        window = containing(self._days[-1], period)
        used = 0
        while window.start > self._days[0] and used < latest:
            start = bisect_left(self._days, window.start)
            end = bisect_right(self._days, window.end)
            whole = self._place(window.end) < self._first + len(self._days)
            if whole and end - start >= 4:
                used += 1
                for share in cuts:
                    cut = start + round((end - start) * share)
                    # the first step is known before a cut in a period, and none before one ahead of it
                    is_cut = start < cut < end if share > 0 else 0 < cut <= start
                    if is_cut and self._seen[:cut].any():
                        yield from self._case(start, cut, end, share)
            window = containing(window.start - timedelta(days=1), period)

    def _case(self, start: int, cut: int, end: int, share: float) -> Iterable[Case]:
        """The case of this cut, if there is enough before it and anything after it."""
        weekdays = self._weekdays(cut)
        is_open, season = self._open_steps(weekdays)
        known_steps, coming_steps = is_open[:cut], int(is_open[cut:end].sum())
        elapsed, ahead = int(is_open[start:cut].sum()), int(is_open[cut:start].sum())
        seen = self._seen[:cut][known_steps]
        if seen.sum() < MIN_TO_SMOOTH or not coming_steps or (cut > start and not elapsed):
            return
        if seen[-MAX_STEPS:].mean() < MIN_OBSERVED_SHARE:
            return
        last = self._first + cut - 1
        if season < WEEK and self._step == 1:
            last = ComingDays(self._days[0], weekdays).number(self._days[cut - 1])
        sides = [self._history(side[:cut][known_steps], seen, last, season) for side in self._grid]
        known = [float(side.values[len(side.values) - elapsed :].sum()) for side in sides]
        if self._is_level:
            naive, outcome = float(sides[0].values[-1]), self._level_by(end)
        else:
            first = max(cut, start)
            to_come = [self._between(side, first, end, is_open, season) for side in self._grid]
            within = coming_steps - ahead
            # what lies behind of the period, or as many steps as it has where nothing does
            past = elapsed or within
            recent = max(past // season * season, min(past, season))
            pace = [float(side.values[-recent:].mean()) * within for side in sides]
            naive, outcome = (
                _value([so_far + rest for so_far, rest in zip(known, rests, strict=True)])
                for rests in (pace, to_come)
            )
        yield Case(
            self._name, self._kind, self._days[cut - 1], tuple(sides), tuple(known),
            elapsed, coming_steps, share, naive, outcome,
            len(sides) == 2 and bool(np.all(sides[0].values <= sides[1].values)),
            ahead,
        )  # fmt: skip

    def _weekdays(self, cut: int) -> tuple[bool, ...]:
        """The weekdays that the series has, by what is known before the cut."""
        has_value = self._seen if self._is_level else np.any(self._grid, axis=0)
        return open_weekdays(self._days[0], has_value[:cut])

    def _open_steps(self, weekdays: tuple[bool, ...]) -> tuple[Truth, int]:
        """Which places are steps, and how many steps a season has."""
        if self._step != 1:
            return np.ones(len(self._seen), dtype=bool), _SEASONS[self._step]
        is_open = ComingDays(self._days[0], weekdays).is_open(self._days[0], len(self._seen))
        return is_open, sum(weekdays)

    def _between(self, side: Exact, cut: int, end: int, is_open: Truth, season: int) -> float:
        """What came of a side after the cut, with what is usual on steps that are not known."""
        complete = side.copy()
        complete[is_open] = filled(side[is_open], self._seen[is_open], season, is_level=False)
        return float(complete[cut:end].sum())

    def _level_by(self, end: int) -> float:
        return float(self._grid[0][np.flatnonzero(self._seen[:end])[-1]])

    def _history(self, values: Exact, seen: Truth, last: int, season: int) -> TrainingSeries:
        whole = bool(np.all(values == np.rint(values)))
        complete = filled(values, seen, season, is_level=self._is_level)
        # a season of days is a week, of which some may be closed
        year = {1: YEAR * season / WEEK, WEEK: YEAR / WEEK}.get(self._step, 0.0)
        return TrainingSeries(complete, last, season, self._is_level, whole, year, int(seen.sum()))


def _value(totals: Sequence[float]) -> float:
    """What the totals of the sides come to."""
    if len(totals) == 1:
        return totals[0]
    return totals[0] / totals[1] if totals[1] > 0 else 0.0


def targets(asked: Sequence[Case], ranks: Sequence[float] = _RANKS) -> Exact:
    """A target a rank for each case (cases, ranks), as hard as those who know the series might set them.

    They are spread around the naive outcome as real outcomes of the same kind were, at the same share of
    the period: so some are easy and some are hard, and continuing as so far decides none of them.
    """
    naive = np.array([case.naive for case in asked])
    outcome = np.array([case.outcome for case in asked])
    share = np.array([case.share for case in asked])
    kinds = np.array([case.kind for case in asked])
    ratio = np.divide(outcome, naive, out=np.ones_like(naive), where=naive > 0)
    goals = np.empty((len(asked), len(ranks)))
    for of_kind, at in product(np.unique(kinds), np.unique(share)):
        alike = (kinds == of_kind) & (share == at)
        if alike.any():
            goals[alike] = naive[alike, None] * np.quantile(ratio[alike], ranks)[None, :]
    return goals
