"""The rows of key results that their cards show, read from the published file for some goals at a time.

A key result has some fifty: those of a hundred thousand key results would not fit into memory. A query reads a whole
table however few goals it asks about, so that a query for each page, or each goal, would be their square.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from pipelines.publishing.published import PublishedFile, Rows
from pipelines.publishing.scorecard.kpi_rows import RowsByName, rows_by

PARTS = """
    select * from key_result_scores
    where as_of = $as_of and ("window" <> 'total' or member <> 'total') and key_result_id in (select unnest($goals))
    order by key_result_id, period_start, "window", member
"""
COURSES = """
    select * from key_result_courses where as_of = $as_of and key_result_id in (select unnest($goals))
    order by key_result_id, day
"""
LEVERS = """
    select * from key_result_levers where as_of = $as_of and key_result_id in (select unnest($goals))
    order by key_result_id, rank, abs(change) desc, asked_member, driver, dimension, member
"""
GAPS, GOAL_FACTORS = (
    f"""
    select * from kpi_factors
    where
        as_of = $as_of and compared_with in ({against}) and dimension_rank <= 1
        and reference in (select unnest($goals))
    order by kpi, period_start desc, dimension_rank, rank, member, effect
    """  # noqa: S608 - of our own constants
    for against in ("'target'", "'goal_previous', 'goal_last_year'")
)


MOST_AT_ONCE = 1_000
"""Key results whose rows are read together: some 150 MB."""


@dataclass(frozen=True)
class GoalRows:
    """The rows of a query, by the key result in `column`. The file has to be open while they are read."""

    file: PublishedFile
    query: str
    as_of: date
    column: str = "key_result_id"
    _read: dict[str, Rows] = field(default_factory=dict)

    def read_ahead(self, goals: Collection[str]) -> None:
        """Read the rows of the key results that are asked for next, and let go of those before."""
        if all(goal in self._read for goal in goals):
            return
        rows = self._queried(goals)
        self._read.clear()
        self._read.update({goal: rows.get(goal, ()) for goal in goals})

    def of(self, goals: Collection[str]) -> RowsByName:
        """The rows of some key results; of one without rows, none."""
        if all(goal in self._read for goal in goals):
            return {goal: rows for goal in goals if (rows := self._read[goal])}
        return self._queried(goals)

    def _queried(self, goals: Collection[str]) -> RowsByName:
        return rows_by(
            self.file.rows(self.query, as_of=self.as_of, goals=sorted(goals)), self.column
        )

    def get(self, goal: str, otherwise: Rows = ()) -> Rows:
        """The rows of one key result, which are kept for the next time."""
        if goal not in self._read:
            self._read[goal] = self.of([goal]).get(goal, ())
        return self._read[goal] or otherwise
