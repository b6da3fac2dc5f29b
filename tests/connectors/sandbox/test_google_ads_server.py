from collections.abc import Iterator
from datetime import date
from typing import Any

import grpc
import pytest
from google.ads.googleads.v26.errors.types.errors import GoogleAdsFailure
from google.ads.googleads.v26.services.services.google_ads_service import GoogleAdsServiceClient
from google.ads.googleads.v26.services.services.google_ads_service.transports import (
    GoogleAdsServiceGrpcTransport,
)
from google.api_core.exceptions import InvalidArgument

from connectors.sandbox.advertising import results
from connectors.sandbox.google_ads import CUSTOMER, FAILURE, TOKEN, GoogleAdsServer

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def client() -> Iterator[GoogleAdsServiceClient]:
    with GoogleAdsServer(TODAY) as server:
        channel = grpc.insecure_channel(server.address.removeprefix("http://"))
        client = GoogleAdsServiceClient(transport=GoogleAdsServiceGrpcTransport(channel=channel))
        yield client
        client.transport.close()


def ask(client: GoogleAdsServiceClient, query: str) -> list[Any]:
    request = {"customer_id": CUSTOMER, "query": query}
    stream = client.search_stream(request, metadata=[("developer-token", TOKEN)])
    return [row for part in stream for row in part.results]


def test_a_row_holds_what_was_selected_and_nothing_else(client: GoogleAdsServiceClient) -> None:
    query = """
        SELECT campaign.name, metrics.cost_micros, metrics.conversions_value FROM campaign
        WHERE segments.date BETWEEN '2026-10-01' AND '2026-10-01'
    """
    first, *others = ask(client, query)
    known = results("google_ads", date(2026, 10, 1), TODAY)
    assert len(others) == len(known) - 1
    assert first.campaign.name == known[0].campaign.name
    assert first.metrics.cost_micros == known[0].spend_cents * 10_000
    assert first.metrics.conversions_value == known[0].value_cents / 100
    assert "clicks" not in first.metrics
    assert "id" not in first.campaign


def test_rows_come_in_the_order_asked_for(client: GoogleAdsServiceClient) -> None:
    query = (
        "SELECT segments.date, metrics.clicks FROM campaign "
        "WHERE segments.date BETWEEN '2026-10-01' AND '2026-10-07' ORDER BY metrics.clicks"
    )
    clicks = [row.metrics.clicks for row in ask(client, query)]
    assert len(clicks) == 28
    assert clicks == sorted(clicks)


def test_the_account_tells_its_zone_and_currency(client: GoogleAdsServiceClient) -> None:
    (row,) = ask(client, "SELECT customer.time_zone, customer.currency_code FROM customer")
    assert (row.customer.time_zone, row.customer.currency_code) == ("Etc/UTC", "USD")


def test_the_account_comes_to_its_campaigns_together(client: GoogleAdsServiceClient) -> None:
    days = "segments.date BETWEEN '2026-10-01' AND '2026-10-02'"
    campaigns = ask(client, f"SELECT segments.date, metrics.cost_micros FROM campaign WHERE {days}")
    account = ask(client, f"SELECT segments.date, metrics.cost_micros FROM customer WHERE {days}")
    assert [row.segments.date for row in account] == ["2026-10-01", "2026-10-02"]
    for day in account:
        of_day = [x.metrics.cost_micros for x in campaigns if x.segments.date == day.segments.date]
        assert day.metrics.cost_micros == sum(of_day)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT metrics.fortune FROM campaign", "UNRECOGNIZED_FIELD"),
        ("SELECT campaign.id FROM customer", "UNRECOGNIZED_FIELD"),
        ("SELECT metrics.clicks FROM campaign", "EXPECTED_FILTERS_ON_DATE_RANGE"),
        ("DELETE FROM campaign", "UNEXPECTED_INPUT"),
        (
            "SELECT campaign.id FROM campaign WHERE segments.date BETWEEN '2026-02-30' AND '2026-03-01'",
            "INVALID_VALUE_WITH_BETWEEN_OPERATOR",
        ),
    ],
)
def test_a_query_that_is_not_understood_is_refused_by_its_code(
    client: GoogleAdsServiceClient, query: str, code: str
) -> None:
    with pytest.raises(InvalidArgument) as caught:
        ask(client, query)
    trailing = dict(caught.value.response.trailing_metadata())
    (error,) = GoogleAdsFailure.deserialize(trailing[FAILURE]).errors
    assert error.error_code.query_error.name == code
