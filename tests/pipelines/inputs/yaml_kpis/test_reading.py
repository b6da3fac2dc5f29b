"""Faults of `kpis/*.yml`: each with its line and remedy, and a broken entry takes down itself only."""

from pathlib import Path

import pytest

from pipelines import settings as okra_settings
from pipelines.inputs.kpi_files import declared_kpis
from tests.pipelines.inputs.yaml_kpis.conftest import SOUND


@pytest.mark.parametrize(("entry", "said"), [
    ("basket: {value: sum(nett)}", "no column `nett`; did you mean `net`"),
    ("basket: {value: sum(net), day: order_at}", "did you mean `ordered_at`"),
    ("basket: {value: sum(net), from: shop.order}", "shop has no stream `order`; did you mean `orders`"),
    ("basket: {value: sum(net), expr: a - b}", "both `from` and `expr`"),
    ("basket: {value: count(distinct id), kind: distinct, unit: orders, wher: x}", "`wher`"),
    ("basket: {from: shop.plans, value: sum(amount), day: taken_on}", "added up over the days; write `kind: stock`"),
    ("basket: {value: sum(net), day: net}", "`day: net` is no date and no moment; name a date or a moment: ordered_at"),
    ("basket: {value: avg(net)}", "avg(net) of two days or members is no sum of theirs; write sums and counts"),
    ("basket: {value: max(net), kind: stock, dimensions: [id]}", "is no sum of theirs"),
    ("basket: {value: approx_count_distinct(id), unit: orders}", "is no sum of theirs"),
    ("basket: {kind: ratio, numerator: median(net), denominator: count(*)}", "is no sum of theirs"),
])  # fmt: skip
def test_a_fault_has_its_line_and_takes_down_its_own_kpi_only(read, entry: str, said: str) -> None:
    declared = read(shop=SOUND + entry)
    [fault] = declared.faults
    assert (fault.file, fault.line) == ("kpis/shop.yml", 3)
    assert said in str(fault)
    assert "net_sales" in declared.kpis
    assert declared.broken.keys() == {"basket"}


def test_a_kpi_kept_in_a_sheet_is_of_the_account_of_that_sheet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = "{sheets: plan.csv, layout: {periods: month, columns: {kpi: Plan}}}"
    (tmp_path / "sources.yml").write_text(f"spreadsheet: {sheet}\nspreadsheet@finance: {sheet}\n")
    (tmp_path / "okra.yml").touch()
    (tmp_path / "kpis").mkdir()
    (tmp_path / "kpis" / "sheets.yml").write_text(
        "defaults: {owner: a@b.example, direction: up, kind: flow, unit: money}\n"
        "costs: {sheet: finance}\nrent: {sheet: spreadsheet@finance}\nheads: {sheet: spreadsheet}\n"
    )
    monkeypatch.setenv("OKRA_PROJECT", str(tmp_path))
    kpis = declared_kpis(okra_settings.load()).kpis
    accounts = {name: kpis[name].account for name in ("costs", "rent", "heads")}
    assert accounts == {"costs": "finance", "rent": "finance", "heads": "main"}
