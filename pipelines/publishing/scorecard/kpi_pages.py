"""The pages of the KPIs: history, what is possible, members, restatements, trust, SQL and sources."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from markupsafe import Markup

from pipelines.okr.kpi.periods import Cadence
from pipelines.publishing.language.language import Amounts, Language
from pipelines.publishing.named_members import names_members_of
from pipelines.publishing.published import Row, Rows
from pipelines.publishing.scorecard.cards import anchor
from pipelines.publishing.scorecard.factor_bars import FactorBars, changes
from pipelines.publishing.scorecard.goal_rows import MOST_AT_ONCE
from pipelines.publishing.scorecard.kpi_charts import (
    Aims,
    KpiChart,
    aims_of,
    chart_of_latest,
    chart_of_periods,
    goal_with_pace,
)
from pipelines.publishing.scorecard.kpi_rows import MAX_DAYS, rows_by
from pipelines.publishing.scorecard.ladders import Ladder, ladders_of
from pipelines.publishing.scorecard.page_rows import PageRows
from pipelines.publishing.scorecard.provenance import Provenance, kpi_page, provenance
from pipelines.publishing.scorecard.rendering import page, part

MAX_PERIODS = 24
MAX_USES = 100
"""Key results that the page of their KPI lists."""
MAX_KEPT = 1_000
"""Parts of pages that are kept for the next reader, 30 KB each."""
_SEVERAL = Decimal(2)
NamedMembers = frozenset[tuple[str, str]] | None
"""The members that may be named, each with its dimension; None for all."""


@dataclass(frozen=True)
class Members:
    """The largest members of a dimension in a period, and how many others there are."""

    dimension: str
    period: str
    rows: Rows
    others: int


@dataclass(frozen=True)
class KpiHistory:
    """What a page shows of a KPI's figures: `periods` are its months or quarters (`by`), the latest first.

    `has_total` is of one without periods: it has no total where it has members all the same.
    """

    label: str
    amounts: Amounts
    charts: Sequence[KpiChart]
    by: str
    periods: Rows
    has_total: bool


@dataclass(frozen=True)
class KpiEvidence:
    """What a KPI stands on: what was restated (with how many other figures), its sources, and the SQL of its model."""

    amounts: Amounts
    restatements: Rows
    restated_others: int
    provenance: Provenance
    sql: str


@dataclass(frozen=True)
class KpiPage:
    """The page of one KPI. `uses` are the key results that it measures, with how they stand in figures, the first ones
    where they are many; `other_uses` says how many others there are.
    """

    row: Row
    label: str
    amounts: Amounts
    unit: str
    owner: str
    data_through: str
    uses: Sequence[tuple[Row, str]]
    other_uses: int
    history: Markup
    ladders: Sequence[Ladder]
    changes: Sequence[FactorBars]
    members: Sequence[Members]
    evidence: Markup


class KpiPages:
    """The pages of the KPIs for one reader after the other.

    What they have in common is made once: the history where it is held against the same goals, what is possible, what
    moved it where the same members may be named, and the evidence.
    `models` has the text of each model by its name.
    """

    def __init__(self, models: Mapping[str, str], language: Language) -> None:
        self._models = models
        self._language = language
        self._histories: dict[tuple[str, Aims, Aims, tuple[str, ...]], Markup] = {}
        self._evidence: dict[str, Markup] = {}
        self._ladders: dict[str, Sequence[Ladder]] = {}
        self._changes: dict[tuple[str, frozenset[str], NamedMembers], Sequence[FactorBars]] = {}

    def of(self, published: PageRows) -> Iterator[tuple[str, str]]:
        """The pages of the KPIs in `published`, one by one: its place beside the page of the goals, its text."""
        kpis = [*published.kpis.values()]
        for first in range(0, len(kpis), MOST_AT_ONCE):
            some = kpis[first : first + MOST_AT_ONCE]
            self._read_ahead(some, published)
            for kpi in some:
                link = kpi_page(kpi["kpi"], published)
                if link is not None:
                    yield link, self._text(kpi, published)

    def _read_ahead(self, kpis: Rows, published: PageRows) -> None:
        """Read the courses of the goals whose pace the charts of some KPIs have, one for each KPI."""
        since = published.as_of - timedelta(days=MAX_DAYS)
        goals = (
            goal_with_pace(published.key_results_by_kpi.get(kpi["kpi"], ()), kpi, published, since)
            for kpi in kpis
        )
        published.read_courses_ahead([goal["key_result_id"] for goal in goals if goal])

    def _text(self, kpi: Row, published: PageRows) -> str:
        return page(
            "kpi.html.jinja",
            self._language,
            published=published,
            kpi=self._page(kpi, published),
            anchor=anchor,
        )

    def _page(self, kpi: Row, published: PageRows) -> KpiPage:
        name, amounts = kpi["kpi"], _amounts(kpi, self._language)
        uses = published.key_results_by_kpi.get(name, ())
        members = self._members(name, uses, published)
        named = frozenset((row["dimension"], row["member"]) for row in members)
        through = kpi.get("data_through")
        return KpiPage(
            row=kpi,
            label=kpi["label"] or name,
            amounts=amounts,
            unit=amounts.word(_SEVERAL) or kpi["unit"] or "",
            owner=kpi.get("owner") or "",
            data_through=self._language.day(through) if through else "",
            uses=[(row, _stands(row, kpi, self._language)) for row in uses[:MAX_USES]],
            other_uses=max(0, len(uses) - MAX_USES),
            history=self._history(kpi, uses, published),
            ladders=self._ladders_of(kpi, published),
            changes=self._changes_of(
                kpi, uses, named if published.is_of_owner else None, published
            ),
            members=[
                Members(
                    dimension,
                    self._language.span(rows[0]["period_start"], rows[0]["period_end"]),
                    rows,
                    rows[0]["in_all"] - len(rows),
                )
                for dimension, rows in rows_by(members, "dimension").items()
            ],
            evidence=self._evidence_of(kpi, published),
        )

    def _members(self, name: str, uses: Rows, published: PageRows) -> Rows:
        """The members to show to the reader: without those that no goal may name."""
        members = published.figures.members.get(published.owner, {}).get(name, ())
        shown = _that_may_be_named(name, members, uses)
        return [row for row in members if row["dimension"] in shown]

    def _ladders_of(self, kpi: Row, published: PageRows) -> Sequence[Ladder]:
        name = kpi["kpi"]
        if name not in self._ladders:
            targets = published.figures.targets.get(name, ())
            amounts = _amounts(kpi, self._language)
            self._ladders[name] = ladders_of(targets, kpi["label"] or name, amounts)
        return self._ladders[name]

    def _changes_of(
        self, kpi: Row, uses: Rows, named: NamedMembers, published: PageRows
    ) -> Sequence[FactorBars]:
        name = kpi["kpi"]
        rows = published.factors.get(name, ())
        shown = _that_may_be_named(name, rows, uses)
        key = (name, shown, named)
        if key not in self._changes:
            if len(self._changes) >= MAX_KEPT:
                self._changes.clear()
            factors = [row for row in rows if row["dimension"] in shown]
            amounts = _amounts(kpi, self._language)
            self._changes[key] = changes(factors, _cadence(kpi), amounts, named)
        return self._changes[key]

    def _history(self, kpi: Row, uses: Rows, published: PageRows) -> Markup:
        cadence, every = _cadence(kpi), str(kpi.get("every"))
        since = published.as_of - timedelta(days=MAX_DAYS)
        long, latest = (aims_of(uses, kpi, x, published, since) for x in (cadence, every))
        named = tuple(x["objective_id"] for x in published.measures.get(kpi["kpi"], ()))
        key = (kpi["kpi"], long, latest, named)
        if key not in self._histories:
            if len(self._histories) >= MAX_KEPT:
                self._histories.clear()
            amounts = _amounts(kpi, self._language)
            rows = published.figures.history.get(kpi["kpi"], ())
            periods = [row for row in rows if row["period"] == cadence]
            charts = (
                chart_of_periods(kpi, periods, cadence, long, published, amounts),
                chart_of_latest(kpi, latest, published, amounts),
            )
            self._histories[key] = part(
                "kpi_history.html.jinja",
                self._language,
                history=KpiHistory(
                    label=kpi["label"] or kpi["kpi"],
                    amounts=amounts,
                    charts=[chart for chart in charts if chart is not None],
                    by=self._language.text(f"kpi.{cadence}s"),
                    periods=periods[-MAX_PERIODS:][::-1],
                    has_total=kpi["kpi"] not in published.figures.members.get("", {}),
                ),
            )
        return self._histories[key]

    def _evidence_of(self, kpi: Row, published: PageRows) -> Markup:
        name, figures = kpi["kpi"], published.figures
        if name not in self._evidence:
            restatements = figures.restatements.get(name, ())
            self._evidence[name] = part(
                "kpi_evidence.html.jinja",
                self._language,
                evidence=KpiEvidence(
                    amounts=_amounts(kpi, self._language),
                    restatements=restatements,
                    restated_others=figures.restated_in_all.get(name, 0) - len(restatements),
                    provenance=provenance(kpi, kpi, published, self._language),
                    sql=self._models.get(kpi.get("model") or "", ""),
                ),
            )
        return self._evidence[name]


def _that_may_be_named(kpi: str, rows: Rows, uses: Rows) -> frozenset[str]:
    """Those of the rows' dimensions whose members may be named."""
    dimensions = {row["dimension"] for row in rows}
    return frozenset(x for x in dimensions if names_members_of(kpi, x, uses))


def _amounts(kpi: Row, language: Language) -> Amounts:
    return Amounts(language, kpi["unit"], int(kpi["precision"] or 0))


def _cadence(kpi: Row) -> Cadence:
    """The periods of its history."""
    return "quarter" if kpi.get("every") == "quarter" else "month"


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
