"""Asking a source no faster than it allows, and again when it says so."""

import threading
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sdk.contract import Limit
from connectors.sdk.errors import (
    CredentialError,
    QuotaExhausted,
    SourceError,
    Throttled,
    Unavailable,
)
from connectors.sdk.throttle import LONGEST_WAIT, TRIES, ThrottledCalls, TokenBucket
from tests.connectors.clock import Clock


def failing(*faults: Exception, then: str = "answer") -> Callable[[], str]:
    """A call that fails in turn, then answers."""
    left = list(faults)

    def call() -> str:
        if left:
            raise left.pop(0)
        return then

    return call


def calls_of(clock: Clock, diagnose: Callable[[Exception], SourceError | None] = lambda e: None):
    return ThrottledCalls(
        [Limit("api", 1000, burst=1000)], diagnose, clock=clock, sleep=clock.sleep
    )


@given(
    rate=st.floats(0.1, 200),
    burst=st.integers(1, 50),
    idle=st.lists(st.floats(0, 5), min_size=1, max_size=150),
)
def test_no_stretch_of_time_sees_more_calls_than_the_burst_and_the_rate(rate, burst, idle):
    clock = Clock()
    bucket = TokenBucket(Limit("api", rate, burst), clock, clock.sleep)
    taken = []
    for pause in idle:
        clock.now += pause if pause > 2.5 else 0  # now and then nobody asks for a while
        bucket.take()
        taken.append(clock.now)
    for first in range(len(taken)):
        for last in range(first, len(taken)):
            allowed = burst + rate * (taken[last] - taken[first])
            assert last - first + 1 <= allowed + 1e-6


def test_the_burst_is_free_and_then_each_call_waits_its_turn():
    clock = Clock()
    bucket = TokenBucket(Limit("api", 4, burst=3), clock, clock.sleep)
    for _ in range(5):
        bucket.take()
    assert clock.slept == [0.25, 0.25]


def test_who_wakes_late_is_not_followed_the_sooner():
    clock = Clock()
    oversleeping = iter([0.0, 0.3, 0.0, 0.0, 0.1, 0.0])
    bucket = TokenBucket(Limit("api", 4), clock, lambda s: clock.sleep(s + next(oversleeping)))
    taken = []
    for _ in range(7):
        bucket.take()
        taken.append(round(clock.now, 6))
    assert taken == [0.0, 0.25, 0.8, 1.05, 1.3, 1.65, 1.9]


def test_threads_that_share_a_bucket_share_its_rate():
    bucket = TokenBucket(Limit("api", 200, burst=4))
    began, taken, lock = time.monotonic(), [], threading.Lock()

    def work() -> None:
        for _ in range(8):
            bucket.take()
            with lock:
                taken.append(time.monotonic() - began)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 48
    for place, at in enumerate(sorted(taken)):
        assert at >= (place + 1 - 4) / 200 - 0.001


def test_a_pause_holds_back_whoever_asks_next_and_then_the_rate_goes_on():
    clock = Clock()
    bucket = TokenBucket(Limit("api", 10, burst=5), clock, clock.sleep)
    bucket.pause(3)
    bucket.take()
    assert clock.now == pytest.approx(3.1)
    bucket.take()
    assert clock.now == pytest.approx(3.2)


def test_the_seconds_a_source_asks_for_are_waited():
    clock = Clock()
    answer = calls_of(clock)("api", failing(Unavailable("down", retry_after=7.5)))
    assert answer == "answer"
    assert clock.slept == [7.5]


def test_a_refusal_for_speed_holds_back_the_whole_bucket_for_the_seconds_asked():
    clock = Clock()
    assert calls_of(clock)("api", failing(Throttled("slow", retry_after=12))) == "answer"
    assert sum(clock.slept) == pytest.approx(12, abs=0.1)


def test_without_a_word_on_when_the_pauses_double():
    clock = Clock()
    calls_of(clock)("api", failing(*[Unavailable("down")] * 4))
    for wait, expected in zip(clock.slept, [0.5, 1, 2, 4], strict=True):
        assert expected * 0.75 <= wait <= expected * 1.25


def test_the_last_try_is_final_and_its_fault_is_told():
    clock = Clock()
    tried = 0

    def call() -> None:
        nonlocal tried
        tried += 1
        raise Unavailable(f"down {tried}")

    with pytest.raises(Unavailable, match=f"down {TRIES}"):
        calls_of(clock)("api", call)
    assert tried == TRIES
    assert len(clock.slept) == TRIES - 1


def test_a_wait_beyond_reason_is_not_waited():
    clock = Clock()
    with pytest.raises(Throttled):
        calls_of(clock)("api", failing(Throttled("tomorrow", retry_after=LONGEST_WAIT + 1)))
    assert clock.slept == []


@pytest.mark.parametrize("fault", [CredentialError("who?"), QuotaExhausted("spent")])
def test_what_waiting_cannot_mend_is_not_asked_again(fault):
    clock = Clock()
    with pytest.raises(type(fault)):
        calls_of(clock)("api", failing(fault))
    assert clock.slept == []


def test_a_vendors_exception_becomes_a_fault_and_does_not_travel_along():
    def diagnose(error: Exception) -> SourceError | None:
        return CredentialError("not accepted") if isinstance(error, KeyError) else None

    with pytest.raises(CredentialError) as caught:
        calls_of(Clock(), diagnose)("api", failing(KeyError("token sk_live_secret")))
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_an_exception_that_is_no_fault_of_the_source_is_raised_as_it_is():
    with pytest.raises(ZeroDivisionError):
        calls_of(Clock())("api", lambda: 1 / 0)


def test_an_answer_that_takes_its_time_is_waited_for_and_costs_no_token():
    clock = Clock()
    calls_of(clock).wait(4)
    assert clock.slept == [4]
