"""The documentation, typed by a reader from the first command to the last: `make docs`.

Where a page asks for accounts of one's own, the sample company's servers on loopback stand in for the vendors.
The tests are one reader's afternoon: each goes on where the one before has ended.
"""

import importlib
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen
from zoneinfo import ZoneInfo

import pytest

from connectors.sandbox.ledger import rows_until
from tests.docs.pages import Page
from tests.docs.reader import Mailbox, Reader, mailbox
from tests.limits import HANG_SECONDS

README, FIRST = Page("README.md"), Page("docs/first-own-data.md")
ACCOUNTS = ("stripe", "google_analytics", "exchange_rates")
UI = "http://127.0.0.1:3000"
MAPPING = """\
columns: {objective: Goal, key_result: Result, kpi: Metric, target: Target}
values: {kpi: {Revenue: net_revenue}}
defaults: {period: 2027, owner: ceo@example.com}
"""


@pytest.fixture(scope="module")
def channel() -> Iterator[Mailbox]:
    """Where the reader's digests arrive."""
    with mailbox() as received:
        yield received


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory, channel: Mailbox) -> Iterator[Reader]:
    """Somebody with a fresh copy of the project, accounts at Stripe and Google, and a channel."""
    folder = tmp_path_factory.mktemp("reader")
    own: dict[str, str] = {}
    with ExitStack() as open_until_the_end:
        for source in ACCOUNTS:
            served = importlib.import_module(f"connectors.sandbox.{source}").serve(
                datetime.now(UTC).date(), folder / source
            )
            open_until_the_end.callback(served.close)
            own |= served.values
        yield Reader(folder / "okra", own | {"OKRA_DIGEST": channel.address})


def test_the_readme_from_its_first_command_on(reader: Reader) -> None:
    run, ui, question = [block for block in README.blocks if block.language == "sh"][:3]
    assert [run.commands, ui.commands] == [["make run"], ["make ui"]]
    assert "Become a two-million-dollar company" in reader.type(run.text)
    assert (reader.path / "data" / "scorecard.html").exists()
    assert "net_revenue" in reader.type(question.text)
    with showing(reader, ui.text):
        assert b"dagster" in answer_of(UI).lower()


def test_the_readmes_way_to_a_folder_of_ones_own(reader: Reader) -> None:
    blocks = [block for block in README.blocks if block.language == "sh"]
    [init] = [block for block in blocks if "okra init" in block.text]
    *_, last = init.commands
    assert last == "okra run"
    done = reader.type(init.text.replace("okra run", "cat sources.yml").replace("acme", "readme"))
    assert "stripe@eu" in done
    reader.type(f"cd {reader.path}")


def test_each_command_of_the_readme(reader: Reader) -> None:
    table = README.text.partition("## The command")[2].partition("\n## ")[0]
    commands = re.findall(r"^\| `(okra [^`]+)` \|", table, re.MULTILINE)
    own = {"okra init FOLDER", "okra run", "okra ui"}  # typed as the pages say, before and after
    assert own < set(commands)
    history = reader.path / "data" / "history.csv"
    history.write_text("\n".join(["series,date,value", *days_of_a_history()]) + "\n")
    (history.parent / "export.csv").write_text(
        "Goal,Result,Metric,Target\nGrow,Sell,Revenue,500000\n"
    )
    (history.parent / "mapping.yml").write_text(MAPPING)
    for command in commands:
        if command not in own:
            for line in made_concrete(command, history):
                reader.type(line)


def days_of_a_history() -> Iterator[str]:
    """Three years of a series that goes up and down with the week."""
    for day in range(3 * 365):
        yield f"orders,{date(2023, 1, 1) + timedelta(days=day)},{100 + day % 7}"


def made_concrete(command: str, history: Path) -> Iterator[str]:
    """The command as it is typed, once for each of the names that it allows."""
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    for place, value in {
        "SOURCE": "stripe",
        "--from D --to D": f"--from {yesterday} --to {yesterday}",
        "KEY_RESULT": "two-million/revenue",
        "kpi NAME": "kpi net_revenue",
        "target KPI": "target net_revenue",
        "EXPORT.csv": str(history.with_name("export.csv")),
        "MAPPING.yml": str(history.with_name("mapping.yml")),
        "FILE.csv": str(history),
        "NAME": "mine --dry-run",
    }.items():
        command = command.replace(place, value)
    several = re.search(r"[a-z]+(?:\\\|[a-z]+)+", command)
    for alternative in several[0].split("\\|") if several else [""]:
        named = command.replace(several[0], alternative) if several else command
        if alternative == "kpi" and command.startswith("okra new"):
            named += " --sql"
        yield re.sub(r"[][]", "", named)
        if "[" in named:
            yield re.sub(r" *\[[^]]*\]", "", named)  # without what may be left out


def test_a_goal_over_a_csv_is_scored(reader: Reader) -> None:
    blocks = FIRST.blocks
    csv = next(n for n, block in enumerate(blocks) if "numbers.csv" in block.text)
    run = next(n for n, block in enumerate(blocks) if n > csv and block.commands == ["okra run"])
    reader.follow(blocks[: run + 1])
    assert reader.folder == reader.path.parent / "acme"
    today = datetime.now(UTC).date()
    of_the_quarter = [
        20 + ago % 7
        for ago in range(1, 61)
        if quarter(today - timedelta(days=ago)) == quarter(today)
    ]
    assert reader.rows(
        "select actual, target from key_result_scores where key_result_id = "
        "'more-people-sign-up/signups' and \"window\" = 'total' and member = 'total'"
    ) == [(sum(of_the_quarter), 5000)]


def quarter(day: date) -> tuple[int, int]:
    """The quarter that a day is in."""
    return day.year, (day.month - 1) // 3


def test_stripe_and_analytics_become_kpis_and_goals_of_ones_own(
    reader: Reader, channel: Mailbox
) -> None:
    blocks = FIRST.blocks
    first = next(n for n, block in enumerate(blocks) if "STRIPE_API_KEY" in block.text)
    reader.follow(blocks[first:])
    assert reader.rows(
        "select value from kpi_periods where kpi = 'net_revenue' and period = 'month' "
        "and period_start = '2026-10-01' and dimension = 'total'"
    ) == [(october_in_madrid(),)]
    assert {name for (name,) in reader.rows("select key_result_id from key_results")} == {
        "more-people-sign-up/signups",
        "steady-revenue/net-revenue",
        "stay-longer/engaged-sessions",
    }
    [(engaged,)] = reader.rows(
        "select count(*) from kpi_periods where kpi = 'engaged_sessions' and dimension = 'channel'"
    )
    assert engaged > 0
    assert reader.rows("select distinct sample_company from runs where scored_at = "
                       "(select max(scored_at) from runs)") == [(False,)]  # fmt: skip
    assert any(b"stay longer" in letter.lower() for letter in channel.taken)


def october_in_madrid() -> Decimal:
    """What the account's ledger has of October 2026, as days are counted in Madrid: all of it dollars."""
    madrid = ZoneInfo("Europe/Madrid")
    first, after = (datetime(2026, month, 1, tzinfo=madrid) for month in (10, 11))
    sales = [
        row
        for row in rows_until(after)
        if row["created"] >= first.timestamp() and row["type"] not in ("payout", "reserved_funds")
    ]
    assert {row["currency"] for row in sales} == {"usd"}
    return Decimal(sum(row["net"] for row in sales)) / 100


@contextmanager
def showing(reader: Reader, command: str) -> Iterator[None]:
    """Have `command` show a web UI until the block ends."""
    running = subprocess.Popen(
        ["bash", "-c", command],
        cwd=reader.path,
        env=reader.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        # a shell's background jobs are deaf to Ctrl-C, and what they start inherits that
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        yield
    finally:
        os.killpg(running.pid, signal.SIGINT)  # as Ctrl-C does
        try:
            running.wait(timeout=HANG_SECONDS)
        finally:
            with suppress(ProcessLookupError):  # whatever the command left behind
                os.killpg(running.pid, signal.SIGKILL)
            running.wait()


def answer_of(address: str) -> bytes:
    """What a page that is just being started answers in the end."""
    end = time.monotonic() + HANG_SECONDS
    while True:
        try:
            with urlopen(address, timeout=HANG_SECONDS) as answer:
                return bytes(answer.read())
        except (URLError, OSError):
            if time.monotonic() > end:
                raise
            time.sleep(1)
