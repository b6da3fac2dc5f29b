"""A KPI as its page shows it: history, members, restatements, trust, SQL and sources."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.okr.kpi.periods import containing
from pipelines.publishing.language.language import Amounts, Language
from pipelines.publishing.published import Row, Rows
from pipelines.publishing.scorecard.bar_chart import BarChart, Column, bar_chart
from pipelines.publishing.scorecard.course_chart import CourseChart, level_chart
from pipelines.publishing.scorecard.factor_bars import FactorBars, changes
from pipelines.publishing.scorecard.page_rows import PageRows, rows_by
from pipelines.publishing.scorecard.provenance import Provenance, provenance

MAX_PERIODS = 24


@dataclass(frozen=True)
class KpiPage:
    """The page of one KPI: its row, and what the page shows with it.

    `periods` are the months or quarters (`by`), the latest first; `members` those of the latest whole month by
    dimension, the largest first; `uses` the key results that it measures. `sql` is the text of its model, empty where
    it was not given.
    """

    row: Row
    label: str
    amounts: Amounts
    bars: BarChart | None
    line: CourseChart | None
    by: str
    periods: Rows
    changes: Sequence[FactorBars]
    members: Mapping[str, Rows]
    restatements: Rows
    uses: Rows
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
        row=kpi,
        label=kpi["label"] or name,
        amounts=amounts,
        bars=_bars(history, amounts) if has_bars else None,
        line=None if has_bars else level_chart(history, amounts),
        by=language.text(f"kpi.{cadence}s"),
        periods=history[::-1],
        changes=changes(published.factors.get(name, []), cadence, amounts),
        members=rows_by(published.members.get(name, []), "dimension"),
        restatements=published.restatements.get(name, []),
        uses=[row for row in published.key_results if row["kpi"] == name],
        sql=models.get(kpi.get("model") or "", ""),
        provenance=provenance(kpi, kpi, published, language),
    )


def _bars(history: Rows, amounts: Amounts) -> BarChart | None:
    language = amounts.language
    columns = [
        Column(
            language.window(
                containing(row["period_start"], row["period"], language.fiscal_year).label
            ),
            row["value"],
            "open" if row["status"] == "partial" else "full",
        )
        for row in history
    ]
    return bar_chart(columns, amounts)
