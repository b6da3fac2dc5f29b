"""Which KPIs have the dimension account: those that stand on a source whose accounts have names."""

from pipelines.inputs.kpi_files import by_account, read_kpis
from pipelines.okr.kpi.kpi import Kpi
from pipelines.settings import BUILT_IN
from tests.projects import OKRA


def kpis(*sources: str) -> dict[str, Kpi]:
    """The project's KPIs, where accounts of these sources have names."""
    declared = read_kpis(OKRA, BUILT_IN / "models/kpis/sheet_kpis.yml").kpis.values()
    return {kpi.name: kpi for kpi in by_account(declared, sources, OKRA.sql)}


def test_the_kpis_below_a_source_with_named_accounts_have_the_dimension() -> None:
    names = {name for name, kpi in kpis("meta_ads", "google_analytics").items() if kpi.by_account}
    assert names == {
        *("ad_spend", "return_on_ad_spend"),
        *("sessions", "engagement_rate", "site_visitors"),
    }


def test_it_comes_after_those_that_are_declared() -> None:
    assert kpis("meta_ads")["ad_spend"].dimensions == ("currency", "platform", "account")


def test_a_distinct_count_has_it_alone() -> None:
    assert kpis("google_analytics")["site_visitors"].dimensions == ("account",)


def test_a_kpi_that_declares_a_dimension_of_this_name_keeps_its_own() -> None:
    books = Kpi("costs", "flow", dimensions=("account",), model="kpi_costs")
    models = {"kpi_costs": 'select * from {{ read_lake("ledger", "entries") }}'}
    assert list(by_account([books], {"ledger"}, models)) == [books]


def test_what_is_kept_in_sheets_and_what_is_converted_at_rates_has_none() -> None:
    assert not any(kpi.by_account for kpi in kpis("spreadsheet", "exchange_rates").values())


def test_without_named_accounts_every_kpi_is_as_declared() -> None:
    assert kpis()["ad_spend"].dimensions == ("currency", "platform")
