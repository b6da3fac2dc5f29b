"""Shows what a benchmark measured, and writes it into docs/benchmarks.md: its options and its part of the page."""

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

from rich.console import Console

from pipelines.commands.terminal import plain_table
from tests.benchmarks.runs import Cost

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"


@dataclass(frozen=True)
class Section:
    """One table of figures. `text` says what was compared."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    text: str = ""


def options_of(description: str | None, *, repeats: bool = True) -> argparse.ArgumentParser:
    """The options that every benchmark has. `repeats`: whether it measures more than once."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawTextHelpFormatter
    )
    if repeats:
        parser.add_argument("--repeats", type=int, default=5, help="how often each run is measured")
        parser.add_argument("--json", type=Path, help="a file for every figure of every run")
    parser.add_argument(
        "--write-page", action="store_true", help="write the figures into docs/benchmarks.md"
    )
    return parser


def present(name: str, sections: Sequence[Section], asked: argparse.Namespace) -> None:
    """Print the figures of the benchmark `name`, and write them into the page where that is asked for."""
    console = Console(width=110)
    for section in sections:
        console.print(plain_table(section.title, section.columns, section.rows))
    if asked.write_page:
        text = PAGE.read_text("utf-8")
        begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
        before, after = text.partition(begin)[0], text.partition(end)[2]
        if not after:
            raise SystemExit(f"{PAGE} has no place for {name}: write {begin} and {end} into it")
        content = "\n".join(lines(name, sections))
        PAGE.write_text(f"{before}{begin}\n\n{content}\n\n{end}{after}", "utf-8")


def lines(name: str, sections: Iterable[Section]) -> Iterator[str]:
    """The part of the page, line by line."""
    words = sys.argv[1:]
    for of_this_machine in ("--yesterday", "--folder", "--json"):
        if of_this_machine in words:
            place = words.index(of_this_machine)
            del words[place : place + 2]
    words.remove("--write-page")
    yield f"Measured on {date.today()} on {machine()}, by"
    yield ""
    yield "```sh"
    yield " ".join(["python -m", f"tests.benchmarks.{name}", *words, "--write-page"])
    yield "```"
    for section in sections:
        yield ""
        yield f"**{section.title}**"
        yield ""
        if section.text:
            yield section.text
            yield ""
        yield from markdown(section.columns, section.rows)


def markdown(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A Markdown table whose figures are on the right."""
    yield f"| {' | '.join(columns)} |"
    yield f"|---|{'---:|' * (len(columns) - 1)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def machine() -> str:
    """`4 cores of an AMD EPYC with 16 GiB, Linux, Python 3.12.1, DuckDB 1.4.0, dbt 1.11.0, Dagster 1.12.0`."""
    processor = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text("ascii").splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = {"DuckDB": "duckdb", "dbt": "dbt-core", "Dagster": "dagster"}
    versions = [f"{name} {version(package)}" for name, package in packages.items()]
    cores, load = os.cpu_count(), os.getloadavg()[2]
    return (
        f"{cores} cores ({processor}) with {memory:.0f} GiB, {platform.system()}, "
        f"Python {platform.python_version()}, {', '.join(versions)} (load while it ran: {load:.1f})"
    )


def write_json(path: Path | None, costs: Mapping[str, Sequence[Cost]]) -> None:
    """Every figure of every run, where a file is asked for."""
    if path:
        runs = {name: [vars(cost) for cost in of_run] for name, of_run in costs.items()}
        path.write_text(json.dumps(runs, indent=1), "utf-8")
