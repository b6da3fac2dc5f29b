"""One driver held against one goal: what it has to do, or how far it can go."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import numpy as np

from pipelines.okr.forecast.history import Exact
from pipelines.okr.kpi.numbers import ZERO, rounded
from pipelines.okr.levers import wording
from pipelines.okr.levers.drivers import Driver
from pipelines.okr.levers.least_change import Spans
from pipelines.okr.levers.outlook import Outlook
from pipelines.okr.levers.standard import Standard

_SHARE_PLACES = 6
_DAILY_PLACES = 2
"""Decimals of what a day brings, at least: of a few in a month it is less than a tenth."""
_MOST_FOLD = 1_000_000
"""A change of so many times what comes anyway is no part of it."""
_FAR = Decimal(10) ** 30
"""Further than any limit."""


@dataclass(frozen=True, slots=True)
class Pull:
    """What a driver has to do for a goal, or how far it can go where that is not `possible`.

    It stands at `now` and has to stand at `needed`; `change` is as the lever's, `share` is it over what the
    driver brings anyway, and `odds` are those of the goal with the change.
    """

    possible: bool
    now: Decimal
    needed: Decimal | None
    change: Decimal | None
    share: Decimal | None
    odds: Decimal | None
    why: str


def pull(outlook: Outlook, standard: Standard, driver: Driver, spans: Spans) -> Pull:
    """The driver held against the goal: `spans` are how far it may go in each future."""
    change = None if standard.enough is None else spans.least(standard.enough)
    held = _Held(outlook, driver)
    if change is not None:
        now, needed = held.rates(change)
        signed, share = held.signed(change), held.share(change)
        odds = standard.odds(spans.met(change))
        why = wording.enough(driver, outlook.goal, (now, needed), signed, share)
        return Pull(True, now, needed, signed, share, odds, wording.with_odds(why, odds))
    limit = held.limit()
    if limit is None:
        why = wording.with_odds(wording.no_end(driver), None)
        return Pull(False, held.rates(ZERO)[0], None, None, None, None, why)
    change = held.mean_change(limit)
    now, needed = held.rates(change)
    odds = standard.odds(spans.met(-_FAR if held.downward else _FAR))
    why = wording.not_enough(driver, outlook.question.lens.kpi, needed, held.outcome(limit))
    return Pull(
        False,
        now,
        needed,
        held.signed(change),
        held.share(change),
        odds,
        wording.with_odds(why, odds),
    )


@dataclass(frozen=True, eq=False)
class _Held:
    """A driver and the goal it is held against."""

    outlook: Outlook
    driver: Driver

    @property
    def falling(self) -> bool:
        """Whether the goal is to have less."""
        return self.outlook.question.goal.comparison == "at_most"

    @property
    def downward(self) -> bool:
        """Whether it is less of the driver that leads toward the goal."""
        if self.driver.kind == "mix":
            return False  # more is moved
        return self.falling != (self.driver.kind == "denominator")

    def limit(self) -> Exact | None:
        """The most that it can add toward the goal in each future; None where that has no end or direction."""
        if self.outlook.question.goal.comparison == "between":
            return None
        furthest = self.driver.least if self.downward else self.driver.most
        limit = np.broadcast_to(furthest, self.outlook.ends.shape)
        return limit if np.isfinite(limit).all() else None

    def mean_change(self, limit: Exact) -> Decimal:
        """What it has to change by to be at its limit, over all futures."""
        change = float(limit.mean() / np.mean(self.driver.power))
        return rounded(Decimal(repr(change)), self.driver.places)

    def rates(self, change: Decimal) -> tuple[Decimal, Decimal]:
        """Where it stands and where it would stand, the second rounded to the side of enough."""
        driver, kpi = self.driver, self.outlook.question.lens.kpi
        daily = driver.kind == "denominator" or kpi.kind in ("flow", "stock")
        places = max(_DAILY_PLACES, driver.places) if daily else driver.places
        exact = Decimal(repr(driver.now))
        moved = exact + change * Decimal(repr(driver.step))
        away = ROUND_CEILING if moved > exact else ROUND_FLOOR
        low, high = (Decimal(repr(end)) for end in driver.limits)
        steady = rounded(moved, places + _SHARE_PLACES)
        return rounded(exact, places), min(max(rounded(steady, places, away), low), high)

    def signed(self, change: Decimal) -> Decimal:
        """The change as it is published: what is moved away is less of it."""
        return -change if self.driver.step < 0 else change

    def share(self, change: Decimal) -> Decimal | None:
        """The change as a part of what comes anyway; None where that is nothing, or as good as that."""
        base = Decimal(repr(self.driver.base))
        if base <= 0 or abs(change) > _MOST_FOLD * base:
            return None
        return rounded(self.signed(change) / base, _SHARE_PLACES)

    def outcome(self, limit: Exact) -> Decimal | None:
        """What half of the futures would come to at the limit, or less."""
        kpi = self.outlook.question.lens.kpi
        if self.driver.kind == "denominator":
            end = self.outlook.with_more(0.0, below=limit)
        else:
            taken = self.driver.kind == "mix" and self.falling
            end = self.outlook.with_more(-limit if taken else limit)
        return None if end is None else rounded(Decimal(repr(end)), kpi.precision)
