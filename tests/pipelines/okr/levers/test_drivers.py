"""How a change of a driver reaches a goal, how far it can go, and how both are published."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from pipelines.okr.definition.goals import Goal
from pipelines.okr.definition.question import Question
from pipelines.okr.kpi.facts import DayFact, KpiFacts
from pipelines.okr.kpi.periods import CALENDAR_YEAR
from pipelines.okr.kpi.readings import KpiView
from pipelines.okr.kpi.series import KpiIndex
from pipelines.okr.kpi.status import Policy
from pipelines.okr.levers.candidates import drivers_of
from pipelines.okr.levers.drivers import DenominatorDriver, Driver, MixDriver
from pipelines.okr.odds.goal_forecast import GoalForecast
from pipelines.okr.odds.open_goals import OpenGoal
from tests.pipelines.okr.conftest import KPIS

DAY = timedelta(days=1)
FIRST, CUT, END = date(2026, 11, 1), date(2026, 11, 10), date(2026, 11, 30)


def asked(comparison: str, low: str | None = None, high: str | None = None) -> Goal:
    return Goal(comparison, low=low and Decimal(low), high=high and Decimal(high))  # type: ignore[arg-type]


AT_LEAST, AT_MOST = asked("at_least", low="1"), asked("at_most", high="0.5")
BAND = asked("between", low="0.5", high="1")


def forecast_of(
    goal: Goal,
    *,
    final: list[float],
    to_come: list[float],
    denominator: list[float] | None = None,
    denominator_to_come: list[float] | None = None,
    facts: KpiFacts | None = None,
    name: str = "roas",
    days: int = 20,
    is_share: bool = False,
) -> GoalForecast:
    """A goal in so many futures; without a denominator of a plain amount."""
    known = facts or KpiFacts(KPIS[name], (), frozenset(), CUT)
    question = Question(KpiView(KpiIndex(known), {}, CALENDAR_YEAR), goal, Policy())
    open_goal = OpenGoal(question, FIRST, END, CUT)
    arrays = (
        np.array(x, dtype=np.float64)
        for x in (
            final,
            to_come,
            denominator or [1] * len(final),
            denominator_to_come or [0] * len(final),
        )
    )
    return GoalForecast(open_goal, *arrays, days=days, is_share=is_share)


def rate(**fields: object) -> Driver:
    settings = {"unit": "deals", "places": 0, "now": 10.0, "base": 300.0, "step": 1 / 30}
    return Driver(**{**settings, "per_day": True, **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "needed", "share"),
    [
        # sixty more in thirty days are two a day, and a fifth of 300
        (60, "12.00", "0.2"),
        # what is needed is rounded to the side that is enough
        (61, "12.04", "0.203333"),
        (-61, "7.96", "-0.203333"),
    ],
)
def test_a_rate_is_published_by_the_day_with_two_decimals_at_least(change, needed, share):
    figures = rate().figures(Decimal(change))
    assert (figures.now, figures.needed) == (10, Decimal(needed))
    assert (figures.change, figures.share) == (change, Decimal(share))


def test_a_rate_of_cents_has_its_own_decimals_and_a_ratio_those_of_the_kpi():
    assert rate(places=4).figures(Decimal(61)).needed == Decimal("12.0334")
    ratio = rate(places=1, per_day=False, now=0.5, base=0.5, step=1.0)
    assert ratio.figures(Decimal("0.12")).needed == Decimal("0.7")


def test_what_is_needed_stays_between_its_limits():
    share = rate(places=2, per_day=False, now=0.5, base=0.5, step=1.0, limits=(0.0, 1.0))
    assert share.figures(Decimal("0.7")).needed == 1
    assert share.figures(Decimal("-0.7")).needed == 0


def test_what_is_moved_away_is_a_change_below_nothing():
    moved = rate(places=4, per_day=False, now=0.4, base=0.4, step=-1.0).figures(Decimal("0.1"))
    assert (moved.needed, moved.change, moved.share) == (
        Decimal("0.3"),
        Decimal("-0.1"),
        Decimal("-0.25"),
    )


@pytest.mark.parametrize(
    ("base", "change", "share"),
    [
        (0.0, 5, None),
        (0.0, 0, None),
        (-1.0, 5, None),
        (1.0, 1_000_000, 1_000_000),
        (1.0, 1_000_001, None),
    ],
)
def test_a_change_of_nothing_or_of_next_to_nothing_has_no_share(base, change, share):
    assert rate(base=base).figures(Decimal(change)).share == share


def test_it_goes_toward_the_goal_as_far_as_it_can_in_each_future():
    driver = rate(least=np.array([-3.0, -5.0]), most=np.array([4.0, 8.0]), effect=2.0)
    more = forecast_of(AT_LEAST, final=[1, 1], to_come=[1, 1])
    less = forecast_of(AT_MOST, final=[1, 1], to_come=[1, 1])
    band = forecast_of(BAND, final=[1, 1], to_come=[1, 1])
    assert driver.limit(more).tolist() == [4, 8]
    assert driver.limit(less).tolist() == [-3, -5]
    assert driver.limit(band) is None
    assert rate().limit(more) is None
    assert rate(least=-2.0).limit(less).tolist() == [-2, -2]
    # six on average, where a change of one adds two
    assert driver.mean_change(driver.limit(more)) == 3
    assert driver.median_at(driver.limit(more), more) == 7


def test_at_its_limit_it_meets_the_goal_in_some_futures():
    more = forecast_of(asked("at_least", low="10"), final=[3, 8], to_come=[1, 1])
    driver = rate(most=np.array([6.0, 6.0]))
    assert driver.met_at_limit(more, driver.ranges(more)) == 1
    less = forecast_of(asked("at_most", high="1"), final=[3, 8], to_come=[1, 1])
    driver = rate(least=np.array([-6.0, -6.0]))
    assert driver.met_at_limit(less, driver.ranges(less)) == 1


def test_a_larger_denominator_makes_a_ratio_smaller():
    """90 ÷ 100 is at least 1 with ten less of it, and at most 0.5 with eighty more."""
    driver = DenominatorDriver(unit="", places=0, now=5.0, base=100.0, least=np.array([-50.0]))
    sides = {"final": [90.0], "to_come": [0.0], "denominator": [100.0]}
    more, less = forecast_of(AT_LEAST, **sides), forecast_of(AT_MOST, **sides)
    assert driver.ranges(more).smallest(1) == -10
    assert driver.ranges(less).smallest(1) == 80
    assert driver.limit(more).tolist() == [-50]
    assert driver.limit(less) is None
    assert driver.median_at(np.array([-10.0]), more) == 1
    assert driver.kind == "denominator"


def test_a_mix_adds_to_a_ratio_or_takes_away_from_it():
    """Ten units of it are worth two of the numerator each: five of them bring 90 to 100, and from 60 to 50."""
    driver = MixDriver(
        unit="%", places=0, now=0.4, base=0.4, effect=np.array([2.0]), least=0.0, most=20.0,
        worst="kim", best="lee",
    )  # fmt: skip
    more = forecast_of(AT_LEAST, final=[90.0], to_come=[0.0], denominator=[100.0])
    less = forecast_of(AT_MOST, final=[60.0], to_come=[0.0], denominator=[100.0])
    assert driver.ranges(more).smallest(1) == 5
    assert driver.ranges(less).smallest(1) == 5
    assert driver.limit(more).tolist() == driver.limit(less).tolist() == [20]
    assert (driver.median_at(np.array([10.0]), more), driver.median_at(np.array([10.0]), less)) == (
        1,
        0.5,
    )
    assert driver.kind == "mix"


def test_the_whole_of_a_flow_brings_its_median_over_the_days_to_come():
    [whole] = drivers_of(forecast_of(AT_LEAST, final=[1, 2, 9], to_come=[10, 40, 90], name="spend"))
    assert (whole.base, whole.now, whole.step, whole.per_day) == (40, 2, 1 / 20, True)
    assert whole.least.tolist() == [-10, -40, -90], "at the least, nothing comes"
    assert (whole.kind, whole.unit, whole.places) == ("rate", "USD", 2)
    [refunds] = drivers_of(
        forecast_of(AT_LEAST, final=[1, 2], to_come=[-1, 40], name="spend", days=0)
    )
    assert (refunds.least, refunds.step) == (-np.inf, 1)


def test_the_whole_of_a_ratio_moves_by_its_denominators_to_come():
    ratio = {"final": [50, 50], "denominator": [100, 100], "denominator_to_come": [20, 60]}
    of_ratio = forecast_of(AT_LEAST, to_come=[10, 30], **ratio)
    whole, denominator = drivers_of(of_ratio)
    assert (whole.now, whole.base, whole.per_day) == (0.5, 0.5, False)
    assert (whole.effect.tolist(), whole.least.tolist()) == ([20, 60], [-10, -30])
    assert (whole.most, whole.limits) == (np.inf, (0, np.inf))
    assert (denominator.kind, denominator.base, denominator.now) == ("denominator", 40, 2)
    assert denominator.least.tolist() == [-20, -60]
    share = forecast_of(AT_LEAST, to_come=[10, 30], name="csat", is_share=True, **ratio)
    [whole] = drivers_of(share)
    assert (whole.most.tolist(), whole.limits) == ([10, 30], (0, 1))


def test_a_ratio_that_was_below_nothing_may_be_so_again_and_a_full_share_has_no_room():
    ratio = {"final": [50, 50], "denominator": [100, 100], "denominator_to_come": [20, 60]}
    whole = next(drivers_of(forecast_of(AT_LEAST, to_come=[-10, 30], **ratio)))
    assert (whole.least, whole.limits) == (-np.inf, (-np.inf, np.inf))
    full = forecast_of(AT_LEAST, to_come=[25, 30], name="csat", is_share=True, **ratio)
    assert next(drivers_of(full)).most.tolist() == [0, 30]


def test_where_nothing_is_left_to_divide_by_there_is_no_driver():
    nothing = {"final": [50], "to_come": [10], "denominator": [100], "denominator_to_come": [0]}
    assert list(drivers_of(forecast_of(AT_LEAST, **nothing))) == []


@pytest.mark.parametrize(
    ("goal", "final", "kinds"),
    [
        (AT_LEAST, 50, ["rate", "denominator"]),
        (AT_LEAST, -50, ["rate"]),
        (asked("at_least", low="0"), 50, ["rate"]),
    ],
)
def test_a_denominator_is_moved_of_what_is_above_nothing(goal, final, kinds):
    ratio = forecast_of(
        goal, final=[final], to_come=[10], denominator=[100], denominator_to_come=[50]
    )
    assert [driver.kind for driver in drivers_of(ratio)] == kinds


def by_region(**sides: tuple[int, int]) -> KpiFacts:
    """A ratio on the day of the cut, by its regions: numerators and denominators."""

    rows = [
        DayFact(CUT, {"region": region}, None, Decimal(top), Decimal(bottom))
        for region, (top, bottom) in sides.items()
    ]
    return KpiFacts(KPIS["csat"], rows, frozenset({CUT}), CUT)


def mixes(goal: Goal, **sides: tuple[int, int]) -> list[MixDriver]:
    forecast = forecast_of(
        goal, final=[50], to_come=[40], denominator=[100], denominator_to_come=[100],
        facts=by_region(**sides), is_share=True,
    )  # fmt: skip
    return [driver for driver in drivers_of(forecast) if isinstance(driver, MixDriver)]


def test_a_mix_moves_from_the_worst_to_the_best():
    """North has 10 of 50, east 20 of 30 and west 10 of 20: 0.2, 0.667 and 0.5."""
    [mix] = mixes(AT_LEAST, north=(10, 50), east=(20, 30), west=(10, 20))
    assert (mix.worst, mix.best, mix.member) == ("north", "east", "north > east")
    assert (mix.now, mix.base) == (0.5, 0.5)
    # 100 are still to divide by, and each that is moved is worth 0.467
    assert mix.effect.tolist() == pytest.approx([100 * (2 / 3 - 0.2)])
    assert mix.most.tolist() == pytest.approx([50 * (2 / 3 - 0.2)])
    [less] = mixes(AT_MOST, north=(10, 50), east=(20, 30), west=(10, 20))
    assert (less.worst, less.best) == ("east", "north")
    assert mixes(BAND, north=(10, 50), east=(20, 50)) == []


def test_who_has_less_than_a_twentieth_of_the_denominators_is_no_end_of_a_mix():
    [mix] = mixes(AT_LEAST, north=(19, 95), east=(4, 5))
    assert (mix.best, mix.now) == ("east", 0.95)
    assert mixes(AT_LEAST, north=(19, 96), east=(3, 4)) == []


def test_members_that_are_alike_have_no_mix():
    assert mixes(AT_LEAST, north=(10, 50), east=(10, 50)) == []
    assert mixes(AT_LEAST, north=(10, 50)) == []
