"""Which collections may be tuned to, and which are looked at once, at the end.

The rule was written before any series was scored. Data sets that were used before it are for tuning. The others are
taken in the order of a hash of their names, and each goes to the half that has fewer collections so far of its
frequencies and kinds; a tie goes to the half that is looked at once. Collections of one data set stay together.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence

from tests.benchmarks.public_series import HELD_OUT, TUNING
from tests.benchmarks.public_series.collection import Source


def halves(sources: Sequence[Source], used_before: Sequence[Source]) -> dict[str, str]:
    """The half of each collection, by its name."""
    of_data: dict[str, list[Source]] = {}
    for source in sources:
        of_data.setdefault(source.data_set, []).append(source)
    sizes = {TUNING: Counter[tuple[str, str]](), HELD_OUT: Counter[tuple[str, str]]()}
    half_of: dict[str, str] = {}
    before = {source.data_set for source in used_before}
    for data_set in sorted(of_data, key=lambda name: (name not in before, _hashed(name))):
        own = of_data[data_set]
        kinds = [(source.frequency, source.kind) for source in own]
        lead = sum(sizes[TUNING][kind] - sizes[HELD_OUT][kind] for kind in kinds)
        half = TUNING if data_set in before or lead < 0 else HELD_OUT
        sizes[half].update(kinds)
        half_of |= {source.name: half for source in own}
    return half_of


def _hashed(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
