"""What can be declared of the layout of a sheet."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from connectors.spreadsheet.layout import Layout
from tests.connectors.spreadsheet.wide_sheets import GERMAN, REGIONS, fault, figures, read


def test_what_a_dash_means_can_be_declared():
    content = "Kennzahl;Jan 26;Feb 26;Mrz 26\nUmsatz;-;5;–\n"
    assert figures(content, **GERMAN, dash="zero") == [
        ("revenue", "2026-01-31", "0"), ("revenue", "2026-02-28", "5"), ("revenue", "2026-03-31", "0"),
    ]  # fmt: skip
    rows, [finding] = read(content, **GERMAN, dash="empty")
    assert [row["value"] for row in rows] == ["5"]
    assert (
        "column `Jan 26` (2026-01-31) is empty, though revenue is filled in up to 2026-02-28"
        in finding.message
    )


def test_one_kpi_for_all_rows():
    content = "Region;Jan 26\nNord;7\nSüd;8\n"
    rows, findings = read(content, kpi="staff", columns={"region": "Region"})
    assert findings == []
    assert [(row["kpi"], row["dimensions"], row["value"]) for row in rows] == [
        ("staff", '{"region": "Nord"}', "7"), ("staff", '{"region": "Süd"}', "8"),
    ]  # fmt: skip


def test_a_long_sheet_with_german_headers():
    content = """\
Bericht
Datum;Kennzahl;Region;Betrag
31.01.2026;Umsatz;;1.234,56
31.01.2026;Personalkosten;Nord;-5
31.01.2026;Summe;;9
"""
    layout = GERMAN | {
        "periods": None,
        "columns": {"kpi": "Kennzahl", "date": "Datum", "value": "Betrag", "region": "Region"},
        "days": "DD.MM.YYYY",
    }
    assert figures(content, **layout) == [
        ("revenue", "2026-01-31", "1234.56"), ("staff", "2026-01-31", "-5"),
    ]  # fmt: skip


def test_a_sheet_without_the_declared_columns_is_refused():
    assert fault("Kennzal;Jan 26\nUmsatz;7\n", **{**GERMAN, "columns": REGIONS}) == (
        "plan.csv has no row with the columns kennzahl, region; correct `columns` of the layout, or the header"
    )


@pytest.mark.parametrize(("layout", "wrong"), [
    ({"language": "xx"}, "`language: xx` is not known"),
    ({"columns": {"date": "Datum"}}, "has no column `date`"),
    ({"rows": {"Summe": "revenue"}, "skip": ["Summe"]}, "`Summe` is read and skipped at once"),
    ({"kpi": "revenue", "rows": {"Umsatz": "revenue"}}, "keep one of them"),
    ({"periods": None, "year": 2026}, "`year` is for a sheet with a column a period"),
    ({"times": Decimal(0)}, "is not above 0"),
])  # fmt: skip
def test_a_layout_that_cannot_be_meant_is_refused(layout, wrong):
    with pytest.raises(ValidationError, match=wrong):
        Layout.model_validate({"periods": "month", **layout})
