"""A warehouse of KPIs and plans that are kept in sheets."""

from typing import Any

import pytest

from tests.models.sheets.written_rows import DECLARATIONS, TODAY, fill


@pytest.fixture(scope="session")
def warehouse(built: Any, empty: Any) -> Any:
    """What was written by 25 November 2026, modelled on that day. The tests only read it."""

    def make(warehouse: Any) -> None:
        fill(warehouse)
        warehouse.build_over(empty, TODAY, ["spreadsheet"], sheet_kpis=DECLARATIONS)

    return built("sheet_kpis", make)
