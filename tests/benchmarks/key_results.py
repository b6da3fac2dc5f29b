"""What many key results cost in scoring, factors and publishing: `python -m tests.benchmarks.key_results`.

A company of one SQLite database, with 30 KPIs of 500 days (flows, ratios and levels) for eight stores each. It is
pulled and modelled once. Then it has objectives for the year with ten key results each, as many as `--sizes` says:
one key result in three is about one store, and one in five has a goal for every month. Each size is scored, explained
and published in a process of its own, with nothing modelled anew. "Times linear" is the time for one key result, in
times of that of the size before.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np

from tests.benchmarks import cpu_parts, runs
from tests.benchmarks.report import Section, options_of, present, write_json
from tests.benchmarks.runs import OKRA, Cost, median_of

SIZES = [1_000, 10_000]
DAYS, STORES = 500, 8
FLOWS, RATIOS, LEVELS = 14, 12, 4
STEPS = {
    "reading the objectives": (cpu_parts.INPUTS,),
    "scoring": (cpu_parts.SCORING,),
    "factors": (cpu_parts.FACTORS,),
    "history": (cpu_parts.HISTORY,),
    "publishing": (cpu_parts.PUBLISHING,),
}
COUNTED = [f"f{n}" for n in range(FLOWS + RATIOS)]
SOURCES = """\
shop:
  connector: sql_database
  url: {{env: SHOP_URL}}
  streams:
    sales: {{query: 'select day, store, {columns} from sales', key: [day, store], whole: day, types: {{day: date}}}}
"""
DEFAULTS = "defaults: {direction: up, unit: pieces, owner: ceo@acme.example, dimensions: [store]}\n"


def sell(shop: Path, days: Sequence[date]) -> None:
    """The shop's database: a row for each day and store, with a column for each KPI."""
    draw = np.random.default_rng(1)
    sold = draw.poisson(20, (len(days), STORES, len(COUNTED)))
    kept = draw.poisson(20, (len(days), STORES, LEVELS)).cumsum(axis=0)
    rows = [
        (str(day), f"s{store}", *map(int, sold[n, store]))
        for n, day in enumerate(days)
        for store in range(STORES)
    ]
    levels = [
        (str(day), f"s{store}", *map(int, kept[n, store]))
        for n, day in enumerate(days)
        for store in range(STORES)
    ]
    with sqlite3.connect(shop) as database:
        database.execute(f"create table sales (day text, store text, {', '.join(COUNTED)})")
        database.executemany(f"insert into sales values (?, ?{', ?' * len(COUNTED)})", rows)
        stocks = ", ".join(f"l{n}" for n in range(LEVELS))
        database.execute(f"create table levels (day text, store text, {stocks})")
        database.executemany(f"insert into levels values (?, ?{', ?' * LEVELS})", levels)


def kpis() -> Iterable[str]:
    """The declarations of the KPIs, line by line."""
    yield DEFAULTS
    for n in range(FLOWS):
        yield f"kpi_{n}: {{from: shop.sales, day: day, kind: flow, value: sum(f{n})}}\n"
    for n in range(FLOWS, FLOWS + RATIOS):
        divided = f"numerator: sum(f{n}), denominator: 40 * count(*)"
        yield f"kpi_{n}: {{from: shop.sales, day: day, kind: ratio, precision: 4, {divided}}}\n"
    for n in range(LEVELS):
        query = f"select day, store, l{n} as value from levels where day between :from and :to"
        name = f"kpi_{FLOWS + RATIOS + n}"
        yield f"{name}: {{connection: shop, kind: stock, query: '{query}'}}\n"


def key_result(number: int) -> str:
    """A goal that is neither certain nor hopeless. Goals of one KPI differ a little, like those of different teams."""
    kpi = number * 7 % (FLOWS + RATIOS + LEVELS)
    is_flow, is_ratio = kpi < FLOWS, FLOWS <= kpi < FLOWS + RATIOS
    is_of_store, is_monthly = number % 3 == 0, number % 5 == 0 and kpi < FLOWS + RATIOS
    stores = 1 if is_of_store else STORES
    whole = (
        20 * stores * (30 if is_monthly else 365)
        if is_flow
        else 0.5
        if is_ratio
        else 20 * stores * DAYS
    )
    lines = [f"  - id: r{number}", f"    kpi: kpi_{kpi}"]
    lines.append(f"    at_least: {whole * (1 + (number % 21 - 10) / 1000):.4f}")
    if is_of_store:
        lines.append(f"    where: {{store: s{number // 3 % STORES}}}")
    if is_monthly:
        lines.append("    per: month")
    return "\n".join(lines) + "\n"


def write_objectives(folder: Path, count: int, year: int) -> None:
    """`count` key results, in objectives of ten."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for begin in range(0, count, 10):
        text = "".join(key_result(number) for number in range(begin, begin + 10))
        (folder / f"o{begin}.yml").write_text(
            f"objective: Objective {begin}\nid: o{begin}\nowner: ceo@acme.example\n"
            f"period: {year}\nkey_results:\n{text}",
            "utf-8",
        )


def company(folder: Path) -> Mapping[str, str]:
    """Make the company, and pull and model it. Returns its settings."""
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    days = [yesterday - timedelta(days=n) for n in reversed(range(DAYS))]
    files = {
        "okra.yml": f"timezone: UTC\nstart_date: {days[0]}\n",
        "sources.yml": SOURCES.format(columns=", ".join(COUNTED)),
        "kpis/shop.yml": "".join(kpis()),
    }
    for place, text in files.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(text, "utf-8")
    write_objectives(folder / "okr_definitions", 10, yesterday.year)
    sell(folder / "shop.db", days)
    settings = {
        "OKRA_PROJECT": str(folder),
        "OKRA_HOME": str(folder / "data"),
        "SHOP_URL": f"sqlite:///{folder / 'shop.db'}",
    }
    environment = runs.clean_environment() | settings
    # the columns of the shop's tables are asked for once
    subprocess.run([OKRA, "check"], env=environment, cwd=folder, check=True, capture_output=True)
    runs.run([OKRA, "run"], settings, folder)
    return settings


def score_and_publish() -> None:
    """The steps that are measured, in this process."""
    from pipelines import settings as okra_settings
    from pipelines.inputs.day import Day
    from pipelines.steps.factors import write_factors
    from pipelines.steps.publish import publish_report
    from pipelines.steps.score import write_scores

    settings = okra_settings.load()
    day = Day(settings, settings.today())
    write_scores(day, "")
    write_factors(day)
    publish_report(day)


def measured(folder: Path, settings: Mapping[str, str], count: int, repeats: int) -> list[Cost]:
    """The steps for `count` key results, each time as on the first day that has them."""
    home, kept = folder / "data", folder / "kept"
    if not kept.exists():
        shutil.copytree(home, kept, symlinks=True)
    write_objectives(folder / "okr_definitions", count, datetime.now(UTC).year)
    costs = []
    for number in range(repeats + 1):
        shutil.rmtree(home)
        shutil.copytree(kept, home, symlinks=True)
        cost = runs.run([sys.executable, "-m", __spec__.name, "--inside"], settings, folder)
        if number or not repeats:
            costs.append(cost)
    with duckdb.connect(str(home / "okra.duckdb"), read_only=True) as connection:
        [(scored,)] = connection.execute(
            "select count(distinct key_result_id) from key_result_scores"
            " where as_of = (select max(as_of) from key_result_scores) and actual is not null"
        ).fetchall()
    if scored != count:
        raise SystemExit(f"{scored:,} of {count:,} key results were scored")
    return costs


def section(costs: Mapping[int, Sequence[Cost]]) -> Section:
    """By size and step: CPU seconds, peak memory, and how many times as much as linear."""

    def cpu(costs: Sequence[Cost], parts: Sequence[str]) -> float:
        return median_of(costs, lambda cost: sum(cost.parts.get(part, 0.0) for part in parts))

    def peak(costs: Sequence[Cost], parts: Sequence[str]) -> float:
        return median_of(costs, lambda cost: max(cost.peaks.get(part, 0) for part in parts))

    sizes = sorted(costs)
    before = dict(zip(sizes[1:], sizes, strict=False))

    def times_linear(count: int, parts: Sequence[str]) -> str:
        if count not in before:
            return ""
        smaller = before[count]
        ratio = cpu(costs[count], parts) / cpu(costs[smaller], parts) * smaller / count
        return f" ({ratio:.2f})"

    rows = [
        (
            step,
            *(
                f"{cpu(costs[count], parts):.1f} s, {peak(costs[count], parts) / 2**20:,.0f} MiB"
                f"{times_linear(count, parts)}"
                for count in sizes
            ),
        )
        for step, parts in STEPS.items()
    ]
    return Section(
        "Many key results",
        ("CPU, peak memory (times linear)", *(f"{count:,}" for count in sizes)),
        rows,
    )


def main() -> None:
    if "--inside" in sys.argv:
        score_and_publish()
        return
    parser = options_of(__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="key results")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="okra-key-results.", dir="/tmp") as temporary:
        folder = Path(os.path.realpath(temporary))
        settings = company(folder)
        costs_of = {
            count: measured(folder, settings, count, asked.repeats) for count in asked.sizes
        }
    write_json(asked.json, {str(count): costs for count, costs in costs_of.items()})
    present("key_results", [section(costs_of)], asked)


if __name__ == "__main__":
    main()
