"""Which rows two filters have in common."""

import pytest

from pipelines.okr.kpi.filters import MemberSet, have_none_in_common, in_both

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
