"""Two Stripe accounts of a company's folder, one of which refuses its key."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.lake.lake import Lake
from connectors.sandbox.balance_transactions import row
from connectors.sandbox.stripe import KEY, StripeServer
from connectors.sdk import catalog
from connectors.sdk.source_settings import settings_of
from connectors.sdk.windows import Range
from pipelines import settings as okra_settings
from pipelines.settings import Settings
from pipelines.steps.pull import check_source, failed_pulls, pull_accounts

TODAY = datetime.now(UTC).date()
YESTERDAY = TODAY - timedelta(days=1)
MOVEMENTS = {"balance_transactions"}
SECRET = "rk_live_canary_51b2"


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """Stripe's accounts `eu`, with a charge of 10 dollars yesterday, and `us`, whose key is not accepted."""
    of_sources = {x.name for source in catalog.sources().values() for x in settings_of(source)}
    for name in os.environ:
        if name.startswith("OKRA_") or name in of_sources:
            monkeypatch.delenv(name)
    charge = row(
        "charge", "charge", "txn_1", datetime.combine(YESTERDAY, datetime.min.time(), UTC), 1000
    )
    with StripeServer(TODAY, rows=[charge]) as eu, StripeServer(TODAY, rows=[charge]) as us:
        (tmp_path / "okra.yml").write_text(f"start_date: {YESTERDAY}\n")
        (tmp_path / "sources.yml").write_text(
            f"stripe@eu: {{api_key: {{env: EU_KEY}}, api_base: {eu.address}}}\n"
            f"stripe@us: {{api_key: {{env: US_KEY}}, api_base: {us.address}}}\n"
        )
        (tmp_path / ".env").write_text(f"EU_KEY={KEY}\nUS_KEY={SECRET}\n")
        monkeypatch.setenv("OKRA_PROJECT", str(tmp_path))
        yield okra_settings.load()


def pull(settings: Settings, *accounts: str) -> dict[str, str]:
    """Why accounts failed, empty where they went well."""
    reports = pull_accounts(
        settings,
        [settings.instances[f"stripe@{account}"] for account in accounts],
        Range(YESTERDAY, YESTERDAY),
        run_id="",
        only=MOVEMENTS,
    )
    return {report.source: str(report.error or "") for report in reports}


def test_an_account_that_fails_is_named_and_stops_no_other(company: Settings) -> None:
    failures = pull(company, "us", "eu")
    assert failures["stripe@eu"] == ""
    assert failures["stripe@us"].startswith("Stripe does not accept")
    lake = Lake(company.lake_location)
    assert lake.manifests("stripe@eu", "balance_transactions")[YESTERDAY].rows == 1
    assert not lake.manifests("stripe@us", "balance_transactions")
    assert {attempt.source for attempt in failed_pulls(company)} == {"stripe@us"}


def test_a_pull_that_ends_by_itself_counts_as_failed(company: Settings) -> None:
    assert pull(company, "eu") == {"stripe@eu": ""}
    assert failed_pulls(company) == ()
    month = next(Path(company.lake_location).glob("raw/stripe@eu/*/month=*"))
    shutil.rmtree(month)
    month.write_text("no folder")
    with pytest.raises(OSError, match="Not a directory"):
        pull(company, "eu")
    [failed] = failed_pulls(company)
    assert (failed.source, failed.stream) == ("stripe@eu", "balance_transactions")
    assert failed.message == (
        "the pull could not go on (Not a directory); look at the disk of OKRA_HOME and at OKRA_LAKE, then pull again"
    )


def test_a_message_says_what_to_mend_as_sources_yml_calls_it(company: Settings) -> None:
    message = pull(company, "us")["stripe@us"]
    assert "`api_key` of stripe@us" in message
    assert "STRIPE_API_KEY" not in message
    assert SECRET not in message


def test_a_variable_that_is_not_set_fails_its_account_before_any_request(
    company: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    (company.project_path / ".env").write_text(f"EU_KEY={KEY}\n")
    failures = pull(okra_settings.load(), "us", "eu")
    assert failures == {
        "stripe@eu": "",
        "stripe@us": "US_KEY is not set, which sources.yml names for `api_key` of stripe@us; set it in .env or in "
        "the environment",
    }  # fmt: skip


def test_accounts_are_checked_each_by_itself(company: Settings) -> None:
    wanted = Range(YESTERDAY, YESTERDAY)
    checkups = {
        name: check_source(company, source, wanted) for name, source in company.instances.items()
    }
    assert {name: checkup.is_well for name, checkup in checkups.items() if checkup} == {
        "stripe@eu": True,
        "stripe@us": False,
    }
