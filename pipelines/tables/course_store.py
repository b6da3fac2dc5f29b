"""The table `key_result_courses` in the warehouse's schema `okr`: that of the day played last, as a whole."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from pipelines.okr.scoring.courses import CoursePoint
from pipelines.tables.course_table import KEY_RESULT_COURSES
from pipelines.tables.table import arrow_schema, replace_table


def store(warehouse: Path, points: Sequence[CoursePoint], run_id: str) -> None:
    """Put `points` in the place of the table, whatever day it was of.

    Raises `duckdb.Error`, with the table left as it was.
    """
    replace_table(warehouse, KEY_RESULT_COURSES, as_table(points, run_id))


def as_table(points: Sequence[CoursePoint], run_id: str) -> pa.Table:
    """The points with the table's columns in order, by columns: there can be half a million."""
    schema = arrow_schema(KEY_RESULT_COURSES)
    columns = [
        pa.array(
            [run_id] * len(points)
            if field.name == "run_id"
            else [getattr(point, field.name) for point in points],
            type=field.type,
        )
        for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)
