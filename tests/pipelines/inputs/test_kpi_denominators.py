"""What the YAML of a ratio may say of its denominator."""

from pathlib import Path

import pytest

from pipelines.inputs.declarations import KpiDefinitionError
from pipelines.inputs.kpi_files import read_kpi
from pipelines.settings import BUILT_IN

SQL = "select 1 as day"


def declared(folder: Path, **meta: str) -> Path:
    """The SQL of a KPI that declares this, and what it must."""
    lines = {"kind": "flow", "unit": "deals", "direction": "up", "owner": "a@example.com"} | meta
    declaration = "".join(f"          {name}: {value}\n" for name, value in lines.items())
    (folder / "kpi_it.sql").write_text(SQL)
    (folder / "kpi_it.yml").write_text(
        "models:\n  - name: kpi_it\n    config:\n      meta:\n        kpi:\n" + declaration
    )
    return folder / "kpi_it.sql"


def test_a_denominator_is_summed_unless_its_kpi_says_otherwise() -> None:
    assert read_kpi(BUILT_IN / "models/kpis" / "kpi_deals_per_rep.sql").denominator == "level"
    assert read_kpi(BUILT_IN / "models/kpis" / "kpi_average_order_value.sql").denominator == "sum"


def test_the_denominator_of_a_ratio_can_be_a_level(tmp_path: Path) -> None:
    kpi = read_kpi(declared(tmp_path, kind="ratio", denominator="level"))
    assert kpi.denominator == "level"


@pytest.mark.parametrize(("kind", "denominator", "told"), [
    ("flow", "level", "10: `it`: `denominator: level` of a flow; leave it out"),
    ("ratio", "levle", "10: `it`: `denominator: levle` is not known; write one of 'sum' or 'level'"),
])  # fmt: skip
def test_a_denominator_that_makes_no_sense_is_refused(
    tmp_path: Path, kind: str, denominator: str, told: str
) -> None:
    with pytest.raises(KpiDefinitionError) as refused:
        read_kpi(declared(tmp_path, kind=kind, denominator=denominator))
    assert str(refused.value).startswith(f"{tmp_path / 'kpi_it.yml'}:{told}")
