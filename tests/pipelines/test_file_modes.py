"""Who else on the machine may read files: nobody, unless a setting says so of what is published."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.file_modes import close, readable_by, share
from tests.end_to_end.conftest import Home

OTHERS = stat.S_IRWXG | stat.S_IRWXO


@pytest.fixture(autouse=True)
def usual_mask() -> Iterator[None]:
    """New files are readable by everybody, as on most machines."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(
    ("readers", "file", "folder"),
    [("nobody", 0o600, 0o700), ("group", 0o640, 0o750), ("everybody", 0o644, 0o755)],
)
def test_what_is_made_is_readable_by_whom_the_setting_names(
    tmp_path: Path, readers: str, file: int, folder: int
) -> None:
    with readable_by(readers):  # type: ignore[arg-type]
        (tmp_path / "kpi").mkdir()
        (tmp_path / "kpi" / "a.html").write_text("")
    (tmp_path / "after").write_text("")
    assert mode(tmp_path / "kpi") == folder
    assert mode(tmp_path / "kpi" / "a.html") == file
    assert mode(tmp_path / "after") == 0o644


def test_files_of_an_earlier_version_are_closed_or_shared(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "lake" / "raw").mkdir(parents=True)
    (home / "history.duckdb").write_text("")
    (home / "kpi").mkdir()
    (home / "kpi" / "a.html").write_text("")
    (home / "okra.duckdb").write_text("")
    (home / "okra.duckdb").chmod(0o444)
    home.chmod(0o700)

    close([home / "lake", home / "history.duckdb", home / "missing"])
    share([home / "okra.duckdb", home / "kpi", home / "missing"], home, "group")

    assert mode(home) == 0o710  # may be passed through, and not listed
    assert (mode(home / "lake"), mode(home / "history.duckdb")) == (0o700, 0o600)
    assert (mode(home / "okra.duckdb"), mode(home / "kpi")) == (0o440, 0o750)
    assert mode(home / "kpi" / "a.html") == 0o640

    share([home / "okra.duckdb", home / "kpi"], home, "nobody")
    assert (mode(home / "okra.duckdb"), mode(home / "kpi" / "a.html")) == (0o400, 0o600)


def test_a_command_leaves_the_mask_of_its_process_as_it_was(tmp_path: Path) -> None:
    assert Home(tmp_path / "home").ask("sources").code == 0
    assert os.umask(0o022) == 0o022


def test_the_files_of_a_companys_folder_have_the_modes_of_its_owners_shell(tmp_path: Path) -> None:
    """They are shared in a repository; `.env` alone is private."""
    done = Home(tmp_path / "home").ask("init", str(tmp_path / "acme"), "--yes")
    assert done.code == 0, done.err
    assert mode(tmp_path / "acme" / "okra.yml") == 0o644
    assert mode(tmp_path / "acme") == 0o755
