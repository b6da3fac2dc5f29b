"""The goals as the board reads them: a summary, what needs attention, and one line for each goal, all in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipelines.okr.kpi.status import SETTLED_STATUSES
from pipelines.publishing.digest.digest import counted, direction
from pipelines.publishing.language.changes import share_changes, status_change
from pipelines.publishing.language.figures import NO_VALUE
from pipelines.publishing.language.gaps import distance_text
from pipelines.publishing.language.language import Amounts, Language
from pipelines.publishing.language.levers import remedy
from pipelines.publishing.language.names import name_in_list
from pipelines.publishing.language.sentences import counts_pace, objective_sentence, sentence
from pipelines.publishing.published import Row
from pipelines.publishing.standings import Standing, Standings

_DEEPEST = 4
"""From this depth on, objectives are not indented further."""
_LARGE_AMOUNT = 1000


@dataclass(frozen=True)
class Task:
    """A key result that somebody has to do something about."""

    status: str
    name: str
    owner: str
    gap: str
    to_do: str
    due: str


@dataclass(frozen=True)
class Line:
    """An objective or a key result. `bar` has its score and its pace in percent, for drawing.

    What a line does not have is empty.
    """

    is_objective: bool
    depth: int
    status: str
    name: str
    owner: str
    figures: str
    window: str
    score: str
    pace: str
    bar: tuple[float, float | None] | None
    odds: str
    changes: str
    sentence: str
    in_doubt: bool


@dataclass(frozen=True)
class Evidence:
    """What the figures of a key result stand on, and what is known to be wrong with it."""

    name: str
    kpi: str
    sources: str
    through: str
    doubts: Sequence[str]


@dataclass(frozen=True)
class Board:
    """The board's page in words."""

    day: str
    since: str
    summary: str
    tasks: Sequence[Task]
    lines: Sequence[Line]
    evidence: Sequence[Evidence]
    run: Row


MAX_LINES, MAX_TASKS = 250, 50
"""Lines, and goals that need attention, on a page that a board reads from its first to its last word."""


def shown_on_board(lines: Sequence[Standing]) -> Sequence[Standing]:
    """All lines where they are few, else the objectives of the upper floors of the tree."""
    if len(lines) <= MAX_LINES:
        return lines
    objectives = [line for line in lines if line.is_objective]
    upper = [line for line in objectives if line.depth == 0][:MAX_LINES]
    for depth in range(1, max((line.depth for line in objectives), default=0) + 1):
        more = [line for line in objectives if line.depth <= depth]
        if len(more) > MAX_LINES:
            break
        upper = more
    return upper


def board_of(standings: Standings, language: Language) -> Board:
    """The board's page of a day."""
    names = {line.id: line.name for line in standings.lines}
    since, lines = standings.compared_with, shown_on_board(standings.lines)
    left_out = len(standings.lines) - len(lines)
    more = f"{language.text('terminal.more_lines', left_out)}." if left_out else ""
    return Board(
        day=language.day(standings.as_of),
        since="" if since is None else language.day(since, today=standings.as_of),
        summary=f"{_summary(standings, language)} {more}".rstrip(),
        tasks=[_task(line, language) for line in standings.attention[:MAX_TASKS]],
        lines=[_line(line, language, names) for line in lines],
        evidence=[_evidence(line, language) for line in standings.key_results[:MAX_LINES]],
        run=standings.run,
    )


def _summary(standings: Standings, language: Language) -> str:
    """`12 key results in 9 objectives: 6 on track, 1 at risk; since Nov 19, 1 got worse and 0 got better.`"""
    what = language.text(
        "board.summary",
        key_results=language.text("board.key_results", len(standings.key_results)),
        objectives=language.text("board.in_objectives", len(standings.objectives)),
        counts=counted(standings, language),
    )
    if standings.compared_with is None:
        return f"{what}."
    moves = [direction(line) for line in standings.key_results]
    moved = language.text(
        "board.moved",
        day=language.day(standings.compared_with, today=standings.as_of),
        worse=language.counted(moves.count(-1)),
        better=language.counted(moves.count(1)),
    )
    return f"{what}; {moved}."


def _amounts(row: Row, language: Language) -> Amounts:
    return Amounts(language, row["unit"], int(row.get("precision") or 0), as_published=True)


def _task(line: Standing, language: Language) -> Task:
    row, amounts = line.row, _amounts(line.row, language)
    due = language.day(row["deadline"], today=row["as_of"])
    return Task(
        status=line.status,
        name=line.name,
        owner=line.owner or language.text("board.no_owner"),
        gap=distance_text(row, amounts) or NO_VALUE,
        to_do=remedy(line.lever, row, amounts) or language.text("board.no_lever"),
        due=due,
    )


def _line(line: Standing, language: Language, names: Mapping[str, str]) -> Line:
    row = line.row
    score, pace = language.score_and_pace(row["score"], row["expected"])
    amounts = None if line.is_objective else _amounts(row, language)
    figures, window = ("", "") if amounts is None else _figures(row, amounts)
    return Line(
        is_objective=line.is_objective,
        depth=min(line.depth, _DEEPEST),
        status=line.status,
        name=name_in_list(line, language),
        owner=line.owner or language.text("board.no_owner"),
        figures=figures,
        window=window,
        score=score,
        pace="" if row["expected"] is None else language.text("board.pace", pace=pace),
        bar=_bar(row),
        odds=_odds(row, language),
        changes=_changes(line, language),
        sentence=objective_sentence(row, language, names)
        if amounts is None
        else sentence(row, (), amounts),
        in_doubt=row.get("trust") not in (None, "ok") or bool(line.failed_sources),
    )


def _figures(row: Row, amounts: Amounts) -> tuple[str, str]:
    """`$1,808,015 → $2,042,170 → $2,000,000`: actual, forecast and target, and the window that they are of.

    Of a goal for each member it is how many members meet it, as they have no actual in common.
    """
    language = amounts.language
    if row.get("for_each") and row.get("members_judged"):
        met = language.counted(row["members_met"] or 0)
        judged = language.counted(row["members_judged"])
        counted = "board.on_pace" if counts_pace(row) else "board.members"
        return language.text(counted, met=met, judged=judged), ""
    actual, forecast, window = row["actual"], row.get("forecast_p50"), ""
    if row.get("per") and row.get("window_actual") is not None:
        actual, forecast = row["window_actual"], row.get("window_forecast_p50")
        window = language.window(row["open_window"], today=row["as_of"])
    if actual is None:
        return NO_VALUE, ""
    steps = [actual, *([] if forecast is None else [_whole_if_large(forecast, amounts)])]
    if row["target"] is None:  # a band has two ends, which the sentence says
        shown = [*map(amounts.number, steps[:-1]), amounts.text(steps[-1])]
    else:
        shown = [*map(amounts.number, steps), amounts.text(row["target"])]
    return " → ".join(shown), window


def _whole_if_large(value: Decimal, amounts: Amounts) -> Decimal:
    """A forecast, which is not known to the cent where it is large."""
    return Decimal(round(value)) if abs(value) >= _LARGE_AMOUNT else round(value, amounts.places)


def _odds(row: Row, language: Language) -> str:
    """`odds 77%`; nothing beside a status that says all."""
    if row["status"] in SETTLED_STATUSES:
        return ""
    odds = language.odds_of(row)
    return language.text("board.odds", odds=odds) if language.has_odds(row) else odds


def _bar(row: Row) -> tuple[float, float | None] | None:
    if row["score"] is None:
        return None
    pace = None if row["expected"] is None else _percent(row["expected"])
    return _percent(row["score"]), pace


def _percent(share: Decimal) -> float:
    return round(float(min(max(share, Decimal(0)), Decimal(1))) * 100, 1)


def _changes(line: Standing, language: Language) -> str:
    """`was on track, odds −12 points`; of a goal without odds the change of its score."""
    if line.earlier is None:
        return language.text("board.new")
    words = status_change(line, language)
    if line.status not in SETTLED_STATUSES:
        column = "score" if line.change("probability") is None else "probability"
        words += share_changes(line, (column,), language)
    return ", ".join(words) or language.text("change.none")


def _evidence(line: Standing, language: Language) -> Evidence:
    row = line.row
    failed = [language.text("trust.source_failed", detail=name) for name in line.failed_sources]
    doubts = [x for x in language.trust_flags(row.get("trust")) if x not in failed]
    through = row.get("data_through")
    return Evidence(
        name=line.name,
        kpi=str(row.get("kpi_label") or row["kpi"] or language.text("board.by_hand")),
        sources=", ".join(filter(None, map(str.strip, (row.get("sources") or "").split(","))))
        or NO_VALUE,
        through=NO_VALUE if through is None else language.day(through),
        doubts=[*failed, *doubts],
    )
