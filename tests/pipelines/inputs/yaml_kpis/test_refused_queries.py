"""Queries of KPIs that the database's connector refuses: each says what is wrong with it, on its line."""

from pathlib import Path

from tests.companies.conftest import Company

KPIS = """\
defaults: {connection: shop, kind: flow, unit: pieces, direction: up, owner: a@b.example}
cut_short:
  query: select date(at) as day, sum(x) as value from t where at between :from and :to group by 1
everything:
  query: select * from t where on_day between :from and :to
"""


def test_a_refused_query_says_why_on_its_line(tmp_path: Path) -> None:
    company = Company(tmp_path, {"SHOP_URL": f"sqlite:///{tmp_path / 'shop.sqlite'}"})
    company.write("okra.yml", "timezone: UTC\n")
    company.write("sources.yml", "shop: {connector: sql_database, url: {env: SHOP_URL}}\n")
    company.write("kpis/shop.yml", KPIS)
    done = company.okra("check")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "kpis/shop.yml:3: `cut_short`: `at` has moments, and its comparison with `:to` loses the last day after "
        "midnight; compare its day, as in `date(at) between :from and :to`",
        "kpis/shop.yml:5: `everything`: `select *` would store columns that nobody has chosen; name the columns that "
        "are needed",
    ]
