"""The forecaster says what it said when its curves were fitted and docs/odds.md was measured."""

import json

import pytest

from tests.pipelines.okr.forecast.measured_pasts import FILE, figures, pasts


@pytest.fixture(scope="module")
def said():
    return figures()


@pytest.mark.parametrize("name", [name for name, _, _ in pasts()])
def test_a_past_has_the_futures_that_the_curves_were_fitted_to(said, name):
    measured = json.loads(FILE.read_text("utf-8"))[name]
    for part, row in measured.items():
        largest = max(abs(x) for x in row)
        assert said[name][part] == pytest.approx(row, rel=2e-3, abs=2e-4 * largest), (
            f"{part}: where this is meant, fit the curves again, and write {FILE.name} anew"
        )
