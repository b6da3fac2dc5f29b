"""The table `key_result_levers` in the warehouse's schema `okr`, of the day played last."""

from collections.abc import Sequence
from pathlib import Path

from pipelines.okr.levers.lever import Lever
from pipelines.tables.lever_table import KEY_RESULT_LEVERS
from pipelines.tables.scores import row_of
from pipelines.tables.table import as_arrow, replace_table


def store_levers(warehouse: Path, levers: Sequence[Lever], run_id: str) -> None:
    """Put `levers` in the place of the table, whatever day it was of.

    Raises `duckdb.Error`, with the table left as it was.
    """
    found = [row_of(lever) | {"run_id": run_id} for lever in levers]
    replace_table(warehouse, KEY_RESULT_LEVERS, as_arrow(KEY_RESULT_LEVERS, found))
