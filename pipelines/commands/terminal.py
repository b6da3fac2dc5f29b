"""Tables for a terminal: the scorecard, and plain ones."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal

from rich import box
from rich.cells import cell_len
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pipelines.publishing.published import PublishedScorecard, Row, in_tree_order
from pipelines.publishing.wording import (
    amount,
    findings_counted,
    findings_words,
    odds,
    share,
    sparkline,
    status_words,
    thinned,
    trust_words,
)

MAX_COURSE_BLOCKS = 12
MAX_FINDINGS = 10
"""Findings that a command shows; the table has all."""
MIN_NAME_WIDTH = 24
COLUMN_SPACING = 2
OPTIONAL_COLUMNS = ("Course", "Pace", "Odds", "Target")
"""What a narrow terminal leaves out, the first one first."""

STATUS_STYLES: Mapping[str, str] = {
    "achieved": "bold green",
    "on_track": "green",
    "at_risk": "yellow",
    "off_track": "red",
    "missed": "bold red",
}


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
    columns = fitting([cells for _, cells in lines], width)
    for name in columns:
        justify: Literal["left", "right"] = "left" if name in ("Course", "Status") else "right"
        table.add_column(name, justify=justify, no_wrap=True)
    for indented_name, cells in lines:
        table.add_row(indented_name, *(cells[column] for column in columns))
    return table


def fitting(lines: Sequence[Mapping[str, str]], width: int) -> list[str]:
    """The columns that are not empty and for which `width` has room beside the names."""
    widths = {
        name: max(cell_len(name), *(Text.from_markup(line[name]).cell_len for line in lines))
        for name in (lines[0] if lines else ())
        if any(line[name] for line in lines)
    }
    for name in OPTIONAL_COLUMNS:
        if MIN_NAME_WIDTH + sum(COLUMN_SPACING + each for each in widths.values()) > width:
            widths.pop(name, None)
    return list(widths)


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
    unit = row.get("unit")
    return {
        "Actual": amount(row.get("actual"), unit, with_unit=False),
        "Target": amount(row.get("target"), unit, with_unit=False),
        "Score": share(row["score"]),
        "Pace": share(row["expected"]),
        "Odds": odds(row.get("probability")),
        "Course": sparkline(thinned(course, MAX_COURSE_BLOCKS)),
        "Status": styled_status(row["status"]) + mark_of(row),
    }


def styled_status(status: str) -> str:
    """The status as Rich markup."""
    return f"[{STATUS_STYLES.get(status, 'dim')}]{status_words(status)}[/]"


def mark_of(row: Row) -> str:
    """A star where the figures of a line have trust flags; the notes below the table say which."""
    return "" if row.get("trust") in (None, "ok") else "[yellow] *[/]"


def scorecard_notes(scorecard: PublishedScorecard) -> Iterator[str]:
    """What a reader of the scorecard has to know beside it."""
    if not scorecard.objectives:
        yield "There is no objective yet; `okra new okr NAME` writes one, and `okra kpis` lists the KPIs"
    yield from trust_notes(scorecard)


def trust_notes(scorecard: PublishedScorecard) -> Iterator[str]:
    """One line for each key result whose figures have trust flags."""
    for row in scorecard.distrusted:
        yield f"* Not fully reliable: {row['key_result_id']}: {trust_words(row['trust'])}"


def finding_lines(findings: Sequence[Row]) -> Iterator[str]:
    """How many findings there are, and the first of them; no line where nothing is wrong."""
    if findings:
        yield f"{findings_counted(findings)}, in full in the table findings:"
        yield from findings_words(findings, MAX_FINDINGS)


def plain_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    """Rows under column names; a cell that is too long is folded."""
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(escape(str(cell)) for cell in row))
    return table
