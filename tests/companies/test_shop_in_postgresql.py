"""A shop's own database in PostgreSQL, five KPIs and four OKRs in 48 lines of YAML.

The company runs from a checkout, and from a wheel in a clean environment. The database has a schema of its own: orders
and their lines, customers, returns, two rates of VAT, two currencies, soft deletes, and no column that says when a row
changed. Every figure is held against SQL that was written by hand in the shop's own database.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pipelines.settings import BUILT_IN
from tests.companies.conftest import HERE, OKRA, Company
from tests.connectors.sql_database.servers import READER, PostgreSql, Server, started
from tests.wheels import build_wheel

ORDERS = 200_000
FIRST = date(2025, 1, 1)
FILES = ("sources.yml", "kpis/shop.yml", "okr_definitions/2026.yml")
pytestmark = pytest.mark.large


def rates() -> list[tuple[date, Decimal]]:
    """What a euro costs in dollars on each working day: another price each month."""
    days = [FIRST + timedelta(days=n) for n in range(-2, (date.today() - FIRST).days)]
    return [
        (day, Decimal("1.05") + Decimal(day.month) / 100 + Decimal(day.day) / 10_000)
        for day in days
        if day.weekday() < 5
    ]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    yield from started(PostgreSql)


@pytest.fixture(scope="module")
def database(server: Server) -> str:
    """The shop's database, with its rows."""
    name = server.new_database()
    address = server.admin(name).replace("postgresql+psycopg", "postgresql")
    script = (HERE / "shop" / "schema.sql").read_text() + (HERE / "shop" / "rows.sql").read_text()
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("set time zone 'Europe/Berlin'")
        connection.execute(script.replace(":orders", str(ORDERS)))
        connection.execute(f"grant usage on schema shop to {READER}")
        connection.execute(f"grant select on all tables in schema shop to {READER}")
        connection.execute("create table rate (day date primary key, rate numeric not null)")
        connection.cursor().executemany("insert into rate values (%s, %s)", rates())
    return name


@pytest.fixture(scope="module", params=["checkout", "wheel"])
def program(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command as developers have it, and as users do: from a wheel, in an environment that knows no checkout."""
    if request.param == "checkout":
        return OKRA
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    pip = [folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check"]
    wheel = build_wheel(BUILT_IN, folder / "wheel")
    locked = ["--require-hashes", "-r", BUILT_IN / "requirements.lock"]
    subprocess.run([*pip, *locked], check=True)
    subprocess.run([*pip, f"okra[sql-postgres] @ file://{wheel}"], check=True)
    return folder / "bin" / "okra"


@pytest.fixture(scope="module")
def company(
    server: Server, database: str, program: Path, tmp_path_factory: pytest.TempPathFactory
) -> Company:
    """The shop's folder after its first run."""
    folder = tmp_path_factory.mktemp("shop")
    shutil.copytree(HERE / "shop", folder, dirs_exist_ok=True)
    for script in folder.glob("*.sql"):
        script.unlink()
    company = Company(folder, {"SHOP_URL": server.reader(database)}, program)
    company.write("okra.yml", f"timezone: Europe/Berlin\ncurrency: EUR\nstart_date: {FIRST}\n")
    lines = "".join(f"{day},{rate},\n" for day, rate in reversed(rates()))
    company.write("rates.csv", f"Date,USD,\n{lines}")
    done = company.okra("run")
    assert done.returncode == 0, done.stdout + done.stderr
    return company


def by_hand(server: Server, database: str) -> Sequence[tuple[Any, ...]]:
    """The month and the five KPIs in it, by the SQL of the shop."""
    address = server.admin(database).replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(address) as connection:
        return connection.execute((HERE / "shop" / "expected.sql").read_text()).fetchall()


def test_its_declarations_are_at_most_60_lines_of_yaml_and_no_other_file(company: Company) -> None:
    assert sum(len((HERE / "shop" / file).read_text().splitlines()) for file in FILES) <= 60
    written = {path.suffix for path in company.folder.rglob("*") if "data" not in path.parts}
    assert written <= {"", ".yml", ".csv"}


@pytest.mark.parametrize(
    "kpi", ["orders", "net_sales", "basket", "returning_share", "gross_margin"]
)
def test_each_month_of_each_kpi_is_what_the_shop_works_out_by_hand(
    company: Company, server: Server, database: str, kpi: str
) -> None:
    place = ["month", "orders", "net_sales", "basket", "returning_share", "gross_margin"].index(kpi)
    expected = {row[0]: row[place] for row in by_hand(server, database)}
    published = dict(
        company.rows(
            "select period_start, value from kpi_periods "
            "where kpi = $1 and period = 'month' and dimension = 'total' and period_start < $2",
            kpi,
            date.today(),
        )
    )
    assert published.keys() == {month for month in expected if month < date.today()}
    assert len(published) >= 22
    differences = {
        month: (published[month], expected[month])
        for month in published
        if abs(published[month] - expected[month]) > Decimal("0.000001")
    }
    assert differences == {}


def test_sales_by_channel_add_up_to_the_total(company: Company) -> None:
    sums = company.rows(
        "select period_start, sum(value) filter (dimension = 'total'), "
        "sum(value) filter (dimension = 'channel') from kpi_periods "
        "where kpi = 'net_sales' and period = 'month' group by period_start"
    )
    assert len(sums) >= 22
    assert all(total == channels for _, total, channels in sums)


def test_each_of_its_four_goals_has_a_score_and_odds(company: Company) -> None:
    scores = company.rows(
        "select key_result_id, score is not null, probability is not null from key_result_scores"
    )
    assert sorted(scores) == [
        (f"healthy-shop/{name}", True, True) for name in ("basket", "loyal", "margin", "sales")
    ]


def test_nothing_of_the_sample_company_is_published(company: Company) -> None:
    assert company.rows("select kpi from kpis order by kpi") == [
        (name,) for name in ("basket", "gross_margin", "net_sales", "orders", "returning_share")
    ]
    assert {source for (source,) in company.rows("select distinct source from windows")} == {
        "exchange_rates",
        "shop",
    }


def test_nothing_is_wrong_with_it(company: Company) -> None:
    assert company.rows("select what, message from findings") == []


def test_no_folder_of_okra_is_written(company: Company) -> None:
    assert (company.folder / "data" / "okra.duckdb").exists()
    assert not Path(company.folder / "target").exists()
