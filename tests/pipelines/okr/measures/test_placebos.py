"""How wide an interval has to be by the errors on dates on which nothing began."""

import pytest

from pipelines.okr.measures.placebos import (
    PlaceboErrors,
    placebo_origins,
    planned_looks,
    student_t,
)
from pipelines.okr.odds.estimates import Estimate


def error(surprise: float) -> Estimate:
    """One that lies so many half-widths from the middle."""
    return Estimate(100 + 10 * surprise, 90.0, 100.0, 110.0)


def errors(*rows: tuple[float, ...], apart: int = 100) -> PlaceboErrors:
    """Errors at dates so many steps apart, of stretches of ten."""
    return PlaceboErrors({n * apart: list(map(error, row)) for n, row in enumerate(rows)}, 10)


def test_the_interval_is_as_wide_as_the_second_largest_of_nineteen_errors():
    assert errors(*[(n / 10,) for n in range(1, 20)]).widening(0) == pytest.approx(
        1.97, abs=0.01
    ), "Student's t of 19 times their root mean square of 1.14 is more than the second largest, 1.8"
    one_large = [(0.9,)] * 17 + [(1.8,), (3.0,)]
    assert errors(*one_large).widening(0) == pytest.approx(1.96, abs=0.3)


def test_nine_have_to_be_no_larger_than_their_largest():
    assert errors(*[(-n / 4,) for n in range(1, 9)], (9.0,)).widening(0) == pytest.approx(9)


def test_it_is_never_narrower_than_the_futures():
    assert errors(*[(0.1,)] * 19).widening(0) == 1


def test_all_looks_together_are_as_seldom_wrong_as_one():
    """At each of two looks a single error of nineteen is large; together these are two dates of nineteen."""
    calm = [(0.9, 0.9)] * 16
    disturbed_in_one_look = errors(*calm, (0.9, 0.9), (0.9, 0.9), (2.5, 0.9))
    disturbed_in_both_looks = errors(*calm, (0.9, 2.5), (0.9, 2.5), (2.5, 0.9))
    assert disturbed_in_one_look.widening(0) < 2.2
    assert (
        disturbed_in_both_looks.widening(0)
        == disturbed_in_both_looks.widening(1)
        == pytest.approx(2.5)
    )


def test_a_look_with_larger_errors_does_not_widen_the_others():
    """After thirteen weeks errors are ten times those after two."""
    rows = [(0.05 * n, 0.5 * n) for n in range(1, 20)]
    both = errors(*rows)
    assert both.widening(0) < 2
    assert both.widening(1) > 9


def test_dates_that_overlap_count_as_fewer():
    rows = [(0.8,)] * 19
    assert errors(*rows, apart=10).widening(0) < errors(*rows, apart=2).widening(0)


def test_a_date_without_an_estimate_at_one_look_is_none():
    rows = {0: [error(1), error(1)], 10: [error(1), None]}
    assert PlaceboErrors(rows, 10).dates == 1


@pytest.mark.parametrize(
    ("freedom", "quantile"), [(3, 2.353), (5, 2.015), (9, 1.833), (19, 1.729), (1000, 1.646)]
)
def test_students_t_is_that_of_the_tables(freedom, quantile):
    assert student_t(freedom) == pytest.approx(quantile, abs=0.01)


def test_placebo_dates_keep_away_from_other_changes():
    assert placebo_origins(24, 100, 8)[0] == 100
    assert len(placebo_origins(24, 100, 8)) == 19
    kept = placebo_origins(24, 100, 8, [(60, 70)])
    assert all(origin > 70 or origin + 8 <= 60 for origin in kept)


def test_looks_that_too_little_of_the_past_lies_before_are_left_out():
    """Nine dates a quarter of 28 apart, and the 28 days of the last one, are 84 days after the first 56."""
    planned = planned_looks([14, 28, 91], 56 + 8 * 7 + 28, 24)
    assert planned is not None
    assert (planned.steps, planned.horizon) == ([14, 28], 28)
    assert max(planned.origins) + 28 <= 140
    assert planned_looks([14, 28, 91], 30, 24) is None
