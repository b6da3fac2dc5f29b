"""A key result as its card shows it: everything worded and drawn, so that the template only lays it out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from pipelines.publishing.language.language import Amounts, Language
from pipelines.publishing.language.sentences import goal, is_met, sentence
from pipelines.publishing.published import Row, Rows
from pipelines.publishing.scorecard.bar_chart import BarChart, Column, Look, bar_chart
from pipelines.publishing.scorecard.course_chart import CourseChart, course_chart
from pipelines.publishing.scorecard.factor_bars import FactorBars, gap_to_target, latest_change
from pipelines.publishing.scorecard.headlines import Headline, headline
from pipelines.publishing.scorecard.page_rows import PageRows
from pipelines.publishing.scorecard.provenance import Provenance, kpi_page, provenance

MAX_MEMBERS = 15
_LOOKS: dict[str, Look] = {"achieved": "full", "missed": "hollow"}


@dataclass(frozen=True)
class Member:
    """One member of a goal that each has to meet; `share` of the target or of the largest, for a bar."""

    name: str
    figure: str
    share: float
    met: bool


@dataclass(frozen=True)
class Card:
    """A key result: its row, and what is drawn and worded from it. `rates` are names with their figures."""

    anchor: str
    row: Row
    headline: Headline
    goal: str
    sentence: str
    rates: Sequence[tuple[str, str]]
    course: CourseChart | None
    windows: BarChart | None
    members: Sequence[Member]
    unlisted: int
    caption: str
    described: str
    gap: FactorBars | None
    change: FactorBars | None
    kpi_label: str
    kpi_link: str | None
    provenance: Provenance


def card(row: Row, published: PageRows, language: Language) -> Card:
    """The card of one key result."""
    name, kpi = row["key_result_id"], published.kpis.get(row["kpi"] or "", {})
    amounts = Amounts(language, row["unit"], int(kpi.get("precision") or 0), as_published=True)
    parts, points = published.parts.get(name, []), published.courses.get(name, [])
    members = _members(row, parts, amounts)
    due = min(row["deadline"], row["data_through"] or row["deadline"])
    changes = [
        factor
        for factor in published.factors.get(row["kpi"] or "", [])
        if factor["period_start"] <= due
        and (factor["dimension"] != row.get("for_each") or row.get("names_members", True))
    ]
    return Card(
        anchor=anchor(name),
        row=row,
        headline=headline(row, name, published, language, period=_period(row)),
        goal=goal(row, amounts),
        sentence=sentence(row, parts, amounts),
        rates=_rates(row, amounts),
        course=course_chart(points, row, amounts) if points else None,
        windows=_windows(row, parts, amounts),
        members=members[:MAX_MEMBERS],
        unlisted=max(0, len(members) - MAX_MEMBERS),
        caption=_caption(row, amounts),
        described=_described(row, points, amounts),
        gap=gap_to_target(published.gaps.get(name, []), row["target"], amounts),
        change=latest_change(changes, amounts),
        kpi_label=kpi.get("label") or row["kpi"] or "",
        kpi_link=kpi_page(row["kpi"], published),
        provenance=provenance(row, kpi, published, language),
    )


def anchor(name: str) -> str:
    """An id for a page; ids of objectives and key results are slugs, joined by a slash."""
    return "kr-" + name.replace("/", "-")


def _period(row: Row) -> tuple[date, date]:
    """The objective's period; the key result's own days where the objective has no row."""
    return (
        row.get("objective_start") or row["period_start"],
        row.get("objective_end") or row["deadline"],
    )


def _rates(row: Row, amounts: Amounts) -> list[tuple[str, str]]:
    """What is needed a day (or a window of `per`) from here on, beside what came so far."""
    if row["required_rate"] is None or row["current_rate"] is None:
        return []
    language = amounts.language
    each = language.text(f"figures.{row.get('per') or 'day'}")
    needed = "allowed" if row.get("comparison") == "at_most" else "required"
    needed_rate = replace(amounts, as_published=False)
    with_decimal = replace(needed_rate, places=max(1, amounts.places))
    return [
        (language.text(f"figures.{needed}", each=each), needed_rate.text(row["required_rate"])),
        (language.text("figures.current", each=each), with_decimal.text(row["current_rate"])),
    ]


def _windows(row: Row, parts: Rows, amounts: Amounts) -> BarChart | None:
    if not row.get("per") or row.get("for_each"):
        return None
    language = amounts.language
    columns = [
        Column(
            language.window(part["window"]),
            part["actual"],
            _LOOKS.get(part["status"], "open"),
            language.window(part["window"], short=True),
        )
        for part in parts
    ]
    return bar_chart(columns, amounts, row["target"])


def _members(row: Row, parts: Rows, amounts: Amounts) -> list[Member]:
    own = [part for part in parts if part["member"] != "total" and part["actual"] is not None]
    own.sort(key=lambda part: (part["actual"], part["member"]))
    largest = max([abs(part["actual"]) for part in own] + [abs(row["target"] or 0)], default=0)
    return [
        Member(
            part["member"],
            amounts.text(part["actual"]),
            float(max(part["actual"], 0) / largest) if largest else 0.0,
            is_met(part),
        )
        for part in own
    ]


def _caption(row: Row, amounts: Amounts) -> str:
    """What the chart shows, in a line below it."""
    language = amounts.language
    if row.get("for_each") or row.get("per"):
        key = "chart.members" if row.get("for_each") else "chart.windows"
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
