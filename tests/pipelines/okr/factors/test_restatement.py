"""What the business brought, apart from a past that is believed otherwise now."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from pipelines.okr.factors.restatement import restated_changes

known = st.dictionaries(
    st.tuples(st.sampled_from("abc")), st.fractions(-100, 100, max_denominator=100)
)


def test_a_case_worked_out_by_hand():
    """October was published as 9 and is 10 today; November is 12. Of the 3 more than was said, 1 is October's."""
    split = restated_changes(
        {("widget",): Fraction(12)}, {("widget",): Fraction(10)}, {("widget",): Fraction(9)}
    )[("widget",)]
    assert (split.change, split.restatement) == (2, 1)


def test_a_member_that_history_took_back_is_all_restatement():
    split = restated_changes({}, {}, {("ghost",): Fraction(4)})[("ghost",)]
    assert (split.change, split.restatement) == (0, -4)


@given(known, known, known)
def test_they_sum_to_the_change_against_what_was_believed(now, today, then):
    split = restated_changes(now, today, then).values()
    assert sum(one.change + one.restatement for one in split) == sum(now.values()) - sum(
        then.values()
    )


@given(known, known)
def test_without_a_restatement_there_is_none(now, today):
    assert all(one.restatement == 0 for one in restated_changes(now, today, today).values())
