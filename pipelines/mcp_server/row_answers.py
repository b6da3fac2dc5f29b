"""Rows of the published file as the answers that a client gets, in the words of the pages."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pipelines.mcp_server import answers as a
from pipelines.okr.kpi.facts import TOTAL
from pipelines.publishing.language.language import Amounts, Language
from pipelines.publishing.language.levers import lever
from pipelines.publishing.language.restatements import restatement
from pipelines.publishing.language.sentences import objective_sentence, sentence
from pipelines.publishing.published import Row, Rows
from pipelines.publishing.standings import Standing, Standings


@dataclass(frozen=True)
class RowAnswers:
    """Makes answers of rows, in a language."""

    language: Language

    def amounts(self, row: Row) -> Amounts:
        precision = int(row.get("precision") or 0)
        return Amounts(self.language, row.get("unit"), precision, as_published=True)

    def goal(self, line: Standing, parts: dict[str, Rows], standings: Standings) -> a.Goal:
        """A goal; `parts` are the windows and members of each key result, by its id."""
        row, language = line.row, self.language
        score, pace = language.score_and_pace(row["score"], row["expected"])
        amounts = self.amounts(row)
        given: dict[str, Any] = {}
        if line.is_objective:
            words = objective_sentence(row, language, names_in(standings))
            parent = row["parent_id"]
        else:
            words, parent = sentence(row, parts.get(line.id, []), amounts), row["objective_id"]
            given = {
                "kpi": row["kpi"],
                "goal": row["goal"],
                "unit": row["unit"],
                **{
                    name: in_unit(row.get(name), amounts)
                    for name in (
                        "actual", "target", "gap", "forecast_p10", "forecast_p50", "forecast_p90",
                    )
                },
            }  # fmt: skip
        return a.Goal(
            id=line.id,
            kind="objective" if line.is_objective else "key_result",
            name=line.name,
            owner=line.owner or None,
            status=row["status"],
            sentence=words,
            period_start=row["period_start"],
            deadline=row["deadline"],
            parent_id=parent,
            score=figure(row["score"], score),
            pace=figure(row["expected"], pace),
            odds=figure(row["probability"], language.odds_of(row)),
            data_through=row["data_through"],
            trust=language.trust_flags(row["trust"]),
            **given,
        )

    def lever(self, row: Row, line: Standing, rank: int) -> a.Lever:
        return a.Lever(
            key_result=line.id,
            window=named(row["window"]),
            asked_member=named(row["asked_member"]),
            driver=row["driver"],
            dimension=named(row["dimension"]),
            member=named(row["member"]),
            sentence=lever(row, line.row, self.amounts(line.row)),
            possible=row["possible"],
            rank=rank,
        )

    def restatement(self, row: Row, kpis: dict[str, Row]) -> a.Restatement:
        kpi = kpis.get(row["kpi"], {})
        unit = kpi.get("unit") or row.get("unit")
        amounts = Amounts(self.language, unit, int(kpi.get("precision") or 0), as_published=True)
        return a.Restatement(
            kpi=row["kpi"],
            restated_at=row["restated_at"],
            period=row["period"],
            period_start=row["period_start"],
            dimension=named(row["dimension"]),
            member=named(row["member"]),
            unit=unit,
            before=in_unit(row["old_value"], amounts),
            after=in_unit(row["new_value"], amounts),
            sentence=restatement(row, amounts),
        )


def figure(value: Decimal | None, text: str) -> a.Figure | None:
    return None if value is None else a.Figure(value=exact(value), text=text)


def in_unit(value: Decimal | None, amounts: Amounts) -> a.Figure | None:
    return None if value is None else a.Figure(value=exact(value), text=amounts.text(value))


def exact(value: Decimal) -> str:
    """All decimals, without the zeros at their end and without an exponent."""
    text = f"{Decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def named(name: str | None) -> str | None:
    return None if name == TOTAL else name


def names_in(standings: Standings) -> dict[str, str]:
    """The names of objectives and key results, by id."""
    return {line.id: line.name for line in standings.lines}


def declared_goal(line: Standing) -> a.DeclaredGoal:
    return a.DeclaredGoal(
        id=line.id, name=line.name, owner=line.owner or None, kpi=line.row.get("kpi")
    )
