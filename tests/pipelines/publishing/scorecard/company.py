"""A published file made by hand: each test states only the columns it is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from pipelines.history.check_ins import CHECK_INS
from pipelines.publishing.language.language import Language
from pipelines.publishing.scorecard.writing import write_scorecard
from pipelines.tables.definitions import KEY_RESULTS
from pipelines.tables.factors import KPI_FACTORS
from pipelines.tables.findings import FINDINGS
from pipelines.tables.leads import LEADS
from pipelines.tables.measures import MEASURES
from pipelines.tables.scores import (
    KEY_RESULT_COURSES,
    KEY_RESULT_LEVERS,
    KEY_RESULT_SCORES,
    OBJECTIVE_SCORES,
    RUNS,
)
from pipelines.tables.targets import TARGETS
from tests.pipelines.publishing.scorecard.pages import Pages

AS_OF = date(2026, 11, 25)
THROUGH = date(2026, 11, 24)
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
PULLED = datetime(2026, 11, 25, 6, 30, tzinfo=UTC)
SQL = "select day, value from fct_sales where value > 0 -- <b>"

# what dbt's models publish, as far as the pages read it
_MODELLED = {
    "kpis": "kpi varchar, label varchar, description varchar, kind varchar, unit varchar, precision integer, "
    "denominator varchar, direction varchar, "
    "owner varchar, sources varchar, model varchar, every varchar, data_through date, trust varchar",
    "kpi_periods": "kpi varchar, period varchar, period_start date, period_end date, dimension varchar, "
    "member varchar, value decimal(38, 6), unit varchar, previous_value decimal(38, 6), "
    "change decimal(38, 6), change_pct decimal(38, 6), status varchar, data_through date, trust varchar, "
    "complete boolean",
    "windows": "source varchar, stream varchar, window_start date, data_through date, "
    "pulled_at timestamp with time zone, row_count bigint, is_settled boolean, checksum varchar",
    "kpi_coverage": "kpi varchar, day date, delivered boolean",
    "restatements": "kpi varchar, period varchar, period_start date, dimension varchar, member varchar, "
    "old_value decimal(38, 6), new_value decimal(38, 6), restated_at timestamp with time zone, period_end date",
    "objectives": "objective_id varchar, name varchar, owner varchar",
    "objective_history": "objective_id varchar, name varchar, owner varchar, "
    "known_from timestamp with time zone, known_to timestamp with time zone",
    "key_result_history": "key_result_id varchar, goal varchar, deadline date, weight integer, definition varchar, "
    "comparison varchar, low decimal(38, 6), high decimal(38, 6), per varchar, over varchar, for_each varchar, "
    '"where" varchar, known_from timestamp with time zone, known_to timestamp with time zone',
    "attempts": "source varchar, stream varchar, attempted_at timestamp with time zone, outcome varchar, "
    "message varchar",
}
_SCORED = (
    KEY_RESULT_SCORES,
    KEY_RESULTS,
    OBJECTIVE_SCORES,
    RUNS,
    KEY_RESULT_COURSES,
    KEY_RESULT_LEVERS,
    CHECK_INS,
    MEASURES,
    LEADS,
    TARGETS,
    KPI_FACTORS,
    FINDINGS,
    KEY_RESULT_LEVERS,
)

_OBJECTIVE = {
    "as_of": AS_OF, "objective_id": "grow", "name": "Grow", "owner": "ana@example.com",
    "period_start": FIRST, "deadline": LAST, "commitment": "committed", "score": Decimal("0.5"),
    "expected": Decimal("0.6"), "coverage": 1, "status": "at_risk", "why": "", "trust": "ok",
    "data_through": THROUGH, "definition_hash": "0b1ec71fe0000000", "run_id": "run-7",
}  # fmt: skip
_KEY_RESULT = {
    "as_of": AS_OF, "objective_id": "grow", "key_result_id": "grow/revenue", "name": "Sell more",
    "kpi": "revenue", "goal": "at least 2,000 USD", "window": "total", "member": "total",
    "period_start": FIRST, "deadline": LAST, "target": 2000, "actual": Decimal("1234.5"),
    "raw_attainment": Decimal("0.61725"), "score": Decimal("0.61725"), "expected": Decimal("0.9"),
    "status": "on_track", "why": "In the words of the run.", "trust": "ok", "data_through": THROUGH,
    "definition_hash": "de11111171000000", "weight": 1, "unit": "USD", "run_id": "run-7",
}  # fmt: skip
_DEFINED = {
    "objective_id": "grow", "key_result_id": "grow/revenue", "name": "Sell more", "kpi": "revenue",
    "goal": "", "period_start": FIRST, "deadline": LAST, "weight": 1, "comparison": "at_least",
    "low": 2000, "definition_hash": "de11111171000000",
}  # fmt: skip
_RUN = {
    "run_id": "run-7", "as_of": AS_OF, "scored_at": PULLED, "dagster_run_id": "d-1",
    "sample_company": False, "version": "0.1.0", "failed_sources": [], "broken_definitions": [],
}  # fmt: skip
_KPI = {
    "kpi": "revenue", "label": "Revenue", "description": "What was sold.", "kind": "flow", "unit": "USD",
    "precision": 2, "owner": "fin@example.com", "sources": "shop.orders", "model": "kpi_revenue",
    "every": "day", "data_through": THROUGH, "trust": "ok",
}  # fmt: skip
_PERIOD = {
    "kpi": "revenue", "period": "month", "dimension": "total", "member": "total", "unit": "USD",
    "status": "complete", "data_through": THROUGH, "trust": "ok", "complete": True,
}  # fmt: skip
_WINDOW = {
    "source": "shop", "stream": "orders", "window_start": FIRST, "data_through": THROUGH,
    "pulled_at": PULLED, "row_count": 1200, "is_settled": True, "checksum": "c0ffee",
}  # fmt: skip
_FACTOR = {
    "as_of": AS_OF, "kpi": "revenue", "period": "month", "period_start": date(2026, 11, 1),
    "period_end": date(2026, 11, 30), "data_through": THROUGH, "compared_with": "previous",
    "reference": "2026-10-01..2026-10-24", "compared_from": date(2026, 10, 1),
    "compared_to": date(2026, 10, 24), "effect": "change", "unit": "USD", "trust": "ok", "run_id": "run-7",
}  # fmt: skip
_MEASURE = {
    "objective_id": "grow", "measure": "More calls", "kpi": "revenue", "start": date(2026, 9, 1),
    "verdict": "supported", "better": True, "first_day": date(2026, 9, 1), "last_day": date(2026, 10, 26),
    "effect": 120, "effect_low": 50, "effect_high": 190, "effect_share": Decimal("0.123"),
    "effect_share_low": Decimal("0.05"), "effect_share_high": Decimal("0.19"),
    "next_look": date(2026, 11, 30), "unit": "USD", "fingerprint": "f1",
}  # fmt: skip
_LEAD = {
    "key_result_id": "grow/revenue", "kpi": "revenue", "leads": "likes", "verdict": "no_evidence",
    "by_days": 28, "brier": Decimal("0.2"), "brier_with": Decimal("0.201"), "gain": Decimal("-0.005"),
    "past_days": 60, "fingerprint": "f2",
}  # fmt: skip
_TARGET = {
    "kpi": "revenue", "period": "quarter", "period_start": date(2027, 1, 1), "period_end": date(2027, 3, 31),
    "comparison": "at_least", "odds": Decimal("0.5"), "target": 500, "probability": Decimal("0.503"),
    "year_before": 400, "best": 800, "best_start": date(2025, 10, 1), "present_rate": 450, "unit": "USD",
    "data_through": date(2026, 11, 22), "fingerprint": "f3",
}  # fmt: skip
_LEVER = {
    "as_of": AS_OF, "objective_id": "grow", "key_result_id": "grow/revenue", "window": "total",
    "asked_member": "total", "driver": "rate", "dimension": "total", "member": "total", "possible": True,
    "probability": Decimal("0.8"), "rank": 1, "unit": "USD", "why": "", "run_id": "run-7",
}  # fmt: skip
_FINDING = {
    "what": "no_key", "place": "shop.orders", "message": "", "is_set_aside": True, "is_fault": True,
    "kpis": [], "examples": [],
}  # fmt: skip


@dataclass
class Company:
    """The rows to publish, by table. What a call does not say is as above."""

    home: Path
    rows: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)

    def add(self, table: str, blank: Mapping[str, Any], changed: Mapping[str, Any]) -> None:
        self.rows.setdefault(table, []).append({**blank, **changed})

    def objective(self, **changed: Any) -> None:
        self.add("objective_scores", _OBJECTIVE, changed)

    def key_result(self, *, defined: Mapping[str, Any] | None = None, **changed: Any) -> None:
        """A headline and its definition; `defined=None` leaves the goal as it is above."""
        self.add("key_result_scores", _KEY_RESULT, changed)
        same = {
            name: changed[name]
            for name in ("key_result_id", "objective_id", "kpi")
            if name in changed
        }
        self.add("key_results", _DEFINED, {**same, **(defined or {})})

    def part(self, **changed: Any) -> None:
        self.add("key_result_scores", _KEY_RESULT, changed)

    def version(self, **changed: Any) -> None:
        """A version of a key result's definition."""
        self.add("key_result_history", {"key_result_id": "grow/revenue", "deadline": LAST}, changed)

    def run(self, **changed: Any) -> None:
        self.add("runs", _RUN, changed)

    def kpi(self, **changed: Any) -> None:
        """Declare a KPI; one of that name is replaced, as a file has each KPI once."""
        name = changed.get("kpi", _KPI["kpi"])
        self.rows["kpis"] = [row for row in self.rows.get("kpis", []) if row["kpi"] != name]
        self.add("kpis", _KPI, changed)

    def month(self, start: date, end: date, value: object, **changed: Any) -> None:
        self.add(
            "kpi_periods",
            _PERIOD,
            {"period_start": start, "period_end": end, "value": value, **changed},
        )

    def window(self, **changed: Any) -> None:
        self.add("windows", _WINDOW, changed)

    def lever(self, **changed: Any) -> None:
        self.add("key_result_levers", _LEVER, changed)

    def check_in(self, **changed: Any) -> None:
        named = {"key_result_id": "grow/revenue", "person": "ana@example.com"}
        self.add("check_ins", named, changed)

    def measure(self, **changed: Any) -> None:
        self.add("measures", _MEASURE, changed)

    def lead(self, **changed: Any) -> None:
        self.add("leads", _LEAD, changed)

    def target(self, **changed: Any) -> None:
        """A rung of the ladder of a KPI."""
        self.add("targets", _TARGET, changed)

    def finding(self, **changed: Any) -> None:
        self.add("findings", _FINDING, changed)

    def day(self, day: date, value: object, **changed: Any) -> None:
        """The total of a day that was delivered."""
        self.month(day, day, value, period="day", **changed)

    def missing_day(self, day: date, kpi: str = "revenue") -> None:
        self.add("kpi_coverage", {"kpi": kpi, "day": day, "delivered": False}, {})

    def restatement(self, **changed: Any) -> None:
        self.add(
            "restatements", {"kpi": "revenue", "period": "month", "dimension": "total"}, changed
        )

    def point(self, day: date, **changed: Any) -> None:
        named = {"as_of": AS_OF, "key_result_id": "grow/revenue", "day": day, "run_id": "run-7"}
        self.add("key_result_courses", named, changed)

    def factors(
        self,
        change: object,
        parts: Sequence[tuple[str, object]],
        dimension: str = "product",
        **changed: Any,
    ) -> None:
        """A change and the members it is made of, the largest first."""
        whole = {
            "dimension": "total",
            "member": "total",
            "contribution": change,
            "rank": 1,
            "dimension_rank": 0,
        }
        self.add("kpi_factors", _FACTOR, {**whole, **changed})
        for rank, (member, contribution) in enumerate(parts, 1):
            part = {"dimension": dimension, "member": member, "contribution": contribution}
            self.add("kpi_factors", _FACTOR, {**part, "rank": rank, "dimension_rank": 1, **changed})

    def publish(self) -> Path:
        """The published file."""
        path = self.home / "okra.duckdb"
        path.unlink(missing_ok=True)
        tables = {
            table.name: ", ".join(f'"{name}" {kind}' for name, (kind, _) in table.columns.items())
            for table in _SCORED
        } | {
            name: columns
            for name, columns in _MODELLED.items()
            if name != "restatements" or name in self.rows
        }
        with duckdb.connect(str(path)) as connection:
            for name, columns in tables.items():
                connection.execute(f'create table "{name}" ({columns})')
                for row in self.rows.get(name, []):
                    listed = ", ".join(f'"{column}"' for column in row)
                    holes = ", ".join("?" for _ in row)
                    connection.execute(
                        f'insert into "{name}" ({listed}) values ({holes})', list(row.values())
                    )
        return path

    def written(self, locale: str = "en") -> "Pages":
        """The pages as they are written."""
        write_scorecard(
            self.publish(),
            self.home / "scorecard.html",
            AS_OF,
            Language(locale),
            {"kpi_revenue": SQL},
        )
        return Pages(self.home)


def said(company: Company) -> str:
    """The sentence of the one key result."""
    return company.written().card().one("p", class_="sentence").text
