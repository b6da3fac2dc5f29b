"""The rungs of a ladder of targets, found by asking for the odds of targets."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from pipelines.okr.kpi.numbers import ONE

RUNGS = tuple(Decimal(share).scaleb(-1) for share in (9, 7, 5, 3, 1))
"""The odds of the rungs, the easiest first."""
EVEN = RUNGS[2]
_WIDENINGS = 12
_TRIED_AT_ONCE = 8
_DIGITS = 2
"""The rungs are this many digits finer than the distance between the first and the last."""
_SURE = Decimal("0.999")
"""The highest odds that are published of what is not settled."""

OddsOf = Callable[[Sequence[Decimal]], Sequence[Decimal]]
"""The odds of each of some targets."""


@dataclass(frozen=True, slots=True)
class Rung:
    """The hardest target that is met with odds of at least `asked`; `probability` are its own odds.

    `target` is None where even the easiest target that was tried has lower odds, and where only 0 has them, which is
    met whatever comes: at least 0 deals asks for nothing.
    """

    asked: Decimal
    target: Decimal | None
    probability: Decimal | None


@dataclass(slots=True)
class RungSearch:
    """Targets are multiples of `_step`; a number of steps is called a place. Higher places are harder.

    `sign` is 1 where a higher target is harder, −1 where a lower one is. `finest` is the last decimal that the KPI is
    shown with. `_odds` has the odds of each place that was tried.
    """

    sign: int
    finest: Decimal
    odds_of: OddsOf
    _odds: dict[int, Decimal] = field(default_factory=dict)
    _step: Decimal = ONE

    def rungs(self, low: Decimal, high: Decimal) -> tuple[Rung, ...]:
        """The rungs; `low` and `high` are where the KPI is likely to end."""
        easiest, hardest = self._ends(low, high)
        self._step = self._step_for(hardest - easiest)
        first = int((self.sign * easiest / self._step).to_integral_value()) - 1
        last = int((self.sign * hardest / self._step).to_integral_value()) + 1
        self._try([first, last])
        self._narrow()
        targets = [rung.target for rung in map(self._rung, RUNGS) if rung.target is not None]
        if targets:
            self._refine(self._step_for(max(targets) - min(targets)))
            self._narrow()
        return tuple(map(self._rung, RUNGS))

    def _ends(self, low: Decimal, high: Decimal) -> tuple[Decimal, Decimal]:
        """A target with odds of at least nine in ten, and one with odds of at most one in ten."""
        width = max(high - low, abs(high) / 20, self.finest)
        for _ in range(_WIDENINGS):
            low, high, width = low - width, high + width, 2 * width
            easiest, hardest = (low, high) if self.sign > 0 else (high, low)
            easy, hard = self.odds_of([easiest, hardest])
            if easy >= RUNGS[0] and hard <= RUNGS[-1]:
                break
        return easiest, hardest

    def _step_for(self, span: Decimal) -> Decimal:
        """A power of ten, at least the last decimal that the KPI is shown with."""
        if not span:
            return self.finest
        return max(self.finest, ONE.scaleb(span.adjusted() - _DIGITS))

    def _refine(self, step: Decimal) -> None:
        """Count in smaller steps from here on."""
        if step < self._step:
            parts = int(self._step / step)
            self._odds = {place * parts: odds for place, odds in self._odds.items()}
            self._step = step

    def _narrow(self) -> None:
        """Try places until each rung lies between two that are next to each other."""
        while candidates := sorted(set(self._between(RUNGS))):
            self._try(candidates)

    def _between(self, asked: Iterable[Decimal]) -> Iterator[int]:
        """Places to try next: some between the hardest place that is good enough for a rung and the next one."""
        for odds in asked:
            good, bad = self._bracket(odds)
            if good is None or bad is None:
                continue
            gap = bad - good
            for part in range(1, min(gap, _TRIED_AT_ONCE + 1)):
                yield good + gap * part // min(gap, _TRIED_AT_ONCE + 1)

    def _bracket(self, asked: Decimal) -> tuple[int | None, int | None]:
        """The hardest place with odds of `asked`, and the easiest above it that has less."""
        good = max((place for place, odds in self._odds.items() if odds >= asked), default=None)
        bad = min((place for place, odds in self._odds.items() if odds < asked), default=None)
        return good, bad

    def _rung(self, asked: Decimal) -> Rung:
        good, _ = self._bracket(asked)
        if good is None:
            return Rung(asked, None, None)
        target, odds = self._target(good), self._odds[good]
        if self.sign > 0 and not target and odds >= _SURE:
            return Rung(asked, None, None)
        return Rung(asked, target, odds)

    def _target(self, place: int) -> Decimal:
        return (self.sign * place * self._step).quantize(self.finest)

    def _try(self, places: Sequence[int]) -> None:
        targets = [self._target(place) for place in places]
        self._odds.update(zip(places, self.odds_of(targets), strict=True))
