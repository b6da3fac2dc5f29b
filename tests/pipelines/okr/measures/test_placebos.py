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


def by_the_expansion(freedom: int) -> float:
    """Student's t of 0.95 by Abramowitz and Stegun 26.7.5, its terms as the book has them."""
    x = 1.6448536
    terms = (
        (x**3 + x) / 4,
        (5 * x**5 + 16 * x**3 + 3 * x) / 96,
        (3 * x**7 + 19 * x**5 + 17 * x**3 - 15 * x) / 384,
    )
    return x + sum(term / freedom**n for n, term in enumerate(terms, 1))


@pytest.mark.parametrize("freedom", [1, 2, 3, 7])
def test_students_t_is_that_of_the_books_expansion(freedom):
    assert student_t(freedom) == pytest.approx(by_the_expansion(freedom))


def test_less_than_one_degree_of_freedom_counts_as_one():
    assert student_t(0.25) == student_t(1)


def test_stretches_side_by_side_are_the_degrees_of_freedom():
    """Nineteen dates five steps apart span 90 steps and ten more: ten stretches of ten."""
    assert errors(*[(0.8,)] * 19, apart=5).widening(0) == pytest.approx(0.8 * student_t(10))
    # dates further apart than a stretch are no more than they are
    assert errors(*[(0.8,)] * 19, apart=50).widening(0) == pytest.approx(0.8 * student_t(19))


def test_small_errors_count_as_a_fifth_when_looks_are_compared():
    """An error of 1 at a look whose usual one is 0.1 is five times a fifth, and at another one 2.5 times 0.4."""
    rows = [(0.1, 0.4)] * 17 + [(1.0, 0.4)] * 2
    assert errors(*rows).widening(1) == pytest.approx(5 * 0.4)


def test_of_eighteen_it_is_the_largest():
    """Nine tenths of 19 are 17.1, so that it takes all eighteen; of nineteen, 18."""
    assert errors(*[(0.1,)] * 17, (5.0,)).widening(0) == pytest.approx(5)
    assert errors(*[(0.1,)] * 18, (5.0,)).widening(0) < 2.5


def test_placebo_dates_are_a_quarter_of_the_horizon_apart_from_the_last_one_back():
    assert placebo_origins(24, 40, 8) == [40, 38, 36, 34, 32, 30, 28, 26, 24]
    # of three steps less than one
    assert placebo_origins(24, 27, 3) == [27, 26, 25, 24]


def test_nineteen_are_all_taken_and_of_more_nineteen_evenly():
    assert placebo_origins(22, 40, 4) == list(range(40, 21, -1))
    more = placebo_origins(4, 40, 4)
    assert more == list(range(40, 3, -2)), "of 37 every second, from the last to the first"


def test_a_stretch_that_ends_where_a_change_begins_is_a_placebo():
    """The steps 44 to 48 are changed. From 40 over four steps ends before them; one from 49 on touches them."""
    assert placebo_origins(39, 52, 4, [(44, 49)]) == [52, 51, 50, 40, 39]


def test_a_look_needs_nine_placebo_dates_after_twice_its_steps_or_what_a_forecast_needs():
    """Of 4 steps the dates lie one apart, from 24 on, and the last one ends where the measure begins."""
    planned = planned_looks([4], 36, 24)
    assert planned is not None and planned.origins == list(range(32, 23, -1))
    assert planned_looks([4], 35, 24) is None
    # 20 steps need twenty before and twenty more: nine dates five apart, from 40 on
    planned = planned_looks([20], 100, 24)
    assert planned is not None and planned.origins == list(range(80, 39, -5))
    assert planned_looks([20], 99, 24) is None


def test_skipped_steps_are_part_of_the_stretch():
    """Two skipped and four judged: dates one apart, the last six steps before the measure."""
    planned = planned_looks([4], 38, 24, skipped=2)
    assert planned is not None and planned.origins == list(range(32, 23, -1))
    assert planned_looks([4], 37, 24, skipped=2) is None


def test_changes_before_the_measure_are_no_placebos():
    planned = planned_looks([4], 50, 24, changed=[(30, 34)])
    assert planned is not None
    assert planned.origins == [46, 45, 44, 43, 42, 41, 40, 39, 38, 37, 36, 35, 26, 25, 24]
