"""What a large installation costs: `python -m tests.benchmarks.large_installation`.

Three companies are made, each in a folder of its own, and run once from nothing, by `okra run`:

- `kpis`: so many KPIs that are kept in one sheet, with a number a month for each (--kpis);
- `members`: one KPI over a database, whose dimension has so many members (--members);
- `objectives`: so many OKR files with three key results each, of one company, 50 teams and their people (--objectives).

For each: CPU seconds, peak memory of the process that had most, the largest page, and the size of okra.duckdb.
"""

import json
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path

from tests.benchmarks.key_results import COUNTED, DAYS, SOURCES, key_result, kpis, sell
from tests.benchmarks.report import Section, options_of, present
from tests.benchmarks.runs import OKRA, clean_environment, cpu_of_children

TODAY = date.today()
FIRST = (TODAY.replace(day=1) - timedelta(days=95)).replace(day=1)
"""The first day that is pulled: some months back."""
TEAMS = 50
KEY_RESULTS = 3
IN_A_FILE = 1_000
"""KPIs declared in one file, which has at most 200,000 characters."""
GOAL = """\
objective: The first figure
id: first
owner: ceo@acme.example
period: {year}
key_results:
  - {{id: first, kpi: {kpi}, at_least: 100}}
"""


def many_kpis(folder: Path, count: int) -> Mapping[str, str]:
    """KPIs of one sheet, with a row for each month that is over."""
    names = [f"monthly_figure_{number:06d}" for number in range(count)]
    defaults = "defaults: {owner: ceo@acme.example, every: month, kind: flow, unit: pieces, direction: up}\n"
    months = sorted({(FIRST + timedelta(days=n)).replace(day=1) for n in range(85)})
    files = {
        "sources.yml": "spreadsheet: {sheets: figures.csv}\n",
        "okr_definitions/first.yml": GOAL.format(year=TODAY.year, kpi=names[0]),
    }
    for first in range(0, count, IN_A_FILE):
        declared = "".join(
            f"{x}: {{sheet: spreadsheet}}\n" for x in names[first : first + IN_A_FILE]
        )
        files[f"kpis/figures_{first}.yml"] = defaults + declared
    write(folder, files)
    with (folder / "figures.csv").open("w") as sheet:
        sheet.write("kpi,date,value\n")
        for number, name in enumerate(names):
            sheet.writelines(f"{name},{month},{number + month.month}\n" for month in months)
    return {}


def many_members(folder: Path, count: int) -> Mapping[str, str]:
    """A KPI by customer; each has bought once or more often, the first ones most."""
    write(
        folder,
        {
            "sources.yml": "shop:\n  connector: sql_database\n  url: {env: SHOP_URL}\n  streams:\n"
            "    sales: {query: 'select day, customer, net from sales', key: [day, customer], whole: day, "
            "types: {day: date}}\n",
            "kpis/shop.yml": "net_sales: {from: shop.sales, day: day, kind: flow, value: sum(net), unit: pieces, "
            "direction: up, owner: ceo@acme.example, dimensions: [customer]}\n",
            "okr_definitions/first.yml": GOAL.format(year=TODAY.year, kpi="net_sales"),
        },
    )
    days = (TODAY - FIRST).days
    with sqlite3.connect(folder / "shop.db") as database:
        database.execute("create table sales (day text, customer text, net integer)")
        rows = (
            (
                str(FIRST + timedelta(days=number * 7919 % days)),
                f"customer {number:06d}",
                1 + count // (number + 1),
            )
            for number in range(count)
        )
        database.executemany("insert into sales values (?, ?, ?)", rows)
    return {"SHOP_URL": f"sqlite:///{folder / 'shop.db'}"}


def many_objectives(folder: Path, count: int) -> Mapping[str, str]:
    """OKR files on the KPIs of `key_results`: a company's, those of its teams, and those of people below a team."""
    yesterday = TODAY - timedelta(days=1)
    days = [yesterday - timedelta(days=n) for n in reversed(range(DAYS))]
    files = {
        "okra.yml": f"timezone: UTC\nstart_date: {days[0]}\n",
        "sources.yml": SOURCES.format(columns=", ".join(COUNTED)),
        "kpis/shop.yml": "".join(kpis()),
    }
    for number in range(count):
        parent = (
            ""
            if not number
            else "parent: o0\n"
            if number <= TEAMS
            else f"parent: o{1 + number % TEAMS}\n"
        )
        goals = "".join(key_result(number * KEY_RESULTS + n) for n in range(KEY_RESULTS))
        files[f"okr_definitions/o{number}.yml"] = (
            f"objective: Objective {number}\nid: o{number}\nowner: owner{number % 500}@acme.example\n"
            f"period: {TODAY.year}\n{parent}key_results:\n{goals}"
        )
    write(folder, files)
    sell(folder / "shop.db", days)
    return {"SHOP_URL": f"sqlite:///{folder / 'shop.db'}"}


COMPANIES: Mapping[str, Callable[[Path, int], Mapping[str, str]]] = {
    "kpis": many_kpis,
    "members": many_members,
    "objectives": many_objectives,
}
SIZES = {"kpis": 10_000, "members": 100_000, "objectives": 5_000}


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files of a company's folder."""
    for place, text in {"okra.yml": f"timezone: UTC\nstart_date: {FIRST}\n", **files}.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(text, "utf-8")


def measured(what: str, count: int, folder: Path) -> Mapping[str, float]:
    """Make a company and run it, in this process's child, whose memory is then that of the largest process."""
    folder.mkdir(parents=True)
    settings = COMPANIES[what](folder, count)
    environment = {**clean_environment(), **settings, "OKRA_PROJECT": str(folder)}
    subprocess.run([OKRA, "check"], env=environment, cwd=folder, check=False, capture_output=True)
    before, began = cpu_of_children(), time.monotonic()
    done = subprocess.run(
        [OKRA, "run"], env=environment, cwd=folder, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(
            f"okra run of {count:,} {what} ended with {done.returncode}\n{done.stderr[-3000:]}"
        )
    data = folder / "data"
    pages = [path.stat().st_size for path in data.rglob("*.html")]
    return {
        "cpu": cpu_of_children() - before,
        "wall": time.monotonic() - began,
        "peak": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024,
        "pages": len(pages),
        "largest page": max(pages),
        "published": (data / "okra.duckdb").stat().st_size,
    }


def main() -> None:
    if sys.argv[1:2] == ["--inside"]:
        what, count, folder = sys.argv[2:]
        print(json.dumps(measured(what, int(count), Path(folder))))
        return
    parser = options_of(__doc__, repeats=False)
    for what, size in SIZES.items():
        parser.add_argument(f"--{what}", type=int, default=size, help="how many; 0 leaves them out")
    parser.add_argument("--keep", type=Path, help="keep the companies in this folder")
    asked = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory(prefix="okra-large.", dir="/tmp") as temporary:
        for what in COMPANIES:
            if not (count := getattr(asked, what)):
                continue
            folder = (asked.keep or Path(temporary)) / what
            # in a process of its own, so that memory is that of this company's run
            inside = [
                sys.executable,
                "-m",
                __spec__.name,
                "--inside",
                what,
                str(count),
                str(folder),
            ]
            done = subprocess.run(inside, capture_output=True, text=True, check=False)
            if done.returncode:
                raise SystemExit(done.stderr)
            cost = json.loads(done.stdout)
            rows.append(
                (
                    f"{count:,} {what}",
                    f"{cost['cpu']:.0f} s",
                    f"{cost['peak'] / 2**20:,.0f} MiB",
                    f"{cost['pages']:,}, the largest {cost['largest page'] / 1000:,.0f} KB",
                    f"{cost['published'] / 10**6:,.0f} MB",
                )
            )
            if not asked.keep:
                shutil.rmtree(folder)
    columns = ("a run from nothing", "CPU", "memory", "pages", "okra.duckdb")
    present("large_installation", [Section("Large installations", columns, rows)], asked)


if __name__ == "__main__":
    main()
