"""Tables for a terminal: the scorecard, and plain ones."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any, Literal

from rich import box
from rich.cells import cell_len
from rich.console import Group
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pipelines.publishing.language.gaps import distance_text, gap_text
from pipelines.publishing.language.language import Amounts, Language
from pipelines.publishing.language.levers import lever
from pipelines.publishing.language.names import with_period
from pipelines.publishing.language.sparklines import sparkline, thinned
from pipelines.publishing.published import PublishedScorecard, Row, in_tree_order
from pipelines.publishing.standings import Standings, is_of_open_window

MAX_COURSE_BLOCKS = 12
MAX_FINDINGS = 10
"""Findings that a command shows; the table has all."""
MAX_LINES, MAX_ATTENTION, MAX_NOTES = 300, 50, 50
"""Objectives and key results that a command shows, those of them that need attention, and notes on whom to trust; the
pages have all.
"""
MIN_NAME_WIDTH = 36
COLUMN_SPACING = 2
OPTIONAL_COLUMNS = ("course", "pace", "score")
"""What a narrow terminal leaves out, the first one first."""

STATUS_STYLES: Mapping[str, str] = {
    "achieved": "bold green",
    "on_track": "green",
    "at_risk": "yellow",
    "off_track": "red",
    "missed": "bold red",
}


def amounts_of(row: Row, language: Language) -> Amounts:
    """The figures of a key result, with the decimals that its KPI is shown with where they are known."""
    unit, precision = row.get("unit"), row.get("precision")
    return Amounts(language, unit, int(precision or 0), as_published=True)


def attention_lines(standings: Standings, language: Language) -> Iterator[str]:
    """The goals that need attention, the worst first: whose they are, how far they are, and what would be enough."""
    for standing in standings.attention[:MAX_ATTENTION]:
        row, amounts = standing.row, amounts_of(standing.row, language)
        yield f"[bold]{escape(standing.name)}[/]"
        facts = [
            styled_status(standing.status, language),
            escape(standing.owner or language.text("objective.no_owner")),
            distance_text(row, amounts),
            language.text("terminal.due", day=language.day(row["deadline"])),
        ]
        yield "  " + " · ".join(fact for fact in facts if fact)
        if standing.lever is not None:
            yield f"  {escape(lever(standing.lever, row, amounts))}"
    if (more := len(standings.attention) - MAX_ATTENTION) > 0:
        yield escape(language.text("first.more", more))


def attention_group(standings: Standings, language: Language) -> Group:
    """What needs attention, under its title; nothing where all is well."""
    lines = [Text.from_markup(line) for line in attention_lines(standings, language)]
    if not lines:
        return Group()
    title = Text(language.text("terminal.attention"), style="bold")
    return Group(title, Padding(Group(*lines), (0, 0, 1, 2)))


def scorecard_table(scorecard: PublishedScorecard, width: int, language: Language) -> Table:
    """The scorecard for a terminal of `width` columns: objectives as a tree, each with its key results.

    Of many lines it has the first ones.
    """
    lines = list(islice(scorecard_lines(scorecard, language), MAX_LINES))
    table = Table(
        title=language.text("terminal.title", day=language.day(scorecard.as_of)),
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        collapse_padding=True,
        title_justify="left",
        title_style="bold",
        caption_justify="left",
        caption_style="dim",
    )
    table.add_column(language.text("terminal.name"), ratio=1, min_width=MIN_NAME_WIDTH)
    columns = fitting([cells for _, cells in lines], width, language)
    for name in columns:
        justify: Literal["left", "right"] = "left" if name in ("course", "status") else "right"
        table.add_column(language.text(f"terminal.{name}"), justify=justify, no_wrap=True)
    if lines:
        legend = ["legend", "legend_course"] if "course" in columns else ["legend"]
        table.caption = " ".join(language.text(f"terminal.{key}") for key in legend)
    for name_and_figures, cells in lines:
        table.add_row(name_and_figures, *(cells[column] for column in columns))
    return table


def fitting(lines: Sequence[Mapping[str, str]], width: int, language: Language) -> list[str]:
    """The columns that are not empty and for which `width` has room beside the names."""
    widths = {
        name: max(
            cell_len(language.text(f"terminal.{name}")),
            *(Text.from_markup(line[name]).cell_len for line in lines),
        )
        for name in (lines[0] if lines else ())
        if any(line[name] for line in lines)
    }
    for name in OPTIONAL_COLUMNS:
        if (
            MIN_NAME_WIDTH + sum(COLUMN_SPACING + column_width for column_width in widths.values())
            > width
        ):
            widths.pop(name, None)
    return list(widths)


def scorecard_lines(
    scorecard: PublishedScorecard, language: Language
) -> Iterator[tuple[Padding, Mapping[str, str]]]:
    """Each line's name, set in as deep as it is in the tree, with its figures below, and its cells by column."""
    key_results: dict[str, list[Row]] = {}
    for row in scorecard.key_results:
        key_results.setdefault(row["objective_id"], []).append(row)
    called = Counter(objective["name"] for objective in scorecard.objectives)
    for depth, objective in in_tree_order(scorecard.objectives):
        has_namesakes = called[objective["name"]] > 1
        told = with_period(objective, language) if has_namesakes else objective["name"]
        name = f"[bold]{escape(told)}[/]"
        yield Padding(name, (0, 0, 0, 2 * depth)), score_cells(objective, (), language)
        for row in key_results.get(objective["objective_id"], ()):
            course = scorecard.courses.get(row["key_result_id"], ())
            words = [escape(row["name"])]
            if figures := figures_text(row, amounts_of(row, language)):
                words.append(f"[dim]{escape(figures)}[/]")
            yield (
                Padding("\n".join(words), (0, 0, 0, 2 * depth + 2)),
                score_cells(row, course, language),
            )


def figures_text(row: Row, amounts: Amounts) -> str:
    """`$1,808,015 → $2,042,170 → $2,000,000, $42,170 to spare`: actual, forecast, target, and the gap of the last two.

    Of a goal per window those of the open window: `501 so far → 1,510 → 1,400 engagements, week of Nov 23`.
    """
    language = amounts.language
    actual, forecast, window = row.get("actual"), row.get("forecast_p50"), ""
    if is_of_open_window(row):
        actual, forecast = row.get("window_actual"), row.get("window_forecast_p50")
        window = language.window(row["open_window"], today=row.get("as_of"))
    steps = []
    if actual is not None:
        number = amounts.number(actual)
        steps.append(language.text("terminal.so_far", actual=number) if window else number)
    if forecast is not None:
        steps.append(amounts.number(amounts.estimated(forecast)))
    if row.get("target") is not None:
        steps.append(amounts.text(row["target"]))
    elif steps:
        steps[-1] += f" {amounts.word(actual or Decimal(0))}".rstrip()
    gap = gap_text(row, amounts)
    return ", ".join(part for part in (" → ".join(steps), window, gap) if part)


def score_cells(
    row: Row, course: Sequence[Decimal | None], language: Language
) -> Mapping[str, str]:
    """One line of the scorecard, but for its name."""
    score, pace = language.score_and_pace(row["score"], row["expected"])
    odds = language.odds_of(row)
    return {
        "score": "" if row["score"] is None else score,
        "pace": "" if row["expected"] is None else pace,
        "odds": "" if odds == language.odds(None) else odds,
        "course": sparkline(thinned(course, MAX_COURSE_BLOCKS)),
        "status": styled_status(row["status"], language) + mark_of(row),
    }


def styled_status(status: str, language: Language) -> str:
    """The status as Rich markup."""
    return f"[{STATUS_STYLES.get(status, 'dim')}]{escape(language.status(status))}[/]"


def mark_of(row: Row) -> str:
    """A star where the figures of a line have trust flags; the notes below the table say which."""
    return "" if row.get("trust") in (None, "ok") else "[yellow] *[/]"


def scorecard_notes(scorecard: PublishedScorecard, language: Language) -> Iterator[str]:
    """What a reader of the scorecard has to know beside it."""
    if not scorecard.objectives:
        yield language.text("terminal.nothing")
    lines = len(scorecard.objectives) + len(scorecard.key_results)
    if lines > MAX_LINES:
        yield language.text("terminal.more_lines", lines - MAX_LINES)
    yield from trust_notes(scorecard, language)


def trust_notes(scorecard: PublishedScorecard, language: Language) -> Iterator[str]:
    """One line for each key result whose figures have trust flags."""
    distrusted = scorecard.distrusted
    for row in distrusted[:MAX_NOTES]:
        flags = "; ".join(language.trust_flags(row["trust"]))
        yield f"* {language.text('trust.title')}: {row['key_result_id']}: {flags}"
    if len(distrusted) > MAX_NOTES:
        yield f"* {language.text('terminal.more_lines', len(distrusted) - MAX_NOTES)}"


def finding_lines(findings: Sequence[Row], language: Language) -> Iterator[str]:
    """How many findings there are, and the first of them; no line where nothing is wrong."""
    if not findings:
        return
    yield language.text("terminal.findings", len(findings))
    for finding in findings[:MAX_FINDINGS]:
        rows, message = finding.get("rows"), finding["message"]
        yield language.text("terminal.of_rows", rows, message=message) if rows else message
    if len(findings) > MAX_FINDINGS:
        yield language.text("terminal.more_findings", len(findings) - MAX_FINDINGS)


def plain_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    """Rows under column names; a cell that is too long is folded."""
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(escape(str(cell)) for cell in row))
    return table
