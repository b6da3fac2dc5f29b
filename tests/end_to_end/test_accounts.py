"""A company's folder with two Stripe accounts and two GA4 properties, one of which fails on the second run.

stripe@eu              10 dollars on each of the last three days
stripe@us              2.50 dollars on each of them
google_analytics@de    the sample company's property
google_analytics@fr    the same figures again
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.sandbox.analytics_reports import PROPERTY
from connectors.sandbox.balance_transactions import row
from connectors.sandbox.google_analytics import AnalyticsServer
from connectors.sandbox.stripe import KEY, StripeServer
from tests.end_to_end.conftest import Home

CANARY = "rk_live_canary_77c0a1"
OBJECTIVE = """\
id: money
objective: Sell more on both sides
owner: me@example.com
period: {{start: {start}, end: {end}}}
key_results:
  - {{id: all, kpi: net_revenue, at_least: 1000}}
  - {{id: eu, kpi: net_revenue, where: {{account: eu}}, at_least: 500}}
  - {{id: people, kpi: site_visitors, at_least: 10}}
"""


def charges(today: date, cents: int) -> list[dict[str, object]]:
    """A charge on each of the last three days, oldest first; the ids are the same in both accounts."""
    return [
        row("charge", "charge", f"txn_{ago}", datetime.combine(today - timedelta(days=ago), time(12), UTC), cents)
        for ago in (3, 2, 1)
    ]  # fmt: skip


@pytest.fixture
def today() -> date:
    return datetime.now(UTC).date()


@pytest.fixture
def folder(tmp_path: Path, today: date) -> Iterator[Path]:
    with ExitStack() as stack:
        eu, us = (
            stack.enter_context(StripeServer(today, rows=charges(today, cents)))
            for cents in (1000, 250)
        )
        de, fr = (stack.enter_context(AnalyticsServer(today)) for _ in "df")
        own = tmp_path / "acme"
        (own / "okr_definitions").mkdir(parents=True)
        (own / "okra.yml").write_text(f"start_date: {today - timedelta(days=5)}\n")
        (own / "sources.yml").write_text(
            f"stripe@eu: {{api_key: {{env: EU_KEY}}, api_base: {eu.address}}}\n"
            f"stripe@us: {{api_key: {{env: US_KEY}}, api_base: {us.address}}}\n"
            f"google_analytics@de: {{property_id: {PROPERTY}, api_endpoint: {de.address}}}\n"
            f"google_analytics@fr: {{property_id: {PROPERTY}, api_endpoint: {fr.address}}}\n"
        )
        start, end = today - timedelta(days=5), today + timedelta(days=60)
        objective = OBJECTIVE.format(start=start, end=end)
        (own / "okr_definitions" / "money.yml").write_text(objective)
        yield own


def of_month(home: Home, kpi: str) -> dict[str, Decimal]:
    """The KPI of the last three days, in total and by account."""
    return dict(
        home.rows(
            "select member, sum(value) from kpi_periods where kpi = $1 and period = 'day' "
            "and dimension in ('total', 'account') group by member",
            kpi,
        )
    )


@pytest.mark.large
def test_two_accounts_are_one_company_and_a_failing_one_stops_no_other(
    folder: Path, today: date, new_home: Callable[..., Home]
) -> None:
    home = new_home(OKRA_PROJECT=str(folder), EU_KEY=KEY, US_KEY=KEY)
    done = home.okra("run", "--json")
    assert done.code == 0, done.err
    assert {x["source"]: x["error"] for x in done.document["sources"]} == dict.fromkeys(
        ["google_analytics@de", "google_analytics@fr", "stripe@eu", "stripe@us"]
    )
    assert of_month(home, "net_revenue") == {
        "total": Decimal("37.5"),
        "eu": Decimal(30),
        "us": Decimal("7.5"),
    }
    sessions = of_month(home, "sessions")
    assert sessions["total"] == sessions["de"] + sessions["fr"] == 2 * sessions["de"]
    # people are not added up across properties
    visitors = home.rows(
        "select distinct dimension, member from kpi_periods where kpi = 'site_visitors' order by all"
    )
    assert visitors == [("account", "de"), ("account", "fr")]
    actuals = dict(
        home.rows(
            "select key_result_id, actual from key_result_scores where member = 'total' and \"window\" = 'total'"
        )
    )
    assert actuals == {
        "money/all": Decimal("37.5"),
        "money/eu": Decimal(30),
        "money/people": None,
    }
    [(why,)] = home.rows("select why from key_result_scores where key_result_id = 'money/people'")
    assert why.startswith("site_visitors has no total over its accounts")

    done = home.okra("run", "--json", US_KEY=CANARY)
    assert done.code == 1
    errors = {x["source"]: x["error"] for x in done.document["sources"]}
    assert [source for source, error in errors.items() if error] == ["stripe@us"]
    assert "`api_key` of stripe@us" in errors["stripe@us"]
    assert CANARY not in done.out + done.err
    trust = dict(home.rows("select kpi, trust from kpis where kpi in ('net_revenue', 'sessions')"))
    assert trust == {"net_revenue": "source_failed:stripe@us", "sessions": "ok"}
    [(account, kpis)] = home.rows("select account, kpis from findings where what = 'pull_failed'")
    assert account == "us"
    assert "net_revenue" in kpis
    assert "sessions" not in kpis
    assert of_month(home, "net_revenue")["total"] == Decimal("37.5")
