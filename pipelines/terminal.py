"""What a person sees of a command: bars while it works, tables when it is done.

Bars and messages go to standard error, results to standard output, so that results can be piped.
Without a terminal there are no bars and no colours, only lines.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from threading import Lock
from types import TracebackType
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from pipelines.okr.numbers import chance
from pipelines.published import PublishedScorecard, Row
from pipelines.tree import in_tree_order

STATUS_STYLE: Mapping[str, str] = {
    "achieved": "bold green",
    "on_track": "green",
    "at_risk": "yellow",
    "off_track": "red",
    "missed": "bold red",
}


class PullBars:
    """A bar a source: windows committed of windows planned. A context manager; see `engine.Progress`."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lock = Lock()
        self._tasks: dict[str, TaskID] = {}
        self.windows: dict[str, int] = {}
        self.rows: dict[str, int] = {}
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("windows"),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> "PullBars":
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def planned(self, source: str, stream: str, windows: int) -> None:
        """`windows` more will be pulled."""
        with self._lock:
            if source not in self._tasks:
                self._tasks[source] = self._bars.add_task(f"Pulling {source}", total=0)
                self.windows[source] = self.rows[source] = 0
            task = self._bars.tasks[self._tasks[source]]
            self._bars.update(task.id, total=(task.total or 0) + windows)

    def committed(self, source: str, stream: str, windows: int, rows: int) -> None:
        """So many more are in the lake."""
        with self._lock:
            self.windows[source] += windows
            self.rows[source] += rows
            self._bars.advance(self._tasks[source], windows)

    def unchanged(self, source: str, stream: str, windows: int) -> None:
        """So many more were looked at, and are in the lake as they are."""
        with self._lock:
            self._bars.advance(self._tasks[source], windows)


def pulled_lines(bars: PullBars, failed: Mapping[str, str]) -> Iterable[str]:
    """One line a source: what came, or why nothing more did."""
    for source in sorted({*bars.windows, *failed}):
        windows, rows = bars.windows.get(source, 0), bars.rows.get(source, 0)
        line = f"{source}: {windows:,} windows, {rows:,} rows"
        yield f"{line}; FAILED: {failed[source]}" if source in failed else line


def scorecard_table(scorecard: PublishedScorecard) -> Table:
    """The scorecard: objectives, each with its key results below it."""
    table = Table(
        title=f"Scorecard of {scorecard.as_of}",
        box=box.SIMPLE_HEAD,
        title_justify="left",
        title_style="bold",
    )
    table.add_column("Objective / key result", ratio=1, min_width=20)
    for name in ("Actual", "Target", "Score", "Pace"):
        table.add_column(name, justify="right", no_wrap=True)
    has_odds = any(row.get("probability") is not None for row in scorecard.key_results)
    if has_odds:
        table.add_column("Odds", justify="right", no_wrap=True)
    table.add_column("Status", no_wrap=True)
    for depth, objective in in_tree_order(scorecard.objectives):
        own = [row for row in scorecard.key_results if of_objective(row, objective)]
        name = f"[bold]{escape(objective['name'])}[/]"
        table.add_row(Padding(name, (0, 0, 0, 2 * depth)), *cells(objective, has_odds))
        for row in own:
            name = escape(row["name"])
            table.add_row(Padding(name, (0, 0, 0, 2 * depth + 2)), *cells(row, has_odds))
    return table


def of_objective(row: Row, objective: Row) -> bool:
    """Whether the key result is the objective's."""
    return bool(row["objective_id"] == objective["objective_id"])


def cells(row: Row, has_odds: bool) -> list[str]:
    """One line of the scorecard, but for its name."""
    unit, status = row.get("unit"), row["status"]
    odds = row.get("probability")
    return [
        amount(row.get("actual"), unit),
        amount(row.get("target"), unit),
        percent(row["score"]),
        percent(row["expected"]),
        *(["" if odds is None else chance(odds)] if has_odds else []),
        f"[{STATUS_STYLE.get(status, 'dim')}]{status.replace('_', ' ')}[/]",
    ]


def distrusted(scorecard: PublishedScorecard) -> Iterable[str]:
    """One line a key result whose figures are not to be trusted whole, and why."""
    for row in scorecard.key_results:
        if row["trust"] != "ok":
            yield f"{row['key_result_id']}: {row['trust'].replace(',', ', ')}"


def amount(value: Decimal | None, unit: str | None) -> str:
    """A figure for people: `1,787,596.36`, `96 %`; empty when there is none."""
    if value is None:
        return ""
    shown = value * 100 if unit == "percent" else value
    text = f"{shown:,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{text} %" if unit == "percent" else text


def percent(share: Decimal | None) -> str:
    """A share in whole percent; empty when there is none."""
    return "" if share is None else f"{share * 100:.0f} %"


def plain_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    """A plain table."""
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(escape(str(cell)) for cell in row))
    return table
