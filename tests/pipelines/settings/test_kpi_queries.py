"""The streams that KPIs in YAML make, which are queries on a connection."""

from pathlib import Path

from pipelines.settings.kpi_queries import with_queries
from pipelines.settings.sources_file import read_sources

SOURCES = """
shop@de: {connector: sql_database, url: {env: DE_URL}}
shop@at: {connector: sql_database, url: {env: AT_URL}}
"""
KPIS = """
sales: {connection: shop, query: "select day, value from a where day between :from and :to"}
margin: {connection: shop@de, query: "select day, value from b where day between :from and :to"}
"""


def test_an_account_has_its_own_queries_and_those_of_all_accounts(tmp_path: Path) -> None:
    (tmp_path / "kpis").mkdir()
    (tmp_path / "kpis" / "shop.yml").write_text(KPIS)
    file = with_queries(read_sources(SOURCES.encode(), "sources.yml"), tmp_path)
    streams = {name: sorted(entry.forms) for name, entry in file.entries.items()}
    assert streams == {"shop@de": ["margin", "sales"], "shop@at": ["sales"]}
