"""A line of the first screen: how a key result or an objective stands, in figures short enough for a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pipelines.okr.kpi.kinds import KINDS
from pipelines.publishing.language.changes import share_changes, status_change
from pipelines.publishing.language.gaps import gap_text, parts_text
from pipelines.publishing.language.language import Amounts, Language
from pipelines.publishing.language.levers import remedy
from pipelines.publishing.language.names import name_in_list
from pipelines.publishing.language.sentences import parts_on_track, sentence
from pipelines.publishing.published import Row
from pipelines.publishing.scorecard.cards import anchor
from pipelines.publishing.scorecard.page_rows import PageRows
from pipelines.publishing.scorecard.sparklines import Sparkline, score_line, sparkline
from pipelines.publishing.standings import Standing, comparison_of

ATTENTION_STATUSES = ("at_risk", "off_track", "missed")


@dataclass(frozen=True)
class Line:
    """What the table shows of one goal; everything is worded, so that the template only lays it out.

    `lead` is how far the score is ahead of its pace, `odds_order` the odds as a number: what the lines are put in
    order by. `changes` are empty without an earlier day. `gap`, `remedy` and `window` are for the list of what needs
    attention: how far it is from its goal, what would be enough, and how the open window stands.
    """

    anchor: str
    link: str
    name: str
    status: str
    owner: str
    period: tuple[date, date]
    deadline: date
    due: str
    is_objective: bool
    depth: int
    now: str
    forecast: str
    target: str
    chart: Sparkline | None
    odds: str
    score: str
    pace: str
    changes: Sequence[str]
    sentence: str
    flags: Sequence[str]
    older: Sequence[str]
    lead: Decimal | None
    odds_order: Decimal | None
    gap: str = ""
    remedy: str = ""
    window: str = ""
    key_results: Sequence["Line"] = ()


def lines(published: PageRows, language: Language) -> list[Line]:
    """The objectives in the order of the tree, each with the lines of its key results."""
    objectives = []
    for standing in published.standings.objectives:
        own = published.standings.key_results_of(standing.id)
        key_results = [key_result_line(line, published, language) for line in own]
        objectives.append(_objective_line(standing, key_results, published, language))
    return objectives


def key_result_line(standing: Standing, published: PageRows, language: Language) -> Line:
    """The line of one key result."""
    row = standing.row
    amounts = Amounts(language, row["unit"], int(row["precision"] or 0), as_published=True)
    parts = published.parts.get(standing.id, [])
    kind = KINDS.get(row["kpi_kind"])
    whole = not (row["per"] or row["over"] or row["for_each"])
    points = published.courses.get(standing.id, [])
    is_total = kind is not None and kind.is_sum and whole
    now, forecast = _now_and_forecast(row)
    is_milestone = row["kpi"] is None
    return Line(
        anchor=anchor(standing.id),
        link=published.link_to(standing.id, anchor(standing.id)),
        period=(
            row["objective_start"] or row["period_start"],
            row["objective_end"] or row["deadline"],
        ),
        now="" if is_milestone or now is None else amounts.number(now),
        forecast="" if is_milestone or forecast is None else amounts.estimate(forecast),
        target="" if is_milestone else _target(row, amounts),
        chart=None if is_milestone else sparkline(row, parts, points, is_total=is_total),
        changes=_changes(standing, language, amounts),
        sentence=sentence(row, parts, amounts),
        gap=_gap(standing, amounts),
        remedy=remedy(standing.lever, row, amounts),
        window=_window(row, amounts, published.as_of),
        **_common(standing, published, language),
    )


def _objective_line(
    standing: Standing, key_results: Sequence[Line], published: PageRows, language: Language
) -> Line:
    row = standing.row
    children = published.tree.children_of(standing.id)
    own = published.tree.key_results_of(standing.id)
    parts, good = parts_on_track(row, [line.row for line in (*own, *children)])
    older = sorted({words for line in key_results for words in line.older})
    return Line(
        anchor=f"objective-{standing.id}",
        link=published.link_to(standing.id, f"objective-{standing.id}"),
        period=(row["period_start"], row["deadline"]),
        now=language.share(row["score"]),
        forecast=_share(row.get("forecast_score_p50"), language),
        target=_share(row.get("bar"), language),
        chart=score_line(row),
        changes=_changes(standing, language, None),
        sentence=language.text("first.parts", parts, good=language.counted(good)),
        key_results=key_results,
        **{**_common(standing, published, language), "older": older},
    )


def _common(standing: Standing, published: PageRows, language: Language) -> dict[str, Any]:
    """What key results and objectives have in common."""
    row = standing.row
    score, pace = language.score_and_pace(row["score"], row["expected"])
    failed = list(standing.failed_sources)
    flags = [
        flag
        for flag in (row["trust"] or "ok").split(",")
        if flag != "ok" and not (failed and flag.startswith("source_failed"))
    ]
    return {
        "name": name_in_list(standing, language),
        "status": standing.status,
        "owner": standing.owner,
        "deadline": row["deadline"],
        "due": _day(row["deadline"], published.as_of, language),
        "is_objective": standing.is_objective,
        "depth": standing.depth,
        "odds": language.odds_of(row),
        "score": score,
        "pace": pace,
        "flags": language.trust_flags(",".join(flags) or "ok"),
        "older": [language.text("first.older", source=source) for source in failed],
        "lead": None if row["score"] is None else row["score"] - (row["expected"] or 0),
        "odds_order": row["probability"],
    }


def _day(day: date, today: date, language: Language) -> str:
    """`Dec 31`; with its year where that is not today's."""
    return language.day(day, "axis-day" if day.year == today.year else "medium")


def _share(value: Decimal | None, language: Language) -> str:
    return "" if value is None else language.share(value)


def _now_and_forecast(row: Row) -> tuple[Decimal | None, Decimal | None]:
    """The actual and the forecast; of a goal per window those of the open one."""
    if row["per"] and row.get("window_actual") is not None:
        return row["window_actual"], row.get("window_forecast_p50")
    return row["actual"], row["forecast_p50"]


def _target(row: Row, amounts: Amounts) -> str:
    if row["target"] is not None:
        return amounts.text(row["target"])
    if row.get("low") is not None and row.get("high") is not None:
        return f"{amounts.number(row['low'])}–{amounts.text(row['high'])}"
    return ""


def _gap(standing: Standing, amounts: Amounts) -> str:
    """How far it is from its goal: in windows, in members, or in the KPI's own unit by its forecast."""
    row, language = standing.row, amounts.language
    if row["kpi"] is None:
        return language.text("first.not_done")
    if parts := parts_text(row, amounts):
        return parts
    words, ends = gap_text(row, amounts), row["forecast_p50"]
    if words and ends is not None and comparison_of(row) != "between":
        return language.text("first.heading", forecast=amounts.estimate(ends), gap=words)
    if row["actual"] is None:
        return ""
    if not words:
        target = _target(row, amounts)
        words = language.text("first.of", actual=amounts.number(row["actual"]), target=target)
    aim = row.get("expected_actual")
    if aim is None or row["actual"] is None or aim == row["actual"]:
        return words
    behind = language.text("first.against_pace", change=amounts.change(row["actual"] - aim))
    return f"{words}; {behind}" if words else behind


def _window(row: Row, amounts: Amounts, today: date) -> str:
    """How the open window stands, and its odds; the days that are left where there are no windows."""
    language = amounts.language
    if row.get("open_window"):
        name = language.window(row["open_window"], today=today)
        odds = row.get("window_probability")
        if row.get("window_actual") is None:
            return name
        figures: dict[str, Any] = {"window": name, "actual": amounts.text(row["window_actual"])}
        if odds is None:
            return language.text("first.window_actual", **figures)
        return language.text("first.window_odds", odds=language.odds(odds), **figures)
    left = (row["deadline"] - today).days
    return language.text("first.days_left", left) if left > 0 else ""


def _changes(standing: Standing, language: Language, amounts: Amounts | None) -> list[str]:
    """What has changed since the day that is compared with: the status, then the figures, in few letters."""
    if standing.earlier is None:
        return []
    words = status_change(standing, language)
    actual = standing.change("actual") if amounts is not None else None
    if amounts is not None and actual:
        words.append(amounts.change(actual))
    words += share_changes(standing, ("score", "probability"), language)
    return words or [language.text("change.none")]
