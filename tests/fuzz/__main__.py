"""Read many inputs with something wrong, and tell of each that crashed or hung:

python -m tests.fuzz 1000000 --from 0 --kinds definitions sheets
"""

import argparse
import signal
import sys
import time
from random import Random
from typing import Any

from tests.fuzz.kinds import KINDS

HANGS_AFTER = 10.0
"""Seconds of the processor for one input: a busy machine is no hang."""


class Hung(BaseException):
    """An input was not read in time."""


def give_up(*_: Any) -> None:
    raise Hung


def main() -> int:
    """Read so many inputs, in turn of each kind. Returns 1 where one crashed or hung."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, help="how many inputs in all")
    parser.add_argument("--from", dest="first", type=int, default=0, help="the first seed")
    parser.add_argument("--kinds", nargs="+", choices=[*KINDS], default=[*KINDS])
    asked = parser.parse_args()
    signal.signal(signal.SIGVTALRM, give_up)
    began, wrong = time.monotonic(), 0
    for number in range(asked.first, asked.first + asked.count):
        kind = asked.kinds[number % len(asked.kinds)]
        signal.setitimer(signal.ITIMER_VIRTUAL, HANGS_AFTER)
        try:
            KINDS[kind](Random(f"{kind} {number}"))
        except (Exception, Hung) as error:
            wrong += 1
            if wrong <= 20:
                text = " ".join(f"{type(error).__name__}: {error}".split())[:600]
                print(f"{kind} {number}: {text}", flush=True)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        done = number - asked.first + 1
        if done % 100_000 == 0:
            print(f"{done:,} inputs, {wrong} crashed or hung", flush=True)
    seconds = time.monotonic() - began
    print(f"{asked.count:,} inputs in {seconds:,.0f} s: {wrong} crashed or hung")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
