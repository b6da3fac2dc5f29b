"""A year in which settings, clock, sources, KPIs and OKR files change and come back, and the disk harms the history.

    python -m tests.chaos.year --days 365 --commands 30 --seed 1

`--days` are lived below the command (`year_of_beliefs`), `--commands` by `okra run` of a small company, whose clock is
moved by OKRA_SANDBOX_TODAY. Of each day is remembered what was published. In the end the history has to say so of each
day, no version may overlap another, the restatements are those that there were, and so they are after the index was
made again from its log. Prints what happened, what is wrong, and what the history takes on disk.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

import duckdb

from pipelines.history.restoring import ensure_history
from tests.chaos.beliefs import Figure, Key, Memory, Published, newest_instant
from tests.chaos.forked import ForkedHome
from tests.chaos.small_company import OBJECTIVES, home_in
from tests.chaos.year_of_beliefs import FIRST, Year
from tests.pipelines.history.conftest import at

FIRST_COMMAND = date(2026, 11, 2)
SETTINGS = {"OKRA_TIMEZONE": "Asia/Tokyo", "OKRA_FISCAL_YEAR_START": "4"}
ALL_SOURCES, FEWER = "facebook_pages,spreadsheet", "spreadsheet"


def main() -> int:
    """Live both. Returns 1 where something is not as it was published."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--commands", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    base = Path(tempfile.mkdtemp(prefix="okra-year."))
    try:
        wrong = [*below_the_command(base, asked.days, Random(asked.seed))]
        wrong += by_commands(base, asked.commands, Random(asked.seed))
    finally:
        shutil.rmtree(base)
    print(f"{len(wrong)} wrong")
    return int(bool(wrong))


def told(faults: Iterator[str]) -> Iterator[str]:
    """Print each fault."""
    for fault in faults:
        print(f"WRONG  {fault}", flush=True)
        yield fault


def below_the_command(base: Path, days: int, chance: Random) -> Iterator[str]:
    """The year of the history room."""
    folder, began = base / "room", time.process_time()
    folder.mkdir()
    year = Year(folder, chance)
    year.live(days)
    print(f"{days} days, {len(year.memory.runs)} runs, {time.process_time() - began:.0f} CPU s")
    print(", ".join(f"{count} x {what}" for what, count in sorted(year.events.items())), flush=True)
    history = year.believer.history
    yield from told(year.memory.wrong_in(history))
    yield from told(other_restatements(year.restated(), year.memory))
    show_disk(history, folder / "lake")
    history.unlink()
    ensure_history(
        history, year.published, at(f"{FIRST + timedelta(days=days)}"), year.believer.lake
    )
    yield from told(f"from the log: {fault}" for fault in year.memory.wrong_in(history))


def other_restatements(said: set[tuple[Key, object, object]], memory: Memory) -> Iterator[str]:
    """Restatements that there were not, and those that are not told."""
    expected = memory.restatements()
    print(f"{len(expected)} restatements", flush=True)
    for words, rows in (("invented", said - expected), ("not told", expected - said)):
        if rows:
            yield f"{len(rows)} restatements are {words}, such as {min(rows, key=str)}"


def show_disk(history: Path, lake: Path) -> None:
    """What the history takes on disk."""
    files = [x for x in (lake / "history").rglob("*") if x.is_file()]
    size = sum(x.stat().st_size for x in files) / 1e6
    print(
        f"history.duckdb {history.stat().st_size / 1e6:.1f} MB, its log {size:.1f} MB in {len(files)} files",
        flush=True,
    )


def by_commands(base: Path, days: int, chance: Random) -> Iterator[str]:
    """The same by whole runs of a small company."""
    definitions = base / "okrs"
    home = home_in(base / "home", definitions)
    memory, events = Memory(), Counter[str]()
    changed: dict[str, str] = {}
    is_fewer = False
    before: object = None
    for number in range(days):
        today = FIRST_COMMAND + timedelta(days=number)
        if chance.random() < 0.15:
            name = chance.choice([*SETTINGS])
            changed = {} if changed else {name: SETTINGS[name]}
            events["setting changed"] += 1
        if chance.random() < 0.15:
            is_fewer = not is_fewer
            events["source off or on"] += 1
        if chance.random() < 0.2:
            events["OKR file changed, gone or back"] += 1
            change_file(definitions, chance)
        if chance.random() < 0.1:
            events["clock a day back"] += 1
            today -= timedelta(days=1)
        if number and chance.random() < 0.1:
            events["index lost"] += 1
            (home.path / "sample" / "history.duckdb").unlink()
        own = {"OKRA_SANDBOX_TODAY": str(today), "OKRA_SOURCES": FEWER if is_fewer else ALL_SOURCES}
        done = home.okra("run", timeout=3_600, **own, **changed)
        if done.code not in (0, 1) or "Traceback" in done.err or "FAILED" in done.err:
            yield from told(iter([f"{today}: exit code {done.code}: {done.err[-2_000:]}"]))
        if memory.runs and memory.runs[-1].at == newest_of(home):
            memory.runs.pop()  # at one instant the later run counts, which the sandbox's clock alone has
        memory.runs.append(published_by(home, f"{today} ({number})", is_cut_anew=changed != before))
        before = dict(changed)
    if not days:
        return
    print(f"{days} days by the command: {dict(events)}", flush=True)
    history = home.path / "sample" / "history.duckdb"
    yield from told(memory.wrong_in(history))
    rows = home.rows(
        "select kpi, period, period_start, dimension, member, old_value, new_value from restatements"
    )
    yield from told(other_restatements({(x[:5], x[5], x[6]) for x in rows}, memory))
    show_disk(history, home.path / "sample" / "lake")


def change_file(definitions: Path, chance: Random) -> None:
    """Have an OKR file be gone, or have another target, or be as it was."""
    name = chance.choice([*OBJECTIVES])
    path, text = definitions / name, OBJECTIVES[name]
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, encoding="utf-8")
    elif chance.random() < 0.5:
        path.unlink()
    else:
        path.write_text(text.replace("at_least: ", "at_least: 1"), encoding="utf-8")


def newest_of(home: ForkedHome) -> object:
    """The newest instant of the figures in the history."""
    with duckdb.connect(str(home.published), read_only=True) as connection:
        return newest_instant(connection)


def published_by(home: ForkedHome, name: str, *, is_cut_anew: bool) -> Published:
    """What a run published, of what the history keeps."""
    with duckdb.connect(str(home.published), read_only=True) as connection:
        rows = connection.execute(
            "select kpi, period, period_start, dimension, member, value, unit, status, data_through "
            "from kpi_periods where period = 'day' or status <> 'partial' or dimension = 'total'"
        ).fetchall()
        figures = {row[:5]: Figure(*row[5:]) for row in rows}
        return Published(name, newest_instant(connection), figures, is_cut_anew)


if __name__ == "__main__":
    sys.exit(main())
