"""Which sides of a KPI are converted, at the rate of which day, and what is refused."""

from datetime import date, datetime

import pytest

from pipelines.okr.kpi.conversion import FIRST_RATES, Conversion, ConversionError, conversion_of

MONEY = {"kind": "flow", "unit": "money", "dimensions": ["currency"]}
PER_DEAL = {"kind": "ratio", "unit": "deals", "dimensions": ["rep", "currency"]}


@pytest.mark.parametrize(
    ("declared", "conversion"),
    [
        (MONEY, Conversion("booking", frozenset({"value"}))),
        (MONEY | {"conversion": "booking"}, Conversion("booking", frozenset({"value"}))),
        (MONEY | {"conversion": "average"}, Conversion("average", frozenset({"value"}))),
        (
            MONEY | {"conversion": {"constant": "2025-12-31"}},
            Conversion("constant", frozenset({"value"}), date(2025, 12, 31)),
        ),
        (
            MONEY | {"conversion": {"constant": FIRST_RATES}},
            Conversion("constant", frozenset({"value"}), FIRST_RATES),
        ),
        (MONEY | {"kind": "ratio"}, Conversion("booking", frozenset({"numerator"}))),
        (MONEY | {"kind": "stock"}, Conversion("booking", frozenset({"value"}))),
        (
            PER_DEAL | {"money": ["numerator", "denominator"]},
            Conversion("booking", frozenset({"numerator", "denominator"})),
        ),
        (PER_DEAL | {"money": ["denominator"]}, Conversion("booking", frozenset({"denominator"}))),
        (PER_DEAL | {"money": []}, None),
        (MONEY | {"kind": "distinct"}, None),
        (MONEY | {"dimensions": ["rep"]}, None),
        (MONEY | {"unit": "deals"}, None),
    ],
)
def test_money_in_several_currencies_is_converted_and_nothing_else(declared, conversion):
    assert conversion_of(**declared) == conversion


@pytest.mark.parametrize(
    ("declared", "what"),
    [
        (
            MONEY | {"dimensions": [], "conversion": "average"},
            "`conversion` of a KPI without money",
        ),
        (PER_DEAL, "does not say which side is money"),
        (PER_DEAL | {"money": "numerator"}, "`money: numerator` names no sides"),
        (PER_DEAL | {"money": ["value"]}, "names no sides"),
        (PER_DEAL | {"money": [], "conversion": "average"}, "`conversion` of a KPI without money"),
        (MONEY | {"money": ["numerator"]}, "`money` is for a ratio with the dimension"),
        (PER_DEAL | {"unit": "money", "money": ["numerator"]}, "`money` is for a ratio"),
        (MONEY | {"conversion": "daily"}, "`conversion` is `daily`"),
        (MONEY | {"conversion": {"constant": "2025-12-31", "x": 1}}, "`conversion` is"),
        (MONEY | {"conversion": {"constant": "31.12.2025"}}, "`31.12.2025`, which is no day"),
        (MONEY | {"conversion": {"constant": datetime(2025, 12, 31, 8)}}, "which is no day"),
        (
            MONEY | {"conversion": {"constant": date(1999, 1, 3)}},
            "there are none before 1999-01-04",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_remedy(declared, what):
    with pytest.raises(ConversionError) as refused:
        conversion_of(**declared)
    assert what in refused.value.what
    assert refused.value.remedy
    assert str(refused.value) == f"{refused.value.what}; {refused.value.remedy}"
