"""The questions about goals and figures. Each opens the published file anew, so that a new one is read."""

from datetime import UTC, date, datetime, time
from pathlib import Path

from pipelines.errors import OkraError
from pipelines.mcp_server import answers as a
from pipelines.mcp_server.loop import LoopQuestions
from pipelines.mcp_server.names import UnknownNameError, known
from pipelines.mcp_server.row_answers import RowAnswers, declared_goal, in_unit, named
from pipelines.okr.kpi.facts import TOTAL
from pipelines.publishing.key_result_chain import full_name, read_chain
from pipelines.publishing.language.factors import factor_sentence
from pipelines.publishing.language.language import Amounts, Language
from pipelines.publishing.language.restatements import restatement
from pipelines.publishing.named_members import (
    names_members_of,
    shown_levers,
)
from pipelines.publishing.published import PublishedFile, Row, Rows, opened, read_restatements
from pipelines.publishing.standings import read_standings

MAX_PARTS = 60
_PARTS = """
    select * from key_result_scores
    where as_of = $as_of and ("window" <> 'total' or member <> 'total')
    order by key_result_id, period_start, "window", member
"""
_KPIS = "select * from kpis order by kpi"
_DIMENSIONS = """
    select kpi, list(distinct dimension order by dimension) as dimensions
    from kpi_periods where dimension <> 'total' group by kpi
"""
_MEMBERS = """
    select distinct member from kpi_periods
    where kpi = $kpi and dimension = $dimension and period = $period order by 1
"""
_SERIES = """
    select *, count(*) over () as rows_in_all from kpi_periods
    where
        kpi = $kpi and period = $period and dimension = $dimension
        and ($member is null or member = $member)
        and ($first is null or period_start >= $first) and ($last is null or period_start <= $last)
    order by period_start desc, member
    limit $most
"""
_ASKED = """
    select
        kpi, for_each,
        coalesce(json_extract_string(definition, '$.name_members') <> 'false', true) as names_members
    from key_results where for_each is not null
"""
_LEVERS = """
    select levers.*, count(*) over () as rows_in_all
    from key_result_levers as levers
    left join objective_scores as objectives using (as_of, objective_id)
    where
        as_of = $as_of and ($key_result is null or key_result_id = $key_result)
        and ($owner is null or objectives.owner = $owner)
    order by key_result_id, asked_member <> 'total', asked_member, rank
    limit $most
"""


class UnnamedMembersError(OkraError):
    """The goals on a KPI let nobody be named; the text says what can be asked."""


class Questions:
    """Asks the published file at `path`; words are those of the pages in `language`."""

    def __init__(self, path: Path, language: Language) -> None:
        self._path = path
        self._language = language
        self._rows = RowAnswers(language)
        self.loop = LoopQuestions(path, language)

    def scorecard(self, ask: a.AskScorecard) -> a.Scorecard:
        standings = read_standings(self._path)
        if ask.owner is not None:
            known("owner", ask.owner, standings.owners)
        with opened(self._path) as file:
            parts = parts_of(file, standings.as_of)
            faults = sum(bool(row["is_fault"]) for row in file.findings())
        return a.Scorecard(
            as_of=standings.as_of,
            sample_company=bool(standings.run.get("sample_company")),
            failed_sources=list(standings.failed_sources),
            findings=faults,
            goals=[
                self._rows.goal(line, parts, standings)
                for line in standings.lines
                if ask.owner in (None, line.owner) and (not ask.status or line.status in ask.status)
            ],
        )

    def explain(self, ask: a.AskExplain) -> a.Explanation:
        chain = read_chain(self._path, ask.key_result)
        score, as_of = chain.score, chain.score["as_of"]
        standings = read_standings(self._path, as_of)
        line = next(x for x in standings.key_results if x.id == score["key_result_id"])
        amounts = self._rows.amounts(line.row)
        factors = [
            a.Factor(
                compared_with=row["compared_with"],
                period_start=row["period_start"],
                data_through=row["data_through"],
                sentence=factor_sentence(row, members, amounts, score["target"]),
                trust=self._language.trust_flags(row["trust"]),
            )
            for row, members in zip(chain.factors, chain.factor_members, strict=True)
        ]
        return a.Explanation(
            goal=self._rows.goal(line, {line.id: chain.parts}, standings),
            objective=str(chain.objective.get("name") or score["objective_id"]),
            why=score["why"] or "",
            windows_and_members=[
                a.Part(
                    window=named(row["window"]),
                    member=named(row["member"]),
                    period_start=row["period_start"],
                    deadline=row["deadline"],
                    status=row["status"],
                    actual=in_unit(row["actual"], amounts),
                    target=in_unit(row["target"], amounts),
                )
                for row in chain.parts[-MAX_PARTS:]
            ],
            parts_in_all=len(chain.parts),
            levers=[
                self._rows.lever(row, line, place) for place, row in enumerate(chain.levers, 1)
            ],
            factors=factors,
            restatements=[restatement(row, amounts) for row in chain.restatements],
            sources=[
                a.Stream(
                    stream=x.stream,
                    windows=x.windows,
                    rows=x.rows,
                    first_window=x.first_window,
                    data_through=x.data_through,
                    windows_that_may_change=x.open_windows,
                    pulled_at=x.pulled_at,
                )
                for x in chain.streams
            ],
            run=a.Run(
                run_id=score["run_id"],
                as_of=as_of,
                scored_at=chain.run.get("scored_at"),
                dagster_run_id=chain.run.get("dagster_run_id"),
            ),
        )

    def kpi_series(self, ask: a.AskSeries) -> a.Series:
        if ask.member is not None and ask.dimension is None:
            raise UnknownNameError("a member is of a dimension; give `dimension`, too")
        with opened(self._path) as file:
            kpis = {row["kpi"]: row for row in file.rows(_KPIS)}
            kpi = kpis[known("KPI", ask.kpi, kpis)]
            if ask.dimension is not None and not names_members_of(
                ask.kpi, ask.dimension, file.rows(_ASKED)
            ):
                raise UnnamedMembersError(
                    f"the members of {ask.dimension} are not named: the goals on {ask.kpi} say "
                    "`name_members: false`; ask for the total, without `dimension`"
                )
            if ask.dimension is not None:
                known(f"dimension of {ask.kpi}", ask.dimension, dimensions(file).get(ask.kpi, []))
            if ask.member is not None:
                members = file.rows(
                    _MEMBERS, kpi=ask.kpi, dimension=ask.dimension, period=ask.period
                )
                known(f"member of {ask.dimension}", ask.member, (row["member"] for row in members))
            rows = file.rows(
                _SERIES,
                kpi=ask.kpi,
                period=ask.period,
                dimension=ask.dimension or TOTAL,
                member=ask.member,
                first=ask.first,
                last=ask.last,
                most=ask.limit,
            )
        amounts = Amounts(self._language, kpi["unit"], int(kpi["precision"] or 0))
        return a.Series(
            kpi=ask.kpi,
            label=kpi["label"] or ask.kpi,
            kind=kpi["kind"],
            unit=kpi["unit"],
            period=ask.period,
            dimension=ask.dimension,
            data_through=kpi["data_through"],
            trust=self._language.trust_flags(kpi["trust"]),
            points=[
                a.Point(
                    period_start=row["period_start"],
                    period_end=row["period_end"],
                    member=named(row["member"]),
                    value=in_unit(row["value"], amounts),
                    state=row["status"],
                    data_through=row["data_through"],
                    trust=self._language.trust_flags(row["trust"]),
                )
                for row in reversed(rows)
            ],
            left_out=left_out(rows),
        )

    def levers(self, ask: a.AskLevers) -> a.Levers:
        standings = read_standings(self._path)
        if ask.owner is not None:
            known("owner", ask.owner, standings.owners)
        lines = {line.id: line for line in standings.key_results}
        with opened(self._path) as file:
            key_result = None if ask.key_result is None else full_name(file, ask.key_result)
            rows = file.rows(
                _LEVERS,
                as_of=standings.as_of,
                key_result=key_result,
                owner=ask.owner,
                most=ask.limit,
            )
        return a.Levers(
            as_of=standings.as_of,
            levers=[
                self._rows.lever(row, lines[row["key_result_id"]], row["rank"])
                for row in rows
                if shown_levers(lines[row["key_result_id"]].row, [row])
            ],
            left_out=left_out(rows),
        )

    def restatements(self, ask: a.AskRestatements) -> a.Restatements:
        with opened(self._path) as file:
            kpis = {row["kpi"]: row for row in file.rows(_KPIS)}
            asked = file.rows(_ASKED)
        if ask.kpi is not None:
            known("KPI", ask.kpi, kpis)
        since = datetime.combine(ask.since or date(1970, 1, 1), time(), tzinfo=UTC)
        rows = read_restatements(self._path, ask.kpi or "", since, ask.limit, members=ask.members)
        return a.Restatements(
            restatements=[
                self._rows.restatement(row, kpis)
                for row in rows
                if names_members_of(row["kpi"], row["dimension"], asked)
            ],
            may_have_more=len(rows) == ask.limit,
        )

    def declared(self, _ask: a.AskDeclared) -> a.Declared:
        standings = read_standings(self._path)
        with opened(self._path) as file:
            kpis, split, asked = file.rows(_KPIS), dimensions(file), file.rows(_ASKED)
        return a.Declared(
            as_of=standings.as_of,
            kpis=[
                a.DeclaredKpi(
                    kpi=row["kpi"],
                    label=row["label"] or row["kpi"],
                    description=row["description"],
                    kind=row["kind"],
                    unit=row["unit"],
                    owner=row["owner"],
                    dimensions=[
                        dimension
                        for dimension in split.get(row["kpi"], [])
                        if names_members_of(row["kpi"], dimension, asked)
                    ],
                    data_from=row.get("data_from"),
                    data_through=row["data_through"],
                    trust=self._language.trust_flags(row["trust"]),
                )
                for row in kpis
            ],
            objectives=[declared_goal(line) for line in standings.objectives],
            key_results=[declared_goal(line) for line in standings.key_results],
            owners=list(standings.owners),
        )


def left_out(rows: Rows) -> int:
    return int(rows[0]["rows_in_all"]) - len(rows) if rows else 0


def parts_of(file: PublishedFile, as_of: date) -> dict[str, Rows]:
    parts: dict[str, list[Row]] = {}
    for row in file.rows(_PARTS, as_of=as_of):
        parts.setdefault(row["key_result_id"], []).append(row)
    return dict(parts)


def dimensions(file: PublishedFile) -> dict[str, list[str]]:
    """The dimensions of each KPI that has rows by them."""
    return {row["kpi"]: row["dimensions"] for row in file.rows(_DIMENSIONS)}
