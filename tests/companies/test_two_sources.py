"""A company with Stripe and a shop of its own in SQLite: nothing of the other sources is anywhere.

Its day's sales are three orders in two channels, and Stripe's charge of ten dollars.
"""

import json
import re
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import duckdb
import pytest

from connectors.sandbox.balance_transactions import row
from connectors.sandbox.stripe import KEY, StripeServer
from connectors.sdk import catalog
from pipelines.settings import BUILT_IN
from tests.companies.conftest import Company
from tests.companies.two_sources import sold, written

pytestmark = pytest.mark.large
OTHERS = [
    source
    for name, source in catalog.sources_of_environment().items()
    if name != "stripe" and source.has_figures
]
NAMES = re.compile(
    r"\b("
    + "|".join(re.escape(x) for source in OTHERS for x in (source.name, source.title))
    + r")\b|sheet_kpi|sales_rep",
    re.IGNORECASE,
)
"""The company has a SQL database too, under a name of its own: `shop`."""
IN_ANY_TEXT = "what exchange rates did"
"""The description of a KPI in money speaks of exchange rates, not of the source."""
KPIS_OF_STRIPE = {
    "average_transaction_value",
    "gross_revenue",
    "mrr",
    "mrr_movements",
    "net_revenue",
    "processing_fees",
    "refunds_and_disputes",
}
LINEAGE = """
import json
from pipelines.definitions import defs

graph = defs().resolve_asset_graph()
print(json.dumps({
    key.to_user_string(): graph.get(key).group_name or "" for key in graph.get_all_asset_keys()
}))
"""


@pytest.fixture(scope="module")
def yesterday() -> date:
    return datetime.now(UTC).date() - timedelta(days=1)


@pytest.fixture(scope="module")
def company(yesterday: date, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """The company's folder after its first run."""
    folder = tmp_path_factory.mktemp("two")
    sold(folder / "shop.db", yesterday, yesterday)
    charge = row("charge", "charge", "txn_1", datetime.combine(yesterday, time(12), UTC), 1000)
    with StripeServer(yesterday + timedelta(days=1), rows=[charge]) as stripe:
        settings = {"STRIPE_KEY": KEY, "SHOP_URL": f"sqlite:///{folder / 'shop.db'}"}
        company = Company(folder, settings)
        first = yesterday - timedelta(days=3)
        for place, text in written(stripe.address, first, yesterday).items():
            company.write(place, text)
        done = company.okra("run")
        assert done.returncode == 0, done.stdout + done.stderr
        yield company


@pytest.fixture(scope="module")
def lineage(company: Company) -> dict[str, str]:
    """The assets that Dagster shows, each with its group."""
    done = company.process(sys.executable, "-c", LINEAGE, PYTHONPATH=str(BUILT_IN))
    assert done.returncode == 0, done.stderr
    loaded: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return loaded


def test_the_lineage_holds_nothing_of_the_others(lineage: dict[str, str]) -> None:
    assert {"raw_stripe/balance_transactions", "raw_shop/orders"} <= lineage.keys()
    assert {group for group in lineage.values() if group in catalog.sources()} == {"stripe"}
    assert "shop" in lineage.values()
    assert [x for item in lineage.items() for x in item if NAMES.search(x)] == []


def test_the_published_tables_hold_nothing_of_the_others(company: Company) -> None:
    kpis = {kpi for (kpi,) in company.rows("select kpi from kpis")}
    assert kpis == {"orders", *KPIS_OF_STRIPE}
    with duckdb.connect(str(company.folder / "data" / "okra.duckdb"), read_only=True) as file:
        tables = [name for (name,) in file.execute("show tables").fetchall()]
        texts = [
            str(value)
            for table in tables
            for values in file.execute(f'select * from "{table}"').fetchall()
            for value in values
        ]
    assert len(tables) > 10
    assert [text for text in texts if NAMES.search(text.replace(IN_ANY_TEXT, ""))] == []


def test_the_scorecard_and_its_kpi_pages_name_none_of_the_others(company: Company) -> None:
    pages = {
        path.relative_to(company.folder / "data").as_posix(): path.read_text("utf-8")
        for path in (company.folder / "data").rglob("*.html")
    }
    owner = "site/ceo@acme.example"
    of_owner = {f"{owner}.html", f"{owner}/kpi/orders.html", f"{owner}/kpi/net_revenue.html"}
    of_all = {f"kpi/{kpi}.html" for kpi in ("orders", *KPIS_OF_STRIPE)}
    assert of_all | of_owner | {"scorecard.html", "board.html"} == pages.keys()
    named = {
        place: match[0]
        for place, text in pages.items()
        if (match := NAMES.search(text.replace(IN_ANY_TEXT, "")))
    }
    assert named == {}


def test_its_figures_are_those_of_both_sources(company: Company, yesterday: date) -> None:
    assert dict(
        company.rows(
            "select kpi || '/' || member, value from kpi_periods where period = 'day' "
            "and period_start = $1 and kpi in ('orders', 'gross_revenue') "
            "and dimension in ('total', 'channel')",
            yesterday,
        )
    ) == {"orders/total": 3, "orders/web": 2, "orders/phone": 1, "gross_revenue/total": Decimal(10)}
    assert company.rows("select what, message from findings") == []
