"""A KPI as its page shows it: history, members, restatements, trust, SQL and sources."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from pipelines.okr.kpi.periods import containing
from pipelines.publishing.published import Row
from pipelines.publishing.scorecard.bar_chart import BarChart, Column, bar_chart
from pipelines.publishing.scorecard.cards import anchor
from pipelines.publishing.scorecard.course_chart import CourseChart, level_chart
from pipelines.publishing.scorecard.factor_bars import FactorBars, latest_change
from pipelines.publishing.scorecard.language import Amounts, Language
from pipelines.publishing.scorecard.page_rows import PageRows, Rows
from pipelines.publishing.scorecard.provenance import Provenance, provenance
from pipelines.publishing.scorecard.sentences import trust_flags

MAX_PERIODS = 24
MAX_MEMBERS = 12


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
    kpi: Row, published: PageRows, models: Mapping[str, str], language: Language
) -> KpiPage:
    """The page of one KPI; `models` has the text of each model by its name."""
    name, amounts = kpi["kpi"], Amounts(language, kpi["unit"], int(kpi["precision"] or 0))
    cadence = "quarter" if kpi.get("every") == "quarter" else "month"
    periods = [row for row in published.history.get(name, []) if row["period"] == cadence]
    history = periods[-MAX_PERIODS:]
    has_bars = kpi["kind"] in ("flow", "distinct")
    return KpiPage(
        name=name,
        label=kpi["label"] or name,
        description=kpi["description"] or "",
        kind=language.text(f"kpi.kinds.{kpi['kind']}"),
        unit=kpi["unit"] or "",
        bars=_bars(history, amounts) if has_bars else None,
        line=None if has_bars else level_chart(history, amounts),
        by=language.text(f"kpi.{cadence}s"),
        periods=[_line(row, amounts) for row in reversed(history)],
        change=latest_change(published.factors.get(name, []), amounts),
        dimensions=_dimensions(published.members.get(name, []), amounts),
        restatements=[_restatement(row, amounts) for row in published.restatements.get(name, [])],
        uses=[_use(row, language) for row in published.key_results if row["kpi"] == name],
        trust=trust_flags(kpi.get("trust"), language),
        sql=models.get(kpi.get("model") or "", ""),
        provenance=provenance(kpi, kpi, published, language),
    )


def _bars(history: Rows, amounts: Amounts) -> BarChart | None:
    columns = [
        Column(
            amounts.language.window(containing(row["period_start"], row["period"]).label),
            row["value"],
            "open" if row["status"] == "partial" else "full",
        )
        for row in history
    ]
    return bar_chart(columns, amounts)


def _line(row: Row, amounts: Amounts) -> PeriodLine:
    language, share = amounts.language, row["change_pct"]
    return PeriodLine(
        period=language.span(row["period_start"], row["period_end"]),
        value=amounts.text(row["value"]),
        change=amounts.change(row["change"]),
        change_share="" if share is None else language.share(share, 1, signed=True),
        state=language.text(f"kpi.{row['status']}"),
        trust=trust_flags(row["trust"], language),
    )


def _dimensions(rows: Rows, amounts: Amounts) -> list[Dimension]:
    dimensions = []
    for name, members in groupby(rows, key=lambda row: str(row["dimension"])):
        listed = list(members)
        lines = [
            MemberLine(
                str(row["member"]),
                amounts.text(row["value"]),
                amounts.text(row["previous_value"]),
                amounts.change(row["change"]),
            )
            for row in listed[:MAX_MEMBERS]
        ]
        month = amounts.language.window(f"{listed[0]['period_start']:%Y-%m}")
        more = max(0, len(listed) - MAX_MEMBERS)
        dimensions.append(Dimension(name.replace("_", " "), month, lines, more))
    return dimensions


def _restatement(row: Row, amounts: Amounts) -> RestatementLine:
    language, total = amounts.language, row["dimension"] == "total"
    return RestatementLine(
        period=f"{row['period']} {language.day(row['period_start'])}",
        member="" if total else f"{row['dimension']}: {row['member']}",
        old=amounts.text(row["old_value"]),
        new=amounts.text(row["new_value"]),
        when=language.moment(row["restated_at"]),
    )


def _use(row: Row, language: Language) -> Use:
    return Use(
        f"../scorecard.html#{anchor(row['key_result_id'])}",
        row["name"],
        row["status"],
        language.text(f"status.{row['status']}"),
    )
