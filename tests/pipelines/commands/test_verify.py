"""What `okra verify` needs of the disk that it reads."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipelines.commands.console import Output
from pipelines.commands.verify import verify
from pipelines.settings import Settings
from pipelines.tables.locks import LockedError, exclusive


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    """An installation in which another command is at work, with the databases of Dagster's records."""
    settings = Settings(_env_file=None, home=tmp_path)
    for name in ("history/runs.db", "history/runs/index.db", "schedules/schedules.db"):
        database = settings.state_path / "dagster" / name
        database.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("pragma journal_mode = wal")
            connection.execute("create table records (id integer)")
    with exclusive(settings.state_path / "run.lock"):
        yield settings


def test_nothing_is_verified_while_another_command_writes(settings: Settings) -> None:
    with pytest.raises(LockedError, match="is at work in"):
        verify(settings, Output())


def test_a_backup_on_a_read_only_disk_is_verified_without_a_lock_or_a_new_file(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = sorted(settings.state_path.rglob("*"))
    monkeypatch.setattr(os, "statvfs", lambda path: SimpleNamespace(f_flag=os.ST_RDONLY))
    assert verify(settings, Output())
    assert sorted(settings.state_path.rglob("*")) == files


def test_of_a_home_that_nothing_was_stored_in_it_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(Settings(_env_file=None, home=tmp_path / "new"), Output())
    said = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert said == [
        "lake as written 0 windows in 0 files, 0.0 MB",
        *(f"{part} as written not there yet" for part in ("history", "warehouse", "published")),
        "records as written 0 files",
    ]
