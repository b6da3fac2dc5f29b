"""A year of daily runs below the command: made-up figures and goals, kept by the history room day by day.

Figures are corrected, KPIs fail, go and come back, a zone and a goal change and change back, the clock goes a day back,
the index is lost, damaged or an old copy, the log is lost. What was published on each day is remembered beside it.
"""

import shutil
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import duckdb

from connectors.lake.folder import FolderStore
from pipelines.history.restatements import RESTATEMENTS, log_restatements
from pipelines.history.restoring import ensure_history
from tests.chaos.beliefs import Figure, Key, Memory, Published, newest_instant
from tests.pipelines.history.conftest import GOAL, Believer, at

FIRST = date(2026, 1, 5)
KPIS = ("net_revenue", "units_sold", "headcount")
ZONES = ("UTC", "Asia/Tokyo")
TARGETS = (50, 60)
SCORED_EVERY = 5
"""Days: futures take longer than all else here."""
GOAL_OF_YEAR = GOAL.replace("period: 2026-11", "period: 2026")


@dataclass
class Year:
    """A home, and what was published of it on each day."""

    path: Path
    chance: Random
    haste: float = 1.0
    """How many times as much happens on a day."""
    memory: Memory = field(default_factory=Memory)
    events: dict[str, int] = field(default_factory=dict)
    """How often each thing happened."""
    values: dict[tuple[str, date], int] = field(default_factory=dict)
    """By KPI and day, the figure as its source has it now."""
    target: int = TARGETS[0]
    gone: set[str] = field(default_factory=set)
    failing: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.believer = Believer(self.path, ZONES[0], FolderStore(self.path / "lake"))
        self.published = self.path / "okra.duckdb"

    def happens(self, what: str, odds: float) -> bool:
        """Whether something happens today."""
        if self.chance.random() >= odds * self.haste:
            return False
        self.events[what] = self.events.get(what, 0) + 1
        return True

    def live(self, days: int) -> None:
        """Run so many days."""
        for number in range(days):
            self.day(FIRST + timedelta(days=number))

    def day(self, today: date) -> None:
        """What happens on a day, and the run."""
        for kpi in KPIS:
            self.values[kpi, today] = self.chance.randint(1, 99)
        if self.happens("figure corrected", 0.2):
            kpi, of = self.chance.choice([*self.values])
            self.values[kpi, of] += 1
        self.change_files()
        self.harm()
        # no two runs at one instant: the later would have been believed all along
        now = at(today.isoformat()) + timedelta(seconds=self.chance.uniform(0, 3_000))
        if self.happens("clock a day back", 0.05):
            now -= timedelta(days=1)
        zone = self.believer.zone
        if self.happens("zone changed", 0.03):
            self.believer.zone = ZONES[zone == ZONES[0]]
        self.run(today, now, is_cut_anew=zone != self.believer.zone)
        if self.happens("second run of the day", 0.1):
            self.run(today, now + timedelta(hours=1), is_cut_anew=False)

    def restated(self) -> set[tuple[Key, Decimal | None, Decimal | None]]:
        """The restatements that would be published."""
        query = (
            "select kpi, period, period_start, dimension, member, old_value, new_value "
            f"from {RESTATEMENTS.place}"
        )
        return {(x[:5], x[5], x[6]) for x in self.believer.rows(query, of="warehouse")}

    def change_files(self) -> None:
        """Goals, KPIs and sources that change, and come back."""
        if self.happens("goal changed", 0.05):
            self.target = TARGETS[self.target == TARGETS[0]]
        for what, names in (("KPI gone or back", self.gone), ("KPI failing or back", self.failing)):
            if self.happens(what, 0.05):
                names ^= {self.chance.choice(KPIS[1:])}
        self.failing -= self.gone

    def harm(self) -> None:
        """What the disk does to the history, as far as it can be had again."""
        history, copy = self.believer.history, self.path / "backup.duckdb"
        if not history.exists():
            return
        if self.happens("index lost", 0.02):
            history.unlink()
        elif self.happens("index damaged", 0.02):
            history.write_bytes(history.read_bytes()[:9_000])
        elif copy.exists() and self.happens("old index put back", 0.02):
            shutil.copyfile(copy, history)
        elif self.happens("log lost", 0.02):
            shutil.rmtree(self.path / "lake")
        elif self.happens("index backed up", 0.1):
            shutil.copyfile(history, copy)

    def figures_of(self, today: date) -> list[dict[str, Any]]:
        """The rows of the KPI tables: the days of two weeks, and the months as far as they are over."""
        rows = []
        for kpi in sorted({*KPIS} - self.gone - self.failing):
            for day in (today - timedelta(days=x) for x in range(14)):
                if (kpi, day) in self.values:
                    rows.append(row(kpi, "day", day, day, self.values[kpi, day], day))
            for first in {x.replace(day=1) for _, x in self.values}:
                own = [x for name, x in self.values if name == kpi and x.replace(day=1) == first]
                total = sum(self.values[kpi, x] for x in own)
                last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
                rows.append(row(kpi, "month", first, last, total, max(own)))
        return rows

    def run(self, today: date, now: datetime, *, is_cut_anew: bool) -> None:
        """Keep what is believed, as a run does before it publishes it, and remember it."""
        believer = self.believer
        ensure_history(believer.history, self.published, now, believer.lake)
        believer.kpis(now, *(rows := self.figures_of(today)), failed=sorted(self.failing))
        counted = [(day, value) for (kpi, day), value in self.values.items() if kpi == KPIS[0]]
        if now.day % SCORED_EVERY == 0 or is_cut_anew:
            believer.scores(now, GOAL_OF_YEAR.format(target=self.target), counted[-40:], today)
        log_restatements(believer.history, believer.warehouse)
        figures = {
            (x["kpi"], x["period"], x["period_start"], "total", "total"): Figure(
                Decimal(x["value"]), "USD", x["status"], x["data_through"]
            )
            for x in rows
        }
        if self.memory.runs:  # what could not be worked out today is believed as before
            before = self.memory.runs[-1].figures
            figures |= {key: x for key, x in before.items() if key[0] in self.failing}
        with duckdb.connect(str(believer.history), read_only=True) as connection:
            newest = newest_instant(connection)
        self.memory.runs.append(Published(f"{today} at {now}", newest, figures, is_cut_anew))


def row(
    kpi: str, period: str, first: date, last: date, value: int, through: date
) -> dict[str, Any]:
    """A row of the KPI tables."""
    return {
        "kpi": kpi,
        "period": period,
        "period_start": first,
        "period_end": last,
        "value": value,
        "data_through": through,
        "status": "complete" if through == last else "partial",
    }
