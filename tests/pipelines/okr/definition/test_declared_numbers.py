"""Numbers, units and keys that parse and cannot be right are refused, with the line and what would be right."""

import pytest
from pydantic import ValidationError

from pipelines.okr.definition.faults import form_faults
from pipelines.okr.definition.kpi_declaration import KpiDeclaration
from pipelines.okr.definition.loading import load
from pipelines.okr.definition.yaml_tree import read_tree
from pipelines.okr.kpi.conversion import Conversion
from pipelines.okr.kpi.kpi import Kpi
from tests.pipelines.okr.definition.okr_texts import with_key_result

KPIS = {
    kpi.name: kpi
    for kpi in (
        Kpi("deals", "flow", "deals", dimensions=("rep",)),
        Kpi(
            "revenue",
            "flow",
            "USD",
            precision=2,
            dimensions=("currency",),
            conversion=Conversion("booking", frozenset({"value"})),
        ),
        Kpi("likes", "stock", "people"),
        Kpi("roas", "ratio", "times", precision=2),
        Kpi("csat", "ratio", "percent", precision=4),
        Kpi("win_rate", "ratio", "percent", precision=4, is_proportion=True),
    )
}


def faults(*lines: str) -> list[str]:
    text = with_key_result(*lines)
    return [str(fault) for fault in load({"o.yml": text}, KPIS).faults]


@pytest.mark.parametrize(("lines", "told"), [
    (("kpi: deals", "at_least: 10 %"),
     "7: key result `kr`: `deals` is in deals, and 10 % is a share; write the number itself, without the sign"),
    (("kpi: deals", "at_most: 10%"), "7: key result `kr`: `deals` is in deals, and 10% is a share"),
    (("kpi: deals", "between: [5 %, 10]"),
     "7: key result `kr`: `deals` is in deals, and 5 % is a share"),
    (("kpi: likes", "from: 5 %", "at_least: 100"), "7: key result `kr`: `likes` is in people, and 5 % is a share"),
    (("kpi: revenue", "at_least: 110 %"), "7: key result `kr`: `revenue` is in USD, and 110 % is a share"),
    (("kpi: roas", "at_least: 400 %"), "7: key result `kr`: `roas` is in times, and 400 % is a share"),
    (("kpi: csat", "at_least: 96"), "7: key result `kr`: `csat` is a percentage and 96 would be 9600%; write 96 %"),
    (("kpi: csat", "at_least: 1"), "7: key result `kr`: `csat` is a percentage and 1 would be 100%; write 1 % or"),
    (("kpi: csat", "at_most: 1.5"), "7: key result `kr`: `csat` is a percentage and 1.5 would be 150%; write 1.5 %"),
    (("kpi: csat", "between: [0.9, 95]"), "7: key result `kr`: `csat` is a percentage and 95 would be"),
    (("kpi: csat", "from: -2", "at_least: 0.5"), "7: key result `kr`: `csat` is a percentage and -2 would be"),
    (("kpi: win_rate", "at_least: 105 %"),
     "7: key result `kr`: `win_rate` is a share of a whole, and 105 % can never be reached; write 0 % to 100 %, or"),
    (("kpi: win_rate", "at_most: -1 %"), "7: key result `kr`: `win_rate` is a share of a whole, and -1 % can never"),
    (("kpi: win_rate", "between: [90 %, 100.1 %]"),
     "7: key result `kr`: `win_rate` is a share of a whole, and 100.1 %"),
    (("kpi: win_rate", "from: 110 %", "at_most: 90 %"),
     "7: key result `kr`: `win_rate` is a share of a whole, and 110 %"),
    (("kpi: win_rate", "at_least: 96"), "7: key result `kr`: `win_rate` is a percentage and 96 would be 9600%"),
    (("kpi: deals", "at_least: 1.234"),
     "7: key result `kr`: `deals` is in deals with 0 decimals, and 1.234 has three; write 1_234 or 1.2340"),
    (("kpi: revenue", "at_least: 250.000"),
     "7: key result `kr`: `revenue` is in USD with 2 decimals, and 250.000 has three; write 250_000 or 250"),
    (("kpi: deals", "at_least: 1,234"), "7: key result `kr`: `1,234` is not a number; write a plain number such as"),
    (("kpi: deals", f"at_least: {'9' * 28}"), f"7: key result `kr`: `{'9' * 28}` has more than 18 digits; write a"),
    (("kpi: deals", f"at_least: {'9' * 5_000}"), f"7: key result `kr`: `{'9' * 5_000}` has more than 18 digits"),
    (("kpi: deals", "at_most: -1_000_000_000_000_000_000"),
     "7: key result `kr`: `-1_000_000_000_000_000_000` has more than 18 digits"),
    (("kpi: deals", "at_least: 1e6"), "7: key result `kr`: `1e6` is not a number"),
    (("kpi: deals", "at_least: 2M"), "7: key result `kr`: `2M` is not a number"),
    (("kpi: revenue", "at_least: $2_000"), "7: key result `kr`: `$2_000` is not a number"),
    (("kpi: deals", "at_least: 5", "by: 30.11."), "8: key result `kr`: `30.11.` is a day without a year; write"),
    (("kpi: deals", "at_least: 5", "by: 11-30"), "8: key result `kr`: `11-30` is a day without a year"),
    (("kpi: deals", "at_least: 5", "by: 30/11/2026"), "8: key result `kr`: `30/11/2026` is not a date"),
    (("kpi: deals", "at_least: 5", "per:"), "8: `per` has no value; write one, or leave the line out"),
    (("kpi: deals", "at_least: 5", "by:"), "8: `by` has no value"),
    (("kpi: deals", "at_least: 5", "for_each:"), "8: `for_each` has no value"),
    (("kpi: deals", "at_least: 5", "where:"), "8: `where` has no value"),
    (("kpi: deals", "at_least: 5", "where: {rep: }"), "8: `rep` has no value"),
    (("kpi: likes", "at_least: 5", "from:"), "8: `from` has no value"),
    (("kpi: likes", "at_least: 5", "name: '  '"), "8: key result `kr`: a text of blanks only; write the words"),
    (("kpi: revenue", "at_least: 5", "where: {currency: EURO}"),
     "8: key result `kr`: `EURO` is no currency; did you mean `EUR`?"),
    (("kpi: revenue", "at_least: 5", "where: {currency: usd}"),
     "8: key result `kr`: `usd` is no currency; did you mean `USD`?"),
    (("kpi: revenue", "at_least: 5", "where: {currency: $}"),
     "8: key result `kr`: `$` is no currency; write its code, like EUR"),
])  # fmt: skip
def test_a_goal_that_cannot_be_right_is_refused_once(lines: tuple[str, ...], told: str) -> None:
    [fault] = faults(*lines)
    assert fault.startswith(f"o.yml:{told}")


@pytest.mark.parametrize("lines", [
    ("kpi: csat", "at_least: 96 %"),
    ("kpi: csat", "at_least: 0.96"),
    ("kpi: csat", "from: 0", "at_least: 0.5"),
    ("kpi: csat", "at_most: 120 %"),
    ("kpi: csat", "at_least: 105 %"),
    ("kpi: win_rate", "at_least: 100 %"),
    ("kpi: win_rate", "between: [0 %, 5 %]"),
    ("kpi: deals", "at_least: 6.5"),
    ("kpi: deals", "at_least: 1_234"),
    ("kpi: deals", "at_least: 999_999_999_999_999_999"),
    ("kpi: revenue", "at_least: 2_000_000.50"),
    ("kpi: roas", "at_least: 0.125"),
    ("kpi: roas", "at_least: 1.2345"),
    ("kpi: deals", "at_least: 5", "weight: 50 %"),
    ("kpi: deals", "at_least: 5", "per: null"),
    ("kpi: deals", "at_least: 5", "where: {}"),
    ("kpi: revenue", "at_least: 5", "where: {currency: CHF}"),
    ("kpi: deals", "at_least: 5", "where: {rep: usd}"),
])  # fmt: skip
def test_what_can_be_right_is_taken(lines: tuple[str, ...]) -> None:
    assert faults(*lines) == []


def told_of(**keys: str) -> list[str]:
    declared = {
        "kind": "flow",
        "unit": "parcels",
        "direction": "up",
        "owner": "a@example.com",
    } | keys
    tree = read_tree("".join(f"{name}: {value}\n" for name, value in declared.items()))
    try:
        KpiDeclaration.model_validate(tree.data)
    except ValidationError as error:
        return [str(fault) for fault in form_faults("kpi.yml", tree, error, KpiDeclaration)]
    return []


@pytest.mark.parametrize("unit", [
    "EUR", "USD", "CHF", "eur", "Usd", "Euro", "euros", "EUROS", "€", "$", "US$", "£", "¥", "dollars", "pounds",
    "Swiss francs", "dólares", "złoty", "kr", "pence", "cents", "k€", "kEUR", "TEUR", "MUSD", "million euros",
    "EUR per hour", "USD/click", "1000 USD", "DEM", "CUP",
])  # fmt: skip
@pytest.mark.parametrize("dimensions", ["[]", "[currency]"])
def test_a_currency_is_no_unit(unit: str, dimensions: str) -> None:
    assert told_of(unit=f"'{unit}'", dimensions=dimensions) == [
        f"kpi.yml:2: the unit `{unit}` is a currency; write `unit: money`: amounts are in OKRA_CURRENCY, or "
        "with the dimension `currency` in that of each row, and converted"
    ]


@pytest.mark.parametrize("unit", [
    "'%'", "per cent", "percentage", "pct", "Percent", "'% of tickets'", "Prozent",
])  # fmt: skip
def test_another_word_for_percent_is_no_unit(unit: str) -> None:
    [fault] = told_of(kind="ratio", unit=unit)
    assert "is not known as a percentage; write `unit: percent`, and give values as shares" in fault


@pytest.mark.parametrize(("keys", "told"), [
    ({"unit": "Money"}, "2: the unit `Money` is not known as money; write `unit: money`"),
    ({"unit": "currency"}, "2: the unit `currency` is not known as money"),
    ({"unit": "'5'"}, "2: the unit `5` is no word; write what is counted"),
    ({"unit": "percent"}, "2: `unit: percent` of a flow, which no share can be; write `kind: ratio`"),
    ({"kind": "distinct", "unit": "percent"}, "2: `unit: percent` of a distinct"),
    ({"kind": "distinct", "unit": "money"}, "2: `unit: money` of a distinct count"),
    ({"unit": "money", "dimensions": "[currency]", "conversion": "{constant: 1998-12-31}"},
     "the constant rate is of 1998-12-31, and there are none before 1999-01-04; write a later day"),
    ({"unit": "money", "dimensions": "[currency]", "conversion": "{constant: 20251231}"},
     "the constant rate is of `20251231`, which is no day"),
    ({"dimensions": "[total]"}, "5: no dimension can be called `total`; rename the column; `total` stands for"),
    ({"dimensions": "[day]"}, "5: no dimension can be called `day`"),
    ({"dimensions": "[Team]"}, "5: `Team` is no name of a dimension"),
    ({"direction": "higher"}, "3: `direction: higher` is not known; write one of 'up' or 'down'"),
    ({"kind": "sum"}, "1: `kind: sum` is not known; write one of 'flow', 'stock', 'ratio' or 'distinct'"),
    ({"proportion": "true"}, "5: `proportion: true` of a KPI in parcels; leave `proportion` out, or give `unit: per"),
    ({"kind": "ratio", "unit": "percent", "denominator": "level", "proportion": "true"},
     "6: `proportion: true` over a `denominator: level`; leave"),
    ({"kind": "stock", "unit": "percent", "dimensions": "[team]", "proportion": "true"},
     "6: `proportion: true` of a stock whose members are added up; leave"),
    ({"kind": "ratio", "unit": "percent", "proportion": "of all"}, "5: `of all` is neither true nor false"),
    ({"unti": "parcels"}, "5: unknown key `unti`; did you mean `unit`?"),
])  # fmt: skip
def test_a_kpi_that_cannot_be_right_is_refused(keys: dict[str, str], told: str) -> None:
    [fault] = told_of(**keys)
    assert told in fault


@pytest.mark.parametrize("keys", [
    {"kind": "ratio", "unit": "percent", "proportion": "true", "dimensions": "[team]"},
    {"kind": "stock", "unit": "percent", "proportion": "true"},
    {"kind": "ratio", "unit": "percent", "proportion": "false", "denominator": "level"},
])  # fmt: skip
def test_a_share_of_a_whole_can_be_declared_a_proportion(keys: dict[str, str]) -> None:
    assert told_of(**keys) == []


@pytest.mark.parametrize("unit", [
    "people", "times", "cups", "pens", "top 10 places", "percentage points", "pounds of flour", "deals won", "kWh",
    "hours per order", "points", "won", "sessions", "°C",
])  # fmt: skip
def test_words_that_only_look_like_money_are_units(unit: str) -> None:
    assert told_of(unit=f"'{unit}'") == []
