"""`okra repair`, as it is typed: what it says, what it mends, and what it names as lost."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.faults import KINDS, OCTOBER, flip
from tests.chaos.small_company import differing, figures, home_in
from tests.end_to_end.conftest import Home

pytestmark = pytest.mark.large


def as_typed(folder: Path, definitions: Path) -> Home:
    """A home whose commands are processes of their own."""
    return Home(folder, home_in(folder, definitions).settings)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home after one run. Copy it; no test changes it."""
    folder = tmp_path_factory.mktemp("repaired")
    home = as_typed(folder / "home", folder / "okrs")
    done = home.okra("run")
    assert done.code == 0, done.err
    return home


@pytest.fixture
def home(sound: Home, tmp_path: Path) -> Iterator[Home]:
    """A copy that may be damaged."""
    shutil.copytree(sound.path, tmp_path / "home", symlinks=True)
    yield as_typed(tmp_path / "home", sound.path.parent / "okrs")
    shutil.rmtree(tmp_path / "home", ignore_errors=True)


def first_of(home: Home, kind: str) -> Path:
    """The first file of a kind."""
    return min(home.path.glob(KINDS[kind].places))


def test_what_a_source_still_has_is_pulled_again_and_published_as_it_was(home: Home) -> None:
    before = figures(home.path)
    flip(first_of(home, "lake file"))
    flip(home.path / "okra.duckdb")
    shown = home.okra("repair", "--dry-run")
    assert shown.code == 1, "something is wrong, and stays so"
    assert "Nothing was changed" in shown.err
    done = home.okra("repair")
    assert done.code == 0, done.err
    assert "Mended: everything is there again" in done.err
    assert differing(before, figures(home.path)) == []
    assert json.loads(home.okra("repair", "--json").out) == {
        "ok": True,
        "wrong": [],
        "failed": {},
        "lost": [],
    }


def test_what_no_source_has_any_more_is_named_as_lost(home: Home) -> None:
    """A snapshot says what was true on its day, and no source says that later."""
    first_of(home, "lake file of a snapshot").unlink()
    done = home.okra("repair", "--json")
    said = json.loads(done.out)
    assert (done.code, said["ok"], said["failed"]) == (1, False, {})
    days = {day for fault in said["lost"] for day in OCTOBER if day in json.dumps(fault)}
    assert days == {*OCTOBER}, "the days whose rows were in that file"
    assert all(fault["remedy"] for fault in said["wrong"])
