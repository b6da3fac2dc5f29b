"""A KPI as its page shows it: history, members, restatements, trust, SQL and sources."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from pipelines.publishing.scorecard.bar_chart import BarChart, Column, bar_chart
from pipelines.publishing.scorecard.cards import anchor, change_words
from pipelines.publishing.scorecard.course_chart import CourseChart, level_chart
from pipelines.publishing.scorecard.factor_bars import FactorBars, factor_bars
from pipelines.publishing.scorecard.language import Language
from pipelines.publishing.scorecard.periods import quarter_of
from pipelines.publishing.scorecard.provenance import Provenance, provenance
from pipelines.publishing.scorecard.reading import Published, Row, Rows
from pipelines.publishing.scorecard.sentences import trust_flags

SHOWN_PERIODS = 24
SHOWN_MEMBERS = 12


@dataclass(frozen=True)
class PeriodLine:
    """A period of the history."""

    period: str
    value: str
    change: str
    change_share: str
    state: str
    trust: Sequence[str]


@dataclass(frozen=True)
class MemberLine:
    """A member in the latest whole month."""

    name: str
    value: str
    before: str
    change: str


@dataclass(frozen=True)
class Dimension:
    """The members of a dimension, the largest first; `more` are not shown."""

    name: str
    period: str
    members: Sequence[MemberLine]
    more: int


@dataclass(frozen=True)
class RestatementLine:
    """A value that changed after it was first published."""

    period: str
    member: str
    old: str
    new: str
    when: str


@dataclass(frozen=True)
class Use:
    """A key result that the KPI measures: its place on the scorecard, its name and how it stands."""

    link: str
    name: str
    status: str
    status_word: str


@dataclass(frozen=True)
class KpiPage:
    """The page of one KPI. `sql` is the text of its model, empty where it was not given."""

    name: str
    label: str
    description: str
    kind: str
    unit: str
    bars: BarChart | None
    line: CourseChart | None
    by: str
    periods: Sequence[PeriodLine]
    change: FactorBars | None
    dimensions: Sequence[Dimension]
    restatements: Sequence[RestatementLine]
    uses: Sequence[Use]
    trust: Sequence[str]
    sql: str
    provenance: Provenance


def kpi_page_of(
    kpi: Row, published: Published, models: Mapping[str, str], language: Language
) -> KpiPage:
    """The page of one KPI; `models` has the text of each model by its name."""
    name, places, unit = kpi["kpi"], int(kpi["precision"] or 0), kpi["unit"]
    cadence = "quarter" if kpi.get("every") == "quarter" else "month"
    history = [row for row in published.history.get(name, []) if row["period"] == cadence][
        -SHOWN_PERIODS:
    ]
    by = language.text(f"kpi.{cadence}s")
    amounts = kpi["kind"] in ("flow", "distinct")
    return KpiPage(
        name=name,
        label=kpi["label"] or name,
        description=kpi["description"] or "",
        kind=language.text(f"kpi.kinds.{kpi['kind']}"),
        unit=unit or "",
        bars=_bars(history, kpi, language) if amounts else None,
        line=None if amounts else level_chart(history, unit, language),
        by=by,
        periods=[_line(row, kpi, language) for row in reversed(history)],
        change=_change(published.factors.get(name, []), places, language),
        dimensions=_dimensions(published.members.get(name, []), kpi, language),
        restatements=[
            _restatement(row, kpi, language) for row in published.restatements.get(name, [])
        ],
        uses=[_use(row, language) for row in published.key_results if row["kpi"] == name],
        trust=trust_flags(kpi.get("trust"), language),
        sql=models.get(kpi.get("model") or "", ""),
        provenance=provenance(kpi, kpi, published, language),
    )


def _period(row: Row, language: Language) -> str:
    return language.span(row["period_start"], row["period_end"])


def _bars(history: Rows, kpi: Row, language: Language) -> BarChart | None:
    columns = [
        Column(
            language.window(_label(row)),
            row["value"],
            "open" if row["status"] == "partial" else "full",
        )
        for row in history
    ]
    return bar_chart(columns, kpi["unit"], int(kpi["precision"] or 0), language)


def _label(row: Row) -> str:
    start = row["period_start"]
    if row["period"] == "month":
        return f"{start:%Y-%m}"
    return f"{start.year}-Q{quarter_of(start)}"


def _line(row: Row, kpi: Row, language: Language) -> PeriodLine:
    unit, places = kpi["unit"], int(kpi["precision"] or 0)
    share = row["change_pct"]
    return PeriodLine(
        period=_period(row, language),
        value=language.amount(row["value"], unit, places),
        change=""
        if row["change"] is None
        else language.amount(row["change"], unit, places, signed=True),
        change_share="" if share is None else language.share(share, 1, signed=True),
        state=language.text(f"kpi.{row['status']}"),
        trust=trust_flags(row["trust"], language),
    )


def _change(rows: Rows, places: int, language: Language) -> FactorBars | None:
    if not rows:
        return None
    newest = [row for row in rows if row["period_start"] == rows[0]["period_start"]]
    return factor_bars(newest, places, language, change_words(newest[0], places, language))


def _dimensions(rows: Rows, kpi: Row, language: Language) -> list[Dimension]:
    unit, places = kpi["unit"], int(kpi["precision"] or 0)
    found = []
    for name, members in groupby(rows, key=lambda row: str(row["dimension"])):
        listed = list(members)
        found.append(
            Dimension(
                name.replace("_", " "),
                language.window(f"{listed[0]['period_start']:%Y-%m}"),
                [
                    MemberLine(
                        str(row["member"]),
                        language.amount(row["value"], unit, places),
                        language.amount(row["previous_value"], unit, places),
                        ""
                        if row["change"] is None
                        else language.amount(row["change"], unit, places, signed=True),
                    )
                    for row in listed[:SHOWN_MEMBERS]
                ],
                max(0, len(listed) - SHOWN_MEMBERS),
            )
        )
    return found


def _restatement(row: Row, kpi: Row, language: Language) -> RestatementLine:
    unit, places = kpi["unit"], int(kpi["precision"] or 0)
    total = row["dimension"] == "total"
    return RestatementLine(
        period=f"{row['period']} {language.day(row['period_start'])}",
        member="" if total else f"{row['dimension']}: {row['member']}",
        old=language.amount(row["old_value"], unit, places),
        new=language.amount(row["new_value"], unit, places),
        when=language.moment(row["restated_at"]),
    )


def _use(row: Row, language: Language) -> Use:
    return Use(
        f"../scorecard.html#{anchor(row['key_result_id'])}",
        row["name"],
        row["status"],
        language.text(f"status.{row['status']}"),
    )
