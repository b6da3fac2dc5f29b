"""What a day of campaigns is: the rows, how they are asked for, and the amounts in them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from connectors.google_ads.source import CAMPAIGN_DAYS, SOURCE, amount
from connectors.sandbox.google_ads import TOKEN
from connectors.sdk.contract import Slice
from connectors.sdk.fitting import fitting
from connectors.sdk.opening import open_connection
from connectors.sdk.windows import Range
from tests.connectors.clock import unslept
from tests.connectors.google_ads.calls import OCTOBER, TODAY, options, rows, take


def test_the_third_quarter_of_2026_returns_4_2_times_what_it_cost(serve, lake):
    quarter = Range(date(2026, 7, 1), date(2026, 9, 30))
    assert take(serve(), lake, quarter).error is None
    campaigns = rows(lake, quarter.first, quarter.last)
    assert sum(row["cost_micros"] for row in campaigns) == 21_700_000_000
    assert sum(row["conversions_value"] for row in campaigns) == Decimal(21_700) * Decimal("4.2")
    assert len(campaigns) == 92 * 4
    assert {row["campaign_name"] for row in campaigns} == {
        "Search: brand", "Search: widgets", "Shopping", "Performance Max",
    }  # fmt: skip


def test_the_days_are_asked_for_by_campaign_and_as_a_whole_and_the_developer_token_goes_along(
    serve, lake
):
    server = serve()
    take(server, lake, OCTOBER)
    assert "customer.time_zone" in server.asked[0]
    assert len(server.asked) == 4
    for query, resource in zip(server.asked[2:], ("campaign", "customer"), strict=True):
        assert f"FROM {resource} WHERE" in query
        assert "segments.date BETWEEN '2026-10-01' AND '2026-10-31'" in query
    for sent in server.metadata:
        assert sent["developer-token"] == TOKEN
        assert "login-customer-id" not in sent
        assert "authorization" not in sent  # nothing is signed on the way to this machine


def test_the_manager_account_goes_along_where_one_is_set_and_dashes_are_taken_out(serve, lake):
    server = serve()
    take(
        server, lake, OCTOBER,
        GOOGLE_ADS_CUSTOMER_ID="482-910-5736", GOOGLE_ADS_LOGIN_CUSTOMER_ID="111-222-3333",
    )  # fmt: skip
    assert {sent["login-customer-id"] for sent in server.metadata} == {"1112223333"}


def test_an_answer_in_parts_is_read_to_its_end(serve, lake):
    report = take(serve(rows_per_part=10), lake, OCTOBER)
    assert report.rows == 31 * 4


def test_a_stream_that_breaks_off_is_asked_for_again_and_no_part_of_it_is_kept_twice(serve):
    server = serve(rows_per_part=10)
    slept: list[float] = []
    connection = open_connection(SOURCE, options(server), unslept(SOURCE, slept))
    server.faults.breaks_off_after = 2
    pages = [*connection.pages(Slice(CAMPAIGN_DAYS, OCTOBER.first, OCTOBER.last, connection.zone))]
    connection.close()
    assert sum(len(page.rows) for page in pages) == 31 * 4
    assert len(server.asked) == 4  # the account's zone, the same query twice, and its totals
    assert server.asked[1] == server.asked[2]
    assert len([wait for wait in slept if 0.3 < wait < 0.7]) == 1


def test_days_are_the_accounts_and_so_is_the_currency(serve, lake):
    server = serve(timezone="America/Los_Angeles", currency="EUR")
    wanted = Range(date(2026, 11, 22), date(2026, 11, 23))
    # the 23rd is over at 08:00 UTC, and told of four hours later
    early = take(server, lake, wanted, now=datetime(2026, 11, 24, 11, 59, tzinfo=UTC))
    assert [x.window for x in early.committed] == [date(2026, 11, 22)]
    late = take(server, lake, wanted, now=datetime(2026, 11, 24, 12, 0, tzinfo=UTC))
    assert [x.window for x in late.committed] == [date(2026, 11, 22), date(2026, 11, 23)]
    assert {row["currency"] for row in rows(lake, date(2026, 11, 23))} == {"EUR"}


@pytest.mark.parametrize(
    ("value", "decimal"),
    [
        (0.0, "0"),
        (1234.56, "1234.56"),
        (0.1 + 0.2, "0.3"),
        (1e9 + 0.01, "1000000000.01"),
        (1e22, "1E+22"),
    ],
)
def test_a_value_is_the_decimal_that_its_float_stands_for(value: float, decimal: str):
    assert amount(value) == Decimal(decimal)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e32, 1.7e308])
def test_a_value_that_is_no_number_or_that_no_column_can_hold_is_set_aside(value: float):
    """A column of 38 digits, six of them after the point, holds less than 1e32."""
    values = {field.name: None for field in CAMPAIGN_DAYS.schema}
    values |= {"date": TODAY, "campaign_id": 1, "campaign_name": "", "currency": "USD"}
    values |= {"impressions": 0, "clicks": 0, "cost_micros": 0}
    [misfit] = fitting(CAMPAIGN_DAYS, [values | {"conversions_value": amount(value)}])[1]
    assert (misfit.what, misfit.column) == ("wrong_type", "conversions_value")


def test_pulling_twice_gives_the_same_files(serve, lake):
    def files() -> list[str]:
        return sorted(str(path) for path in lake.root.rglob("*=*/*.parquet"))

    october_again = Range(OCTOBER.first, OCTOBER.last, repull=True)
    take(serve(), lake, october_again)
    before = files()
    assert len(take(serve(rows_per_part=7), lake, october_again).committed) == 31
    assert files() == before
    assert len(before) == 1  # of the month
