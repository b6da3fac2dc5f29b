"""Reads the files of `kpis/` of a company with a shop, a ledger and a sheet."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines import settings as okra_settings
from pipelines.inputs.declarations import DeclaredKpis
from pipelines.inputs.kpi_files import declared_kpis

SOURCES = """\
shop:
  connector: rest
  base_url: https://shop.example
  streams:
    orders:
      {path: orders, key: id, append: ordered_at, columns: {id: integer, net: decimal, ordered_at: timestamp}}
    plans:
      {path: plans, key: day, snapshot: true, columns: {day: date, amount: decimal}}
ledger: {connector: sql_database, url: {env: LEDGER_URL}}
spreadsheet: {sheets: plan.csv, layout: {periods: month, columns: {kpi: Plan}}}
"""
SOUND = """\
defaults: {owner: a@b.example, direction: up, kind: flow, unit: money, from: shop.orders, day: ordered_at}
net_sales: {value: sum(net)}
"""


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., DeclaredKpis]:
    """Reads the KPIs of files, by their names below `kpis/`."""

    def of(**files: str) -> DeclaredKpis:
        (tmp_path / "kpis").mkdir()
        for name, text in files.items():
            (tmp_path / "kpis" / f"{name}.yml").write_text(text)
        (tmp_path / "okra.yml").touch()
        (tmp_path / "sources.yml").write_text(SOURCES)
        monkeypatch.setenv("OKRA_PROJECT", str(tmp_path))
        monkeypatch.setenv("LEDGER_URL", f"sqlite:///{tmp_path / 'ledger.sqlite'}")
        return declared_kpis(okra_settings.load())

    return of
