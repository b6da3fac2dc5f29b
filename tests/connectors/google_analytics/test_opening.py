"""What is needed to ask Google Analytics: a property, a credential, an address; and what a process costs."""

import subprocess
import sys
from datetime import date

import pytest

from connectors.google_analytics.source import SOURCE
from connectors.sandbox.analytics_reports import PROPERTY
from connectors.sdk.errors import (
    CredentialError,
    Rejected,
    SourceError,
    Unavailable,
)
from connectors.sdk.opening import open_connection
from tests.connectors.clock import unslept
from tests.connectors.google_analytics.calls import take
from tests.connectors.google_key import key_file, without_own_credentials
from tests.limits import HANG_SECONDS


@pytest.mark.parametrize("given", ["", "G-ABC123", "412 345", "properties/", "412345678/../1"])
def test_what_is_no_property_id_is_refused_before_anyone_is_asked(serve, lake, given):
    server = serve()
    reports = take(server, lake, date(2026, 11, 1), values={"GA4_PROPERTY_ID": given})
    assert all("GA4_PROPERTY_ID" in str(report.error) for report in reports.values())
    assert server.reports == []


def opening(values: dict[str, str]) -> SourceError:
    with pytest.raises(SourceError) as caught:
        open_connection(SOURCE, {"GA4_PROPERTY_ID": PROPERTY} | values, unslept(SOURCE))
    return caught.value


def test_over_https_a_credential_is_needed(tmp_path, monkeypatch):
    without_own_credentials(monkeypatch, tmp_path)
    fault = opening({})
    assert isinstance(fault, CredentialError)
    assert "GOOGLE_APPLICATION_CREDENTIALS is not set" in str(fault)
    gone = opening({"GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path / "gone.json")})
    assert isinstance(gone, CredentialError)
    assert "gone.json" in str(gone)


def test_over_https_calls_are_signed_and_encrypted(tmp_path):
    """Nobody answers; that it is asked at all means that the key was read and a channel opened."""
    path = key_file(tmp_path)
    fault = opening(
        {
            "GA4_API_ENDPOINT": "https://127.0.0.1:1",
            "GOOGLE_APPLICATION_CREDENTIALS": str(path),
        }
    )
    assert isinstance(fault, Unavailable)
    assert "BEGIN" not in str(fault)


@pytest.mark.parametrize(
    "address",
    ["http://analyticsdata.googleapis.com", "ftp://127.0.0.1", "http://127.0.0.1:1/v1", "nowhere"],
)
def test_an_address_that_is_neither_https_nor_on_loopback_is_refused(address):
    assert isinstance(opening({"GA4_API_ENDPOINT": address}), Rejected)


def test_listing_the_source_does_not_import_the_client():
    seen = "import sys, connectors.google_analytics.source; print({'grpc', 'google.auth'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_process_that_pulled_ends_without_a_word(tmp_path):
    script = f"""
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from connectors.sdk.engine import pull
from connectors.google_analytics.source import SOURCE
from connectors.lake.lake import Lake
from connectors.lake.manifest import schema_hash
from connectors.sandbox.google_analytics import serve
from connectors.sdk.windows import Range
served = serve(date(2026, 11, 24), Path({str(tmp_path)!r}))
pull(SOURCE, served.values, Lake(Path({str(tmp_path)!r})), Range(date(2026, 11, 22), date(2026, 11, 23)),
     now=lambda: datetime(2026, 11, 24, 9, tzinfo=UTC))
served.close()
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        capture_output=True,
        text=True,
        timeout=HANG_SECONDS,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
