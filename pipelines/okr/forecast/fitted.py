"""Series to which every member of the mixture is fitted, and their futures."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pipelines.okr.forecast.draws import Draws, block_length
from pipelines.okr.forecast.lumps import doubt_constants
from pipelines.okr.forecast.mixture import mixed, repeat_stretch, repeat_year
from pipelines.okr.forecast.paths import Chosen, continue_candidates, member_of_each_path
from pipelines.okr.forecast.plain import Lines, continue_lines, lines_of
from pipelines.okr.forecast.scale import Scale, scale_of
from pipelines.okr.forecast.smoothing import Aligned, Smoothed, smooth
from pipelines.okr.forecast.training_series import (
    MOST_EMPTY,
    WEEK,
    Exact,
    Floats,
    Frequency,
    Ints,
)
from pipelines.okr.forecast.yearly import YearlyShape, yearly_shape

MAX_STEPS = 57 * WEEK
"""Steps of the past that are smoothed; what lies further back says little about now."""
MAX_STEPS_FOR_YEARS = 4 * 366
"""Steps of the past that the shape of a year is looked for in."""
_STRETCHES: dict[Frequency, int] = {"day": 8, "week": 20, "month": 12}
"""How far ahead candidates are judged: seasons of days, else steps."""


class Kind(NamedTuple):
    """What series have in common that are simulated side by side."""

    end: int
    """The number of the last step."""
    frequency: Frequency
    season: int
    level: bool
    year: float
    unsmoothed: int
    """The length of one that is not smoothed, as it is too short or stands still; 0 of others."""


@dataclass(frozen=True, eq=False, slots=True)
class FittedSeries:
    """n series of a kind, the longest first, and what was learnt of each.

    `recent` is what was smoothed, without the yearly `shape`; `latest` the same with it. Both are on the `scale`.
    `next_between` (n, 1) is what the first step to come is known to lie between. `members` (n, paths) says of which
    member each future is: the candidates, a year ago, a stretch of the past, the lines. `is_nothing` says which of
    the series are 0 throughout.
    """

    kind: Kind
    scale: Scale
    shape: YearlyShape | None
    recent: Aligned
    latest: Floats
    smoothed: Smoothed
    lines: Lines
    next_between: tuple[Floats, Floats]
    members: Ints
    is_nothing: Sequence[bool]

    def futures(self, rows: slice, horizon: int) -> Floats:
        """The futures (horizon, rows, paths) of some of the series, in their own units."""
        futures = self._of_members(rows, horizon)
        low, high = (end[rows] for end in self.next_between)
        np.clip(futures[0], low, high, out=futures[0])
        if self.shape is not None:
            futures += self.shape.futures(rows, horizon, futures.shape[2])
        latest, starts = self.latest[rows], self.recent.starts[rows]
        known = np.arange(latest.shape[1]) >= starts[:, None]
        highest = np.where(known, latest, -np.inf).max(axis=1)
        lowest = np.where(known, latest, np.inf).min(axis=1)
        np.minimum(futures, (highest + 3 * (highest - lowest))[None, :, None], out=futures)
        doubt_constants(futures, latest, starts, self.is_nothing[rows])
        return self.scale.back(futures, rows)

    def _of_members(self, rows: slice, horizon: int) -> Floats:
        """The futures (horizon, rows, paths) as their members go on, on the scale and without the yearly shape."""
        members = self.members[rows]
        count, paths = len(self.smoothed.candidates), members.shape[1]
        # the futures of one kind of member lie side by side while they are made, which is several times as fast
        kinds = np.clip(members - (count - 1), 0, 3).astype(np.int8).ravel()
        order = np.argsort(kinds, kind="stable")
        ends = np.cumsum(np.bincount(kinds, minlength=4))[:-1]
        made = np.empty((horizon, members.size), np.float32)
        of_candidates, of_year, of_stretch, of_lines = np.split(made, ends, axis=1)
        candidates, year, stretch, lines = (
            Chosen(rows.start + places // paths, places % paths, members.reshape(-1)[places])
            for places in np.split(order, ends)
        )
        draws = self._draws(paths)
        next_between = self.next_between
        continue_candidates(
            of_candidates, candidates, self.smoothed, draws, self.kind.season, next_between
        )
        repeat_year(of_year, year, self.recent, self.kind.frequency, self.kind.season, paths)
        repeat_stretch(
            of_stretch, stretch, self.recent, self.kind.frequency, self.kind.season, paths
        )
        lines = lines._replace(member=lines.member - (count + 2))
        least = np.where(self.scale.root[:, 0], 0, -np.inf).astype(np.float32)
        continue_lines(of_lines, lines, self.lines, draws, self.kind.season, next_between, least)
        place_of = np.empty_like(order)
        place_of[order] = np.arange(len(order))
        # every place is inside: to clip is quicker than to look whether it is
        futures: Floats = made.take(place_of, axis=1, mode="clip").reshape(horizon, *members.shape)
        return futures

    def _draws(self, paths: int) -> Draws:
        judged = self.recent.values.shape[1] - self.smoothed.begins
        block = block_length(self.kind.season, int(judged.min()))
        return Draws(self.kind.end - judged + 1, self.kind.end, block, paths)


def fitted(
    kind: Kind,
    columns: Sequence[Exact],
    between: Sequence[tuple[float, float]],
    horizon: int,
    paths: int,
    *,
    moves: bool = False,
) -> FittedSeries:
    """Fit all members to series of a kind, the longest first.

    Args:
        kind: what they have in common.
        columns: the values of each; with `moves`, the changes of each level.
        between: what the step to come of each is known to lie between.
        horizon: how many steps there will be at most.
        paths: how many futures there will be.
        moves: whether they are the changes of levels.
    """
    season, level = kind.season, kind.level and not moves
    used = [values[-(MAX_STEPS_FOR_YEARS if kind.year else MAX_STEPS) :] for values in columns]
    steps = max(len(values) for values in used)
    values = np.zeros((len(used), steps))
    for row, own in enumerate(used):
        values[row, steps - len(own) :] = own
    begins = np.array([steps - len(own) for own in used])
    scale = scale_of(values, begins)
    scaled = scale.forward(values)
    shape = yearly_shape(Aligned(scaled, begins), kind.end, season, kind.year, horizon)
    steady = scaled if shape is None else scaled - shape.past
    recent = Aligned(
        np.ascontiguousarray(steady[:, -MAX_STEPS:]),
        np.maximum(begins - max(steps - MAX_STEPS, 0), 0),
    )
    stretch = _STRETCHES[kind.frequency] * (season if kind.frequency == "day" else 1)
    smoothed = smooth(recent, kind.frequency, season, stretch)
    sparse = np.array([np.mean(own == 0) > MOST_EMPTY for own in used])
    weights = mixed(
        smoothed, recent, kind.frequency, season, level=level, moves=moves, sparse=sparse
    )
    low, high = (scale.forward(ends) for ends in np.array(between).T[:, :, None])
    return FittedSeries(
        kind,
        scale,
        shape,
        recent,
        scaled[:, -MAX_STEPS:],
        smoothed,
        lines_of(recent, kind.frequency, season, level=level),
        (low, high),
        member_of_each_path(weights, paths),
        [not own.any() for own in used],
    )
