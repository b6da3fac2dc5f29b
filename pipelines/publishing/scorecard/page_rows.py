"""The rows that the pages of one day are made of."""

import posixpath
from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from pipelines.publishing.published import PublishedFile, Row, Rows, StreamWindows
from pipelines.publishing.scorecard.goal_rows import (
    COURSES,
    GAPS,
    GOAL_FACTORS,
    LEVERS,
    PARTS,
    GoalRows,
)
from pipelines.publishing.scorecard.kpi_rows import KpiRows, RowsByName, kpi_rows_in, rows_by
from pipelines.publishing.standings import Standing, Standings, standings_in

T = TypeVar("T")
MAX_FULL = 60
"""Key results up to which a page has their cards in full: charts, factors, sources."""

_KPIS = "select * from kpis order by kpi"
_FACTORS = """
    select * from kpi_factors
    where as_of = $as_of and compared_with in ('previous', 'last_year') and dimension_rank <= 1
    order by kpi, period_start desc, dimension_rank, rank, member, effect
"""


@dataclass(frozen=True)
class PageRows:
    """The published rows of one day, by the columns' names.

    `standings` has the headlines, with those of an earlier day. `factors` are by KPI; `goal_factors` (of those with a
    filter), `gaps`, `levers` and `leads` by key result, `measures` by KPI; `figures` are what the KPIs' own pages show.
    What is by key result is read for one page after the other (`loaded`).
    `owner` is whose goals they are alone, empty where they are everybody's. `page` is the file that the page is written
    to, `kpi_folder` the folder of the KPIs' pages, from where the page is.

    `places` has the page of each goal where the goals are on several pages. On each of these, `index` is the page that
    leads to all of them, and `whole` has the standings on all of them.
    """

    as_of: date
    standings: Standings
    parts: RowsByName | GoalRows
    courses: RowsByName | GoalRows
    factors: RowsByName
    goal_factors: RowsByName | GoalRows
    gaps: RowsByName | GoalRows
    levers: RowsByName | GoalRows
    kpis: Mapping[str, Row]
    figures: KpiRows
    streams: Mapping[str, StreamWindows]
    findings: Rows
    measures: RowsByName = field(default_factory=dict)
    leads: Mapping[str, Row] = field(default_factory=dict)
    owner: str = ""
    page: str = "scorecard.html"
    kpi_folder: str = "kpi"
    places: Mapping[str, str] = field(default_factory=dict)
    index: str = ""
    whole: Standings | None = None

    @property
    def tree(self) -> Standings:
        """The standings in which an objective has all its parts."""
        return self.whole or self.standings

    @property
    def index_link(self) -> str:
        """A link from one of several pages to the page that leads to all of them."""
        return _from(self.page, self.index)

    def link_to(self, goal: str, anchor: str) -> str:
        """A link from this page to the card of a goal."""
        place = self.places.get(goal, self.page)
        return f"#{anchor}" if place == self.page else f"{_from(self.page, place)}#{anchor}"

    def link_from_kpi(self, goal: str, anchor: str) -> str:
        """A link from a KPI's page to the card of a goal."""
        place = self.places.get(goal, self.page)
        return f"{_from(f'{self.kpi_folder}/x.html', place)}#{anchor}"

    @property
    def page_from_kpi(self) -> str:
        """The page, as the KPIs' pages link to it."""
        return f"{'../' * (self.kpi_folder.count('/') + 1)}{self.page}"

    @property
    def is_of_owner(self) -> bool:
        """Whether the rows are those of one owner alone."""
        return bool(self.owner)

    def of_owner(self, owner: str, page: str) -> "PageRows":
        """The rows of the objectives of one owner alone, for a page of that name.

        Nothing in them names another goal: not the part that costs an objective most, nor what is wrong elsewhere.
        """
        own = self.standings.of_owner(owner)
        key_results = [line.row for line in own.key_results]
        goals = {line.id for line in own.lines}
        kpis = _only(self.kpis, _kpis_of(key_results))
        feeds = {stream.strip() for row in kpis.values() for stream in _sources(row).split(",")}
        findings = [row for row in self.findings if kpis.keys() & set(row["kpis"] or ())]
        return replace(
            self._about(goals, kpis),
            standings=self._without_others(own, goals, feeds),
            streams={name: x for name, x in self.streams.items() if x.feeds in feeds},
            findings=findings,
            measures={
                kpi: [row for row in self.measures[kpi] if row["objective_id"] in goals]
                for kpi in _only(self.measures, kpis)
            },
            leads=_only(self.leads, goals),
            owner=owner,
            page=page,
            kpi_folder=f"{page.removesuffix('.html')}/{PageRows.kpi_folder}",
        )

    def on_page(self, lines: Sequence[Standing], page: str) -> "PageRows":
        """The rows of some of the goals, for one of several pages."""
        standings = replace(self.standings, lines=lines)
        goals = {line.id for line in lines}
        kpis = _kpis_of([line.row for line in standings.key_results])
        return replace(
            self._about(goals, kpis),
            standings=standings,
            whole=self.tree,
            page=page,
            index=self.page,
            kpi_folder=_from(page, self.kpi_folder),
        )

    def read_ahead(self, goals: Collection[str]) -> None:
        """Read the rows of some key results at once, for the pages that are made next."""
        for rows in (self.parts, self.courses, self.goal_factors, self.gaps, self.levers):
            if isinstance(rows, GoalRows):
                rows.read_ahead(goals)

    def read_courses_ahead(self, goals: Collection[str]) -> None:
        """The same of their courses alone."""
        if isinstance(self.courses, GoalRows):
            self.courses.read_ahead(goals)

    @property
    def loaded(self) -> "PageRows":
        """The same with the rows of its key results read, for a page that shows all of them."""
        goals = [line.id for line in self.standings.key_results]

        def read(rows: RowsByName | GoalRows) -> RowsByName:
            return rows.of(goals) if isinstance(rows, GoalRows) else rows

        return replace(
            self,
            parts=read(self.parts),
            courses=read(self.courses),
            goal_factors=read(self.goal_factors),
            gaps=read(self.gaps),
            levers=read(self.levers),
        )

    def _about(self, goals: Collection[str], kpis: Collection[str]) -> "PageRows":
        """The rows that are about some goals and KPIs alone; all else as it is."""
        return replace(
            self,
            parts=_of_goals(self.parts, goals),
            courses=_of_goals(self.courses, goals),
            factors=_only(self.factors, kpis),
            goal_factors=_of_goals(self.goal_factors, goals),
            gaps=_of_goals(self.gaps, goals),
            levers=_of_goals(self.levers, goals),
            kpis=_only(self.kpis, kpis),
        )

    def _without_others(
        self, own: Standings, goals: Container[str], feeds: Collection[str]
    ) -> Standings:
        """The standings of one owner, whose rows name no other goal and no other source."""
        run = {**self.run, "failed_sources": _failed(self.run, feeds), "broken_definitions": []}
        lines = [
            replace(line, row=_without_others(line.row, goals)) if line.is_objective else line
            for line in own.lines
        ]
        return replace(own, run=run, lines=lines)

    @property
    def run(self) -> Row:
        """The run that scored the day."""
        return self.standings.run

    @property
    def compared_with(self) -> date | None:
        """The day that the headlines are compared with; None where the day is the first."""
        return self.standings.compared_with

    @cached_property
    def objectives(self) -> Rows:
        """Their headlines, in the order of the tree."""
        return [line.row for line in self.standings.objectives]

    @cached_property
    def key_results(self) -> Rows:
        """Their headlines with their definitions and KPIs, those of an objective together."""
        return [line.row for line in self.standings.key_results]

    @cached_property
    def key_results_by_kpi(self) -> RowsByName:
        """Their headlines by the KPI that measures them."""
        return rows_by([row for row in self.key_results if row["kpi"]], "kpi")

    @cached_property
    def check_ins(self) -> Mapping[str, Row]:
        """What a person said last of each key result."""
        return {line.id: line.check_in for line in self.standings.key_results if line.check_in}

    @property
    def is_brief(self) -> bool:
        """Whether there are so many key results that a card leaves out what its row in the table says."""
        return len(self.key_results) > MAX_FULL

    @cached_property
    def earlier(self) -> Mapping[str, Row]:
        """The headlines of that day, by the id of a key result or an objective."""
        lines = self.standings.lines
        return {line.id: line.earlier for line in lines if line.earlier is not None}

    @property
    def sample_company(self) -> bool:
        return bool(self.run.get("sample_company"))


def page_rows_in(file: PublishedFile, as_of: date) -> PageRows:
    """The rows of `as_of`, of a file that stays open while pages are made of them.

    Raises `NothingPublishedError` for a file that publishing has not written.
    """
    return PageRows(
        as_of=as_of,
        standings=standings_in(file, as_of),
        parts=GoalRows(file, PARTS, as_of),
        courses=GoalRows(file, COURSES, as_of),
        factors=rows_by(file.rows(_FACTORS, as_of=as_of), "kpi"),
        goal_factors=GoalRows(file, GOAL_FACTORS, as_of, "reference"),
        gaps=GoalRows(file, GAPS, as_of, "reference"),
        levers=GoalRows(file, LEVERS, as_of),
        kpis={row["kpi"]: row for row in file.rows(_KPIS)},
        figures=kpi_rows_in(file, as_of),
        streams=file.streams(),
        findings=file.findings(),
        measures=rows_by(file.measures(), "kpi"),
        leads=file.leads(),
    )


def _from(page: str, place: str) -> str:
    """A place as a page links to it; both are from the folder of the scorecard or of the owners' pages."""
    return posixpath.relpath(place, posixpath.dirname(page) or ".")


def _of_goals(rows: RowsByName | GoalRows, goals: Collection[str]) -> RowsByName | GoalRows:
    """The rows of some goals; those that are not read yet are only ever asked for by their goal."""
    return rows if isinstance(rows, GoalRows) else _only(rows, goals)


def _only(rows: Mapping[str, T], names: Collection[str]) -> dict[str, T]:
    return {name: rows[name] for name in sorted(names) if name in rows}


def _kpis_of(key_results: Rows) -> set[str]:
    return {row["kpi"] for row in key_results if row["kpi"]}


def _sources(kpi: Row) -> str:
    return kpi.get("sources") or ""


def _failed(run: Row, feeds: Collection[str]) -> list[str]:
    """The sources of some streams, among those whose last pull failed."""
    sources = {stream.partition(".")[0] for stream in feeds}
    return [x for x in run.get("failed_sources") or () if x.partition("@")[0] in sources]


def _without_others(objective: Row, goals: Container[str]) -> dict[str, Any]:
    """An objective without what names a part that is not one of `goals`."""
    row = dict(objective)
    if row.get("costliest_part") not in goals:
        row |= {"costliest_part": None, "costliest_part_cost": None, "why": ""}
    if row.get("parent_id") not in goals:
        row["parent_id"] = None
    return row
