"""What systems say of a disk, a file or a limit, as one sentence."""

import errno
import sqlite3
from pathlib import Path

import duckdb
import pytest

from pipelines.plain_faults import plain_sentence, plain_text

ROOM = "free some space there and run again; what was written before is as it was"
OWNER = "let the user of this process own it, or set OKRA_HOME to a folder that it may write"


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            OSError(errno.ENOSPC, "No space left on device", "/srv/a.parquet"),
            f"/srv/a.parquet: the disk is full; {ROOM}",
        ),
        (OSError(errno.ENOSPC, "No space left on device"), f"the disk is full; {ROOM}"),
        (
            PermissionError(errno.EACCES, "Permission denied", "/srv/data"),
            f"/srv/data: no permission; {OWNER}",
        ),
        (
            OSError(errno.EROFS, "Read-only file system", "/srv"),
            "/srv: the disk is read-only; mount it writable, or set OKRA_HOME to another",
        ),
        (
            OSError(errno.EMFILE, "Too many open files", "x"),
            "x: too many files are open; raise the limit, as with `ulimit -n 4096`",
        ),
        (
            NotADirectoryError(errno.ENOTDIR, "Not a directory", "/srv/data"),
            "/srv/data is no folder; remove the file that is in its place",
        ),
        (
            sqlite3.DatabaseError("file is not a database"),
            "a file is damaged; `okra repair` sets it aside and makes it again",
        ),
        (sqlite3.OperationalError("database or disk is full"), f"the disk is full; {ROOM}"),
        (MemoryError(), "there is not enough memory; close other programs, or lower OKRA_MEMORY"),
    ],
)
def test_an_error_of_the_system_is_one_sentence(error: Exception, sentence: str) -> None:
    assert plain_sentence(error) == sentence


def test_the_error_behind_another_counts() -> None:
    with pytest.raises(RuntimeError) as caught:
        try:
            raise OSError(errno.ENOSPC, "No space left on device", "/srv/x")
        except OSError as error:
            raise RuntimeError("a step failed") from error
    assert plain_sentence(caught.value) == f"/srv/x: the disk is full; {ROOM}"


def test_what_is_no_fault_of_a_disk_is_left_to_others() -> None:
    assert plain_sentence(ValueError("2 is not 3")) is None
    assert plain_sentence(FileNotFoundError(errno.ENOENT, "No such file", "x")) is None


def test_duckdb_names_the_file_that_is_none_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    path.write_text("not a database" * 1_000)
    with pytest.raises(duckdb.Error) as caught:
        duckdb.connect(str(path))
    assert plain_sentence(caught.value) == (
        f"{path} is damaged; `okra repair` sets it aside and makes it again"
    )


def test_the_text_of_a_step_that_ran_elsewhere_is_enough() -> None:
    text = 'IO Error: Could not write all required bytes to file "/srv/w.duckdb": No space left on device'
    assert plain_text(text) == f"/srv/w.duckdb: the disk is full; {ROOM}"


def test_a_file_in_the_place_of_a_folder_is_named_and_not_what_would_be_in_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "lake"
    path.write_text("a file")
    sentence = f"{path} is no folder; remove the file that is in its place"
    for way in (lambda: path.mkdir(exist_ok=True), lambda: (path / "raw" / "x").read_bytes()):
        with pytest.raises(OSError, match="lake") as caught:
            way()
        assert plain_sentence(caught.value) == sentence
        assert plain_text(f"models: {type(caught.value).__name__}: {caught.value}") == sentence


def test_what_is_there_already_is_told_as_a_folder_only_where_one_was_to_be_made(
    tmp_path: Path,
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("a file")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    ways = {
        "folder": lambda path: path.mkdir(),
        "link": lambda path: path.open("x"),
        "file": lambda path: path.symlink_to(tmp_path / "folder"),
    }
    for name, way in ways.items():
        path = tmp_path / name
        with pytest.raises(FileExistsError) as caught:
            way(path)
        sentence = f"{path} is there already; move it away and run again"
        assert plain_sentence(caught.value) == sentence
        assert plain_text(f"models: {type(caught.value).__name__}: {caught.value}") == sentence


def test_a_folder_in_the_place_of_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "okra.json").mkdir()
    (tmp_path / "new").write_text("{}")
    with pytest.raises(IsADirectoryError) as caught:
        (tmp_path / "new").replace(tmp_path / "okra.json")
    sentence = f"{tmp_path}/okra.json is a folder; remove the folder that is in the place of a file"
    assert plain_sentence(caught.value) == sentence
    assert plain_text(f"published: {caught.value}") == sentence
