"""The models as assets: what dbt's events become."""

from collections.abc import Callable, Iterator

import dagster as dg
import pytest

# dbt's parser says so of itself when it is imported
pytestmark = pytest.mark.filterwarnings("ignore:sqlglotrs is deprecated:DeprecationWarning")
WithoutRepeats = Callable[[list[object], set[object]], Iterator[object]]


@pytest.fixture
def without_repeats() -> WithoutRepeats:
    from pipelines.defs import transformation

    return transformation.without_repeats


def check(name: str, *, passed: bool) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=passed, asset_key="kpi_days", check_name=name)


def test_a_model_and_a_test_of_a_second_build_are_given_once(
    without_repeats: WithoutRepeats,
) -> None:
    days, kpis = (dg.Output(None, name) for name in ("kpi_days", "kpis"))
    failing, sound = check("primary_key", passed=False), check("kinds", passed=True)
    told: set[object] = set()
    assert list(without_repeats([days, failing, sound], told)) == [days, failing, sound]
    second_build = [dg.Output(None, "kpi_days"), kpis, check("primary_key", passed=True)]
    assert list(without_repeats(second_build, told)) == [kpis]


def test_checks_of_one_name_of_two_models_are_both_given(without_repeats: WithoutRepeats) -> None:
    first = check("primary_key", passed=True)
    other = dg.AssetCheckResult(passed=True, asset_key="kpi_periods", check_name="primary_key")
    assert list(without_repeats([first, other], set())) == [first, other]
