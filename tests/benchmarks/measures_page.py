"""Shows the figures of measures and of leading indicators, and writes them into docs/measures.md."""

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from rich.console import Console

from pipelines.commands.terminal import plain_table
from tests.benchmarks.report import Section, markdown

PAGE = Path(__file__).parents[2] / "docs" / "measures.md"


def write_figures(name: str, sections: Sequence[Section], asked: argparse.Namespace) -> None:
    """Print the figures of the benchmark `name`, and write them into the page where that is asked for."""
    console = Console(width=110)
    for section in sections:
        console.print(section.text)
        console.print(plain_table(section.title, section.columns, section.rows))
    if not asked.write_page:
        return
    text = PAGE.read_text("utf-8")
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, after = text.partition(begin)[0], text.partition(end)[2]
    if not after:
        raise SystemExit(f"{PAGE} has no place for {name}: write {begin} and {end} into it")
    options = [word for word in sys.argv[1:] if word.startswith("--") and word != "--wheels"]
    names = [name for name in ("series", "days") if f"--{name}" in options]
    given = "".join(f" --{name} {getattr(asked, name)}" for name in names)
    lines = [
        f"Measured on {date.today()} by",
        "",
        "```sh",
        f"python -m tests.benchmarks.{name} FOLDER --wheels WHEELS{given} --write-page",
        "```",
    ]
    for section in sections:
        lines += ["", f"**{section.title}**", ""]
        lines += [section.text, ""] if section.text else []
        lines += markdown(section.columns, section.rows)
    content = "\n".join(lines)
    PAGE.write_text(f"{before}{begin}\n\n{content}\n\n{end}{after}", "utf-8")
