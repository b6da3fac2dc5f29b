"""Queries of Google Ads that sources.yml declares, against a server that speaks its protocol."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pydantic import ValidationError

from connectors.google_ads.declared import QueryForm
from connectors.google_ads.source import CAMPAIGN_DAYS, SOURCE
from connectors.lake.lake import Lake
from connectors.sandbox.advertising import results
from connectors.sandbox.google_ads import CUSTOMER, TOKEN, GoogleAdsServer
from connectors.sdk.contract import Source
from connectors.sdk.engine import StreamReport, pull
from connectors.sdk.errors import Rejected
from connectors.sdk.opening import open_account
from connectors.sdk.rules import adds_up
from connectors.sdk.windows import Range
from tests.connectors.clock import unslept

TODAY = date(2026, 11, 24)
DAY = date(2026, 10, 7)
CLICKS = (
    "select campaign.name, campaign.status, metrics.clicks, metrics.cost_micros, metrics.ctr\n"
    "from campaign where campaign.name != 'Shopping'"
)


class Advertiser:
    """An account, and a lake that it is pulled into."""

    def __init__(self, lake: Lake) -> None:
        self.lake = lake
        self.server = GoogleAdsServer(TODAY)
        self.values = {
            "GOOGLE_ADS_CUSTOMER_ID": CUSTOMER,
            "GOOGLE_ADS_DEVELOPER_TOKEN": TOKEN,
            "GOOGLE_ADS_API_ENDPOINT": self.server.address,
        }

    def source(self, query: str, **keys: Any) -> Source:
        declarable = SOURCE.declarable
        assert declarable and declarable.describe
        forms = {"by_campaign": QueryForm.model_validate({"query": query} | keys)}
        schemas = declarable.describe(self.values, unslept(SOURCE), forms)
        return declarable.with_streams(SOURCE, forms, schemas)

    def pulled(self, source: Source) -> tuple[StreamReport, list[dict[str, Any]]]:
        (report,) = pull(
            source,
            self.values,
            self.lake,
            Range(DAY, DAY),
            only=["by_campaign"],
            now=lambda: datetime(2026, 11, 24, 12, tzinfo=UTC),
            calls=unslept(source),
        )
        rows = self.lake.read("google_ads", source.stream("by_campaign"), DAY).to_pylist()
        return report, rows


@pytest.fixture
def advertiser(tmp_path: Path) -> Iterator[Advertiser]:
    advertiser = Advertiser(Lake(tmp_path))
    yield advertiser
    advertiser.server.close()


def refused(query: str, **keys: Any) -> str:
    with pytest.raises(ValidationError) as refusal:
        QueryForm.model_validate({"query": query} | keys)
    return str(refusal.value)


def test_a_query_gives_its_fields_by_day_and_resource(advertiser: Advertiser) -> None:
    report, rows = advertiser.pulled(advertiser.source(CLICKS))
    assert report.error is None
    expected = {
        x.campaign.name: (x.clicks, x.spend_cents * 10_000)
        for x in results("google_ads", DAY, TODAY)
        if x.campaign.name != "Shopping"
    }
    assert len(expected) == 3
    assert {x["campaign_name"]: (x["clicks"], x["cost_micros"]) for x in rows} == expected
    assert {(row["date"], row["campaign_status"]) for row in rows} == {(DAY, "ENABLED")}
    for row in rows:
        assert row["resource_name"].startswith(f"customers/{CUSTOMER}/campaigns/")
    assert advertiser.server.asked[-1] == (
        "SELECT segments.date, campaign.resource_name, campaign.name, campaign.status, metrics.clicks, "
        "metrics.cost_micros, metrics.ctr FROM campaign "
        "WHERE segments.date BETWEEN '2026-10-07' AND '2026-10-07' AND campaign.name != 'Shopping'"
    )


def test_the_columns_have_the_types_of_googles_messages(advertiser: Advertiser) -> None:
    stream = advertiser.source(CLICKS).stream("by_campaign")
    assert {field.name: field.type for field in stream.schema} == {
        "date": pa.date32(),
        "resource_name": pa.string(),
        "campaign_name": pa.string(),
        "campaign_status": pa.string(),
        "clicks": pa.int64(),
        "cost_micros": pa.int64(),
        "ctr": pa.decimal128(38, 9),
    }
    assert [field.name for field in stream.schema if not adds_up(field)] == ["ctr"]
    assert stream.key == ("date", "resource_name")


def test_a_rate_is_an_exact_decimal(advertiser: Advertiser) -> None:
    _, rows = advertiser.pulled(advertiser.source(CLICKS))
    figures = {x.campaign.name: x for x in results("google_ads", DAY, TODAY)}
    for row in rows:
        figure = figures[row["campaign_name"]]
        exact = Decimal(figure.clicks) / Decimal(figure.impressions)
        assert abs(row["ctr"] - exact) <= Decimal("1e-9")


def test_segments_are_part_of_the_key_and_columns_can_be_renamed() -> None:
    form = QueryForm.model_validate(
        {
            "query": "SELECT segments.device, segments.date, metrics.clicks FROM ad_group",
            "columns": {"day": "segments.date"},
        }
    )
    assert form.key == ("day", "resource_name", "device")
    assert form.columns_of().field("device").type == pa.string()


def test_declared_queries_are_restated_as_long_as_conversions_may_follow(
    advertiser: Advertiser,
) -> None:
    """The longest conversion window of the account is 59 days, and a conversion counts within a day."""
    source = advertiser.source(CLICKS)
    opened, connection = open_account(source, advertiser.values, unslept(source))
    connection.close()
    assert opened.look_back(opened.stream("by_campaign")) == timedelta(days=60)
    assert opened.stream("by_campaign").reaches_back == CAMPAIGN_DAYS.reaches_back


def test_a_field_that_there_is_not_is_told_with_one_that_may_be_meant(
    advertiser: Advertiser,
) -> None:
    with pytest.raises(Rejected, match=r"no field 'metrics\.klicks'") as refusal:
        advertiser.source("select metrics.klicks from campaign")
    assert refusal.value.remedy == "did you mean `metrics.clicks`?"
    with pytest.raises(Rejected, match="network_settings is a group of fields"):
        advertiser.source("select campaign.network_settings, metrics.clicks from campaign")


def test_what_google_refuses_is_told_in_its_own_words(advertiser: Advertiser) -> None:
    with pytest.raises(Rejected, match="UNRECOGNIZED_FIELD: Unrecognized field") as refusal:
        advertiser.source("select ad_group.name, metrics.clicks from campaign")
    assert "Query Builder" in refusal.value.remedy


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("select metrics.clicks", "the query cannot be read"),
        ("select * from campaign", "the query cannot be read"),
        ("select metrics.clicks from campaign limit 10", "the query has `limit`"),
        ("select metrics.clicks from campaign order by campaign.id", "the query has `order by`"),
        (
            "select metrics.clicks from campaign where segments.date during LAST_7_DAYS",
            "the query has a condition of days",
        ),
        ("select campaign.id from campaign", "the query selects no metric"),
    ],
)
def test_a_query_that_cannot_be_asked_for_by_day_is_refused(query: str, message: str) -> None:
    assert message in refused(query)


def test_a_text_in_a_condition_may_have_any_words() -> None:
    query = (
        "select metrics.clicks from campaign where campaign.name = 'limit order by segments.date'"
    )
    assert QueryForm.model_validate({"query": query}).parts.conditions.endswith("segments.date'")


def test_columns_are_told_apart() -> None:
    query = "select metrics.clicks, metrics.cost_micros from campaign"
    assert "two fields would be the column `clicks`" in refused(
        query, columns={"clicks": "metrics.cost_micros"}
    )
    assert "did you mean `metrics.clicks`" in refused(query, columns={"n": "metrics.clics"})
