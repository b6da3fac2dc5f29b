"""Units that hide money or a percentage are refused, and those that count something are not."""

import pytest

from pipelines.okr.definition.units import unit_fault


@pytest.mark.parametrize(
    "unit",
    [
        "money", "percent", "orders", "people", "deals", "points", "widgets sold", "try", "all", "top 10",
        "pounds of flour", "cups", "km", "won deals", "buck moths", "MAU", "m²",
    ],
)  # fmt: skip
def test_what_is_counted_is_a_unit(unit):
    assert unit_fault(unit) is None


@pytest.mark.parametrize(
    ("unit", "what"),
    [
        ("Money", "is not known as money"), ("cash", "is not known as money"), ("currency", "is not known as money"),
        ("%", "is not known as a percentage"), ("per cent", "is not known as a percentage"),
        ("Prozent", "is not known as a percentage"), ("% of users", "is not known as a percentage"),
        ("EUR", "is a currency"), ("usd", "is a currency"), ("kEUR", "is a currency"), ("MUSD", "is a currency"),
        ("k€", "is a currency"), ("$", "is a currency"), ("EUR per deal", "is a currency"),
        ("dollars", "is a currency"), ("US dollars", "is a currency"), ("cents", "is a currency"),
        ("pound", "is a currency"), ("Złoty", "is a currency"), ("dólares", "is a currency"), ("TRY", "is a currency"),
        ("42", "is no word"), ("--", "is no word"),
    ],
)  # fmt: skip
def test_what_hides_a_number_s_meaning_is_refused(unit, what):
    fault = unit_fault(unit)
    assert fault is not None
    assert what in fault[0]
    assert fault[1].startswith("write ")


@pytest.mark.parametrize(
    "unit", ["cad drawings", "try outs", "PHP files", "all hands", "inr readings"]
)
def test_letters_of_a_code_among_other_words_are_words(unit):
    assert unit_fault(unit) is None
