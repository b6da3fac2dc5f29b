"""What a KPI may say of money in several currencies, in its YAML or in the file of those kept in sheets."""

from datetime import date
from pathlib import Path

import pytest

from pipelines.inputs.declarations import KpiDefinitionError
from pipelines.inputs.kpi_files import read_kpi, read_kpis
from pipelines.inputs.sheet_kpis import read_sheet_kpis
from pipelines.okr.kpi.conversion import Conversion
from pipelines.settings import BUILT_IN
from tests.pipelines.inputs.test_kpi_denominators import declared
from tests.projects import OKRA

CURRENCY = {"unit": "money", "dimensions": "[currency]"}
RETURN = {"kind": "ratio", "unit": "times", "dimensions": "[currency]"}
VALUE = frozenset({"value"})


def test_the_projects_own_kpis_convert_what_is_money_and_nothing_else() -> None:
    kpis = read_kpis(OKRA, BUILT_IN / "models/kpis/sheet_kpis.yml").kpis
    assert kpis["net_revenue"].conversion == Conversion("booking", VALUE)
    assert kpis["mrr"].conversion == Conversion("booking", VALUE)
    for mean in ("average_order_value", "average_transaction_value", "customer_lifetime_value"):
        assert kpis[mean].conversion == Conversion("booking", frozenset({"numerator"})), mean
    both = frozenset({"numerator", "denominator"})
    assert kpis["return_on_ad_spend"].conversion == Conversion("booking", both)
    assert {kpi.name for kpi in kpis.values() if kpi.conversion} == {
        kpi.name for kpi in kpis.values() if "currency" in kpi.dimensions
    }


@pytest.mark.parametrize(("meta", "conversion"), [
    ({"conversion": "booking"}, Conversion("booking", VALUE)),
    ({"conversion": "average"}, Conversion("average", VALUE)),
    ({"conversion": "{constant: 2025-12-31}"}, Conversion("constant", VALUE, date(2025, 12, 31))),
    ({"conversion": "{constant: '2025-12-31'}"}, Conversion("constant", VALUE, date(2025, 12, 31))),
    ({"kind": "ratio"}, Conversion("booking", frozenset({"numerator"}))),
    (RETURN | {"money": "[denominator]"}, Conversion("booking", frozenset({"denominator"}))),
    (RETURN | {"money": "[]"}, None),
    ({"unit": "parcels"}, None),
    ({"dimensions": "[team]"}, None),
])  # fmt: skip
def test_a_kpi_declares_its_rate_and_its_sides(tmp_path: Path, meta, conversion) -> None:
    assert read_kpi(declared(tmp_path, **CURRENCY | meta)).conversion == conversion


WRONG = [
    ({"conversion": "weekly"},
     "`conversion` is `weekly`; write `booking`, `average` or `{constant: 2025-12-31}`"),
    ({"conversion": "constant"},
     "`conversion` is `constant`; write `booking`, `average` or `{constant: 2025-12-31}`"),
    ({"conversion": "{constant: 2025-12-31, until: 2026-12-31}"}, "`conversion` is `{'constant'"),
    ({"conversion": "{constant: last year}"},
     "the constant rate is of `last year`, which is no day; write it such as 2025-12-31"),
    ({"conversion": "{constant: }"}, "`constant` has no value; write one, or leave the line out"),
    ({"dimensions": "[team]", "conversion": "average"},
     "`conversion` of a KPI without money in several currencies; leave it out, or add the dimension "
     "`currency`"),
    ({"unit": "parcels", "conversion": "average"}, "`conversion` of a KPI without money"),
    (RETURN, "has the dimension `currency`, and the unit `times` does not say which side is money; add "
             "`money: [numerator, denominator]`"),
    (RETURN | {"money": "[numerators]"}, "`money: ['numerators']` names no sides; write "),
    (RETURN | {"money": "numerator"}, "`money: numerator` names no sides; write "),
    ({"kind": "ratio", "money": "[numerator]"}, "`money` is for a ratio with the dimension `currency` and "
                                                "another unit than money; leave it out"),
    ({"money": "[numerator]"}, "`money` is for a ratio"),
]  # fmt: skip


@pytest.mark.parametrize(("meta", "told"), WRONG)
def test_a_conversion_that_makes_no_sense_is_refused_with_file_and_remedy(
    tmp_path: Path, meta, told
) -> None:
    with pytest.raises(KpiDefinitionError) as refused:
        read_kpi(declared(tmp_path, **CURRENCY | meta))
    assert str(refused.value).startswith(f"{tmp_path / 'kpi_it.yml'}:")
    assert told in str(refused.value)


def in_sheet(path: Path, **meta: str) -> Path:
    """The file of a sheet KPI that declares this, and what it must."""
    said = {"kind": "flow", "direction": "up", "owner": "a@example.com"} | meta
    path.write_text("it:\n" + "".join(f"  {name}: {value}\n" for name, value in said.items()))
    return path


@pytest.mark.parametrize(("meta", "told"), WRONG)
def test_a_sheet_kpi_is_refused_likewise(tmp_path: Path, meta, told) -> None:
    path = in_sheet(tmp_path / "sheet_kpis.yml", **CURRENCY | meta)
    [fault] = read_sheet_kpis(path, "sheet_kpis.yml").faults
    assert fault.file == "sheet_kpis.yml"
    assert f"`it`: {told}" in str(fault)
