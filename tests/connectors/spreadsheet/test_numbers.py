"""What a number in a sheet is, by what its KPI declares: whole or not, a share and its scale, its decimal mark."""

from decimal import Decimal

import pytest

from connectors.sdk.sheets.cells import Cell, Share
from connectors.spreadsheet.declared import SheetKpi
from connectors.spreadsheet.values import BadCell, number_in

COUNT = SheetKpi(kind="flow", unit="calls")
HOURS = SheetKpi(kind="flow", unit="hours", precision=2)
MONEY = SheetKpi(kind="flow", unit="money")
SHARE = SheetKpi(kind="stock", unit="percent")
NPS = SheetKpi(kind="ratio", unit="percent")


def read(cell: Cell, kpi: SheetKpi, **more: str) -> str:
    return number_in("this", kpi.model_copy(update=more))(cell)


def told(cell: Cell, kpi: SheetKpi, **more: str) -> BadCell:
    with pytest.raises(BadCell) as caught:
        read(cell, kpi, **more)
    return caught.value


@pytest.mark.parametrize("cell", ["1.5", Decimal("1.5"), "0.1", Decimal("5.001"), "1.2345"])
def test_a_fraction_of_a_kpi_of_whole_numbers_is_refused(cell: Cell) -> None:
    fault = told(cell, COUNT)
    assert (fault.code, "but this has whole numbers" in fault.what) == ("fraction", True)
    assert "declare its `precision:`" in fault.remedy


def test_a_fraction_is_one_where_precision_money_or_a_ratio_allows_it() -> None:
    assert read("1.5", HOURS) == "1.5"
    assert read("1234.56", MONEY) == "1234.56"
    assert read("1.5", NPS) == "1.5"


def test_what_a_float_has_beyond_six_decimals_is_no_fraction() -> None:
    assert read(Decimal("5.0000000000000001"), COUNT) == "5.0000000000000001"
    assert told(Decimal("5.000001"), COUNT).code == "fraction"


@pytest.mark.parametrize("text", ["1.234", "12.500", "-1.000", "123.456"])
@pytest.mark.parametrize("kpi", [COUNT, HOURS, MONEY, NPS])
def test_a_point_before_three_digits_is_never_guessed(text: str, kpi: SheetKpi) -> None:
    assert told(text, kpi).code == "ambiguous_number"


@pytest.mark.parametrize(("text", "mark", "number"), [
    ("1.234", ",", "1234"), ("1.234", ".", "1.234"),
    ("1,234", ".", "1234"), ("1,234", ",", "1.234"),
    ("1.234.567,89", ",", "1234567.89"), ("1,234,567.89", ".", "1234567.89"),
    ("1\u00a0234,5", ",", "1234.5"),         # French, with a space that does not break
    ("1\u202f234,5", ",", "1234.5"),         # French, with a narrow one
    ("1'234.5", ".", "1234.5"), ("1’234.5", ".", "1234.5"),  # Swiss
    ("1.234,50-", ",", "-1234.5"),           # SAP
    ("(1,234.50)", ".", "-1234.5"),          # accountants
    ("\u22121.234,50", ",", "-1234.5"),      # the sign minus of typography
    ("12,5", ",", "12.5"), (",5", ",", "0.5"), ("12", ",", "12"), ("+3", ",", "3"),
])  # fmt: skip
def test_a_declared_decimal_mark_says_what_the_other_one_means(
    text: str, mark: str, number: str
) -> None:
    assert read(text, HOURS, decimal=mark) == number


@pytest.mark.parametrize(("text", "mark"), [
    ("12.5", ","), ("12,5", "."), ("0.963", ","), ("1.23.456", ","), ("1.2345,6", ","), ("1,234.5,6", "."),
    ("1.234 567,8", ","), ("-5-", ","), ("(-5)", ","), ("5 -", "-"), ("€ 5", ","), ("1,,5", ","), (",", ","), ("", ","),
])  # fmt: skip
def test_a_number_that_does_not_fit_the_declared_mark_is_refused(text: str, mark: str) -> None:
    if mark == "-":
        assert read(text, HOURS, decimal=",") == "-5"
        return
    assert told(text, HOURS, decimal=mark).code in {"not_a_number", "other_mark"}


def test_the_number_of_a_cell_needs_no_mark() -> None:
    assert read(Decimal("1.234"), HOURS) == "1.234"
    assert read(Decimal("1.234"), HOURS, decimal=",") == "1.234"
    assert told(Decimal("1.234"), COUNT, decimal=",").code == "fraction"


@pytest.mark.parametrize("cell", ["0.8", "1.2", "0.9", "96", Decimal("0.8"), Decimal(1)])
def test_a_share_without_a_percent_sign_needs_a_declared_scale(cell: Cell) -> None:
    fault = told(cell, SHARE)
    assert fault.code == "no_scale"
    assert fault.remedy.startswith("declare `scale: 0-1` or `scale: 0-100` for this")


@pytest.mark.parametrize(("cell", "share"), [
    ("80 %", "0.8"), ("80%", "0.8"), ("1.2 %", "0.012"), ("80\u00a0%", "0.8"), (Share("0.8"), "0.8"),
    ("250 %", "2.5"), (Share("2.5"), "2.5"), ("0", "0"), (Decimal(0), "0"),
])  # fmt: skip
@pytest.mark.parametrize("scale", [None, "0-1", "0-100"])
def test_a_percent_sign_and_zero_are_sure_on_any_scale(
    cell: Cell, share: str, scale: str | None
) -> None:
    assert read(cell, SHARE, **({"scale": scale} if scale else {})) == share


def test_a_declared_scale_says_what_a_bare_number_means() -> None:
    assert [read(cell, SHARE, scale="0-100") for cell in ("0.8", "1.2", "96")] == [
        "0.008", "0.012", "0.96",
    ]  # fmt: skip
    assert [read(cell, SHARE, scale="0-1") for cell in ("0.8", Decimal("1.2"))] == ["0.8", "1.2"]
    assert told("96", SHARE, scale="0-1").what == "is `96`, which would be 9600 %"
    assert told("960", SHARE, scale="0-100").what == "is `960`, which would be 960 %"


@pytest.mark.parametrize("kpi", [COUNT, HOURS, MONEY, NPS])
@pytest.mark.parametrize("cell", ["80 %", "100%", Share("0.8"), Share(1)])
def test_a_percentage_of_anything_else_is_refused(cell: Cell, kpi: SheetKpi) -> None:
    assert told(cell, kpi).code == "percentage"


@pytest.mark.parametrize(("text", "number"), [
    ("１２", "12"), ("١٢", "12"), ("१२.५", "12.5"), ("\u22125", "-5"),
])  # fmt: skip
def test_digits_of_other_scripts_count(text: str, number: str) -> None:
    assert read(text, HOURS) == number


@pytest.mark.parametrize("text", ["１２．５", "١٢٫٥", "½", "²", "XII", "0x1F", "1_000", "5 000"])
def test_what_is_no_decimal_in_any_script_is_refused(text: str) -> None:
    assert told(text, HOURS).code == "not_a_number"


def test_no_digit_of_a_long_number_is_lost() -> None:
    long = "-1234567890123456789012345678.123456"
    assert read(long, HOURS) == long
    assert read(long.replace(".", ","), HOURS, decimal=",") == long
