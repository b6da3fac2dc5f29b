"""How often one public series is said to help to foresee another: related ones, and ones put together at random.

    pip download --no-deps -d WHEELS $(python -m tests.benchmarks.public_series)
    python -m tests.benchmarks.leading_indicators FOLDER --wheels WHEELS [--series N] [--write-page]

The related pairs were chosen before any was tested, by what is known of them: the Southern Oscillation and fish, the
leading indicator of Box and Jenkins, oil and petrol, weather, dust and deaths, production and unemployment, and of N
cities in Texas homes for sale and homes sold, homes sold and their price. Each follower is then put beside leaders of
other collections, drawn with a fixed seed. The test is made on the earlier origins; what a lead brings where it is said
to help is measured on the latest 25 origins, which the test has not seen. FOLDER keeps the series.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipelines.okr.forecast.training_series import Exact, TrainingSeries
from pipelines.okr.kpi.kinds import KINDS, Kind
from pipelines.okr.leads.foresight import brier_of, foresight, used_slope
from pipelines.okr.leads.testing import MOST_ORIGINS, PastErrors, past_errors
from pipelines.okr.odds.estimates import Stretch
from tests.benchmarks.measures_page import write_figures
from tests.benchmarks.public_series import TUNING
from tests.benchmarks.public_series.wheels import Wheels
from tests.benchmarks.replayed import SEED, Kept, kept_collections
from tests.benchmarks.report import Section

LATER = 25
"""The latest origins, on which what a lead brings is measured."""
SHUFFLED = 8
"""Leaders of other collections that each follower is put beside."""
_SEASONS = {"weekly": 1, "monthly": 12}
_YEARS = {"weekly": 365.2425 / 7, "monthly": 0.0}


@dataclass(frozen=True, eq=False)
class Follower:
    """A series by week or month, and the one that is said to move some steps before it."""

    name: str
    frequency: str
    kind: Kind
    sides: tuple[Exact, ...]
    leader: Exact
    by: int

    def errors(self) -> PastErrors | None:
        """The errors of its own forecasts."""
        length = len(self.sides[0])
        kind = KINDS[self.kind]
        sides = tuple(
            TrainingSeries(
                side,
                700_000 + length,
                _SEASONS[self.frequency],
                kind.is_level,
                bool(np.all(side == np.rint(side))),
                _YEARS[self.frequency],
            )
            for side in self.sides
        )
        stretch = Stretch(sides, kind, 0, self.by)
        return past_errors(range(1, length + 1), stretch, self.by, MOST_ORIGINS + LATER)


@dataclass(frozen=True)
class Said:
    """What is said of a pair, and the Brier scores on the later origins without and with the lead."""

    pair: str
    helps: bool
    gain: float
    brier: float
    brier_with: float


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--wheels", type=Path, required=True)
    arguments.add_argument("--series", type=int, default=10, help="cities in Texas")
    arguments.add_argument("--write-page", action="store_true")
    chosen = arguments.parse_args()
    kept = {x.name: x for x in kept_collections(chosen.folder, TUNING, chosen.wheels)}
    pool = _leaders(kept)
    random = np.random.default_rng(SEED)
    related: list[Said] = []
    shuffled: list[Said] = []
    for follower in [*_textbook(Wheels(chosen.wheels)), *_homes(kept, chosen.series)]:
        past = follower.errors()
        if past is None:
            continue
        related.append(said(follower.name, past, follower.leader))
        length = len(follower.sides[0])
        fitting = [leader for leader in pool if len(leader) >= length]
        for place in random.permutation(len(fitting))[:SHUFFLED].tolist():
            shuffled.append(said(follower.name, past, fitting[place][-length:]))
        print(related[-1], flush=True)
    write_figures("leading_indicators", sections(related, shuffled), chosen)


def said(name: str, past: PastErrors, leader: Exact) -> Said:
    """The test on the earlier origins, and what came of it on the later ones."""
    signals, errors = past.signals(leader), past.errors
    earlier = len(errors) - LATER
    answer = foresight(errors[:earlier], signals[:earlier], past.reach)
    assert answer is not None, "followers with too few origins were left out"
    # the slope of what was known when the later ones began
    known = earlier - past.reach
    ahead = used_slope(np.clip(errors[:known], -3, 3), signals[:known]) * signals[earlier:]
    later = errors[earlier:]
    return Said(
        name, answer.helps, answer.gain, brier_of(later, np.zeros(LATER)), brier_of(later, ahead)
    )


def _textbook(files: Wheels) -> Iterator[Follower]:
    """Pairs of which textbooks say that the one moves before the other."""

    def column(name: str) -> Exact:
        table = files.astsa(name)
        return np.asarray(table[table.columns[-1]], dtype=np.float64)

    pairs: tuple[tuple[str, str, str, Kind, int], ...] = (
        ("soi", "rec", "monthly", "flow", 6),
        ("lead", "sales", "weekly", "stock", 3),
        ("oil", "gas", "weekly", "stock", 2),
        ("tempr", "cmort", "weekly", "flow", 2),
        ("part", "cmort", "weekly", "flow", 2),
        ("prodn", "unemp", "monthly", "stock", 3),
    )
    for leader, follower, frequency, kind, by in pairs:
        first, second = column(leader), column(follower)
        length = min(len(first), len(second))
        name = f"{leader} before {follower}"
        yield Follower(name, frequency, kind, (second[-length:],), first[-length:], by)


def _homes(kept: dict[str, Kept], most: int) -> Iterator[Follower]:
    """Homes in the cities of Texas: those for sale before those sold, those sold before their price."""
    listed, sold, price = (
        kept[name].rows for name in ("homes_for_sale", "homes_sold", "home_price")
    )
    for city in sorted(listed.keys() & sold.keys() & price.keys())[:most]:
        days = [dict(rows[city]) for rows in (listed, sold, price)]
        both = sorted(set.intersection(*(set(of_rows) for of_rows in days)))
        for_sale, homes, prices = (
            np.array([of_rows[day] for day in both], dtype=np.float64).T for of_rows in days
        )
        yield Follower(
            f"for sale before sold, {city}", "monthly", "flow", (homes[0],), for_sale[0], 3
        )
        yield Follower(f"sold before price, {city}", "monthly", "ratio", tuple(prices), homes[0], 3)


def _leaders(kept: dict[str, Kept]) -> list[Exact]:
    """The series by week and month of collections that no follower is of."""
    return [
        np.array([amounts[0] for _, amounts in rows])
        for name, collection in kept.items()
        if collection.frequency in _SEASONS and "home" not in name and name != "mortality"
        for rows in collection.rows.values()
    ]


def sections(related: Sequence[Said], shuffled: Sequence[Said]) -> list[Section]:
    rows = [_row("related", related), _row("put together at random", shuffled)]
    pairs = [
        (
            lead.pair,
            "helps" if lead.helps else "no evidence",
            f"{lead.gain:.1%}",
            f"{_brought([lead]):.1%}",
        )
        for lead in related
    ]
    columns = (
        "pairs",
        "tested",
        "helps is said",
        "Brier off in the test",
        "Brier off later where used",
    )
    return [
        Section("How often a lead is said to help", columns, rows),
        Section("The related pairs", ("pair", "said", "Brier off in the test", "later"), pairs),
    ]


def _row(name: str, part: Sequence[Said]) -> tuple[str, ...]:
    used = [lead for lead in part if lead.helps]
    in_test = f"{np.mean([lead.gain for lead in used]):.1%}" if used else "–"
    later = f"{_brought(used):.1%}" if used else "–"
    return name, str(len(part)), f"{len(used) / len(part):.1%}", in_test, later


def _brought(part: Sequence[Said]) -> float:
    """The share of the Brier score on the later origins that the leads take off."""
    return 1 - sum(lead.brier_with for lead in part) / sum(lead.brier for lead in part)


if __name__ == "__main__":
    main()
