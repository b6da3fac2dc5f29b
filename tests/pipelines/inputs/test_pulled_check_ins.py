"""Check-ins of a company in a document of Google Sheets, from the pull to what is told of them."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.check_ins import CHECK_INS, SOURCE
from connectors.lake.catalog import write_catalog
from connectors.sandbox.google_sheets import Faults, SheetsServer, Shown, Tab, error
from connectors.sdk import catalog
from connectors.sdk.contract import Source
from connectors.sdk.engine import pull
from connectors.sdk.source_settings import settings_of
from connectors.sdk.windows import Range
from pipelines import settings as okra_settings
from pipelines.inputs.day import Day
from pipelines.inputs.lake import open_lake
from pipelines.inputs.run_id import run_id
from pipelines.okr.definition.check_ins import PulledCheckIn
from pipelines.settings import Settings
from pipelines.steps.pull import failed_pulls, pull_source

TODAY = datetime.now(UTC).date()
MONDAY_LAST = TODAY - timedelta(days=5)
GOALS = f"""\
objective: Ship
id: ship
period: {{start: {TODAY - timedelta(days=60)}, end: {TODAY + timedelta(days=60)}}}
key_results:
  - {{id: page, milestone: {{done: false, due: {TODAY + timedelta(days=9)}}}}}
"""
HEAD = ["Key result", "Day", "By", "Confidence", "Note"]
SAID = [
    "ship/page",
    MONDAY_LAST,
    "ana@example.com",
    Shown(0.65, "PERCENT"),
    "Half of it is written",
]


class Company:
    """A company whose only source are check-ins in a sheet."""

    def __init__(self, folder: Path, server: SheetsServer) -> None:
        self.server = server
        (folder / "okra.yml").write_text(f"start_date: {MONDAY_LAST}\n")
        (folder / "sources.yml").write_text(
            f"check_ins: {{sheets: '{server.link()}', sheets_api_base: {server.address}}}\n"
        )
        (folder / "okr_definitions").mkdir()
        (folder / "okr_definitions" / "ship.yml").write_text(GOALS)

    @property
    def settings(self) -> Settings:
        return okra_settings.load()

    @property
    def source(self) -> Source:
        return self.settings.instances["check_ins"]

    def pull(self) -> None:
        yesterday = TODAY - timedelta(days=1)
        pull_source(self.settings, self.source, Range(yesterday, yesterday), run_id="")

    def pull_five_days_ago(self) -> None:
        """As a run of that day left it."""
        values = self.settings.values_of(self.source)
        assert values is not None
        noon = datetime.combine(MONDAY_LAST, datetime.min.time(), UTC) + timedelta(hours=12)
        lake = open_lake(self.settings)
        pull(self.source, values, lake, Range(MONDAY_LAST, MONDAY_LAST), now=lambda: noon)


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    of_sources = {x.name for source in catalog.sources().values() for x in settings_of(source)}
    for name in os.environ:
        if name.startswith("OKRA_") or name in of_sources:
            monkeypatch.delenv(name)
    monkeypatch.setenv("OKRA_PROJECT", str(tmp_path))
    with SheetsServer(Tab(0, "Check-ins", [HEAD, SAID]), title="Weekly") as server:
        yield Company(tmp_path, server)


def test_what_a_sheet_says_counts_once_it_is_pulled(company: Company) -> None:
    assert Day(company.settings, TODAY).check_ins == []
    company.pull()
    day = Day(company.settings, TODAY)
    assert day.faults == ()
    [said] = day.check_ins
    assert (said.key_result, said.day, said.by, said.confidence, said.note) == (
        "ship/page", MONDAY_LAST, "ana@example.com", Decimal("0.65"), "Half of it is written",
    )  # fmt: skip
    assert isinstance(said, PulledCheckIn)
    assert said.read_on == TODAY


def test_a_sheet_that_can_no_longer_be_read_leaves_what_was_read_and_its_day(
    company: Company,
) -> None:
    company.pull_five_days_ago()
    denied = error(403, "The caller does not have permission", "PERMISSION_DENIED")
    company.server.faults = Faults(dict.fromkeys(range(1, 99), denied))
    company.pull()
    [failed] = failed_pulls(company.settings)
    assert "share the document with the address that signs in" in failed.message
    [said] = Day(company.settings, TODAY).check_ins
    assert isinstance(said, PulledCheckIn)
    assert said.read_on == MONDAY_LAST


def test_a_row_about_no_key_result_is_named_by_its_number_and_the_others_count(
    company: Company,
) -> None:
    rows = [HEAD, ["ship/pages", TODAY, "", "", "x"], SAID, ["ship/page", TODAY, "", 80, ""]]
    company.server.tabs = [Tab(0, "Check-ins", rows)]
    company.pull()
    day = Day(company.settings, TODAY)
    assert [said.note for said in day.check_ins] == ["Half of it is written"]
    wrong_name, wrong_share = sorted(str(fault) for fault in day.faults)
    assert wrong_name.startswith(
        "Weekly of check_ins:2: no key result is called `ship/pages`; did you mean `ship/page`?"
    )
    assert wrong_share.startswith("Weekly of check_ins:4: a confidence of 8000%")


def test_a_row_that_is_removed_from_the_sheet_is_gone(company: Company) -> None:
    company.pull()
    company.server.tabs = [Tab(0, "Check-ins", [HEAD])]
    company.pull()
    assert Day(company.settings, TODAY).check_ins == []


def test_no_figure_depends_on_what_is_said(company: Company) -> None:
    lake = open_lake(company.settings)
    write_catalog(lake, [company.source])
    before = run_id(company.settings, TODAY)
    company.pull()
    write_catalog(lake, [company.source])
    assert lake.manifests("check_ins", CHECK_INS.name)
    assert run_id(company.settings, TODAY) == before


def test_the_sample_company_has_none_and_no_kpi_can_stand_on_them() -> None:
    assert not SOURCE.has_figures
    assert [name for name, x in catalog.sources().items() if not x.has_figures] == ["check_ins"]
