"""Numbers in thousands and lone dashes: alike in a sheet with a row a day and in one with a column a month."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.sdk.contract import Finding
from connectors.sdk.sheets.files import grid_of
from connectors.spreadsheet.declared import SheetKpi, SheetKpis
from connectors.spreadsheet.entries import Days, Row
from connectors.spreadsheet.layout import Layout
from connectors.spreadsheet.rows import read_rows

DAYS = Days(date(2026, 1, 1), date(2026, 11, 25))
KPIS = SheetKpis({
    "costs": SheetKpi(kind="flow", unit="money", every="month", precision=2),
    "heads": SheetKpi(kind="stock", unit="people", every="month"),
    "rate": SheetKpi(kind="ratio", unit="calls", every="month"),
})  # fmt: skip
ROWS = {"columns": {"date": "Datum", "value": "Wert"}, "days": "DD.MM.YYYY", "language": "de"}
LONG = "kpi;Datum;Wert\ncosts;31.1.2026;1,5\nheads;31.1.2026;12\n"
WIDE = "kpi;Jan 26\ncosts;1,5\nheads;12\n"


def read(content: str, **layout: Any) -> tuple[list[Row], list[Finding]]:
    rows, findings = read_rows(
        [grid_of(content.encode(), "plan.csv")], KPIS, DAYS, Layout.model_validate(layout)
    )
    return rows, [*findings]


def numbers(content: str, **layout: Any) -> dict[object, object]:
    rows, findings = read(content, **layout)
    assert findings == []
    return {row["kpi"]: row["value"] for row in rows}


@pytest.mark.parametrize(
    ("content", "layout"), [(LONG, ROWS), (WIDE, {"periods": "month", "language": "de"})]
)
def test_numbers_in_thousands_are_multiplied_in_both_layouts(
    content: str, layout: dict[str, Any]
) -> None:
    assert numbers(content, **layout, times=1000) == {"costs": "1500", "heads": "12000"}


@pytest.mark.parametrize(
    ("content", "layout"), [(LONG, ROWS), (WIDE, {"periods": "month", "language": "de"})]
)
def test_where_some_kpis_alone_are_in_thousands_the_others_stay(
    content: str, layout: dict[str, Any]
) -> None:
    """A budget in thousands of euros with its head count below."""
    assert numbers(content, **layout, times={"costs": "1000"}) == {"costs": "1500", "heads": "12"}


def test_a_dash_means_what_is_declared_in_a_sheet_with_a_row_a_day() -> None:
    dashed = "kpi;Datum;Wert\ncosts;31.1.2026;-\ncosts;28.2.2026;5\n"
    assert [row["value"] for row in read(dashed, **ROWS, dash="zero")[0]] == ["0", "5"]
    rows, [finding] = read(dashed, **ROWS, dash="empty")
    assert [row["value"] for row in rows] == ["5"]
    assert "is empty, though costs is filled in up to 2026-02-28" in finding.message


def test_of_two_numbers_nobody_knows_which_is_in_thousands() -> None:
    ratio = "kpi;date;numerator;denominator\nrate;2026-01-31;5;7\n"
    rows, [finding] = read(ratio, times=1000)
    assert rows == []
    assert "`times: 1000` does not say which it is of" in finding.message


def test_what_is_not_above_zero_is_refused_by_kpi_too() -> None:
    with pytest.raises(ValidationError, match="`times: 0` is not above 0"):
        Layout.model_validate({"times": {"costs": Decimal(0)}})
