"""A key result as its card shows it: everything worded and drawn, so that the template only lays it out."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pipelines.publishing.scorecard.bar_chart import BarChart, Column, Look, bar_chart
from pipelines.publishing.scorecard.course_chart import CourseChart, course_chart
from pipelines.publishing.scorecard.factor_bars import FactorBars, factor_bars
from pipelines.publishing.scorecard.language import Language
from pipelines.publishing.scorecard.provenance import Provenance, kpi_page, provenance
from pipelines.publishing.scorecard.reading import Published, Row, Rows
from pipelines.publishing.scorecard.sentences import goal, is_met, sentence, trust_flags

MOST_MEMBERS = 15
_LOOKS: dict[str, Look] = {"achieved": "full", "missed": "hollow"}


@dataclass(frozen=True)
class Standing:
    """What key results and objectives have in common: how they stand, in figures, words and places.

    `score`, `expected` are shares for a bar, None where there are none. The keys are for filters
    and for the order.
    """

    status: str
    status_word: str
    score: Decimal | None
    expected: Decimal | None
    score_word: str
    pace_word: str
    odds_word: str
    odds_share: str
    change: Sequence[str]
    owner: str
    period: str
    period_key: str
    deadline: str
    keys: dict[str, Any]


@dataclass(frozen=True)
class Member:
    """One member of a goal that each has to meet; `share` of the target or of the largest, for a bar."""

    name: str
    figure: str
    share: float
    met: bool


@dataclass(frozen=True)
class Rate:
    """What is needed, or what came, a day or a window."""

    label: str
    figure: str


@dataclass(frozen=True)
class Card:
    """A key result."""

    anchor: str
    name: str
    standing: Standing
    goal: str
    sentence: str
    stored: str
    rates: Sequence[Rate]
    course: CourseChart | None
    windows: BarChart | None
    members: Sequence[Member]
    unlisted: int
    caption: str
    described: str
    gap: FactorBars | None
    change: FactorBars | None
    trust: Sequence[str]
    kpi_label: str
    kpi_link: str | None
    provenance: Provenance


def card(row: Row, published: Published, language: Language) -> Card:
    """The card of one key result."""
    kpi = published.kpis.get(row["kpi"] or "", {})
    places = int(kpi.get("precision") or 0)
    parts = published.parts.get(row["key_result_id"], [])
    points = published.courses.get(row["key_result_id"], [])
    members = _members(row, parts, places, language)
    return Card(
        anchor=anchor(row["key_result_id"]),
        name=row["name"],
        standing=standing(row, row["key_result_id"], published, language, span=_span(row)),
        goal=goal(row, places, language),
        sentence=sentence(row, parts, places, language),
        stored=row["why"],
        rates=_rates(row, places, language),
        course=course_chart(points, row, language) if points else None,
        windows=_windows(row, parts, places, language),
        members=members[:MOST_MEMBERS],
        unlisted=max(0, len(members) - MOST_MEMBERS),
        caption=_caption(row, places, language),
        described=_described(row, points, places, language),
        gap=_gap(row, published, places, language),
        change=_change(row, published, places, language),
        trust=trust_flags(row["trust"], language),
        kpi_label=kpi.get("label") or row["kpi"] or "",
        kpi_link=kpi_page(row["kpi"], published),
        provenance=provenance(row, kpi, published, language),
    )


def anchor(name: str) -> str:
    """An id for a page; ids of objectives and key results are slugs, joined by a slash."""
    return "kr-" + name.replace("/", "-")


def standing(
    row: Row, name: str, published: Published, language: Language, *, span: tuple[Any, Any]
) -> Standing:
    """How a key result or an objective stands, beside a week before."""
    score, odds = row["score"], row["probability"]
    return Standing(
        status=row["status"],
        status_word=language.text(f"status.{row['status']}"),
        score=score,
        expected=row["expected"],
        score_word=language.share(score),
        pace_word=language.share(row["expected"]),
        odds_word=language.odds(odds),
        odds_share="" if odds is None or odds in (0, 1) else language.share(odds, 1),
        change=_compared(row, published.earlier.get(name), language),
        owner=row["owner"] or "",
        period=language.span(*span),
        period_key=f"{span[0]}/{span[1]}",
        deadline=language.day(row["deadline"]),
        keys={
            "score": "" if score is None else score - (row["expected"] or 0),
            "odds": "" if odds is None else odds,
            "deadline": row["deadline"].isoformat(),
        },
    )


def _span(row: Row) -> tuple[Any, Any]:
    """The objective's period; the key result's own days where the objective has no row."""
    return (
        row.get("objective_start") or row["period_start"],
        row.get("objective_end") or row["deadline"],
    )


def _compared(row: Row, earlier: Row | None, language: Language) -> list[str]:
    """What has changed in a week; empty without the scores of a week ago."""
    if earlier is None:
        return []
    found = []
    for column in ("score", "probability"):
        if row[column] is not None and earlier[column] is not None:
            change = language.points(row[column] - earlier[column])
            if change:
                found.append(language.text(f"change.{column}", change=change))
    if earlier["status"] != row["status"]:
        before = language.text(f"status.{earlier['status']}").lower()
        found.append(language.text("change.status", status=before))
    return found or [language.text("change.none")]


def _rates(row: Row, places: int, language: Language) -> list[Rate]:
    """What is needed a day (or a window of `per`) from here on, beside what came so far."""
    each = language.text(f"figures.{row.get('per') or 'day'}")
    needed = "allowed" if row.get("comparison") == "at_most" else "required"
    rates = []
    for column, key, finest in (
        ("required_rate", needed, places),
        ("current_rate", "current", max(1, places)),
    ):
        if row[column] is not None:
            shown = language.amount(row[column], row["unit"], finest)
            rates.append(Rate(language.text(f"figures.{key}", each=each), shown))
    return rates if len(rates) == 2 else []


def _windows(row: Row, parts: Rows, places: int, language: Language) -> BarChart | None:
    if not row.get("per") or row.get("for_each"):
        return None
    columns = [
        Column(
            language.window(part["window"]),
            part["actual"],
            _LOOKS.get(part["status"], "open"),
            language.window(part["window"], short=True),
        )
        for part in parts
    ]
    return bar_chart(columns, row["unit"], places, language, row["target"])


def _members(row: Row, parts: Rows, places: int, language: Language) -> list[Member]:
    own = [part for part in parts if part["member"] != "total" and part["actual"] is not None]
    own.sort(key=lambda part: (part["actual"], part["member"]))
    largest = max([abs(part["actual"]) for part in own] + [abs(row["target"] or 0)], default=0)
    return [
        Member(
            part["member"],
            language.amount(part["actual"], row["unit"], places),
            float(max(part["actual"], 0) / largest) if largest else 0.0,
            is_met(part),
        )
        for part in own
    ]


def _caption(row: Row, places: int, language: Language) -> str:
    """What the chart shows, in a line below it."""
    unit = row["unit"]
    if row.get("for_each") or row.get("per"):
        each = "chart.members" if row.get("for_each") else "chart.windows"
        return language.text(each, target=language.amount(row["target"], unit, places))
    words = []
    if row["data_through"] is not None and row["actual"] is not None:
        words.append(language.text("chart.actual", day=language.day(row["data_through"])))
    if row["forecast_p10"] is not None:
        low, high = (language.estimate(row[f"forecast_p{n}"], unit, places) for n in (10, 90))
        words.append(language.text("chart.forecast", low=low, high=high))
    return " ".join(words)


def _described(row: Row, points: Rows, places: int, language: Language) -> str:
    """The chart for who cannot see it."""

    def figure(value: Decimal | None) -> str:
        return language.amount(value, row["unit"], places)

    known = [point for point in points if point["actual"] is not None]
    words = []
    if known:
        first, last = known[0], known[-1]
        words.append(
            language.text(
                "chart.from_to",
                first=figure(first["actual"]),
                start=language.day(first["day"]),
                last=figure(last["actual"]),
                end=language.day(last["day"]),
            )
        )
        if last["pace"] is not None:
            words.append(language.text("chart.pace", pace=figure(last["pace"])))
    if row["target"] is not None:
        words.append(language.text("chart.target", target=figure(row["target"])))
    return " ".join(words)


def _gap(row: Row, published: Published, places: int, language: Language) -> FactorBars | None:
    """What the distance to the target is made of."""
    rows = _latest(published.gaps.get(row["key_result_id"], []))
    if not rows:
        return None
    whole = rows[0]
    change = language.text(
        "factors.gap",
        change=language.amount(whole["contribution"], whole["unit"], places, signed=True),
        target=language.amount(row["target"], row["unit"], places),
    )
    return factor_bars(rows, places, language, change)


def _change(row: Row, published: Published, places: int, language: Language) -> FactorBars | None:
    """What moved the KPI as a whole in the latest month that the key result has."""
    until = min(row["deadline"], row["data_through"] or row["deadline"])
    rows = _latest(
        [
            factor
            for factor in published.factors.get(row["kpi"] or "", [])
            if factor["period_start"] <= until
        ]
    )
    if not rows:
        return None
    return factor_bars(rows, places, language, change_words(rows[0], places, language))


def change_words(whole: Row, places: int, language: Language) -> str:
    """`−47,526.83 USD in 1 – 24 Nov 2026 against 1 – 24 Oct 2026`."""
    days = whole["period_start"], min(whole["data_through"], whole["period_end"])
    before = whole["compared_from"], whole["compared_to"]
    return language.text(
        "factors.change",
        change=language.amount(whole["contribution"], whole["unit"], places, signed=True),
        span=language.span(*days),
        before="–" if None in before else language.span(*before),
    )


def _latest(rows: Rows) -> Rows:
    """The rows of the newest period, that of the whole first."""
    newest = max((row["period_start"] for row in rows), default=None)
    own = [row for row in rows if row["period_start"] == newest]
    return sorted(own, key=lambda row: row["dimension"] != "total")
