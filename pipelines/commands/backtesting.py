"""`okra backtest`: how good the odds would have been on history, one's own or that of a file."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from pipelines.backtest.cases import BacktestError, Case
from pipelines.backtest.kpis import LeftOut, kpi_cases
from pipelines.backtest.methods import METHODS
from pipelines.backtest.replay import (
    PUBLISHED,
    Grade,
    SeriesGrade,
    as_table,
    graded,
    graded_by_series,
    of_file,
    replay,
)
from pipelines.backtest.rivals import rivals as other_libraries
from pipelines.commands.console import Output
from pipelines.commands.terminal import plain_table
from pipelines.inputs.facts import read_facts
from pipelines.inputs.kpi_files import declared_kpis
from pipelines.okr.forecast.training_series import MIN_TO_SMOOTH
from pipelines.okr.kpi.kinds import Kind
from pipelines.okr.kpi.periods import Cadence
from pipelines.settings import Settings

_OF_EACH = (PUBLISHED, "run-rate", "seasonal naive", "pace rule")
_MOST_SERIES = 60
_KEY = (
    "Brier, log loss, ECE (how far odds are from how often it happened) and CRPS (how far futures are "
    "from what happened, in parts of it): lower is better. 80 % in: how many outcomes the 80 % interval held."
)


@dataclass(frozen=True)
class Asked:
    """What is replayed, and the KPIs that cannot be."""

    period: Cadence
    cases: list[Case]
    left_out: tuple[LeftOut, ...] = ()


def own_kpis(settings: Settings, period: Cadence) -> Asked:
    """The KPIs of the warehouse, each as a whole, as they are known today.

    Raises:
        BacktestError: if no KPI has enough history.
        KpiDefinitionError: if a KPI is not described.
        NoFactsError: if the models have never run here.
    """
    kpis = declared_kpis(settings)
    found, left_out = kpi_cases(read_facts(settings.warehouse_path, kpis), period)
    if not found:
        raise BacktestError(
            f"no KPI has a whole {period} after {MIN_TO_SMOOTH} days of history; an earlier OKRA_START_DATE "
            "brings more, or choose a shorter --period"
        )
    return Asked(period, found, left_out)


def of_a_file(path: Path, kind: Kind, period: Cadence) -> Asked:
    """The series of a CSV. Raises `BacktestError`."""
    return Asked(period, of_file(path, kind, period))


def backtest(asked: Asked, output: Output, *, rivals: bool, path: Path | None) -> None:
    """Replay, show how every method did, and write it as JSON to `path`.

    Raises:
        BacktestError: if rivals are asked and not installed.
    """
    methods = METHODS | (other_libraries() if rivals else {})
    with bar(output.err, len(asked.cases) * len(methods)) as seen:
        replayed = replay(asked.cases, methods, seen=seen)
    grades, by_series = graded(replayed), graded_by_series(replayed)
    content = document(asked, grades, by_series)
    if path is not None:
        path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    if output.as_json:
        output.json(content)
    else:
        show(asked, grades, by_series, output)


def show(
    asked: Asked, grades: Sequence[Grade], by_series: Sequence[SeriesGrade], output: Output
) -> None:
    """Two tables: all series together, and each by itself."""
    first, last = cuts(asked)
    lines = [
        f"Goals of a {asked.period}: {len(asked.cases)} cuts of {len(by_series)} series, {first} to {last}; "
        "the figures are those of the later half.",
        "",
        as_table(grades),
        "",
        _KEY,
    ]
    output.out.print("\n".join(lines), markup=False, highlight=False, soft_wrap=True)
    if len(by_series) > _MOST_SERIES:
        output.note(
            f"{len(by_series)} series are too many to list; --json gives the grades of each"
        )
    else:
        columns = ("Series", "Kind", "Cuts", *_OF_EACH)
        rows = [
            (one.series, one.kind, one.cases, *(f"{one.brier[name]:.4f}" for name in _OF_EACH))
            for one in by_series
        ]
        output.out.print("", plain_table("Brier score of each", columns, rows))
    for one in asked.left_out:
        output.note(f"Left out: {one.kpi} {one.why}")


def document(
    asked: Asked, grades: Sequence[Grade], by_series: Sequence[SeriesGrade]
) -> Mapping[str, Any]:
    """Everything that was found, for machines."""
    first, last = cuts(asked)
    return {
        "period": asked.period,
        "cases": len(asked.cases),
        "first_cut": first,
        "last_cut": last,
        "methods": [asdict(grade) for grade in grades],
        "series": [asdict(one) for one in by_series],
        "left_out": [asdict(one) for one in asked.left_out],
    }


def cuts(asked: Asked) -> tuple[str, str]:
    """The first and the last day of a cut."""
    days = [case.cut for case in asked.cases]
    return min(days).isoformat(), max(days).isoformat()


@contextmanager
def bar(console: Console, total: int) -> Iterator[Callable[[], object]]:
    """A bar on standard error; what it gives is called after each step."""
    with Progress(
        TextColumn("Replaying"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
    ) as bars:
        task = bars.add_task("", total=total)
        yield lambda: bars.advance(task)
