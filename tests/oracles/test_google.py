"""Every request to Google's APIs, and every answer of the sandbox, as Google's documents and messages describe them."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pytest
import requests
from google.ads.googleads.v26.errors.types.errors import ErrorCode, GoogleAdsFailure
from google.ads.googleads.v26.services.types.google_ads_service import (
    GoogleAdsRow,
    SearchGoogleAdsStreamRequest,
    SearchGoogleAdsStreamResponse,
)
from google.analytics.data_v1beta.types import RunReportResponse

from connectors.google_ads import faults as google_ads_faults
from connectors.google_ads import source as google_ads_source
from connectors.google_ads.declared import QueryForm
from connectors.google_analytics import client as google_analytics
from connectors.google_analytics import source as google_analytics_source
from connectors.google_analytics.declared import ReportForm
from connectors.sandbox import google_analytics as google_analytics_server
from connectors.sandbox.google_sheets import DOCUMENT, Failed, SheetsServer, Shown, Tab
from connectors.sdk.contract import column
from connectors.sdk.google_sign_in import IMPERSONATE, KEY_FILE, GoogleAuth, sign_in
from connectors.sdk.sheets import google as google_sheets
from connectors.spreadsheet.source import SOURCE as SPREADSHEET
from tests.conformance.case import Case, case_of
from tests.connectors.clock import unslept
from tests.connectors.google_key import ADDRESS
from tests.connectors.google_sign_in import SignIn, credentials_of
from tests.limits import HANG_SECONDS
from tests.oracles.google_ads_protos import enum_of, violations
from tests.oracles.google_discovery import (
    document,
    exchange_of,
    read,
    unknown_fields,
    with_enums_named,
    with_json_body,
)
from tests.oracles.traffic import Called, Exchange, calls_of, observed, traffic_of

DECLARED = {
    "dimensions": {"channel": "sessionDefaultChannelGroup"},
    "metrics": {"orders": "keyEvents:purchase"},
    "filters": {
        "sessionDefaultChannelGroup": {"not": ["Direct"], "matches": "[A-Z].*"},
    },
}
"""A report with conditions of each form."""
GAQL = (
    "select campaign.status, metrics.clicks, metrics.ctr from campaign "
    "where campaign.name != 'Shopping'"
)
ANALYTICS, SHEETS = read("analyticsdata.v1beta"), read("sheets.v4")


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> list[Exchange]:
    """The reports of Google Analytics over gRPC, as they would go over REST."""
    form = ReportForm.model_validate(DECLARED)
    channel = column("channel", pa.string(), "Channel")
    orders = column("orders", pa.decimal128(38, 9), "Orders")
    declared = google_analytics_source.with_streams(
        google_analytics_source.SOURCE,
        {"orders": form},
        {"orders": pa.schema([google_analytics_source.DAY, channel, orders])},
    )
    over_grpc = Case(source=declared, serve=google_analytics_server.serve)
    calls = calls_of(over_grpc, tmp_path_factory.mktemp("google_analytics"))
    return [exchange_of(x, f"/v1beta/{x.request.property}:runReport") for x in calls]


@pytest.fixture(scope="module")
def rest_reports(tmp_path_factory: pytest.TempPathFactory) -> list[Exchange]:
    """The reports of Google Analytics over REST."""
    exchanges = traffic_of(case_of("google_analytics"), tmp_path_factory.mktemp("over_rest"))
    return [with_enums_named(exchange, RunReportResponse) for exchange in exchanges]


@pytest.fixture(scope="module")
def searches(tmp_path_factory: pytest.TempPathFactory) -> list[Called]:
    """The queries to Google Ads."""
    declared = {"by_campaign": QueryForm.model_validate({"query": GAQL})}
    schemas = {name: form.columns_of() for name, form in declared.items()}
    case = case_of("google_ads")
    source = google_ads_source.with_streams(case.source, declared, schemas)
    return calls_of(replace(case, source=source), tmp_path_factory.mktemp("google_ads"))


@pytest.fixture(scope="module")
def sheets() -> list[Exchange]:
    """What is asked and answered while a sheet with cells of every kind is read, and where it is refused."""
    rows = [
        ["KPI", "Date", "Value"],
        ["calls", date(2026, 11, 2), 5],
        [],
        ["satisfaction", Shown(46328.5, "DATE_TIME"), Shown(0.96, "PERCENT")],
        [True, Failed(), None],
        [Shown(0.25, "TIME"), Shown(3.5, "CURRENCY"), Shown(1e5, "SCIENTIFIC")],
    ]
    merged = {"sheetId": 0, "startRowIndex": 1, "endRowIndex": 3, "endColumnIndex": 1}
    tabs = (Tab(0, "KPIs", rows, merges=[merged]), Tab(7, "Old", [], hidden=True))
    with SheetsServer(*tabs) as server, observed() as exchanges:
        reader = google_sheets.GoogleSheets(server.address, {}, unslept(SPREADSHEET))
        for gid in (None, 7):
            reader.grid(server.link(gid))
        reader.close()
        for path, mask in ((DOCUMENT, "colour"), ("another", google_sheets.NAMES)):
            address = f"{server.address}/v4/spreadsheets/{path}"
            requests.get(address, params={"fields": mask}, timeout=HANG_SECONDS)
    return exchanges


def test_reports_are_asked_for_and_given_as_google_s_document_says(reports: list[Exchange]) -> None:
    assert len(reports) >= 4
    assert [fault for x in reports for fault in ANALYTICS.violations(x)] == []


def test_the_conditions_of_a_declared_report_are_asked_for(reports: list[Exchange]) -> None:
    filters = [orjson.loads(x.request.body).get("dimensionFilter") for x in reports]
    [condition, *_] = [x for x in filters if x]
    [both] = condition["andGroup"]["expressions"]
    assert [next(iter(part)) for part in both["andGroup"]["expressions"]] == [
        "notExpression",
        "filter",
    ]


def test_reports_over_rest_are_asked_for_and_given_as_google_s_document_says(
    rest_reports: list[Exchange],
) -> None:
    assert len(rest_reports) >= 4
    assert [fault for x in rest_reports for fault in ANALYTICS.violations(x)] == []


def test_sheets_are_asked_for_and_given_as_google_s_document_says(sheets: list[Exchange]) -> None:
    assert [x.reply.status for x in sheets] == [200, 200, 200, 200, 400, 404]
    assert [fault for x in sheets for fault in SHEETS.violations(x)] == []


@pytest.mark.parametrize("mask", [google_sheets.NAMES, google_sheets.CELLS])
def test_the_fields_that_are_asked_of_a_sheet_are_google_s(mask: str) -> None:
    assert [*unknown_fields(mask, "Spreadsheet", "sheets.v4")] == []


def test_the_scopes_are_ones_that_the_calls_accept() -> None:
    get = document("sheets.v4")["resources"]["spreadsheets"]["methods"]["get"]
    assert google_sheets.SCOPE in get["scopes"]
    report = document("analyticsdata.v1beta")["resources"]["properties"]["methods"]["runReport"]
    assert google_analytics.SCOPE in report["scopes"]


def test_queries_and_rows_are_of_fields_that_google_ads_has(searches: list[Called]) -> None:
    assert len({re.sub(r"'[\d-]+'", "day", x.request.query) for x in searches}) == 5
    assert [fault for x in searches for fault in violations(x)] == []


def test_the_errors_that_are_told_apart_are_google_ads_own() -> None:
    codes = ErrorCode.pb(ErrorCode())
    assert enum_of(codes, "quota_error") >= google_ads_faults.SHORT_TERM_QUOTAS
    for kind in ("internal_error", "database_error"):
        assert enum_of(codes, kind)
    assert google_ads_faults.TOO_OLD in enum_of(codes, "date_range_error")
    refusals = enum_of(codes, "authentication_error") | enum_of(codes, "authorization_error")
    assert refusals >= google_ads_faults.REMEDIES.keys()
    name = GoogleAdsFailure.pb(GoogleAdsFailure()).DESCRIPTOR.full_name
    assert f"{name.lower()}-bin" == google_ads_faults.FAILURE


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        (
            "SELECT campaign.id FROM campaign WHERE segments.day = '2026-10-29'",
            "segments.day is un",
        ),
        ("SELECT campaign.colour FROM campaign", "campaign.colour is unknown"),
        ("SELECT campaign FROM campaign", "campaign is a message"),
        ("SELECT campaign.id FROM campaigns", "campaigns is no resource"),
        ("SELECT ad_group.id FROM campaign", "ad_group.id is not read with campaign"),
        ("SELECT campaign.id FROM campaign WHERE segments.date SINCE 3", "is no condition"),
        ("SELECT campaign.id FROM campaign ORDER BY metrics.spend", "metrics.spend is unknown"),
        ("campaign.id FROM campaign", "no SELECT"),
    ],
)
def test_a_query_that_google_ads_refuses_is_noticed(query: str, fault: str) -> None:
    call = Called(SearchGoogleAdsStreamRequest(query=query), SearchGoogleAdsStreamResponse())
    assert fault in "\n".join(violations(call))


def test_a_row_with_another_field_than_was_selected_is_noticed() -> None:
    request = SearchGoogleAdsStreamRequest(query="SELECT metrics.clicks FROM customer")
    row = GoogleAdsRow(metrics={"impressions": 0})
    (noticed,) = violations(Called(request, SearchGoogleAdsStreamResponse(results=[row])))
    assert "['metrics.clicks', 'metrics.impressions'] too much or too little" in noticed


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"limit": 100_000}, "body.limit: 100000 is not of type 'string'"),
        ({"metrics": [{"metric": "sessions"}]}, "'metric' was unexpected"),
        ({"orderBys": [{"dimension": {"orderType": "UPWARDS"}}]}, "'UPWARDS' is not one of"),
    ],
)
def test_a_report_that_google_analytics_has_not_is_noticed(
    reports: list[Exchange], change: dict[str, Any], fault: str
) -> None:
    asked = reports[0]
    body = orjson.dumps(orjson.loads(asked.request.body) | change)
    (noticed,) = ANALYTICS.violations(replace(asked, request=replace(asked.request, body=body)))
    assert fault in noticed


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda cell: cell | {"value": 5}, "'value' was unexpected"),
        (lambda cell: {"effectiveValue": {"numberValue": "5"}}, "'5' is not of type 'number'"),
        (lambda cell: {"effectiveFormat": {"numberFormat": {"type": "MONEY"}}}, "'MONEY' is not"),
    ],
)
def test_a_cell_that_google_sheets_has_not_is_noticed(
    sheets: list[Exchange], change: Callable[[dict[str, Any]], dict[str, Any]], fault: str
) -> None:
    given = sheets[1]
    answer = given.answer
    row = answer["sheets"][0]["data"][0]["rowData"][1]
    row["values"] = [change(row["values"][0])]
    (noticed,) = SHEETS.violations(replace(given, reply=replace(given.reply, body=answer)))
    assert fault in noticed


def test_a_field_that_a_sheet_has_not_is_noticed() -> None:
    mask = "sheets(properties.colour,data.rowData.values(effectiveValue,format.type))"
    assert [*unknown_fields(mask, "Spreadsheet", "sheets.v4")] == [
        "sheets.properties.colour",
        "sheets.data.rowData.values.format.type",
    ]


def test_tokens_are_asked_for_and_given_as_google_s_documents_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token of another cloud is exchanged, and what comes of it acts as a service account."""
    file = tmp_path / "credential.json"
    with SignIn() as google, observed() as exchanges:
        google.stand_in(monkeypatch)
        file.write_text(json.dumps(credentials_of(google, tmp_path)["external_account"]))
        values = {KEY_FILE: str(file), IMPERSONATE: ADDRESS}
        credentials = sign_in(values, google_analytics.SCOPE)
        requests.Request("GET", "https://example.com", auth=GoogleAuth(credentials)).prepare()
    exchanged, impersonated = exchanges
    assert [*read("sts.v1").violations(with_json_body(exchanged))] == []
    assert [*read("iamcredentials.v1").violations(impersonated)] == []
