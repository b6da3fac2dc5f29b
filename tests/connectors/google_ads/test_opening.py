"""What is needed to ask Google Ads: options, a credential, the client's package."""

import subprocess
import sys

import pytest

from connectors.google_ads.source import SOURCE
from connectors.sandbox.google_ads import CUSTOMER
from connectors.sdk.errors import (
    CredentialError,
    Rejected,
    Unavailable,
)
from tests.connectors.google_ads.calls import OCTOBER, take
from tests.connectors.google_key import key_file, without_own_credentials
from tests.limits import HANG_SECONDS


def test_no_developer_token_is_needed(serve, lake):
    """Google has ignored them since September 2026, and gives out no new ones."""
    server = serve()
    assert take(server, lake, OCTOBER, GOOGLE_ADS_DEVELOPER_TOKEN="").error is None
    assert not any("developer-token" in sent for sent in server.metadata)
    assert "GOOGLE_ADS_DEVELOPER_TOKEN" not in {
        option.name for option in SOURCE.options if option.default is None
    }


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("GOOGLE_ADS_CUSTOMER_ID", ""),
        ("GOOGLE_ADS_CUSTOMER_ID", "12345"),
        ("GOOGLE_ADS_CUSTOMER_ID", "482910573x"),
        ("GOOGLE_ADS_LOGIN_CUSTOMER_ID", "my manager"),
        ("GOOGLE_ADS_DEVELOPER_TOKEN", "two words"),
        ("GOOGLE_ADS_API_ENDPOINT", "http://googleads.googleapis.com"),
        ("GOOGLE_ADS_API_ENDPOINT", "https://googleads.googleapis.com/v26"),
    ],
)
def test_options_that_make_no_sense_are_refused_by_name(serve, lake, option, value):
    server = serve()
    report = take(server, lake, OCTOBER, **{option: value})
    assert isinstance(report.error, Rejected | CredentialError)
    assert option in str(report.error)
    assert server.asked == []


def test_a_time_zone_that_is_not_known_is_refused(serve, lake):
    report = take(serve(timezone="Mars/Olympus"), lake, OCTOBER)
    assert isinstance(report.error, Rejected)
    assert "Mars/Olympus" in str(report.error)


def test_over_https_a_credential_is_needed(serve, lake, tmp_path, monkeypatch):
    without_own_credentials(monkeypatch, tmp_path)
    https = {"GOOGLE_ADS_API_ENDPOINT": "https://127.0.0.1:1"}
    report = take(serve(), lake, OCTOBER, **https)
    assert isinstance(report.error, CredentialError)
    assert "GOOGLE_APPLICATION_CREDENTIALS is not set" in str(report.error)


def test_over_https_calls_are_signed_and_encrypted(serve, lake, tmp_path):
    """Nobody answers; that it is asked at all means that the key was read and a channel opened."""
    server = serve()
    report = take(
        server, lake, OCTOBER,
        GOOGLE_ADS_API_ENDPOINT="https://127.0.0.1:1",
        GOOGLE_APPLICATION_CREDENTIALS=str(key_file(tmp_path)),
    )  # fmt: skip
    assert isinstance(report.error, Unavailable)
    assert "BEGIN" not in str(report.error)
    assert server.asked == []


def python(script: str) -> str:
    """What a process of its own prints; a warning in it is an error."""
    command = [sys.executable, "-W", "error", "-c", script]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=HANG_SECONDS
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def test_listing_the_source_does_not_import_the_package():
    script = (
        "import sys, connectors.google_ads.source; print({'grpc', 'google.ads'} & {*sys.modules})"
    )
    assert python(script) == "set()"


def test_without_the_package_the_source_is_listed_and_opening_it_names_the_command():
    script = f"""
import sys
sys.modules["google.ads"] = None  # as where it is not installed
from connectors.sdk import catalog
from connectors.sdk.errors import SourceError
source = catalog.sources()["google_ads"]
values = {{"GOOGLE_ADS_CUSTOMER_ID": "{CUSTOMER}", "GOOGLE_ADS_DEVELOPER_TOKEN": "x"}}
try:
    source.open(values, None)
except SourceError as fault:
    print(fault)
"""
    assert "pip install google-ads" in python(script)


def test_without_the_package_the_sample_company_does_not_advertise_on_google():
    script = """
import sys
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
sys.modules["google.ads"] = None
from connectors.sandbox.company import SampleCompany
with TemporaryDirectory() as home, SampleCompany(date(2026, 11, 24), Path(home)) as company:
    print(company.values("google_ads"), company.values("meta_ads")["META_ADS_ACCOUNT_ID"])
"""
    assert python(script) == "None 1184290000000042"


def test_a_process_that_pulled_ends_without_a_word(tmp_path):
    script = f"""
from datetime import UTC, date, datetime
from pathlib import Path
from connectors.sdk.engine import pull
from connectors.google_ads.source import SOURCE
from connectors.lake.lake import Lake
from connectors.sandbox.google_ads import serve
from connectors.sdk.windows import Range
served = serve(date(2026, 11, 24), Path({str(tmp_path)!r}))
pull(SOURCE, served.values, Lake(Path({str(tmp_path)!r})), Range(date(2026, 11, 22), date(2026, 11, 23)),
     now=lambda: datetime(2026, 11, 24, 9, tzinfo=UTC))
served.close()
"""
    assert python(script) == ""
