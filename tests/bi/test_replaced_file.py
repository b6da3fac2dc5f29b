"""A client keeps the published file open while a run replaces it: when does the client see the new file?"""

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
    """A client that keeps running, and answers each line with a line."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def answer_to(self, line: str = "ask") -> str:
        """The client's answer to `line`."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer: str = json.loads(self.process.stdout.readline())
        return answer


@contextmanager
def running(command: Command, path: Path, *arguments: str) -> Iterator[Session]:
    """A session of `command` on the file at `path`, until the block ends."""
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
def test_a_program_without_a_pool_sees_the_new_file_at_its_next_query(
    clients: Clients, tmp_path: Path, stack: str
) -> None:
    path = publish_company(tmp_path, "old")
    command = clients.python("sqlalchemy_pool.py", *STACKS[stack])
    with running(command, path, "null") as program:
        assert program.answer_to() == "old"
        publish_company(tmp_path, "new")
        assert program.answer_to() == "new"


@pytest.mark.parametrize("stack", STACKS)
def test_a_program_with_a_pool_sees_the_old_file_until_the_pool_is_renewed(
    clients: Clients, tmp_path: Path, stack: str
) -> None:
    path = publish_company(tmp_path, "old")
    command = clients.python("sqlalchemy_pool.py", *STACKS[stack])
    with running(command, path, "kept") as program:
        assert program.answer_to() == "old"
        publish_company(tmp_path, "new")
        assert program.answer_to() == "old"
        assert program.answer_to("renew") == "new"


@pytest.mark.parametrize("stack", STACKS)
def test_a_program_that_recycles_connections_sees_the_new_file_after_their_lifetime(
    clients: Clients, tmp_path: Path, stack: str
) -> None:
    path = publish_company(tmp_path, "old")
    command = clients.python("sqlalchemy_pool.py", *STACKS[stack])
    with running(command, path, "recycled") as program:
        assert program.answer_to() == "old"
        publish_company(tmp_path, "new")
        time.sleep(2.1)  # connections are recycled after one second
        assert program.answer_to() == "new"


def test_a_node_program_sees_the_new_file_when_it_opens_it_again(
    clients: Clients, tmp_path: Path
) -> None:
    path = publish_company(tmp_path, "old")
    command = clients.node("node_open.mjs", "@duckdb/node-api@latest")
    with running(command, path) as program:
        assert program.answer_to() == "old"
        publish_company(tmp_path, "new")
        assert program.answer_to() == "old"
        assert program.answer_to("renew") == "new"
