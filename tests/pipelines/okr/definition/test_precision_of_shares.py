"""How many decimals a share is shown with: those of its fraction, and at least a whole percentage."""

import pytest
from pydantic import ValidationError

from pipelines.okr.definition.kpi_declaration import KpiDeclaration
from pipelines.okr.kpi.kpi import Kpi

SHARE = {"kind": "ratio", "unit": "percent", "direction": "up", "owner": "a@b.example"}


@pytest.mark.parametrize(
    ("written", "kept"), [({}, 2), ({"precision": 0}, 2), ({"precision": 3}, 3)]
)
def test_a_share_has_at_least_the_decimals_of_a_whole_percentage(written, kept):
    assert Kpi.declared("csat", SHARE | written, "kpi_csat").precision == kept


def test_other_units_keep_their_own():
    assert Kpi.declared("hours", SHARE | {"unit": "hours"}, "kpi_hours").precision == 0
    assert KpiDeclaration.model_validate(SHARE | {"unit": "hours", "precision": 1}).precision == 1


def test_one_decimal_of_a_fraction_is_refused_as_it_would_show_94_as_90_percent():
    with pytest.raises(ValidationError) as refusal:
        KpiDeclaration.model_validate(SHARE | {"precision": 1})
    [fault] = refusal.value.errors()
    assert fault["msg"] == (
        "`precision: 1` of a share, which would show 94 % as 90 %; "
        "write the decimals of the fraction: 3 shows 94.5 %, 2 (or nothing) shows 94 %"
    )
