"""Measures the time and memory to score key results, with odds and courses: `make bench`.

    python -m tests.benchmarks.scoring [KEY_RESULTS ...]

30 KPIs of 690 days (flows, stocks and ratios), each with 8 members; objectives for a year with ten key results each.
One key result in three is about one member, one in five has a goal for every month. Each size is measured in a
separate process; reading the facts is not included.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
from rich.console import Console

from pipelines.commands.terminal import plain_table
from pipelines.okr.definition.definitions import Objective
from pipelines.okr.definition.loading import load
from pipelines.okr.kpi.facts import TOTAL, DayFact, KpiFacts
from pipelines.okr.kpi.kinds import Kind
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.series import index_facts
from pipelines.okr.scoring.scoring import score

SIZES = (1_000, 3_000, 10_000)
BAR = "60 s on two cores and 2,048 MiB for 10,000"
KPIS, MEMBERS, DAYS = 30, 8, 690
KINDS: tuple[Kind, ...] = ("flow", "stock", "ratio")
START = date(2025, 1, 1)


def company() -> Iterator[KpiFacts]:
    """The facts of every KPI, with one row per day and member."""
    draw = np.random.default_rng(1)
    for number in range(KPIS):
        kind = KINDS[number % len(KINDS)]
        kpi = Kpi(
            f"kpi_{number}", kind, precision=4 if kind == "ratio" else 0, dimensions=("shop",)
        )
        amounts = draw.poisson(20, (DAYS, MEMBERS))
        amounts = amounts.cumsum(axis=0) if kind == "stock" else amounts
        rows = [
            fact(kpi, START + timedelta(days=n), f"s{member}", int(amounts[n, member]))
            for n in range(DAYS)
            for member in range(MEMBERS)
        ]
        delivered = frozenset(row.day for row in rows)
        yield KpiFacts(kpi, rows, delivered, max(delivered))


def fact(kpi: Kpi, day: date, shop: str, amount: int) -> DayFact:
    if kpi.kind == "ratio":
        return DayFact(day, {"shop": shop}, None, Decimal(amount), Decimal(40))
    return DayFact(day, {"shop": shop}, Decimal(amount))


def objectives(count: int, kpis: dict[str, Kpi]) -> list[Objective]:
    """Objectives with `count` key results, loaded from YAML. Their targets are neither certain nor hopeless."""
    files = {}
    for begin in range(0, count, 10):
        results = "".join(key_result(number) for number in range(begin, begin + 10))
        files[f"o{begin}.yml"] = (
            f"objective: Objective {begin}\nid: o{begin}\nperiod: 2026\nkey_results:\n{results}"
        )
    loaded = load(files, kpis)
    assert not loaded.faults, loaded.faults[0]
    return list(loaded.objectives)


def key_result(number: int) -> str:
    kpi = number * 7 % KPIS
    member = number % 3 == 0
    monthly = number % 5 == 0 and KINDS[kpi % 3] != "stock"
    share = 1 if member else MEMBERS
    target = {
        "flow": 20 * share * (30 if monthly else 365),
        "stock": 20 * share * (DAYS + 40),
        "ratio": 0.5,
    }[KINDS[kpi % 3]]
    lines = [f"  - id: r{number}", f"    kpi: kpi_{kpi}"]
    # goals of one KPI differ a little, like those of different teams
    lines.append(f"    at_least: {target * (1 + (number % 21 - 10) / 1000):.4f}")
    if member:
        lines.append(f"    where: {{shop: s{number // 3 % MEMBERS}}}")
    if monthly:
        lines.append("    per: month")
    return "\n".join(lines) + "\n"


def measure(count: int) -> dict[str, float]:
    facts = {kpi_facts.kpi.name: kpi_facts for kpi_facts in company()}
    asked = objectives(count, {name: kpi_facts.kpi for name, kpi_facts in facts.items()})
    started, started_cpu = time.perf_counter(), time.process_time()
    scored = score(asked, index_facts(facts), START + timedelta(days=DAYS))
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - started_cpu
    headlines = [row for row in scored.key_results if row.window == row.member == TOTAL]
    assert len(headlines) == count
    return {
        "key results": count,
        "rows": len(scored.key_results),
        "with odds": sum(row.probability is not None for row in headlines),
        "seconds": seconds,
        "cpu seconds": cpu_seconds,
        "MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main() -> None:
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measure(int(sys.argv[2]))))
        return
    measured = []
    for count in map(int, sys.argv[1:] or SIZES):
        command = [sys.executable, "-m", __spec__.name, "--one", str(count)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        measured.append(json.loads(done.stdout))
    rows = [
        (
            f"{figures['key results']:,}",
            f"{figures['with odds']:,}",
            f"{figures['seconds']:.1f}",
            f"{figures['cpu seconds']:.1f}",
            f"{figures['MiB']:,.0f}",
        )
        for figures in measured
    ]
    columns = ("Key results", "With odds", "Seconds", "Of one core", "Peak MiB")
    Console(width=100).print(plain_table(f"Scoring (bar: {BAR})", columns, rows))


if __name__ == "__main__":
    main()
