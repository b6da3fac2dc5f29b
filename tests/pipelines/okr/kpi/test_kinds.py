"""What each kind does with its days and its futures: docs/okr-semantics.md, Kinds."""

import numpy as np
import pytest

from pipelines.okr.kpi.kinds import KINDS, PER_HEAD, KpiKind

FLAGS = (
    "accumulates", "is_sum", "is_level", "is_quotient", "is_amount", "reported_by_period",
    "absent_day_is_zero", "absent_member_is_zero",
)  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "flags"),
    [
        (KINDS["flow"],
         {"accumulates", "is_sum", "is_amount", "absent_day_is_zero", "absent_member_is_zero"}),
        (KINDS["stock"], {"is_level", "is_amount"}),
        (KINDS["ratio"], {"is_quotient", "absent_day_is_zero"}),
        (PER_HEAD, {"accumulates", "is_quotient", "absent_day_is_zero"}),
        (KINDS["distinct"], {"reported_by_period"}),
    ],
)  # fmt: skip
def test_what_follows_from_a_kind(kind: KpiKind, flags: set[str]):
    assert {name for name in FLAGS if getattr(kind, name)} == flags


def test_which_columns_are_levels():
    assert {name: kind.columns for name, kind in KINDS.items()} == {
        "flow": ("value",),
        "stock": ("value",),
        "ratio": ("numerator", "denominator"),
        "distinct": ("value",),
    }
    levels = [set(kind.levels) for kind in (*KINDS.values(), PER_HEAD)]
    assert levels == [set(), {"value"}, set(), set(), {"denominator"}]


FUTURES = np.array([[1, 2, 4], [3, 3, 3]], dtype=np.float32)


@pytest.mark.parametrize(
    ("name", "added", "running"),
    [
        ("flow", [6, 6], [[1, 3, 7], [3, 6, 9]]),
        ("ratio", [6, 6], [[1, 3, 7], [3, 6, 9]]),
        ("stock", [4, 3], [[1, 2, 4], [3, 3, 3]]),
        ("distinct", [4, 3], [[1, 2, 4], [3, 3, 3]]),
    ],
)
def test_steps_add_up_or_the_last_one_counts(name, added, running):
    """The second and the third step, and all of them one after the other."""
    kind = KINDS[name]
    assert [side.tolist() for side in kind.added([FUTURES], 1, 3)] == [added]
    assert kind.running(FUTURES).tolist() == running


def test_the_final_value_is_that_of_what_is_known_and_what_comes():
    ten, more = np.array([10.0, 10.0]), np.array([4.0, 20.0])
    assert KINDS["flow"].final_value([7.0], [more]).tolist() == [11, 27]
    assert KINDS["stock"].final_value([7.0], [more]).tolist() == [4, 20]
    # a count that is under way only grows
    assert KINDS["distinct"].final_value([7.0], [more]).tolist() == [7, 20]
    assert KINDS["ratio"].final_value([6.0, 10.0], [more, ten]).tolist() == [0.5, 1.3]
    # per head over 30 days: a level of 20 in sum is one of two thirds on average
    assert PER_HEAD.final_value([6.0, 10.0], [more, ten], 30).tolist() == [15, 39]
    assert np.isnan(KINDS["ratio"].final_value([6.0, -10.0], [more, ten])).all()
