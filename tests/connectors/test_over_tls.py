"""Sources through TLS that is opened on the way, by an authority that only a file makes trusted."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from connectors.google_ads.source import SOURCE as ADS
from connectors.google_analytics.source import SOURCE as ANALYTICS
from connectors.lake.lake import Lake
from connectors.lake.s3 import connect
from connectors.sandbox.analytics_reports import PROPERTY
from connectors.sandbox.google_ads import CUSTOMER, GoogleAdsServer
from connectors.sandbox.google_analytics import AnalyticsRestServer, AnalyticsServer
from connectors.sandbox.google_sheets import SheetsServer, Tab
from connectors.sandbox.http_server import JsonServer, Reply
from connectors.sdk.contract import Source
from connectors.sdk.engine import StreamReport, pull
from connectors.sdk.errors import CredentialError, Rejected, SourceError, Unavailable
from connectors.sdk.google_sign_in import KEY_FILE
from connectors.sdk.http import Http
from connectors.sdk.remote_files import read_file
from connectors.sdk.sheets.google import GoogleSheets
from connectors.sdk.trust import VARIABLES, authorities, trust_only
from connectors.sdk.windows import Range
from connectors.spreadsheet.source import SOURCE as SPREADSHEET
from tests.connectors.clock import unslept
from tests.connectors.google_key import key_file
from tests.connectors.tls import Authority, authority, behind_tls, without_authorities

TODAY = date(2026, 11, 24)
DAYS = Range(date(2026, 10, 1), date(2026, 10, 3))


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(autouse=True)
def trusting_nobody_in_particular(monkeypatch: pytest.MonkeyPatch) -> None:
    without_authorities(monkeypatch)


@pytest.fixture
def trusted(issuer: Authority, trusting_nobody_in_particular: None) -> None:
    trust_only(issuer.file, "OKRA_CA_FILE")


@pytest.fixture
def key(issuer: Authority, tmp_path: Path) -> Iterator[str]:
    """The key of a service account, whose sign-in is behind the same TLS."""
    token = {"access_token": "ya29.key", "expires_in": 3599, "token_type": "Bearer"}
    with (
        JsonServer(lambda _: Reply(200, token)) as google,
        behind_tls(google.address, issuer) as address,
    ):
        yield str(key_file(tmp_path, f"{address}/token"))


def pulled(source: Source, values: Mapping[str, str], lake: Lake) -> list[StreamReport]:
    noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    return pull(source, values, lake, DAYS, now=lambda: noon, calls=unslept(source))


def analytics(
    server: AnalyticsServer | AnalyticsRestServer, issuer: Authority, key: str, transport: str
) -> Callable[[Lake], list[StreamReport]]:
    def reports(lake: Lake) -> list[StreamReport]:
        with server, behind_tls(server.address, issuer) as address:
            values = {"GA4_API_ENDPOINT": address, "GA4_PROPERTY_ID": PROPERTY, KEY_FILE: key}
            return pulled(ANALYTICS, values | {"GA4_TRANSPORT": transport}, lake)

    return reports


@pytest.fixture(params=["analytics over grpc", "analytics over rest", "ads"])
def reports(
    request: pytest.FixtureRequest, issuer: Authority, key: str
) -> Callable[[Lake], list[StreamReport]]:
    """Pulls three days of October through TLS."""
    if request.param == "analytics over grpc":
        return analytics(AnalyticsServer(TODAY), issuer, key, "grpc")
    if request.param == "analytics over rest":
        return analytics(AnalyticsRestServer(TODAY), issuer, key, "REST")

    def of_ads(lake: Lake) -> list[StreamReport]:
        with GoogleAdsServer(TODAY) as server, behind_tls(server.address, issuer) as address:
            values = {"GOOGLE_ADS_API_ENDPOINT": address, "GOOGLE_ADS_CUSTOMER_ID": CUSTOMER}
            reports = pulled(ADS, values | {KEY_FILE: key}, lake)
            assert all(x["authorization"] == "Bearer ya29.key" for x in server.metadata)
            return reports

    return of_ads


def test_with_the_file_each_of_them_is_read(reports, trusted: None, tmp_path: Path) -> None:
    of_both = reports(Lake(tmp_path / "lake"))
    assert [report.error for report in of_both] == [None] * len(of_both)
    assert all(report.rows for report in of_both)


def test_without_it_they_are_not_and_the_setting_is_named(reports, tmp_path: Path) -> None:
    for report in reports(Lake(tmp_path / "lake")):
        assert isinstance(report.error, Unavailable)
        assert "certificate" in str(report.error)
        assert "OKRA_CA_FILE" in str(report.error)


def test_a_sign_in_that_is_refused_on_the_way_of_a_call_is_no_outage(
    issuer: Authority, trusted: None, tmp_path: Path
) -> None:
    """gRPC reports it as an unavailable service, which would be asked again and again."""
    said = {"error": "invalid_grant", "error_description": "sesame"}
    with (
        JsonServer(lambda _: Reply(400, said)) as google,
        behind_tls(google.address, issuer) as sign_in,
        GoogleAdsServer(TODAY) as server,
        behind_tls(server.address, issuer) as address,
    ):
        values = {"GOOGLE_ADS_API_ENDPOINT": address, "GOOGLE_ADS_CUSTOMER_ID": CUSTOMER}
        key = str(key_file(tmp_path, f"{sign_in}/token"))
        [report] = pulled(ADS, values | {KEY_FILE: key}, Lake(tmp_path / "lake"))
    assert isinstance(report.error, CredentialError)
    assert "sesame" not in str(report.error)
    assert len(google.asked) == 1
    assert server.asked == []


def test_sheets_are_read_with_the_file(issuer: Authority, key: str, trusted: None) -> None:
    tab = Tab(0, "KPIs", [["KPI", "Date", "Value"]])
    with SheetsServer(tab) as server, behind_tls(server.address, issuer) as address:
        sheets = GoogleSheets(address, {KEY_FILE: key}, unslept(SPREADSHEET))
        assert len(sheets.grid(server.link()).lines) == 1
        sheets.close()
        assert {x.headers["authorization"] for x in server.asked} == {"Bearer ya29.key"}


def test_any_other_source_over_http_trusts_the_file_too(issuer: Authority, trusted: None) -> None:
    with JsonServer(lambda _: Reply(200, {})) as server, behind_tls(server.address, issuer) as at:
        http = Http(at, "token")
        assert http.get("/") == {}
        http.close()


def test_any_other_source_without_the_file_names_the_setting(issuer: Authority) -> None:
    with JsonServer(lambda _: Reply(200, {})) as server, behind_tls(server.address, issuer) as at:
        http = Http(at, "token")
        with pytest.raises(SourceError, match="OKRA_CA_FILE"):
            http.get("/")
        http.close()


def test_a_file_of_the_web_and_a_lake_in_a_bucket_trust_the_file_too(
    issuer: Authority, trusted: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):
        monkeypatch.setenv(name, "sample")
    content = Reply(200, b"kpi;date;value")
    with JsonServer(lambda _: content) as server, behind_tls(server.address, issuer) as at:
        monkeypatch.setenv("AWS_ENDPOINT_URL", at)
        assert read_file(f"{at}/kpis.csv", "OKRA_SHEETS") == content.body
        assert bytes(connect("s3://bucket/lake").get("kpis.csv").bytes()) == content.body


@pytest.mark.parametrize("variable", VARIABLES)
def test_a_file_under_a_name_that_one_client_knows_is_trusted_by_all(
    monkeypatch: pytest.MonkeyPatch, issuer: Authority, variable: str
) -> None:
    assert authorities() is None
    monkeypatch.setenv(variable, str(issuer.file))
    assert authorities() == str(issuer.file)


@pytest.mark.parametrize("content", [None, "", "no certificate", "-----BEGIN CERTIFICATE-----\nx"])
def test_a_file_without_certificates_is_refused(tmp_path: Path, content: str | None) -> None:
    """An empty one would trust nobody, and every source would fail with a fault of its own."""
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(
        Rejected, match=r"OKRA_CA_FILE names .*ca\.pem, which holds no certificates"
    ):
        trust_only(file, "OKRA_CA_FILE")
    assert authorities() is None
