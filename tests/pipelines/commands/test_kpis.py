"""`okra kpis` and `okra kpi NAME`: what there is, and the days of one KPI."""

import io
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from pipelines.commands.console import Output
from pipelines.commands.kpis import (
    UnknownKpiError,
    chosen_kpi,
    days_document,
    feeding,
    kpis,
    off_by_source,
    show_days,
    show_periods,
)
from pipelines.inputs.declarations import DeclaredKpis
from pipelines.okr.definition.faults import Fault
from pipelines.okr.kpi.facts import DayFact, DistinctFact, KpiFacts
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.series import KpiIndex
from pipelines.settings import Settings
from pipelines.steps.one_kpi import KpiDays, rates_from

MONDAY, TUESDAY, WEDNESDAY = (date(2026, 11, day) for day in (23, 24, 25))
SALES = Kpi("sales", "flow", "USD", precision=2, dimensions=("channel",), label="Sales")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The sample company's, in a home where nothing has run."""
    return Settings(home=tmp_path, environment={})


@pytest.fixture
def shown() -> Callable[..., str]:
    """What a function prints."""

    def shown(function: Callable[..., object], *arguments: Any, as_json: bool = False) -> str:
        text = io.StringIO()
        console = Console(file=text, width=160)
        function(*arguments, Output(console, console, as_json=as_json))
        return text.getvalue()

    return shown


def days_of(settings: Settings, facts: KpiFacts) -> KpiDays:
    return KpiDays(settings, KpiIndex(facts), MONDAY, WEDNESDAY)


@pytest.fixture
def sales(settings: Settings) -> KpiDays:
    """Monday: 30.50 in the shop and 9.75 on the web; Tuesday: nothing; Wednesday: not delivered."""
    amounts = [("shop", "30.50"), ("web", "9.75")]
    facts = [DayFact(MONDAY, {"channel": name}, Decimal(value)) for name, value in amounts]
    flags = {MONDAY: frozenset({"provisional"})}
    return days_of(
        settings,
        KpiFacts(SALES, facts, delivered={MONDAY, TUESDAY}, flags_by_day=flags),
    )


def test_a_day_on_which_nothing_was_sold_is_zero_and_one_that_was_not_delivered_is_missing(
    sales: KpiDays, shown: Callable[..., str]
) -> None:
    lines = [line.split() for line in shown(show_days, sales).splitlines()]
    assert ["2026-11-23", "40.25", "USD", "provisional"] in lines
    assert ["2026-11-24", "0", "USD", "ok"] in lines
    assert ["2026-11-25", "missing", "missing"] in lines


def test_members_are_shown_by_day_the_largest_first(
    sales: KpiDays, shown: Callable[..., str]
) -> None:
    lines = [line.split() for line in shown(show_days, sales).splitlines()]
    assert ["Day", "shop", "web"] in lines
    assert ["2026-11-23", "30.50", "USD", "9.75", "USD"] in lines
    assert ["2026-11-25"] in lines, "a member has no value on a day that was not delivered"


def test_a_missing_value_is_null_for_machines(sales: KpiDays) -> None:
    document = days_document(sales)
    assert [x["total"] for x in document["periods"]] == [Decimal("40.25"), Decimal(0), None]
    assert document["periods"][0]["members"] == {
        "channel": {"shop": Decimal("30.50"), "web": Decimal("9.75")}
    }


def test_a_kpi_of_every_month_is_shown_by_month(
    settings: Settings, shown: Callable[..., str]
) -> None:
    heads = Kpi("heads", "stock", "people", every="month", label="Heads")
    facts = [DayFact(date(2026, 10, 31), {}, Decimal(48))]
    days = KpiDays(
        settings,
        KpiIndex(KpiFacts(heads, facts, delivered={date(2026, 10, 31)})),
        date(2026, 10, 1),
        WEDNESDAY,
    )
    lines = [line.split() for line in shown(show_days, days).splitlines()]
    assert ["2026-10", "48", "people", "ok"] in lines
    assert ["2026-11", "missing", "missing"] in lines


def test_a_quotient_has_the_decimals_that_are_published(
    settings: Settings, shown: Callable[..., str]
) -> None:
    """11 of 74 are 14.864864… %."""
    conversion = Kpi("conversion", "ratio", "percent", label="Conversion")
    facts = [DayFact(MONDAY, {}, None, Decimal(11), Decimal(74))]
    days = days_of(settings, KpiFacts(conversion, facts, delivered={MONDAY}))
    lines = [line.split() for line in shown(show_days, days).splitlines()]
    assert ["2026-11-23", "14.8649", "%", "ok"] in lines


def test_a_distinct_count_is_shown_by_the_periods_that_have_data_of_the_days(
    settings: Settings, shown: Callable[..., str]
) -> None:
    buyers = Kpi("buyers", "distinct", "customers", label="Buyers")
    counts = [
        DistinctFact("day", MONDAY, "total", "total", Decimal(3), MONDAY),
        DistinctFact("month", date(2026, 11, 1), "total", "total", Decimal(41), TUESDAY),
        DistinctFact("month", date(2026, 10, 1), "total", "total", Decimal(55), date(2026, 10, 31)),
    ]
    text = shown(show_periods, days_of(settings, KpiFacts(buyers, distinct_periods=counts)))
    assert "41 customers" in text
    assert "3 customers" in text
    assert "55" not in text, "October is before the days"


def test_a_list_names_streams_days_and_owner_of_each_kpi(
    settings: Settings, shown: Callable[..., str]
) -> None:
    listed = json.loads(shown(kpis, settings, as_json=True))
    by_name = {x["kpi"]: x for x in listed["kpis"]}
    assert by_name["calls_made"]["streams"] == ["hubspot.calls", "hubspot.deals", "hubspot.owners"]
    assert "exchange_rates.euro_rates" in by_name["net_revenue"]["streams"], "which convert it"
    assert by_name["net_revenue"]["owner"] == "finance@example.com"
    assert by_name["net_revenue"]["data_through"] is None, "nothing has run"
    assert by_name["net_revenue"]["declared"] == "models/kpis/kpi_net_revenue.sql"
    assert by_name["headcount"]["declared"] == "models/kpis/sheet_kpis.yml"


def test_kpis_that_are_off_are_named_once_with_what_they_lack() -> None:
    off = {"calls": frozenset({"hubspot"}), "deals": frozenset({"hubspot"})}
    assert off_by_source(DeclaredKpis(off=off)) == {"hubspot": ["calls", "deals"]}


@pytest.mark.parametrize(("name", "said"), [
    ("sale", "there is no KPI 'sale'; did you mean `sales`"),
    ("calls", "calls is off, as hubspot is; `okra sources` shows how to turn it on"),
    ("basket", "kpis/shop.yml:4: `basket`: no word on its figures; write one of them"),
])  # fmt: skip
def test_a_kpi_that_is_not_there_is_explained(name: str, said: str) -> None:
    fault = Fault("kpis/shop.yml", 4, "`basket`: no word on its figures", "write one of them")
    declared = DeclaredKpis(
        {"sales": SALES},
        faults=(fault,),
        broken={"basket": "kpis/shop.yml"},
        off={"calls": frozenset({"hubspot"})},
    )
    with pytest.raises(UnknownKpiError) as error:
        chosen_kpi(declared, name)
    assert said in str(error.value)


def test_a_run_for_one_kpi_pulls_only_what_feeds_it(settings: Settings) -> None:
    chosen = feeding(settings, [*settings.instances.values()], ["calls_made"])
    assert [(x.name, sorted(y.name for y in x.streams)) for x in chosen] == [
        ("hubspot", ["calls", "deals", "owners"])
    ]


def test_rates_are_pulled_from_well_before_the_first_day(settings: Settings) -> None:
    # 45 days before 23 November
    assert rates_from(settings, SALES, MONDAY) == date(2026, 10, 9)
