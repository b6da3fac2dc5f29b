"""Rate limits and retries: a token bucket a limit, and backoff by the source's own signals."""

import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from connectors.sdk.contract import Limit
from connectors.sdk.errors import SourceError, Throttled

T = TypeVar("T")

TRIES = 6
"""Calls made before a retryable fault is final."""
LONGEST_WAIT = 120.0
"""Seconds. A source that asks for a longer wait has used up a quota, and the run goes on without it."""


class TokenBucket:
    """At most `burst` calls at once and `per_second` on average, over all threads that share it.

    Threads wait in a queue. When a thread sleeps too long, the lost time is not made up for: two calls would follow
    each other closely, and a source that counts by the second would see one too many.
    """

    def __init__(
        self,
        limit: Limit,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rate = limit.per_second
        self._burst = float(limit.burst)
        self._tokens = float(limit.burst)
        self._clock, self._sleep = clock, sleep
        self._filled_at = clock()
        self._lock = threading.Lock()
        self._turn = threading.Lock()

    def take(self) -> None:
        """Wait for a token and take it."""
        with self._turn:
            with self._lock:
                now = self._clock()
                paused = max(0.0, self._filled_at - now)
                gained = max(0.0, now - self._filled_at) * self._rate
                self._tokens = min(self._burst, self._tokens + gained) - 1
                self._filled_at = max(self._filled_at, now)
                wait = paused + max(0.0, -self._tokens / self._rate)
            if wait:
                self._sleep(wait)
                with self._lock:
                    self._filled_at += max(0.0, self._clock() - now - wait)

    def pause(self, seconds: float) -> None:
        """Give no token for `seconds`: a refusal slows down every worker, not only the refused one."""
        with self._lock:
            now = self._clock()
            self._tokens = min(self._tokens, 0.0)
            self._filled_at = max(self._filled_at, now + seconds)


class ThrottledCalls:
    """`contract.Calls` for one source: a bucket a limit, retries by the source's own signals."""

    def __init__(
        self,
        limits: Sequence[Limit],
        diagnose: Callable[[Exception], SourceError | None],
        *,
        tries: int = TRIES,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._buckets: Mapping[str, TokenBucket] = {
            x.bucket: TokenBucket(x, clock, sleep) for x in limits
        }
        self._diagnose = diagnose
        self._tries = tries
        self._sleep = sleep

    def __call__(self, bucket: str, call: Callable[[], T]) -> T:
        """The result of `call`. Raises the `SourceError` that the last exception means."""
        tokens = self._buckets[bucket]
        for attempt in range(1, self._tries + 1):
            tokens.take()
            try:
                return call()
            except Exception as error:
                fault = error if isinstance(error, SourceError) else self._diagnose(error)
                if fault is None:
                    raise
                wait = pause_before(attempt + 1, fault)
                if not fault.retryable or attempt == self._tries or wait > LONGEST_WAIT:
                    # `from None`: a vendor's exception can carry the request, and with it the credential
                    raise fault from None
                if isinstance(fault, Throttled):
                    tokens.pause(wait)
                else:
                    self._sleep(wait)
        raise AssertionError("the last try returns or raises")

    def wait(self, seconds: float) -> None:
        self._sleep(seconds)


def pause_before(attempt: int, fault: SourceError) -> float:
    """Seconds to wait before `attempt` (2 is the first retry): what the source asked, else 0.5 s doubling, jittered."""
    if fault.retry_after is not None:
        return fault.retry_after
    # jitter keeps workers that failed together from asking together again; no secret hangs on it
    return float(0.5 * 2 ** (attempt - 2) * random.uniform(0.75, 1.25))  # noqa: S311
