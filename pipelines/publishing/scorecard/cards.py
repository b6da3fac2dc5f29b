"""A key result as its card shows it: everything worded and drawn, so that the template only lays it out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from pipelines.okr.kpi.status import SETTLED_STATUSES
from pipelines.publishing.factor_rows import cadence_of, is_of_whole_kpi, of_goal
from pipelines.publishing.language.check_ins import check_in
from pipelines.publishing.language.goals import goal
from pipelines.publishing.language.language import Amounts, Language
from pipelines.publishing.language.leads import lead
from pipelines.publishing.language.levers import lever
from pipelines.publishing.language.measures import measure
from pipelines.publishing.language.rates import rates
from pipelines.publishing.language.sentences import gap_of_part, is_met, sentence
from pipelines.publishing.named_members import shown_levers
from pipelines.publishing.published import Row, Rows
from pipelines.publishing.scorecard.bar_chart import BarChart, Column, Look, bar_chart
from pipelines.publishing.scorecard.course_chart import CourseChart, course_chart
from pipelines.publishing.scorecard.factor_bars import FactorBars, changes, gap_to_target
from pipelines.publishing.scorecard.headlines import Headline, headline
from pipelines.publishing.scorecard.page_rows import PageRows
from pipelines.publishing.scorecard.provenance import Provenance, kpi_page, provenance

MAX_MEMBERS = 15
MAX_LEVERS = 5
MAX_WINDOWS = 13
MAX_OPEN = 40
"""On a page with more key results all cards are closed."""
_LOOKS: dict[str, Look] = {"achieved": "full", "missed": "hollow"}
_NEED_ATTENTION = ("at_risk", "off_track", "missed")


@dataclass(frozen=True)
class Member:
    """One member of a goal that each has to meet; `share` and `target` are places on a bar, from 0 to 1."""

    name: str
    figure: str
    gap: str
    share: float
    target: float | None
    met: bool


@dataclass(frozen=True)
class Card:
    """A key result: its row, and what is drawn and worded from it. `rates` are names with their figures.

    `scope` says whose changes are shown where they are not the goal's own.
    """

    anchor: str
    row: Row
    headline: Headline
    is_open: bool
    figures: str
    goal: str
    sentence: str
    rates: Sequence[tuple[str, str]]
    title: str
    course: CourseChart | None
    windows: BarChart | None
    members: Sequence[Member]
    unlisted: int
    caption: str
    described: str
    check_in: str
    measures: Sequence[str]
    lead: str
    odds_if_measures_work: str
    levers: Sequence[str]
    more_levers: int
    gap: FactorBars | None
    changes: Sequence[FactorBars]
    scope: str
    kpi_label: str
    kpi_link: str | None
    provenance: Provenance | None


def card(row: Row, published: PageRows, language: Language) -> Card:
    """The card of one key result."""
    name, kpi = row["key_result_id"], published.kpis.get(row["kpi"] or "", {})
    amounts = Amounts(language, row["unit"], int(kpi.get("precision") or 0), as_published=True)
    parts, said = published.parts.get(name, []), published.check_ins.get(name)
    words = Card(
        anchor=anchor(name),
        row=row,
        headline=headline(row, name, published, language, period=_period(row)),
        is_open=row["status"] in _NEED_ATTENTION and len(published.key_results) <= MAX_OPEN,
        figures=_figures(row, amounts),
        goal=goal(row, amounts),
        sentence=sentence(row, parts, amounts),
        rates=rates(row, amounts),
        title="",
        course=None,
        windows=None,
        members=[],
        unlisted=0,
        caption="",
        described="",
        check_in="" if said is None else check_in(said, language, published.as_of),
        measures=[
            measure(x, amounts, published.as_of)
            for x in published.measures.get(row["kpi"] or "", ())
            if x["objective_id"] == row["objective_id"]
        ],
        lead="" if name not in published.leads else lead(published.leads[name], language),
        odds_if_measures_work=_odds_if(row, language),
        levers=[],
        more_levers=0,
        gap=None,
        changes=[],
        scope="",
        kpi_label=kpi.get("label") or row["kpi"] or "",
        kpi_link=kpi_page(row["kpi"], published),
        provenance=None,
    )
    if published.is_brief:
        return words
    points = published.courses.get(name, [])
    members = _members(row, parts, amounts)
    levers = shown_levers(row, published.levers.get(name, []))
    own = published.goal_factors.get(name, [])
    # the whole KPI has members that a goal with a filter does not count
    hides_whole = published.is_of_owner and row.get("where")
    of_kpi = [] if hides_whole else published.factors.get(row["kpi"] or "", [])
    factors = of_goal(row, own, of_kpi)
    is_wider = is_of_whole_kpi(row, own)
    return replace(
        words,
        title=_title(row, parts, language),
        course=course_chart(points, row, amounts) if points else None,
        windows=_windows(row, parts, amounts),
        members=members[:MAX_MEMBERS],
        unlisted=max(0, len(members) - MAX_MEMBERS),
        caption=_caption(row, parts, amounts),
        described=_described(row, points, amounts),
        levers=[lever(x, row, amounts) for x in levers[:MAX_LEVERS]],
        more_levers=max(0, len(levers) - MAX_LEVERS),
        gap=gap_to_target(published.gaps.get(name, []), row["target"], amounts),
        changes=changes(factors, cadence_of(row), amounts),
        scope=language.text("factors.change_title", kpi=words.kpi_label) if is_wider else "",
        provenance=provenance(row, kpi, published, language),
    )


def _odds_if(row: Row, language: Language) -> str:
    """The odds if its measures work as expected; empty where nothing is expected of any."""
    odds = row.get("probability_if_measures_work")
    return "" if odds is None else language.odds(odds)


def _figures(row: Row, amounts: Amounts) -> str:
    """`$1,808,015 of $2,000,000`; the score where one figure does not say it."""
    if row["actual"] is None or row["target"] is None or row.get("per") or row.get("for_each"):
        return amounts.language.share(row["score"])
    figures: dict[str, Any] = {
        "actual": amounts.number(row["actual"]),
        "target": amounts.text(row["target"]),
    }
    return amounts.language.text("card.of_target", **figures)


def _title(row: Row, parts: Rows, language: Language) -> str:
    """What the chart shows, and of which days."""
    if row.get("for_each"):
        latest = _latest_window(row, parts)
        when = (
            language.window(latest)
            if latest
            else language.span(row["period_start"], row["deadline"])
        )
        dimension = language.dimension(row["for_each"])
        return language.text("card.members_title", dimension=dimension, when=when)
    days = language.span(row["period_start"], row["deadline"])
    if not row.get("per"):
        return language.text("card.course_title", days=days)
    shown = [part for part in parts if part["window"] != "total"]
    if len(shown) > MAX_WINDOWS:
        return language.text("card.latest_windows", shown=MAX_WINDOWS, all=len(shown))
    return language.text("card.windows_title", days=days)


def _latest_window(row: Row, parts: Rows) -> str | None:
    """The window that the members' figures are of: the latest that is over, else the open one; None without windows."""
    windows = [part for part in parts if part["window"] != "total" and part["actual"] is not None]
    over = [x for x in windows if x["status"] in SETTLED_STATUSES and x["deadline"] < row["as_of"]]
    latest = max(over or windows, key=lambda part: part["period_start"], default=None)
    return None if latest is None else str(latest["window"])


def anchor(name: str) -> str:
    """An id for a page; ids of objectives and key results are slugs, joined by a slash."""
    return "kr-" + name.replace("/", "-")


def _period(row: Row) -> tuple[date, date]:
    """The objective's period; the key result's own days where the objective has no row."""
    return (
        row.get("objective_start") or row["period_start"],
        row.get("objective_end") or row["deadline"],
    )


def _windows(row: Row, parts: Rows, amounts: Amounts) -> BarChart | None:
    if not row.get("per") or row.get("for_each"):
        return None
    language = amounts.language
    columns = [
        Column(
            language.window(part["window"]),
            part["actual"],
            _LOOKS.get(part["status"], "open"),
            language.window(part["window"], short=True, today=row["as_of"]),
        )
        for part in parts[-MAX_WINDOWS:]
    ]
    return bar_chart(columns, amounts, [] if row["target"] is None else [row["target"]])


def _members(row: Row, parts: Rows, amounts: Amounts) -> list[Member]:
    """The members of a goal for each of them, the largest gap to its own target first."""
    own = [
        part
        for part in parts
        if part["window"] == "total" and part["member"] != "total" and part["actual"] is not None
    ]
    gaps = {part["member"]: gap_of_part(part, row) for part in own}
    own.sort(key=lambda part: (-gaps[part["member"]], part["member"]))
    figures = [abs(Decimal(part[column] or 0)) for part in own for column in ("actual", "target")]
    largest = max(figures, default=Decimal(0))

    def place(figure: Decimal | None) -> float | None:
        return None if figure is None or not largest else float(max(figure, Decimal(0)) / largest)

    return [
        Member(
            part["member"],
            amounts.text(part["actual"]),
            amounts.gap(gaps[part["member"]], row.get("comparison")),
            place(part["actual"]) or 0.0,
            place(part["target"]),
            gaps[part["member"]] <= 0 if row.get("per") else is_met(part),
        )
        for part in own
    ]


def _caption(row: Row, parts: Rows, amounts: Amounts) -> str:
    """What the chart shows, in a line below it."""
    language = amounts.language
    if row.get("for_each") or row.get("per"):
        targets = {part["target"] for part in parts if part["member"] != "total"} or {row["target"]}
        if row.get("for_each") and len(targets) > 1:
            return language.text("card.own_targets")
        key = "card.members_legend" if row.get("for_each") else "chart.windows"
        return language.text(key, target=amounts.text(row["target"]))
    words = []
    if row["data_through"] is not None and row["actual"] is not None:
        words.append(language.text("chart.actual", day=language.day(row["data_through"])))
    if row["forecast_p10"] is not None:
        low, high = amounts.estimate(row["forecast_p10"]), amounts.estimate(row["forecast_p90"])
        words.append(language.text("chart.forecast", low=low, high=high))
    return " ".join(words)


def _described(row: Row, points: Rows, amounts: Amounts) -> str:
    """The chart in words, for readers who cannot see it."""
    language = amounts.language
    known = [point for point in points if point["actual"] is not None]
    words = []
    if known:
        first, last = known[0], known[-1]
        words.append(
            language.text(
                "chart.from_to",
                first=amounts.text(first["actual"]),
                start=language.day(first["day"]),
                last=amounts.text(last["actual"]),
                end=language.day(last["day"]),
            )
        )
        if last["pace"] is not None:
            words.append(language.text("chart.pace", pace=amounts.text(last["pace"])))
    if row["target"] is not None:
        words.append(language.text("chart.target", target=amounts.text(row["target"])))
    return " ".join(words)
