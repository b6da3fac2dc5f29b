"""`okra explain`: every step from a goal down to the windows is there, and can be followed."""

from tests.end_to_end.conftest import Home


def test_a_key_result_is_followed_from_its_goal_to_its_windows(sample: Home) -> None:
    explained = sample.ask("explain", "two-million/revenue", "--json").document
    assert explained["score"]["goal"] == "at least 2,000,000 USD"
    assert explained["definitions"][-1]["known_to"] is None
    assert explained["kpi"]["model"] == "kpi_net_revenue"
    assert [model["name"] for model in explained["models"]][:5] == [
        "kpi_net_revenue",
        "fct_balance_movement_days",
        "fct_balance_movements",
        "stg_stripe__balance_transactions",
        "stripe.balance_transactions",
    ]
    [stream] = [x for x in explained["streams"] if x["stream"] == "stripe.balance_transactions"]
    pulled = sample.row(
        "select count(*), sum(row_count)::bigint from windows "
        "where source = 'stripe' and stream = 'balance_transactions'"
    )
    assert (stream["windows"], stream["rows"]) == pulled
    assert {part["compared_with"] for part in explained["factors"]} == {
        "target",
        "previous",
        "last_year",
    }
    assert explained["run"]["sample_company"] is True


def test_people_read_the_same_in_sections(sample: Home) -> None:
    said = sample.ask("explain", "every-rep").out
    for heading in ("Goal", "Where it stands", "By window and member", "What moved it", "The KPI"):
        assert f"\n{heading}\n" in f"\n{said}"
    assert "everyone-sells/every-rep" in said
    assert "models/kpis/kpi_deals_closed.sql" in said


def test_a_name_that_is_not_there_is_refused_with_those_that_are_near(sample: Home) -> None:
    done = sample.ask("explain", "revenu")
    assert done.code == 2
    assert done.err.strip() == (
        "okra: no key result is called revenu; did you mean two-million/revenue?"
    )
