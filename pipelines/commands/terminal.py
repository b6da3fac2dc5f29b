"""What a person sees of a command: bars while it works, tables when it is done.

Bars and messages go to standard error, results to standard output, so that results can be piped.
Without a terminal there are no bars and no colours, only lines.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from threading import Lock
from types import TracebackType
from typing import Any

from rich import box
from rich.cells import cell_len
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
from rich.text import Text

from pipelines.okr.kpi.numbers import chance, rounded_down
from pipelines.publishing.published import PublishedScorecard, Row
from pipelines.publishing.sparkline import sparkline, thinned
from pipelines.publishing.tree import in_tree_order

COURSE = 12
"""Blocks of a course at most."""
NAME = 24
"""Columns that names have at least."""
GAP = 2
"""Blanks between two columns."""
SPARED = ("Timeline", "Pace", "Odds", "Target")
"""What a narrow terminal is spared, the first one first."""

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


def scorecard_table(scorecard: PublishedScorecard, width: int) -> Table:
    """The scorecard for a terminal of `width` columns: objectives as a tree, each with its key results."""
    lines = list(scorecard_lines(scorecard))
    table = Table(
        title=f"Scorecard of {scorecard.as_of}",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        collapse_padding=True,
        title_justify="left",
        title_style="bold",
    )
    table.add_column("Objective / key result", ratio=1)
    shown = fitting([cells for _, cells in lines], width)
    for name in shown:
        to_the_left = name in ("Timeline", "Status")
        table.add_column(name, justify="left" if to_the_left else "right", no_wrap=True)
    for indented, cells in lines:
        table.add_row(indented, *(cells[column] for column in shown))
    return table


def fitting(lines: Sequence[Mapping[str, str]], width: int) -> list[str]:
    """The columns that have something to say and for which `width` has room beside the names."""
    room = {
        name: max(cell_len(name), *(Text.from_markup(line[name]).cell_len for line in lines))
        for name in (lines[0] if lines else ())
        if any(line[name] for line in lines)
    }
    for name in SPARED:
        if NAME + sum(GAP + own for own in room.values()) > width:
            room.pop(name, None)
    return list(room)


def scorecard_lines(
    scorecard: PublishedScorecard,
) -> Iterator[tuple[Padding, Mapping[str, str]]]:
    """Each line's name, set in as deep as it is in the tree, and its cells by column."""
    for depth, objective in in_tree_order(scorecard.objectives):
        name = f"[bold]{escape(objective['name'])}[/]"
        yield Padding(name, (0, 0, 0, 2 * depth)), score_cells(objective, ())
        for row in scorecard.key_results:
            if row["objective_id"] == objective["objective_id"]:
                course = scorecard.courses.get(row["key_result_id"], ())
                name = escape(row["name"])
                yield Padding(name, (0, 0, 0, 2 * depth + 2)), score_cells(row, course)


def score_cells(row: Row, course: Sequence[Decimal | None]) -> Mapping[str, str]:
    """One line of the scorecard, but for its name."""
    unit, status, odds = row.get("unit"), row["status"], row.get("probability")
    return {
        "Actual": amount(row.get("actual"), unit),
        "Target": amount(row.get("target"), unit),
        "Score": percent(row["score"]),
        "Pace": percent(row["expected"]),
        "Odds": "" if odds is None else chance(odds),
        "Timeline": sparkline(thinned(course, COURSE)),
        "Status": f"[{STATUS_STYLE.get(status, 'dim')}]{status.replace('_', ' ')}[/]",
    }


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
    """A share in whole percent, rounded down as on the scorecard: 99.9 % is not all of it. Empty when there is none."""
    return "" if share is None else f"{rounded_down(share * 100, 0):f} %"


def plain_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    """A plain table."""
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(escape(str(cell)) for cell in row))
    return table
