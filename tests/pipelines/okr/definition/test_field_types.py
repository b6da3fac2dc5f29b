"""What may be written in a file, up to where, and what is said of the rest."""

from decimal import Decimal

import pytest
from pydantic import TypeAdapter, ValidationError

from pipelines.okr.definition.field_types import (
    Baseline,
    Bound,
    Day,
    KpiTarget,
    Members,
    MemberTargets,
    Number,
    Roster,
    Target,
    Text,
    Truth,
    Weight,
)
from pipelines.okr.kpi.filters import MemberSet


def read(kind: object, written: object) -> object:
    return TypeAdapter(kind).validate_python(written)


def refused(kind: object, written: object) -> str:
    with pytest.raises(ValidationError) as error:
        read(kind, written)
    return str(error.value.errors()[0]["msg"])


LARGEST = 10**18 - 1


@pytest.mark.parametrize(
    ("written", "number"),
    [
        (LARGEST, LARGEST), (-LARGEST, -LARGEST), (str(LARGEST), LARGEST), ("0.5", "0.5"),
        ("96 %", "0.96"), ("2_000_000", 2_000_000), (Decimal("1.10"), "1.10"),
    ],
)  # fmt: skip
def test_a_number_has_at_most_eighteen_digits(written, number):
    assert read(Number, written) == Decimal(number)


@pytest.mark.parametrize(
    "written", [10**18, -(10**18), str(10**18), "1" * 19 + ".5", "1" * 40, " " + "9" * 19 + " % "]
)
def test_one_with_more_is_refused(written):
    assert refused(Number, written).endswith("write a number that can be meant")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (0.5, "is not an exact number"), (True, "is not an exact number"),
        (None, "is not an exact number"), (Decimal("NaN"), "is not an exact number"),
        ("many", "is not a number"),
    ],
)  # fmt: skip
def test_what_is_no_exact_number_is_refused(written, said):
    assert said in refused(Number, written)


def test_a_weight_may_be_nothing_and_no_less():
    assert read(Weight, 0) == 0
    assert refused(Weight, -1) == "the weight -1 is negative; write 0 or more; the default is 1"
    assert "negative" in refused(Weight, "-0.001")


def test_a_baseline_is_a_number_or_measured():
    assert read(Baseline, "measured") == "measured"
    assert read(Baseline, None) is None
    assert read(Baseline, "96 %") == Decimal("0.96")
    assert "is not a number" in refused(Baseline, "guessed")


def test_a_day_has_a_year():
    assert str(read(Day, "2026-11-30")) == "2026-11-30"
    for written in ("11-30", "30.11.", "1/2"):
        assert refused(Day, written).startswith(f"`{written}` is a day without a year")
    assert refused(Day, "soon").startswith("`soon` is not a date")
    assert refused(Day, "2026-11-31").startswith("`2026-11-31` is not a date")


@pytest.mark.parametrize(
    ("written", "truth"),
    [
        (True, True),
        (False, False),
        ("true", True),
        ("True", True),
        ("false", False),
        ("False", False),
    ],
)
def test_a_truth_is_written_as_one(written, truth):
    assert read(Truth, written) is truth


def test_yes_is_no_truth():
    for written in ("yes", 1, None):
        assert "is neither true nor false" in refused(Truth, written)


def test_a_text_has_one_letter_to_five_hundred():
    assert read(Text, "x") == "x"
    assert len(str(read(Text, "x" * 500))) == 500
    assert "at most 500" in refused(Text, "x" * 501)
    assert "at least 1" in refused(Text, "")
    assert refused(Text, "  ").startswith("a text of blanks only")


def test_a_target_may_come_from_a_kpi_times_a_factor():
    target = read(Bound, {"kpi": " budget ", "times": "1.05"})
    assert target == KpiTarget("budget", Decimal("1.05"))
    assert str(target) == "budget × 1.05"
    assert str(read(Bound, {"kpi": "budget"})) == "budget"
    assert read(Target, {"kpi": "budget"}) == KpiTarget("budget")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"times": 2}, "a target of no KPI"),
        ({"kpi": " "}, "a target of no KPI"),
        ({"kpi": 7}, "a target of no KPI"),
        ({"kpi": "budget", "time": 2, "when": 1}, "unknown key `time` of a target"),
        ({"kpi": "budget", "times": 0}, "`times: 0` is not above 0"),
        ({"kpi": "budget", "times": "-1"}, "`times: -1` is not above 0"),
    ],
)
def test_a_target_of_a_kpi_that_cannot_be_meant_is_refused(written, said):
    assert refused(Bound, written).startswith(said)


def test_members_may_have_targets_of_their_own_in_the_order_of_their_names():
    targets = read(Target, {"south": 5, "north": "7"})
    assert targets == MemberTargets((("north", Decimal(7)), ("south", Decimal(5))))
    assert (targets.names, targets.of("south"), targets.of("east")) == (("north", "south"), 5, None)
    assert refused(Target, {}).startswith("a target without a number")
    assert refused(Target, {"north": [7]}).startswith("the target of `north` is no number")


def test_members_are_one_or_a_list_or_all_but_some():
    assert read(Members, {"product": "widget"}) == {"product": "widget"}
    # a list of one is one
    assert read(Members, {"product": ["widget"]}) == {"product": "widget"}
    assert read(Members, {"region": ["south", "north"]}) == {
        "region": MemberSet(("north", "south"))
    }
    # all but one are still several
    assert read(Members, {"not": {"seller": "none"}}) == {
        "seller": MemberSet(("none",), excluded=True)
    }


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"region": []}, "`region` has an empty list or an empty name"),
        ({"region": ["north", " "]}, "`region` has an empty list or an empty name"),
        ({"region": ["north", "north"]}, "`north` stands twice in `region`"),
        ({"region": {"north": 1}}, "`region` is held to no member"),
        ({"not": {}}, "`not` names no dimension"),
        ({"not": "north"}, "`not` names no dimension"),
        ({"region": "north", "not": {"region": "south"}}, "`region` is both held to members"),
    ],
)
def test_members_that_cannot_be_meant_are_refused(written, said):
    assert refused(Members, written).startswith(said)


def test_a_roster_is_a_list_of_names():
    assert read(Roster, ["Kim Lee", " Ada Moss "]) == ("Kim Lee", "Ada Moss")
    assert read(Roster, None) is None
    assert refused(Roster, []).startswith("`members: []` is no list")
    assert refused(Roster, "Kim").startswith("`members: Kim` is no list")
    assert refused(Roster, ["Kim", "Kim"]).startswith("`Kim` stands twice in `members`")
    assert refused(Roster, ["Kim", ""]).startswith("`members` has an empty name")
