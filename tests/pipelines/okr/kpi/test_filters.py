"""Which rows two filters have in common."""

import pytest

from pipelines.okr.kpi.filters import (
    MemberSet,
    as_written,
    have_none_in_common,
    in_both,
    in_words,
    members_in_words,
    takes,
)

NOT_A = MemberSet(("a",), excluded=True)
A_OR_B, B_OR_C = MemberSet(("a", "b")), MemberSet(("b", "c"))


@pytest.mark.parametrize(
    ("first", "second", "disjoint", "both"),
    [
        ({}, {}, False, {}),
        ({"x": "a"}, {}, False, {"x": "a"}),
        ({"x": "a"}, {"x": "b"}, True, None),
        ({"x": "a"}, {"y": "b"}, False, {"x": "a", "y": "b"}),
        ({"x": "a"}, {"x": NOT_A}, True, None),
        ({"x": NOT_A}, {"x": "a"}, True, None),
        ({"x": A_OR_B}, {"x": NOT_A}, False, {"x": "b"}),
        ({"x": NOT_A}, {"x": A_OR_B}, False, {"x": "b"}),
        ({"x": A_OR_B}, {"x": B_OR_C}, False, {"x": "b"}),
        ({"x": NOT_A}, {"x": MemberSet(("b",), excluded=True)}, False, {"x": MemberSet(("a", "b"), excluded=True)}),
        ({"x": "a", "y": "c"}, {"x": "a", "y": "d"}, True, None),
    ],
)  # fmt: skip
def test_rows_of_two_filters(first, second, disjoint, both):
    assert have_none_in_common(first, second) is disjoint
    assert in_both(first, second) == both


WHERE = {"color": "green", "region": MemberSet(("north", "south")), "seller": NOT_A}


def test_a_filter_in_words():
    assert in_words(WHERE) == ["color green", "region north or south", "any seller but a"]
    assert members_in_words(WHERE) == "green, north or south, any seller but a"
    assert members_in_words({}) == ""


def test_a_filter_as_a_file_writes_it():
    assert as_written(WHERE) == {
        "color": "green",
        "region": ["north", "south"],
        "not": {"seller": ["a"]},
    }
    assert as_written({"color": "green"}) == {"color": "green"}


@pytest.mark.parametrize(
    ("asked", "taken"), [("a", "a"), (A_OR_B, "ab"), (NOT_A, "bc"), (B_OR_C, "bc")]
)
def test_which_members_are_asked_for(asked, taken):
    assert [member for member in "abc" if takes(asked, member)] == [*taken]


def test_each_dimension_of_both_filters_is_kept():
    """Two that leave members out leave out those of both, and the next dimension is looked at as well."""
    first = {"region": MemberSet(("north",), excluded=True), "color": MemberSet(("green", "red"))}
    second = {
        "region": MemberSet(("south",), excluded=True),
        "color": MemberSet(("blue", "red")),
        "size": "large",
    }
    assert in_both(first, second) == {
        "region": MemberSet(("north", "south"), excluded=True),
        "color": "red",
        "size": "large",
    }
