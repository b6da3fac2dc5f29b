"""An objective is broken, then sources fail; all else is scored and published, and each failure is told."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from connectors.sandbox import facebook_pages, google_analytics, sql_database
from connectors.sandbox.stripe import LIST, Faults, StripeServer
from pipelines import settings as okra_settings
from pipelines.settings import BUILT_IN
from pipelines.steps.pull import due, failed_pulls, pull_source
from tests.company import play
from tests.end_to_end.conftest import Home
from tests.end_to_end.test_broken_definitions import BROKEN

CANARY = "rk_live_canary_4f1b0c77"


class Company:
    """Four configured sources on loopback, as the real clock stands. Stripe's faults can be set."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        today = datetime.now(UTC).date()
        self.stripe = stack.enter_context(StripeServer(today, faults=Faults()))
        others = [
            module.serve(today, folder)
            for module in (facebook_pages, google_analytics, sql_database)
        ]
        for served in others:
            stack.callback(served.close)
        self.settings = {
            "OKRA_START_DATE": (today - timedelta(days=20)).isoformat(),
            "STRIPE_API_KEY": "rk_test_sample_company",
            "STRIPE_API_BASE": self.stripe.address,
            "STRIPE_TIMEZONE": "Etc/UTC",
            **{name: value for served in others for name, value in served.values.items() if value},
        }


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    (tmp_path / "systems").mkdir()
    with ExitStack() as stack:
        yield Company(stack, tmp_path / "systems")


def days(home: Home, kpi: str) -> dict[date, object]:
    """The KPI by day."""
    return dict(
        home.rows(
            "select period_start, value from kpi_periods "
            "where kpi = $1 and period = 'day' and dimension = 'total'",
            kpi,
        )
    )


def trust(home: Home) -> dict[str, str]:
    """What is to be trusted of each failing source's KPI, and of one of a source that does not fail."""
    kpis = ("net_revenue", "page_likes", "site_visitors", "units_sold")
    return {kpi: home.row("select trust from kpis where kpi = $1", kpi)[0] for kpi in kpis}


@pytest.mark.large
def test_what_fails_is_told_of_and_leaves_the_rest_alone(
    company: Company, new_home: Callable[..., Home], tmp_path: Path, parsed: Path
) -> None:
    """A first day on which all is well is played in process; what the command says of it is tested elsewhere."""
    home = new_home(**company.settings)
    with home.entered():
        settings = okra_settings.load()
        play(settings, settings.today(), parsed)
    assert set(trust(home).values()) == {"ok"}
    revenue, sold = days(home, "net_revenue"), days(home, "units_sold")
    assert len(revenue) == 20

    definitions = shutil.copytree(BUILT_IN / "okr_definitions", tmp_path / "okrs")
    (definitions / "broken.yml").write_text(BROKEN["with an unknown KPI"][0])
    company.stripe.faults.forbidden = frozenset({LIST})
    said = {
        "stripe": "rak_balance_transaction_read",  # a permission that is missing
        "facebook_pages": "the token is not accepted",
        "sql_database": "the database does not answer",
    }
    done = home.okra(
        "run",
        "--json",
        OKRA_OKR_DEFINITIONS=str(definitions),
        FACEBOOK_ACCESS_TOKEN=CANARY,
        DATABASE_URL=f"postgresql+psycopg://okra:{CANARY}@127.0.0.1:9/shop",
    )
    assert done.code == 1, done.err
    assert [finding for finding in done.document["findings"] if "broken.yml:6" in finding["place"]]
    assert "sample company" not in done.err
    assert home.row("select broken_definitions[1] from runs order by scored_at desc limit 1")[
        0
    ].endswith("broken.yml")
    told = {line.split(": ")[0]: line for line in done.err.splitlines() if ": " in line}
    pulled = {source["source"]: source["error"] for source in done.document["sources"]}
    for source, reason in said.items():
        assert reason in told[source]
        assert reason in pulled[source]
    assert pulled["google_analytics"] is None
    assert trust(home) == {
        "net_revenue": "source_failed:stripe",
        "page_likes": "source_failed:facebook_pages",
        "site_visitors": "ok",
        "units_sold": "source_failed:sql_database",
    }
    assert (days(home, "net_revenue"), days(home, "units_sold")) == (revenue, sold)
    scored = home.row(
        "select trust, actual is not null from key_result_scores "
        "where key_result_id = 'two-million/revenue' and \"window\" = 'total'"
    )
    assert ("source_failed:stripe" in scored[0], scored[1]) == (True, True)

    company.stripe.faults.forbidden = frozenset()
    with home.entered():
        settings = okra_settings.load()
        for source in settings.instances.values():
            pull_source(settings, source, due(settings), run_id="mended")
        assert failed_pulls(settings) == ()
    assert_nowhere(CANARY, home.path)


def assert_nowhere(secret: str, folder: Path) -> None:
    """No file below `folder` holds the secret: no log, no event, no metadata, no table."""
    searched = 0
    for path in folder.rglob("*"):
        if path.is_file():
            searched += 1
            assert secret.encode() not in path.read_bytes(), path
    assert searched > 50


def test_a_source_that_is_set_by_half_is_off_and_says_what_is_missing(
    new_home: Callable[..., Home],
) -> None:
    done = new_home(FACEBOOK_PAGE_ID="1").ask("sources")
    assert done.code == 0
    assert "off: FACEBOOK_ACCESS_TOKEN missing" in done.out


def test_a_secret_is_never_listed(new_home: Callable[..., Home]) -> None:
    for options in ((), ("--json",)):
        done = new_home(STRIPE_API_KEY=CANARY).ask("sources", *options)
        assert done.code == 0
        assert CANARY not in done.out + done.err


def test_http_to_another_machine_is_refused(new_home: Callable[..., Home]) -> None:
    home = new_home(STRIPE_API_KEY="rk_test_x", STRIPE_API_BASE="http://stripe.example")
    done = home.ask("run", "--dry-run")
    assert done.code == 2
    [line] = done.err.splitlines()
    assert "STRIPE_API_BASE would send the credential unencrypted" in line
    assert "use https" in line
