"""One source fails; the others are pulled, modelled, scored and published, and the failure is told."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from connectors.sandbox import facebook_pages, google_analytics, sql_database
from connectors.sandbox.stripe import LIST, Faults, StripeServer
from tests.end_to_end.conftest import Home

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


def revenue(home: Home) -> dict[date, object]:
    return dict(
        home.rows(
            "select period_start, value from kpi_periods "
            "where kpi = 'net_revenue' and period = 'day' and dimension = 'total'"
        )
    )


def test_a_source_that_fails_is_told_of_and_leaves_the_others_alone(
    company: Company, new_home: Callable[..., Home]
) -> None:
    home = new_home(**company.settings)
    good = home.okra("run")
    assert good.code == 0, good.err
    assert "sample company" not in good.err
    known = revenue(home)
    assert len(known) == 20

    faults = {
        "credential": ({"STRIPE_API_KEY": CANARY}, "does not accept the key"),
        "permission": ({}, "rak_balance_transaction_read"),
        "down": ({"STRIPE_API_BASE": "http://127.0.0.1:9"}, "cannot be reached"),
    }
    for name, (settings, said) in faults.items():
        company.stripe.faults.forbidden = frozenset({LIST} if name == "permission" else ())
        done = home.okra("run", "--json", **settings)

        assert done.code == 1, (name, done.err)
        [told] = [line for line in done.err.splitlines() if line.startswith("stripe: ")]
        assert said in told, name
        pulled = {one["source"]: one["error"] for one in done.document["sources"]}
        assert said in pulled.pop("stripe")
        assert set(pulled.values()) == {None}, name
        assert len(pulled) == 3
        assert revenue(home) == known, name
        assert home.row("select trust from kpis where kpi = 'net_revenue'") == (
            "source_failed:stripe",
        )
        assert home.row("select trust from kpis where kpi = 'page_likes'") == ("ok",)
        scored = home.row(
            "select trust, actual is not null from key_result_scores "
            "where key_result_id = 'two-million/revenue' and \"window\" = 'total'"
        )
        assert ("source_failed:stripe" in scored[0], scored[1]) == (True, True), name

    company.stripe.faults.forbidden = frozenset()
    mended = home.okra("run")
    assert mended.code == 0, mended.err
    assert home.row("select trust from kpis where kpi = 'net_revenue'") == ("ok",)
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
    done = new_home(FACEBOOK_PAGE_ID="1").okra("sources")
    assert done.code == 0
    assert "off: FACEBOOK_ACCESS_TOKEN missing" in done.out


def test_a_secret_is_never_listed(new_home: Callable[..., Home]) -> None:
    for options in ((), ("--json",)):
        done = new_home(STRIPE_API_KEY=CANARY).okra("sources", *options)
        assert done.code == 0
        assert CANARY not in done.out + done.err


def test_http_to_another_machine_is_refused(new_home: Callable[..., Home]) -> None:
    home = new_home(STRIPE_API_KEY="rk_test_x", STRIPE_API_BASE="http://stripe.example")
    done = home.okra("run", "--dry-run")
    assert done.code == 2
    [line] = done.err.splitlines()
    assert "STRIPE_API_BASE would send the credential unencrypted" in line
    assert "use https" in line
