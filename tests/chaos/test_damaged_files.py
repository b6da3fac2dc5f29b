"""Each kind of stored file, harmed once: `okra verify` names it, and what `okra repair` does first brings it back.

The short form of `make chaos`, in the tests' own process, without the models: those kinds that only a whole run makes
again have tests of their own (`test_project`, `test_event_log`), or are harmed by `make chaos` alone.
"""

import shutil
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from connectors.lake.catalog import write_catalog
from pipelines.inputs.day import Day
from pipelines.inputs.lake import open_lake
from pipelines.settings import BUILT_IN, Settings
from pipelines.steps.publish import publish_report
from pipelines.steps.pull import due, pull_source
from pipelines.steps.remember import write_kpi_history
from pipelines.steps.repairing import set_aside_damaged, set_aside_records, what_is_lost
from pipelines.steps.verifying import verify_all
from pipelines.tables.locks import exclusive
from tests.chaos.faults import HARMS, KINDS
from tests.chaos.small_company import OBJECTIVES, differing, figures
from tests.company import play
from tests.limits import HANG_SECONDS

TODAY = date(2026, 11, 25)
CASES = {
    "lake file": "flip",
    "lake file of a snapshot": "cut",
    "manifest": "delete",
    "schema of a stream": "cut",
    "attempt": "empty",
    "catalog": "delete",
    "other catalogs": "cut",
    "history log": "flip",
    "history entries": "delete",
    "index": "empty",
    "warehouse": "cut",
    "published": "cut",
    "its manifest": "empty",
    "Parquet copy": "flip",
    "Dagster's runs": "cut",
    "Dagster's index": "empty",
    "Dagster's schedules": "delete",
    "Dagster's events of a run": "cut",
}
"""The harm that is done to each kind here; `make chaos` does every one to every kind."""
OF_WHOLE_RUNS = {
    "page",
    "page of a KPI",
    "Dagster's empty file",
    "dbt's manifest",
    "dbt's parsed files",
    "manifest's fingerprint",
    "models left out",
    "sample company's sheet",
    "lock",
}


def settings_in(home: Path) -> Settings:
    return Settings(
        _env_file=None,
        home=home,
        sandbox_today=TODAY,
        start_date=date(2026, 10, 20),
        sources=("facebook_pages", "spreadsheet"),
        sandbox_limits=False,
        okr_definitions=home.parent / "okrs",
    )


@pytest.fixture(scope="session")
def undisturbed(session_folder: Path, parsed: Path) -> Settings:
    """A home after a day's run. Copy it; no test changes it."""
    folder = session_folder / "damaged-files"
    settings = settings_in(folder / "home")
    with exclusive(session_folder / "damaged-files.lock", wait=HANG_SECONDS):
        if not settings.published_path.exists():
            (folder / "okrs").mkdir(parents=True)
            for name, text in OBJECTIVES.items():
                (folder / "okrs" / name).write_text(text, encoding="utf-8")
            play(settings, TODAY, parsed)
            make_records(settings)
            publish_again(settings)
    return settings


def make_records(settings: Settings) -> None:
    """Databases where Dagster has its own."""
    folder = settings.state_path / "dagster"
    folder.mkdir()
    for name in ("runs", "index", "schedules", "0a1b2c3d-0000"):
        with closing(sqlite3.connect(folder / f"{name}.db")) as database:
            database.execute("create table runs as select 1 as id")
            database.commit()


def publish_again(settings: Settings) -> None:
    """Keep what is believed, and publish it."""
    day = Day(settings, TODAY)
    write_kpi_history(day)
    publish_report(day)


def windows_of(settings: Settings) -> dict[tuple[str, str, date], tuple[int, str]]:
    """Rows and checksum of each committed window."""
    return {
        (*stream, window): (manifest.rows, manifest.checksum)
        for stream, windows in open_lake(settings).survey().manifests.items()
        for window, manifest in windows.items()
    }


def wrong_in(settings: Settings) -> dict[str, str]:
    """What `okra verify` says, by file."""
    reports = verify_all(settings, lambda *_: None)
    return {fault.place: fault.what for report in reports for fault in report.faults}


@pytest.fixture
def harmed(undisturbed: Settings, tmp_path: Path) -> Settings:
    """A copy of the home, to be harmed."""
    shutil.copytree(undisturbed.home, tmp_path / "home")
    shutil.copytree(undisturbed.definitions_path, tmp_path / "okrs")
    return settings_in(tmp_path / "home")


def test_nothing_is_wrong_with_a_home_that_nobody_disturbed(undisturbed: Settings) -> None:
    assert wrong_in(undisturbed) == {}
    assert len(windows_of(undisturbed)) > 100
    assert len(figures(undisturbed.home_path)) > 20


def test_every_kind_is_harmed_here_or_in_a_whole_run() -> None:
    assert CASES.keys() | OF_WHOLE_RUNS == KINDS.keys()
    assert {*CASES.values()} == HARMS.keys()


def test_every_kind_has_a_row_in_the_page() -> None:
    text = (BUILT_IN / "docs" / "reliability.md").read_text("utf-8")
    section = text.partition("## Every kind of file")[2].partition("\n## ")[0]
    rows = [line.split("|")[1].strip() for line in section.splitlines() if line.startswith("| ")]
    assert rows == ["Kind", *KINDS]


@pytest.mark.parametrize("name", CASES)
def test_a_harmed_file_is_named_and_comes_back(
    name: str, harmed: Settings, undisturbed: Settings
) -> None:
    kind = KINDS[name]
    file = sorted(harmed.home_path.glob(kind.places))[0]
    HARMS[CASES[name]](file)

    reports = [*verify_all(harmed, lambda *_: None)]
    named = [x.place for report in reports for x in report.faults if x.place in str(file)]
    assert named or kind.mended_by == "run"

    set_aside_records(reports)
    is_due = set_aside_damaged(harmed, reports)
    if is_due or kind.mended_by == "run":
        for source in harmed.instances.values():
            reported = pull_source(harmed, source, due(harmed), run_id="repair")
            assert [x.error for x in reported if x.error] == []
    lake = open_lake(harmed)
    write_catalog(lake, [*harmed.instances.values()])
    lost = [window for x in what_is_lost(harmed) for window in x.windows]
    if name == "warehouse":
        assert not file.exists(), "it is built anew from the lake"
        shutil.copy(undisturbed.warehouse_path, file)
    publish_again(harmed)

    assert lost == [*kind.lost]
    before, after = windows_of(undisturbed), windows_of(harmed)
    assert {key[-1].isoformat() for key in before.keys() - after.keys()} == {*kind.lost}
    assert {key: before[key] for key in after} == after
    assert differing(figures(undisturbed.home_path), figures(harmed.home_path)) == []
    allowed = {"lost_rows", "gap"} if kind.lost else set()
    if name.startswith("Dagster's"):
        allowed = {"missing"}  # Dagster makes it again as the next run begins
    assert {*wrong_in(harmed).values()} <= allowed
