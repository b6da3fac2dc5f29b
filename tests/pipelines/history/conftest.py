"""A small warehouse by hand, so that each test states what a run has come to believe, and when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.lake.store import Store
from pipelines.history.predictions import first_final_scores
from pipelines.history.recording import fill_known_from, record_kpis, record_scores
from pipelines.okr.definition.loading import load
from pipelines.okr.kpi.facts import DayFact, KpiFacts
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.series import index_facts
from pipelines.okr.scoring.evidence import Evidence
from pipelines.okr.scoring.final_scores import with_restatements
from pipelines.okr.scoring.scoring import score
from pipelines.tables.scores import Run, store_scores

KPI_PERIODS = """
    create table reporting.kpi_periods (
        kpi varchar, period varchar, period_start date, period_end date, dimension varchar, member varchar,
        value decimal(38, 6), numerator decimal(38, 6), denominator decimal(38, 6), unit varchar, kind varchar,
        status varchar, data_through date, trust varchar, known_from timestamptz, known_to timestamptz,
        run_id varchar
    )
"""
DEALS = Kpi("deals", "flow", "deals")


def at(day: str, hour: int = 12) -> datetime:
    """An instant of a day, in UTC."""
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC).replace(hour=hour)


@dataclass
class Believer:
    """A home with a warehouse and a history."""

    path: Path
    zone: str = "UTC"
    """The business zone that is set."""
    lake: Store | None = None
    """The lake with the log of the history; None where no log is kept."""
    other_settings: Mapping[str, str] = field(default_factory=dict)
    """The settings beside the zone that a run notes."""

    @property
    def warehouse(self) -> Path:
        return self.path / "warehouse.duckdb"

    @property
    def history(self) -> Path:
        return self.path / "history.duckdb"

    def kpis(
        self,
        now: datetime,
        *rows: dict[str, Any],
        failed: Sequence[str] = (),
        all_declared: bool = True,
    ) -> None:
        """A run at `now` whose KPI tables hold `rows`: October's net revenue, but for what they say.

        `failed` are the KPIs whose models failed.
        """
        defaults = {
            "kpi": "net_revenue",
            "period": "month",
            "period_start": "2026-10-01",
            "period_end": "2026-10-31",
            "dimension": "total",
            "member": "total",
            "unit": "USD",
            "kind": "flow",
            "status": "complete",
            "data_through": "2026-10-31",
            "trust": "ok",
            "run_id": f"{now:%Y-%m-%d}-run",
        }
        with duckdb.connect(str(self.warehouse)) as connection:
            connection.execute("create schema if not exists reporting")
            connection.execute("drop table if exists reporting.kpi_periods")
            connection.execute(KPI_PERIODS)
            for row in rows:
                full = defaults | row
                names, holes = ", ".join(full), ", ".join("?" for _ in full)
                connection.execute(
                    f"insert into reporting.kpi_periods ({names}) values ({holes})",
                    list(full.values()),
                )
            connection.execute(
                "create or replace table reporting.kpis (kpi varchar, standing_flags varchar[])"
            )
            declared = {row.get("kpi", "net_revenue") for row in rows} | set(failed)
            for kpi in sorted(declared):
                flags = ["model_failed"] if kpi in failed else []
                connection.execute("insert into reporting.kpis values (?, ?)", [kpi, flags])
        settings = {"timezone": self.zone, **self.other_settings} if self.lake else {}
        record_kpis(
            self.history,
            self.warehouse,
            now,
            all_declared=all_declared,
            settings=settings,
            lake=self.lake,
        )
        fill_known_from(self.history, self.warehouse)

    def scores(
        self,
        now: datetime,
        definition: str,
        deals: Iterable[tuple[date, int]],
        as_of: date,
        odds: str | None = None,
    ) -> None:
        """A run at `now` that scores `definition` as of a day, on so many deals a day.

        `odds` are given to the key results in the place of those that are worked out.
        """
        loaded = load({"deals.yml": definition}, {"deals": DEALS})
        assert not loaded.faults
        days = [DayFact(day, {}, Decimal(count)) for day, count in deals]
        delivered = {row.day for row in days}
        facts = KpiFacts(DEALS, days=days, delivered=delivered, data_through=max(delivered))
        scored = score(loaded.objectives, Evidence(index_facts({"deals": facts}), as_of))
        card = with_restatements(scored, first_final_scores(self.history, as_of))
        if odds is not None:
            said = {"probability": Decimal(odds), "probability_uncorrected": Decimal(odds)}
            rows = (replace(row, **said) for row in card.key_results)  # type: ignore[arg-type]
            card = replace(card, key_results=tuple(rows))
        run = Run(
            run_id=f"{as_of}-run",
            as_of=as_of,
            scored_at=now,
            dagster_run_id=now.isoformat(),
            sample_company=False,
            version="1",
            failed_sources=[],
            broken_definitions=[],
        )
        store_scores(self.warehouse, [(card, [])], loaded.objectives, {"deals": DEALS}, run)
        record_scores(self.history, self.warehouse, as_of, now, self.zone, self.lake)

    def rows(self, query: str, *values: object, of: str = "history") -> Sequence[tuple[Any, ...]]:
        """What the history (or the warehouse) answers."""
        file = self.history if of == "history" else self.warehouse
        with duckdb.connect(str(file), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            return connection.execute(query, list(values)).fetchall()


@pytest.fixture
def believer(tmp_path: Path) -> Believer:
    return Believer(tmp_path)


GOAL = """
objective: Close deals
id: sales
period: 2026-11
key_results:
  - {{id: deals, kpi: deals, at_least: {target}}}
"""


def november(through: int, deals: int = 2) -> list[tuple[date, int]]:
    """So many deals on each day of November up to `through`."""
    return [(date(2026, 11, day), deals) for day in range(1, through + 1)]
