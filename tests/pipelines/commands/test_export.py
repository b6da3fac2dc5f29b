"""`okra export`: what it writes, and what it leaves alone."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.commands.export import ExportError, write


def test_a_second_export_replaces_the_first_and_removes_what_is_gone(tmp_path: Path) -> None:
    assert write({"a.yml": "1", "models/b.sql": "1"}, tmp_path, dry_run=False) == []
    assert write({"a.yml": "2"}, tmp_path, dry_run=False) == ["models/b.sql"]
    assert (tmp_path / "a.yml").read_text() == "2"
    assert not (tmp_path / "models/b.sql").exists()


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    write({"a.yml": "1"}, tmp_path / "new", dry_run=True)
    assert not (tmp_path / "new").exists()


def test_a_file_of_somebody_else_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "b.yml").write_text("mine")
    with pytest.raises(ExportError, match=r"b\.yml was not written by `okra export`"):
        write({"a.yml": "1", "b.yml": "1"}, tmp_path, dry_run=False)
    assert [path.name for path in tmp_path.iterdir()] == ["b.yml"]


def test_a_file_that_was_changed_since_is_refused(tmp_path: Path) -> None:
    write({"a.yml": "1"}, tmp_path, dry_run=False)
    (tmp_path / "a.yml").write_text("mine")
    with pytest.raises(ExportError, match="was changed since"):
        write({"a.yml": "2"}, tmp_path, dry_run=False)
    assert (tmp_path / "a.yml").read_text() == "mine"


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "export").write_text("mine")
    with pytest.raises(ExportError, match="is a file; name a folder with --to"):
        write({"a.yml": "1"}, tmp_path / "export", dry_run=False)


def test_a_list_of_files_outside_of_the_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / ".okra-export.json").write_text('{"../other.yml": "0"}')
    with pytest.raises(ExportError, match="outside of its folder"):
        write({}, folder, dry_run=False)


def test_without_a_published_file_the_command_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OKRA_HOME", str(tmp_path / "home"))
    done = CliRunner().invoke(app, ["export", "superset", "--to", str(tmp_path / "export")])
    assert done.exit_code == 2
    assert done.stderr == "okra: nothing is published yet; run `okra run` first\n"
    assert not (tmp_path / "export").exists()
