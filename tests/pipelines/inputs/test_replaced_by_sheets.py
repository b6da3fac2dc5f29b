"""A KPI that a company keeps in a sheet replaces Okra's own of the same name, which is computed in SQL."""

from pathlib import Path

import pytest

from pipelines import settings as okra_settings
from pipelines.inputs.composing import compose, with_kpis
from pipelines.inputs.kpi_files import declared_kpis

MRR = "mrr: {kind: stock, unit: money, direction: up, owner: cfo@acme.example, every: month"


@pytest.mark.parametrize(("place", "text"), [
    ("kpis/finance.yml", f"{MRR}, sheet: spreadsheet}}\n"),
    ("kpis/sheet_kpis.yml", f"{MRR}}}\n"),
])  # fmt: skip
@pytest.mark.parametrize("stripe", ["stripe: {api_key: {env: STRIPE_KEY}}\n", ""])
def test_the_companys_kpi_is_the_only_one_of_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, text: str, stripe: str
) -> None:
    (tmp_path / "kpis").mkdir()
    for file, content in {
        "okra.yml": "",
        "sources.yml": f"spreadsheet: {{sheets: finance.csv}}\n{stripe}",
        place: text,
    }.items():
        (tmp_path / file).write_text(content)
    monkeypatch.setenv("OKRA_PROJECT", str(tmp_path))
    monkeypatch.setenv("STRIPE_KEY", "rk_test_1")
    settings = okra_settings.load()
    declared = declared_kpis(settings)
    assert declared.faults == ()
    assert (declared.kpis["mrr"].model, declared.kpis["mrr"].every) == ("sheet_kpi_days", "month")
    assert "mrr" not in declared.off
    project = with_kpis(compose(settings), declared)
    assert "mrr" not in project.kpi_sql
    told = [line for line in project.replaced if "kpi_mrr.sql" in line]
    assert len(told) == (1 if stripe else 0)
