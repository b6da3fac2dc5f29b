"""How often a measure is said to have an effect where there is none, and how often an effect is seen that there is.

    pip download --no-deps -d WHEELS $(python -m tests.benchmarks.public_series)
    python -m tests.benchmarks.measured_effects FOLDER --wheels WHEELS [--series N] [--days N] [--half tuning]
        [--write-page]

Days are drawn for each of some series of each collection, with a fixed seed, on which nothing is known to have begun;
what is looked at after one is not looked at after another. The series is judged from each day on as a measure would be,
at each look. Effects of 5, 10, 20 and 30 % are then added to what came. FOLDER keeps the series; `--half "looked at
once"` is the default, because nothing was chosen on it.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from pipelines.backtest.cases import Case, cases
from pipelines.okr.forecast.training_series import MIN_MONTHS_TO_SMOOTH, MIN_TO_SMOOTH
from pipelines.okr.measures.looks import LOOKS
from pipelines.okr.measures.placebos import LEAST_PLACEBOS, PlaceboErrors, planned_looks
from pipelines.okr.odds.estimates import Estimate, Stretch, estimates_by_look
from tests.benchmarks.measures_page import write_figures
from tests.benchmarks.public_series import HELD_OUT, TUNING
from tests.benchmarks.replayed import SEED, Kept, kept_collections
from tests.benchmarks.report import Section

EFFECTS = (0.05, 0.1, 0.2, 0.3)
STEPS = {"daily": "day", "weekly": "week", "monthly": "month"}
COLUMNS = (
    "series",
    "asked",
    "false verdicts",
    *(f"{effect:.0%} seen" for effect in EFFECTS),
    "interval holds",
)


@dataclass(frozen=True)
class Asked:
    """What is said at one look at a series on which nothing began, after a day of this number."""

    series: str
    day: int
    frequency: str
    kind: str
    look: int
    estimate: Estimate
    width: float

    def is_supported(self, effect: float = 0.0) -> bool:
        """Whether an effect is said, after such a share was added to what came."""
        came = self.estimate.actual * (1 + effect)
        return abs(replace(self.estimate, actual=came).surprise) > self.width


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--wheels", type=Path)
    arguments.add_argument("--half", choices=(TUNING, HELD_OUT), default=HELD_OUT)
    arguments.add_argument("--series", type=int, default=2, help="series of each collection")
    arguments.add_argument("--days", type=int, default=1, help="days of each series")
    arguments.add_argument("--write-page", action="store_true")
    chosen = arguments.parse_args()
    every: list[Asked] = []
    for collection in kept_collections(chosen.folder, chosen.half, chosen.wheels):
        every += asked(collection, chosen.series, chosen.days)
        print(f"{collection.name}: {len(every)} looks so far", flush=True)
    write_figures("measured_effects", sections(every), chosen)


def asked(collection: Kept, most: int, days: int) -> Iterator[Asked]:
    """The looks at some series of a collection, after some days of each.

    A series is left out where too little of it is known.
    """
    random = np.random.default_rng(SEED)
    names = random.permutation(sorted(collection.rows)).tolist()
    left = most
    for name in names:
        if not left:
            return
        every = cases({name: collection.rows[name]}, collection.kind, collection.period)
        if not every:
            continue
        looks = list(
            _looks(max(every, key=lambda case: case.cut), collection.frequency, random, days)
        )
        left -= bool(looks)
        yield from looks


def _looks(case: Case, frequency: str, random: np.random.Generator, days: int) -> Iterator[Asked]:
    """The looks from each of some drawn days on, as many as fit."""
    days_a_week = case.sides[0].season if frequency == "daily" else 1
    every = [look * max(days_a_week, 1) for look in LOOKS[STEPS[frequency]]]
    length = len(case.sides[0].values)
    least = _least(frequency)
    earliest = _earliest(every, length, least)
    if earliest is None:
        return
    steps = every[: earliest[1]]
    places = np.arange(earliest[0], length - steps[-1] + 1)
    for number in range(days):
        if not len(places):
            return
        origin = int(random.choice(places))
        places = places[abs(places - origin) >= steps[-1]]
        yield from _after(case, frequency, number, origin, steps)


def _least(frequency: str) -> int:
    """How many steps a past has to have."""
    return 2 * MIN_MONTHS_TO_SMOOTH if frequency == "monthly" else MIN_TO_SMOOTH


def _after(
    case: Case, frequency: str, number: int, origin: int, steps: Sequence[int]
) -> Iterator[Asked]:
    """The looks after one day, so many steps later."""
    length = len(case.sides[0].values)
    least = _least(frequency)
    planned = planned_looks(steps, origin, least)
    assert planned is not None, "enough placebo dates lie before it"
    sides = tuple(
        replace(
            side,
            values=side.values[: origin + planned.horizon],
            end=side.end - (length - origin - planned.horizon),
            observed=None,
        )
        for side in case.sides
    )
    stretch = Stretch(sides, case.behaviour, 0, planned.horizon, case.is_share)
    answers = dict(estimates_by_look(stretch, [origin, *planned.origins], planned.steps))
    own = answers.pop(0, [None])
    errors = PlaceboErrors(
        {planned.origins[place - 1]: row for place, row in answers.items()}, planned.horizon
    )
    if errors.dates < LEAST_PLACEBOS:
        return
    for place, estimate in enumerate(own):
        if estimate is not None:
            look = LOOKS[STEPS[frequency]][place]
            yield Asked(
                case.series, number, frequency, case.kind, look, estimate, errors.widening(place)
            )


def _earliest(steps: Sequence[int], length: int, least: int) -> tuple[int, int] | None:
    """The first place to begin at with enough placebo dates for as many of the looks as fit, and how many these are."""
    for count in range(len(steps), 0, -1):
        horizon = steps[count - 1]
        for origin in range(least, length - horizon + 1):
            planned = planned_looks(steps[:count], origin, least)
            if planned is not None and len(planned.steps) == count:
                return origin, count
    return None


def sections(every: Sequence[Asked]) -> list[Section]:
    """The figures of all looks, by frequency and kind, and by look."""
    parts = [
        ("all", list(every)),
        *((name, [x for x in every if x.frequency == name]) for name in STEPS),
        *(
            (f"{kind}s", [x for x in every if x.kind == kind])
            for kind in ("flow", "ratio", "stock")
        ),
    ]
    looks = [
        (
            f"after {look} {STEPS[frequency] if frequency != 'daily' else 'week'}s, {frequency}",
            [x for x in every if (x.frequency, x.look) == (frequency, look)],
        )
        for frequency, step in STEPS.items()
        for look in LOOKS[step]
    ]
    by_day: dict[tuple[str, str, str, int], list[Asked]] = {}
    for asked in every:
        by_day.setdefault((asked.frequency, asked.kind, asked.series, asked.day), []).append(asked)
    said = {key: any(x.is_supported() for x in own) for key, own in by_day.items()}
    last = np.mean([own[-1].is_supported() for own in by_day.values()])
    by_kind = ", ".join(
        f"of {name} {np.mean(own):.1%} of {len(own)}"
        for place, names in ((0, STEPS), (1, ("flow", "ratio", "stock")))
        for name in names
        if (own := [wrong for key, wrong in said.items() if key[place] == name])
    )
    text = (
        f"{len(by_day)} days of {len({key[:3] for key in by_day})} series, {len(every)} looks. At the last look "
        f"{last:.1%} of the days on which nothing began were said to have an effect, at some look "
        f"{np.mean(list(said.values())):.1%}: {by_kind}."
    )
    return [
        Section("By frequency and kind", COLUMNS, list(map(_row, *zip(*_some(parts), strict=True))), text),
        Section("By look", COLUMNS, list(map(_row, *zip(*_some(looks), strict=True)))),
    ]  # fmt: skip


def _some(parts: Sequence[tuple[str, list[Asked]]]) -> list[tuple[str, list[Asked]]]:
    return [(name, part) for name, part in parts if part]


def _row(name: str, part: Sequence[Asked]) -> tuple[str, ...]:
    """What is added is known exactly, so that the interval holds it where it holds nothing without it."""
    false = np.mean([asked.is_supported() for asked in part])
    seen = [np.mean([asked.is_supported(effect) for asked in part]) for effect in EFFECTS]
    return (
        name,
        str(len(part)),
        f"{false:.1%}",
        *(f"{share:.0%}" for share in seen),
        f"{1 - false:.1%}",
    )


if __name__ == "__main__":
    main()
