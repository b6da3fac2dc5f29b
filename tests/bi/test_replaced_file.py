"""A program holds the published file open while a run puts another in its place: who sees which, and from when."""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from pipelines.publishing.snapshot import publish
from tests.bi.conftest import Clients, Command
from tests.bi.test_sqlalchemy import STACKS


class Session:
    """A client that goes on: it answers a line with a line."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def says(self, line: str = "ask") -> str:
        """What it answers now."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer: str = json.loads(self.process.stdout.readline())
        return answer


@contextmanager
def running(command: Command, path: Path, *arguments: str) -> Iterator[Session]:
    """`command` on the file at `path`, until the end of the block."""
    with subprocess.Popen(
        [*command.words, str(path), *arguments],
        env=command.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Session(process)
        process.communicate(timeout=60)


def publish_company(folder: Path, name: str) -> Path:
    """A published file with one table of one row."""
    warehouse = folder / f"{name}.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema reporting")
        connection.execute(f"create table reporting.company as select '{name}' as name")
    publish(warehouse, folder / "okra.duckdb", {}, "v1.2.0")
    return folder / "okra.duckdb"


@pytest.mark.parametrize("stack", STACKS)
def test_a_program_without_a_pool_sees_the_new_file_at_its_next_question(
    clients: Clients, tmp_path: Path, stack: str
) -> None:
    path = publish_company(tmp_path, "old")
    command = clients.python("sqlalchemy_pool.py", *STACKS[stack])
    with running(command, path, "null") as program:
        assert program.says() == "old"
        publish_company(tmp_path, "new")
        assert program.says() == "new"


@pytest.mark.parametrize("stack", STACKS)
def test_a_program_with_a_pool_sees_the_old_file_until_the_pool_is_renewed(
    clients: Clients, tmp_path: Path, stack: str
) -> None:
    path = publish_company(tmp_path, "old")
    command = clients.python("sqlalchemy_pool.py", *STACKS[stack])
    with running(command, path, "kept") as program:
        assert program.says() == "old"
        publish_company(tmp_path, "new")
        assert program.says() == "old"
        assert program.says("renew") == "new"


@pytest.mark.parametrize("stack", STACKS)
def test_a_program_that_recycles_its_connections_sees_the_new_file_in_time(
    clients: Clients, tmp_path: Path, stack: str
) -> None:
    path = publish_company(tmp_path, "old")
    command = clients.python("sqlalchemy_pool.py", *STACKS[stack])
    with running(command, path, "recycled") as program:
        assert program.says() == "old"
        publish_company(tmp_path, "new")
        time.sleep(2.1)  # a connection lives for a second here
        assert program.says() == "new"


def test_a_node_program_sees_the_new_file_when_it_opens_it_again(
    clients: Clients, tmp_path: Path
) -> None:
    path = publish_company(tmp_path, "old")
    command = clients.node("node_open.mjs", "@duckdb/node-api@latest")
    with running(command, path) as program:
        assert program.says() == "old"
        publish_company(tmp_path, "new")
        assert program.says() == "old"
        assert program.says("renew") == "new"
