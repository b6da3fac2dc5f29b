"""Measures the odds on a sample of the public series that may be tuned to, within two minutes of a core.

    python -m tests.benchmarks.forecast_tuning FOLDER [--wheels WHEELS] [--cases CASES] [--frequency daily]

FOLDER keeps the series and the answers of the other methods. It is filled from WHEELS (see
tests/benchmarks/public_series) where it is empty, which needs pandas and takes some minutes once; later runs need
neither. CASES of each frequency are drawn with a fixed seed, evenly over the kinds, and over the collections of a kind.
Okra's curve is fitted on the other half of the collections; --shipped takes the one that ships.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tests.benchmarks.judged import as_lines, joined, line
from tests.benchmarks.public_series import TUNING
from tests.benchmarks.replayed import Asked, Kept, answered, asked, cross_fitted, kept_collections

FREQUENCIES = ("daily", "weekly", "monthly")


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--wheels", type=Path)
    arguments.add_argument("--cases", type=int, default=900)
    arguments.add_argument("--frequency", choices=FREQUENCIES, action="append")
    arguments.add_argument("--shipped", action="store_true")
    arguments.add_argument("--by-collection", action="store_true")
    chosen = arguments.parse_args()
    kept = list(kept_collections(chosen.folder, TUNING, chosen.wheels))
    questions = [
        question
        for frequency in chosen.frequency or FREQUENCIES
        for question in sample(
            [collection for collection in kept if collection.frequency == frequency], chosen.cases
        )
    ]
    started = time.process_time()
    every = [answered(question, chosen.folder / "answers") for question in questions]
    seconds = time.process_time() - started
    whole = joined([answer.judged() for answer in every]) if chosen.shipped else cross_fitted(every)
    print("\n".join(as_lines(whole)))
    if chosen.by_collection:
        print()
        names = np.array([name.partition(":")[0] for name in whole.series])
        print("\n".join(line(name, whole.of(names == name)) for name in np.unique(names)))
    print(f"\n{seconds:.0f} s of a core")


def sample(kept: Sequence[Kept], count: int) -> list[Asked]:
    """About `count` cases, evenly from the kinds, and from the collections of a kind."""
    kinds = sorted({collection.kind for collection in kept})
    questions = []
    for kind in kinds:
        alike = [asked(collection) for collection in kept if collection.kind == kind]
        alike.sort(key=lambda question: len(question.cases))
        left = count // len(kinds)
        for number, question in enumerate(alike):
            drawn = question.drawn(left // (len(alike) - number))
            left -= len(drawn.cases)
            questions.append(drawn)
    return questions


if __name__ == "__main__":
    main()
