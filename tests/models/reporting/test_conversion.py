"""Money in other currencies at the rate that its KPI declares, worked out by hand."""

from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from pipelines.inputs.facts import read_facts
from pipelines.inputs.sheet_kpis import SheetKpiDeclaration
from pipelines.okr.kpi.conversion import Conversion
from pipelines.okr.kpi.facts import Own
from pipelines.okr.kpi.kpi import Kpi
from pipelines.steps.currency_findings import currency_findings
from tests.models.reporting.quoted_rates import NOVEMBER, OCTOBER, ROWS, rates

TODAY = date(2026, 11, 5)


def declared(kpi: str, kind: str = "flow", unit: str = "money", **more: Any) -> Kpi:
    what = {"kind": kind, "unit": unit, "direction": "up", "owner": "someone@example.com", **more}
    return SheetKpiDeclaration.model_validate(what | {"dimensions": ["currency"]}).of_sheet(kpi)


DECLARATIONS = [
    declared("booked"),
    declared("averaged", conversion="average"),
    declared("constant", conversion={"constant": "2026-10-31"}),
    declared("mean_order", "ratio"),
    declared("returned", "ratio", "times", money=["numerator", "denominator"]),
    declared("orders_per_dollar", "ratio", "orders", money=["denominator"]),
    declared("win_rate", "ratio", "percent", money=[]),
    declared("parcels", unit="parcels"),
    declared("crumbs"),
]


def fill(lake: Any) -> None:
    lake.empty("spreadsheet", "kpi_values", date(2026, 10, 1), date(2026, 11, 4))
    for day in {row["date"] for row in ROWS}:
        lake.window("spreadsheet", "kpi_values", day, [row for row in ROWS if row["date"] == day])
    rates(lake, date(2026, 10, 19), date(2026, 11, 4))


@pytest.fixture(scope="session")
def converted(built, empty):
    """The sheets of a business that was paid in five currencies."""

    def make(warehouse) -> None:
        fill(warehouse.lake)
        sources = ["spreadsheet", "exchange_rates"]
        warehouse.build_over(empty, TODAY, sources, sheet_kpis=DECLARATIONS)

    return built("converted", make)


def members(warehouse, kpi: str, month: date) -> dict[str, tuple[Any, Any]]:
    """Value and own value of each currency."""
    periods = warehouse.periods(kpi, "month", "currency")
    return {
        member: (row.value, row.own_value)
        for (start, member), row in periods.rows.items()
        if start == month
    }


def test_booking_takes_the_rate_of_the_amounts_own_day(converted) -> None:
    assert members(converted, "booked", OCTOBER) == {
        "EUR": (131, 110),  # 100 · 1.2 on Thursday, and 10 · 1.1 on Saturday at the rate of Friday
        "ISK": (8, 2_000),  # 1 000 · 0.008 seven days after the last rate, and no more after it
        "USD": (0, 0),
    }
    assert members(converted, "booked", NOVEMBER) == {
        "EUR": (5, 4),
        "GBP": (10, 8),  # on Sunday at the rate of Friday, of the month before
        "USD": (7, 7),
        "CHF": (None, 5),
    }


def test_average_takes_the_mean_of_the_month_so_far(converted) -> None:
    assert members(converted, "averaged", OCTOBER) == {
        "EUR": (Decimal("128.333334"), 110),  # 116.666667 + 11.666667, each rounded on its day
        "ISK": (16, 2_000),  # of the month's one rate, also after it
        "USD": (0, 0),
    }
    assert members(converted, "averaged", NOVEMBER) == {
        "EUR": (Decimal("4.5"), 4),
        "GBP": (Decimal("11.25"), 8),
        "USD": (7, 7),
        "CHF": (None, 5),
    }


def test_constant_takes_one_days_rate_for_all(converted) -> None:
    # the 31st is a Saturday: the rates of Friday; the krona has none there
    assert members(converted, "constant", OCTOBER) == {
        "EUR": (121, 110),
        "ISK": (None, 2_000),
        "USD": (0, 0),
    }
    assert members(converted, "constant", NOVEMBER) == {
        "EUR": (Decimal("4.4"), 4),
        "GBP": (10, 8),
        "USD": (7, 7),
        "CHF": (None, 5),
    }


def test_the_total_is_what_could_be_converted_and_says_that_something_could_not(converted) -> None:
    months = converted.periods("booked", "month")
    trust = "missing_days,unconverted_currency"  # on most days nobody wrote anything down
    assert (months[OCTOBER].value, months[OCTOBER].trust) == (139, trust)
    assert (months[NOVEMBER].value, months[NOVEMBER].trust) == (22, trust)
    days = converted.periods("booked", "day")
    assert [days[date(2026, 10, day)].trust for day in (27, 28, 29)] == [
        "ok",
        "unconverted_currency",
        "ok",
    ]
    october = converted.periods("averaged", "month")[OCTOBER]
    assert (october.value, october.trust) == (Decimal("144.333334"), "missing_days")


def test_a_currency_without_a_rate_is_named_with_the_reason(converted) -> None:
    """The franc has none at all; the krona's of 20 October counts up to the 27th."""
    with duckdb.connect(str(converted.path), read_only=True) as connection:
        francs, kronas = currency_findings(connection, "USD")
    assert "quotes no CHF" in francs.message
    assert (francs.first_day, francs.last_day) == (date(2026, 11, 3), date(2026, 11, 3))
    assert {"booked", "averaged", "constant", "mean_order", "returned"} <= {*francs.kpis}
    assert "no longer quotes ISK, and its last rate is of 2026-10-20" in kronas.message
    assert (kronas.first_day, kronas.kpis) == (date(2026, 10, 27), ["booked", "constant"])


def test_a_day_may_change_while_its_months_mean_does(converted) -> None:
    status = {
        kpi: {day: row.status for (day, _), row in converted.periods(kpi, "day").rows.items()}
        for kpi in ("averaged", "booked", "constant")
    }
    october, november = date(2026, 10, 31), date(2026, 11, 3)
    assert [status[kpi][october] for kpi in status] == ["complete"] * 3
    assert [status[kpi][november] for kpi in status] == ["provisional", "complete", "complete"]


def test_a_count_is_never_multiplied_by_a_rate(converted) -> None:
    mean = converted.periods("mean_order", "month")[NOVEMBER]
    # 40 · 1.25 = 50 and 30 dollars over 8 and 2 orders; neither francs nor their orders count
    assert (mean.numerator, mean.denominator, mean.value) == (80, 10, 8)
    returned = converted.periods("returned", "month")[NOVEMBER]
    assert (returned.numerator, returned.denominator) == (80, 12)  # 8 · 1.25 and 2
    per_dollar = converted.periods("orders_per_dollar", "month")[NOVEMBER]
    assert (per_dollar.numerator, per_dollar.denominator) == (70, 12)
    for name, total in (("win_rate", (970, 13)), ("parcels", None)):
        row = converted.periods(name, "month")[NOVEMBER]
        assert row.trust == "missing_days"
        if total:
            assert (row.numerator, row.denominator) == total
        else:
            assert row.value == 24  # 8 + 4 + 7 + 5


def test_a_result_is_exact_to_six_decimals_half_away_from_zero(converted) -> None:
    days = converted.periods("crumbs", "day")
    # −0.000005 · 1.1 is −0.0000055; the other, times 1.25, is 15432098626542.65432125
    assert days[date(2026, 10, 30)].value == Decimal("-0.000006")
    assert days[date(2026, 11, 3)].value == Decimal("15432098626542.654321")


def test_a_day_says_at_which_rate_it_was_converted(converted) -> None:
    rates = converted.rows(
        "select day, dimensions['currency'], value, own_value, rate from reporting.kpi_days "
        "where kpi = 'averaged' and day > '2026-10-28' order by day, 2"
    )
    assert rates == [
        (date(2026, 10, 29), "EUR", Decimal("116.666667"), 100, Decimal("1.166666666667")),
        (date(2026, 10, 31), "EUR", Decimal("11.666667"), 10, Decimal("1.166666666667")),
        (date(2026, 11, 1), "GBP", Decimal("11.25"), 8, Decimal("1.40625")),
        (date(2026, 11, 3), "CHF", None, 5, None),
        (date(2026, 11, 3), "EUR", Decimal("4.5"), 4, Decimal("1.125")),
        (date(2026, 11, 3), "USD", 7, 7, 1),
    ]


def test_scoring_adds_up_what_was_converted_and_knows_which_days_lack_some(converted) -> None:
    value = Conversion("booking", frozenset({"value"}))
    booked = Kpi("booked", "flow", "USD", dimensions=("currency",), conversion=value)
    facts = read_facts(converted.path, {"booked": booked})["booked"]
    assert [
        (row.day, row.value, row.own) for row in facts.days if row.day > date(2026, 10, 30)
    ] == [
        (date(2026, 10, 31), 11, Own(Decimal(10))),
        (date(2026, 11, 1), 10, Own(Decimal(8))),
        (date(2026, 11, 3), 5, Own(Decimal(4))),
        (date(2026, 11, 3), 7, Own(Decimal(7))),
    ]
    assert facts.flags_by_day == {
        date(2026, 10, 28): {"unconverted_currency"},
        date(2026, 11, 3): {"unconverted_currency"},
    }


def test_a_kpi_is_published_with_its_policy(converted) -> None:
    policy = converted.rows(
        "select kpi, conversion, constant_rate_day from reporting.kpis "
        "where model = 'sheet_kpi_days' or kpi = 'return_on_ad_spend' order by kpi"
    )
    assert policy == [
        ("averaged", "average", None),
        ("booked", "booking", None),
        ("constant", "constant", date(2026, 10, 31)),
        ("crumbs", "booking", None),
        ("mean_order", "booking", None),
        ("orders_per_dollar", "booking", None),
        ("parcels", None, None),
        ("return_on_ad_spend", "booking", None),
        ("returned", "booking", None),
        ("win_rate", None, None),
    ]


def test_the_first_days_of_a_month_have_the_last_rate_until_it_has_one_of_its_own(
    built, converted
) -> None:
    def make(warehouse) -> None:
        changed = converted.copy_to(warehouse.folder)
        monday = date(2026, 11, 2)
        reached = ("staging.lake+", "calendar+", "staging.exchange_rates+")
        changed.build(
            monday, "--select", *reached, "--exclude", "test_type:data", sheet_kpis=DECLARATIONS
        )

    sunday = built("on_sunday", make)
    # 8 pounds at 1.25, of Friday
    assert members(sunday, "averaged", NOVEMBER)["GBP"] == (10, 8)
    # a constant rate is that of its day, also where an earlier one is played
    assert members(sunday, "constant", OCTOBER)["EUR"] == (121, 110)
