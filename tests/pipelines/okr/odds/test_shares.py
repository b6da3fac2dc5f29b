"""A share's numerator in simulated futures."""

import numpy as np

from pipelines.okr.odds.simulated_kpis import part_of


def test_what_a_numerator_has_too_much_of_comes_on_a_later_step():
    """Two of one, then none of three: one of one, then one of three. Four of three in all: three."""
    top = np.array([[2.0, 0.0], [1.0, 3.0]])
    bottom = np.array([[1.0, 3.0], [1.0, 2.0]])
    assert part_of(top, bottom).tolist() == [[1.0, 1.0], [1.0, 2.0]]


def test_a_share_of_few_a_step_is_not_made_smaller():
    """Half of Poisson(2) a step for 40 steps, drawn apart from the denominator: 0.5 on average, as drawn."""
    draw = np.random.default_rng(0)
    top, bottom = draw.poisson(1, (4000, 40)) * 1.0, draw.poisson(2, (4000, 40)) * 1.0
    kept = part_of(top, bottom)
    assert 0.495 < kept.sum() / bottom.sum() < 0.501
    assert np.all(kept.sum(axis=1) <= bottom.sum(axis=1))
