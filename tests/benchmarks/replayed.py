"""Replays a half of the public series: Okra's answers and those of the other methods, kept in a folder."""

import hashlib
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import pipelines.okr.forecast
from pipelines.backtest import methods
from pipelines.backtest.cases import Case, Row, cases, targets
from pipelines.backtest.replay import Replay, replay
from pipelines.okr.forecast.recalibration import Curve, shipped_curves
from pipelines.okr.kpi.kinds import Kind
from pipelines.okr.kpi.periods import Cadence
from tests.benchmarks import textbook_methods as textbook
from tests.benchmarks.curves import curves_of
from tests.benchmarks.judged import OURS, UNCORRECTED, Judged, joined, judged

SEED = 20
LATEST_PERIODS = 12
MOST_SERIES = 40
"""Series of a collection; the others would mostly repeat them."""


class Kept(NamedTuple):
    """A collection as it is kept: the rows of some of its series."""

    name: str
    frequency: str
    kind: Kind
    period: Cadence
    rows: Mapping[str, list[Row]]


@dataclass(frozen=True, eq=False)
class Asked:
    """Cases of one collection with the goals (cases, targets) that are asked of each."""

    collection: Kept
    cases: Sequence[Case]
    goals: np.ndarray

    def drawn(self, most: int) -> "Asked":
        """At most so many of the cases, drawn with a fixed seed."""
        chosen = np.sort(np.random.default_rng(SEED).permutation(len(self.cases))[:most])
        return Asked(
            self.collection, [self.cases[place] for place in chosen.tolist()], self.goals[chosen]
        )


@dataclass(frozen=True, eq=False)
class Answered:
    """What Okra and the other methods said to them."""

    asked: Asked
    own: Replay
    others: Replay

    def judged(self, curves: Mapping[str, Curve] | None = None) -> Judged:
        """Okra's odds are corrected by these curves; by the shipped ones if there are none."""
        own, others = self.own, self.others
        curves = shipped_curves() if curves is None else curves
        odds = {OURS: own.corrected(curves), UNCORRECTED: own.odds["okra"]}
        ends = {OURS: own.interval("okra", curves), UNCORRECTED: own.interval("okra")}
        names = list(others.quantiles)
        odds |= {name: others.odds[name] for name in names}
        ends |= {name: others.interval(name) for name in names}
        collection = self.asked.collection
        return judged(collection.frequency, collection.name, own.cases, own.met, odds, ends)


def kept_collections(folder: Path, half: str, wheels: Path | None) -> Iterator[Kept]:
    """The collections of a half, from the folder, or from the wheels where the folder has none."""
    file = folder / f"{half.replace(' ', '-')}.pickle"
    if not file.exists():
        # only here, because these need pandas and take long
        from tests.benchmarks.public_series.catalogue import collections
        from tests.benchmarks.public_series.rows import rows_of

        assert wheels is not None, "the folder has no series yet; pass --wheels"
        every = []
        for collection in collections(wheels, half):
            rows = rows_of(collection)
            names = np.random.default_rng(SEED).permutation(sorted(rows))[:MOST_SERIES].tolist()
            source = collection.source
            some = {name: rows[name] for name in names}
            every.append(Kept(source.name, source.frequency, source.kind, source.period, some))
        folder.mkdir(parents=True, exist_ok=True)
        file.write_bytes(pickle.dumps(every))
    yield from pickle.loads(file.read_bytes())


def asked(collection: Kept) -> Asked:
    """The cases of a collection."""
    every = cases(dict(collection.rows), collection.kind, collection.period, LATEST_PERIODS)
    return Asked(collection, every, targets(every))


def answered(question: Asked, folder: Path) -> Answered:
    """The answers; those that are kept in the folder are not computed again while nothing has changed."""
    own = _kept(question, folder, "okra", forecaster(), lambda: {"okra": methods.okra})
    return Answered(question, own, others(question, folder))


def others(question: Asked, folder: Path) -> Replay:
    """The answers of the textbook methods."""
    source = Path(textbook.__file__).read_bytes() + Path(methods.__file__).read_bytes()
    return _kept(question, folder, "others", source, textbook.textbook_methods)


def forecaster() -> bytes:
    """The source of the forecaster, by which answers are kept."""
    folder = Path(pipelines.okr.forecast.__file__).parent
    return b"".join(file.read_bytes() for file in sorted(folder.glob("[a-z]*.py")))


def _kept(
    question: Asked, folder: Path, who: str, source: bytes, method: Callable[[], Mapping[str, Any]]
) -> Replay:
    mark = hashlib.sha256(source)
    for case, goals in zip(question.cases, question.goals, strict=True):
        of_case = (case.series, case.cut, case.known, case.steps, case.outcome, goals.tolist())
        mark.update(repr(of_case).encode())
    file = folder / f"{question.collection.name}-{who}-{mark.hexdigest()[:12]}.pickle"
    if not file.exists():
        new = replay(question.cases, method(), question.goals)
        folder.mkdir(parents=True, exist_ok=True)
        file.write_bytes(pickle.dumps((new.met, new.odds, new.quantiles, new.crps, new.later)))
    met, odds, quantiles, errors, later = pickle.loads(file.read_bytes())
    return Replay(question.cases, question.goals, met, odds, quantiles, errors, later)


def cross_fitted(every: Sequence[Answered]) -> Judged:
    """The cases with odds corrected by curves that were fitted on the other half of the collections.

    The halves are the former and the latter collections, as those of one data set are neighbours.
    """
    middle = len(every) // 2
    former, latter = every[:middle], every[middle:]
    parts = []
    for part, others_of_it in ((former, latter), (latter, former)):
        learnt = curves_of([answer.own for answer in others_of_it])
        parts += [answer.judged(learnt) for answer in part]
    return joined(parts)
