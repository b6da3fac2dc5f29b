"""The rules that dbt checks in every daily run hold for sound data, and fail for data that breaks them."""

import json
from datetime import date

import pytest

AS_OF = date(2026, 3, 16)
BREAKS = {
    "assert_members_of_a_dimension_add_up_to_the_total": """
        update reporting.kpi_periods set value = value + 1
        where kpi = 'sessions' and period = 'week' and member = 'Organic'
    """,
    "assert_days_of_a_flow_add_up_to_its_months": """
        delete from reporting.kpi_periods
        where kpi = 'sessions' and period = 'day' and period_start = '2026-01-10'
    """,
    "assert_periods_reach_no_further_than_their_data": """
        update reporting.kpi_periods set data_through = '2026-03-16'
        where kpi = 'engagement_rate' and period = 'year'
    """,
    "assert_untrusted_days_are_not_published_as_ok": """
        update reporting.kpi_periods set trust = 'ok'
        where kpi = 'sessions' and period = 'day' and period_start = '2026-01-20'
    """,
    "assert_amounts_have_a_day": """
        update reporting_steps.kpi_converted_amounts set day = null
        where kpi = 'sessions' and day = '2026-01-10'
    """,
    "assert_a_balance_movement_is_its_amount_less_its_fee": """
        create table staging.changed as
        select * replace (case currency when 'EUR' then fee_minor + 1 else fee_minor end as fee_minor)
        from staging.stg_stripe__balance_transactions;
        drop view staging.stg_stripe__balance_transactions;
        alter table staging.changed rename to stg_stripe__balance_transactions
    """,
    "assert_mrr_movements_sum_to_the_change_in_mrr": """
        insert into marts.fct_mrr_movements by name
        select date '2026-02-10' as day, 'c-1' as customer_id, 'USD' as currency, 'new' as movement, 5 as amount
    """,
}


@pytest.fixture(scope="session")
def broken(built, quarter):
    """The quarter, in which the rules held when it was built, and each is broken now."""

    def make(warehouse) -> None:
        changed = quarter.copy_to(warehouse.folder)
        for statement in BREAKS.values():
            changed.alter(statement)
        changed.run(AS_OF, "test", "--select", "test_type:singular")

    return built("broken", make)


@pytest.mark.parametrize("rule", BREAKS)
def test_a_rule_fails_where_it_is_broken(broken, rule) -> None:
    results = json.loads((broken.folder / "target/run_results.json").read_bytes())["results"]
    outcomes = {result["unique_id"].split(".")[-1]: result["status"] for result in results}
    assert outcomes[rule] == "fail"


def test_every_rule_is_broken_here(pytestconfig) -> None:
    files = (pytestconfig.rootpath / "tests/models").glob("**/assert_*.sql")
    assert {file.stem for file in files} == set(BREAKS)
