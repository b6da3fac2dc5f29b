"""Check-ins in sheets, by path and from a server that speaks the Sheets API."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.check_ins import CHECK_INS, SOURCE
from connectors.lake.lake import Lake
from connectors.lake.manifest import Finding
from connectors.sandbox.google_sheets import Faults, SheetsServer, Shown, Tab, Value, error
from connectors.sandbox.http_server import Reply
from connectors.sdk.engine import StreamReport, pull
from connectors.sdk.windows import Range
from tests.connectors.clock import unslept
from tests.connectors.google_key import without_own_credentials

TODAY = date(2026, 11, 25)
HEAD = ["Key result", "Day", "By", "Confidence", "Note", "Decision"]
ROWS = [
    ["Check-ins of the team"],
    HEAD,
    ["ship/units", date(2026, 11, 20), "ana@example.com", Shown(0.8, "PERCENT"), "On their way"],
    [],
    ["ship/units", "2026-11-24", "", "", "", "Go on"],
]


class Room:
    """A lake into which check-ins are pulled at noon of 25 November 2026, and the servers of their sheets."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lake = Lake(folder / "lake")
        self.servers: list[SheetsServer] = []

    def serve(self, *tabs: Tab, faults: Faults | None = None) -> SheetsServer:
        self.servers.append(SheetsServer(*tabs, title="Weekly", faults=faults))
        return self.servers[-1]

    def pulled(self, server: SheetsServer, *links: str, day: date = TODAY) -> StreamReport:
        """What pulling these sheets of a server came to."""
        return self.pull(
            {
                "CHECK_INS_SHEETS": ", ".join(links or [server.link()]),
                "GOOGLE_SHEETS_API_BASE": server.address,
            },
            day,
        )

    def pull(self, values: Mapping[str, str], day: date = TODAY) -> StreamReport:
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        calls = unslept(SOURCE)
        [report] = pull(SOURCE, values, self.lake, Range(day, day), now=lambda: noon, calls=calls)
        return report

    def rows(self, day: date = TODAY) -> list[dict[str, Any]]:
        return self.lake.read(SOURCE.name, CHECK_INS, day).to_pylist()

    def findings(self) -> list[Finding]:
        manifests = self.lake.manifests(SOURCE.name, CHECK_INS.name).values()
        return [finding for manifest in manifests for finding in manifest.findings]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path)
    yield room
    for server in room.servers:
        server.close()


def test_each_row_below_the_header_is_kept_as_it_was_written(room: Room) -> None:
    assert room.pulled(room.serve(Tab(0, "2026", ROWS))).error is None
    first, second = room.rows()
    assert first == {
        "read_on": TODAY, "sheet": "Weekly", "row": 3, "key_result": "ship/units",
        "day": date(2026, 11, 20), "by": "ana@example.com", "confidence": "80.0 %",
        "note": "On their way", "decision": None,
    }  # fmt: skip
    assert (second["row"], second["day"], second["by"], second["decision"]) == (
        5, date(2026, 11, 24), None, "Go on",
    )  # fmt: skip
    assert room.findings() == []


def test_a_file_is_read_as_well(room: Room) -> None:
    (room.folder / "weekly.csv").write_text(
        "key_result;day;note\nship/units;2026-11-20;On their way\n"
    )
    assert room.pull({"CHECK_INS_SHEETS": str(room.folder / "weekly.csv")}).error is None
    assert [(x["sheet"], x["row"], x["note"]) for x in room.rows()] == [
        ("weekly.csv", 2, "On their way")
    ]


def test_no_other_column_leaves_the_sheet(room: Room) -> None:
    rows = [[*HEAD, "Salary"], ["ship/units", date(2026, 11, 20), "", "", "Slow", "", "9,000"]]
    assert room.pulled(room.serve(Tab(0, "2026", rows))).error is None
    assert room.rows()[0].keys() == {*CHECK_INS.schema.names}
    assert b"9,000" not in b"".join(
        path.read_bytes() for path in room.folder.rglob("*") if path.is_file()
    )


def test_two_sheets_of_a_document_are_told_apart(room: Room) -> None:
    server = room.serve(Tab(0, "Ops", ROWS), Tab(7, "Sales", ROWS))
    assert room.pulled(server, server.link(0), server.link(7)).error is None
    assert [(x["sheet"], x["row"]) for x in room.rows()] == [
        ("Weekly", 3), ("Weekly", 5), ("Weekly (2)", 3), ("Weekly (2)", 5),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (["", date(2026, 11, 20), "ana"], "row 3, column key_result, is empty"),
        (["ship/units", "", "ana"], "row 3, column day, is empty"),
        (["ship/units", "20.11.2026", "ana"], "row 3, column day, is no date"),
        (["ship/units", 46346, "ana"], "row 3, column day, is no date"),
    ],
)
def test_a_row_that_cannot_be_read_is_set_aside_with_its_number(
    room: Room, cells: list[Value], told: str
) -> None:
    good: list[Value] = ["ship/units", date(2026, 11, 24), "", "", "Slow"]
    assert room.pulled(room.serve(Tab(0, "2026", [HEAD, good, cells]))).error is None
    [finding] = room.findings()
    assert finding.message.startswith(f"Weekly, {told}: ")
    assert (finding.is_set_aside, finding.rows) == (True, 1)
    assert [row["row"] for row in room.rows()] == [2]


def test_a_form_notes_the_hour_as_well_and_its_day_counts(room: Room) -> None:
    # 46,346 days after 30 December 1899 is 20 November 2026; half a day more is noon
    rows = [HEAD, ["ship/units", Shown(46346.5, "DATE_TIME"), "", "", "Slow"]]
    assert room.pulled(room.serve(Tab(0, "2026", rows))).error is None
    assert room.rows()[0]["day"] == date(2026, 11, 20)


def test_a_misspelt_column_is_not_passed_over_in_silence(room: Room) -> None:
    rows = [["key result", "day", "confidance"], ["ship/units", date(2026, 11, 20), 0.8]]
    assert room.pulled(room.serve(Tab(0, "2026", rows))).error is None
    [finding] = room.findings()
    assert finding.message == "Weekly, row 1, a column is not read: did you mean confidence?"
    assert not finding.is_set_aside


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([["goal", "on"]], "Weekly has no row with the columns key_result and day"),
        ([["key result", "day", "note", "Note"]], "Weekly, row 1, has the column note twice"),
        ([[]], "Weekly has no row with the columns key_result and day"),
    ],
)
def test_a_sheet_without_the_header_is_refused(
    room: Room, rows: list[list[Value]], told: str
) -> None:
    assert told in str(room.pulled(room.serve(Tab(0, "2026", rows))).error)


@pytest.mark.parametrize(("reply", "kind", "told"), [
    (error(403, "The caller does not have permission", "PERMISSION_DENIED"), "permission",
     "share the document with the address that signs in"),
    (error(404, "Requested entity was not found.", "NOT_FOUND"), "rejected",
     "Google Sheets knows no such document"),
])  # fmt: skip
def test_what_was_read_before_stays_where_a_sheet_cannot_be_read(
    room: Room, reply: Reply, kind: str, told: str
) -> None:
    tuesday, wednesday = date(2026, 11, 24), TODAY
    assert room.pulled(room.serve(Tab(0, "2026", ROWS[:3])), day=tuesday).error is None
    closed = room.serve(Tab(0, "2026", ROWS), faults=Faults({1: reply}))
    fault = room.pulled(closed, day=wednesday).error
    assert fault is not None
    assert fault.kind == kind
    assert told in str(fault)
    assert room.rows(wednesday) == []
    assert [row["row"] for row in room.rows(tuesday)] == [3]


def test_without_a_credential_google_is_not_asked(
    room: Room, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    without_own_credentials(monkeypatch, tmp_path)
    server = room.serve(Tab(0, "2026", ROWS))
    fault = room.pull({"CHECK_INS_SHEETS": server.link()}).error
    assert "GOOGLE_APPLICATION_CREDENTIALS is not set" in str(fault)
    assert server.asked == []
