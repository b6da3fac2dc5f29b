"""`okra backtest`: how good the odds would have been on history, one's own or that of a file."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

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
from pipelines.commands.console import Output
from pipelines.commands.progress import progress_bar
from pipelines.commands.terminal import plain_table
from pipelines.inputs.facts import read_facts
from pipelines.inputs.kpi_files import declared_kpis
from pipelines.okr.forecast.training_series import MIN_TO_SMOOTH
from pipelines.okr.kpi.kinds import Kind
from pipelines.okr.kpi.periods import Cadence
from pipelines.settings import Settings

_LISTED_METHODS = (PUBLISHED, "run-rate", "seasonal naive", "pace rule")
_MAX_LISTED_SERIES = 60
_LEGEND = (
    "Brier, log loss, ECE (how far odds are from how often it happened) and CRPS (how far futures are "
    "from what happened, in parts of it): lower is better. 80 % in: how many outcomes the 80 % interval held."
)


@dataclass(frozen=True)
class Replayable:
    """The cases to replay, for goals of one `period`, and the KPIs that have none."""

    period: Cadence
    cases: list[Case]
    left_out: tuple[LeftOut, ...] = ()

    @property
    def cuts(self) -> tuple[str, str]:
        """The first and the last day on which a history is cut off."""
        days = [case.cut for case in self.cases]
        return min(days).isoformat(), max(days).isoformat()


def own_kpis(settings: Settings, period: Cadence) -> Replayable:
    """The KPIs of the warehouse, each as a whole, as they are known today.

    Raises:
        BacktestError: if no KPI has enough history.
        NoFactsError: if the models have never run here.
    """
    kpis = declared_kpis(settings).kpis
    cases, left_out = kpi_cases(read_facts(settings.warehouse_path, kpis), period)
    if not cases:
        raise BacktestError(
            f"no KPI has a whole {period} after {MIN_TO_SMOOTH} days of history; an earlier OKRA_START_DATE "
            "brings more, or choose a shorter --period"
        )
    return Replayable(period, cases, left_out)


def of_a_file(path: Path, kind: Kind, period: Cadence) -> Replayable:
    """The series of a CSV. Raises `BacktestError`."""
    return Replayable(period, of_file(path, kind, period))


def backtest(replayable: Replayable, output: Output, *, path: Path | None) -> None:
    """Replay, show how every method did, and write it as JSON to `path`."""
    steps = len(replayable.cases) * len(METHODS)
    with progress_bar(output.err, "Replaying", steps) as seen:
        replayed = replay(replayable.cases, seen=seen)
    grades, by_series = graded(replayed), graded_by_series(replayed)
    first, last = replayable.cuts
    content = {
        "period": replayable.period,
        "cases": len(replayable.cases),
        "first_cut": first,
        "last_cut": last,
        "methods": [asdict(grade) for grade in grades],
        "series": [asdict(grade) for grade in by_series],
        "left_out": [asdict(kpi) for kpi in replayable.left_out],
    }
    if path is not None:
        path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    if output.as_json:
        output.json(content)
    else:
        show(replayable, grades, by_series, output)


def show(
    replayable: Replayable,
    grades: Sequence[Grade],
    by_series: Sequence[SeriesGrade],
    output: Output,
) -> None:
    """Two tables: all series together, and each by itself."""
    cases, (first, last) = replayable.cases, replayable.cuts
    lines = [
        f"Goals of a {replayable.period}: {len(cases)} cuts of {len(by_series)} series, {first} to {last}; "
        "the figures are those of the later half.",
        "",
        as_table(grades),
        "",
        _LEGEND,
    ]
    output.out.print("\n".join(lines), markup=False, highlight=False, soft_wrap=True)
    if len(by_series) > _MAX_LISTED_SERIES:
        output.note(
            f"{len(by_series)} series are too many to list; --json gives the grades of each"
        )
    else:
        columns = ("Series", "Kind", "Cuts", *_LISTED_METHODS)
        rows = [
            (
                grade.series,
                grade.kind,
                grade.cases,
                *(f"{grade.brier[method]:.4f}" for method in _LISTED_METHODS),
            )
            for grade in by_series
        ]
        output.out.print("", plain_table("Brier score of each", columns, rows))
    for kpi in replayable.left_out:
        output.note(f"Left out: {kpi.kpi} {kpi.why}")
