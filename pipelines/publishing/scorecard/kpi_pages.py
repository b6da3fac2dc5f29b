"""A KPI as its page shows it: history, members, restatements, trust, SQL and sources."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipelines.okr.kpi.periods import containing
from pipelines.publishing.language.language import Amounts, Language
from pipelines.publishing.published import Row, Rows
from pipelines.publishing.scorecard.bar_chart import BarChart, Column, bar_chart
from pipelines.publishing.scorecard.course_chart import CourseChart, level_chart
from pipelines.publishing.scorecard.factor_bars import FactorBars, changes
from pipelines.publishing.scorecard.page_rows import PageRows, rows_by
from pipelines.publishing.scorecard.provenance import Provenance, provenance

MAX_PERIODS = 24
MAX_DRAWN = 13
"""A year and the open period."""


@dataclass(frozen=True)
class KpiPage:
    """The page of one KPI: its row, and what the page shows with it.

    `periods` are the months or quarters (`by`), the latest first; `members` those of the latest whole month by
    dimension, the largest first; `uses` the key results that it measures, with how they stand. `sql` is the text of
    its model, empty where it was not given.
    """

    row: Row
    label: str
    amounts: Amounts
    bars: BarChart | None
    line: CourseChart | None
    has_year_before: bool
    by: str
    periods: Rows
    changes: Sequence[FactorBars]
    members: Mapping[str, Rows]
    restatements: Rows
    uses: Sequence[tuple[Row, str]]
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
    uses = [row for row in published.key_results if row["kpi"] == name]
    targets = _targets(uses, cadence, is_level=not has_bars)
    drawn, before = history[-MAX_DRAWN:], _year_before(periods)[-MAX_DRAWN:]
    return KpiPage(
        row=kpi,
        label=kpi["label"] or name,
        amounts=amounts,
        bars=_bars(drawn, before, targets, amounts) if has_bars else None,
        line=None if has_bars else level_chart(drawn, amounts, before, next(iter(targets), None)),
        has_year_before=any(value is not None for value in before),
        by=language.text(f"kpi.{cadence}s"),
        periods=history[::-1],
        changes=changes(published.factors.get(name, []), cadence, amounts),
        members=rows_by(published.members.get(name, []), "dimension"),
        restatements=published.restatements.get(name, []),
        uses=[(row, _stands(row, kpi, language)) for row in uses],
        sql=models.get(kpi.get("model") or "", ""),
        provenance=provenance(kpi, kpi, published, language),
    )


def _year_before(periods: Rows) -> list[Decimal | None]:
    """Of each period the value a year before; None where that is not known, or this one is still open."""
    values = {row["period_start"]: row["value"] for row in periods}
    return [
        None
        if row["status"] == "partial"
        else values.get(row["period_start"].replace(year=row["period_start"].year - 1))
        for row in periods
    ]


def _targets(uses: Rows, cadence: str, *, is_level: bool) -> list[Decimal]:
    """The targets that the values of one period can be held against: of the whole KPI and of such a period."""
    comparable = {
        row["target"]
        for row in uses
        if row["target"] is not None
        and not row.get("where")
        and not row.get("for_each")
        and (cadence in (row.get("per"), row.get("over")) or (is_level and not row.get("per")))
    }
    return sorted(comparable)


def _stands(row: Row, kpi: Row, language: Language) -> str:
    """`921 of 982 pieces, >99%`; empty where no figures say it."""
    if row["actual"] is None or row["target"] is None:
        return ""
    amounts = Amounts(language, row["unit"], int(kpi["precision"] or 0), as_published=True)
    of_target = language.text(
        "card.of_target",
        actual=amounts.number(row["actual"]),
        target=amounts.text(row["target"]),
    )
    return f"{of_target}, {language.odds_of(row)}"


def _bars(
    history: Rows,
    year_before: Sequence[Decimal | None],
    targets: Sequence[Decimal],
    amounts: Amounts,
) -> BarChart | None:
    language = amounts.language
    columns = [
        Column(
            language.window(
                containing(row["period_start"], row["period"], language.fiscal_year).label
            ),
            row["value"],
            "open" if row["status"] == "partial" else "full",
            language.day(row["period_start"], "axis") if row["period"] == "month" else "",
            before,
        )
        for row, before in zip(history, year_before, strict=True)
    ]
    return bar_chart(columns, amounts, targets)
