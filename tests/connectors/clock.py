"""Pulls that wait for nothing: their clock goes on by the seconds that they would have slept."""

from connectors.sdk.contract import Source
from connectors.sdk.throttle import ThrottledCalls


class Clock:
    """Time that passes only while somebody sleeps. `slept` lists the seconds of each sleep."""

    def __init__(self, slept: list[float] | None = None) -> None:
        self.now = 0.0
        self.slept = [] if slept is None else slept

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def unslept(source: Source, slept: list[float] | None = None) -> ThrottledCalls:
    """Calls of a source that never sleep; `slept` lists how long they would have slept."""
    clock = Clock(slept)
    return ThrottledCalls(source.limits, source.diagnose, clock=clock, sleep=clock.sleep)
