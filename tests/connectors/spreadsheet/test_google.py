"""Google Sheets by the Sheets API v4, against a server that speaks it."""

from datetime import date

import pytest

from connectors.sandbox.google_sheets import (
    DOCUMENT,
    Failed,
    Faults,
    SheetsServer,
    Shown,
    Tab,
    Value,
    error,
)
from connectors.sandbox.http_server import Reply
from connectors.sdk.sheets.google import SCOPE
from tests.connectors.google_key import without_own_credentials

HEAD = ["KPI", "Date", "Value", "Team"]
ROWS = [
    HEAD,
    ["calls", date(2026, 11, 2), 5],
    [],
    ["hours", "2026-11-03", 0.1],
    ["headcount", date(2026, 11, 4), 8, "sales"],
    ["satisfaction", date(2026, 11, 5), Shown(0.96, "PERCENT")],
    ["calls", date(2026, 11, 6), None, None],
]


def pulled(desk, server: SheetsServer, link: str | None = None):
    return desk.pulled(link or server.link(), GOOGLE_SHEETS_API_BASE=server.address)


def test_cells_come_as_numbers_and_dates_whatever_their_format(desk) -> None:
    server = desk.serve(SheetsServer(Tab(0, "KPIs", ROWS)))
    assert pulled(desk, server).error is None
    assert desk.values() == [
        ("calls", "2026-11-02", "5"),
        ("hours", "2026-11-03", "0.1"),
        ("headcount", "2026-11-04", "8"),
        ("satisfaction", "2026-11-05", "0.96"),
    ]


def test_a_document_is_asked_twice_and_no_more(desk) -> None:
    server = desk.serve(SheetsServer(Tab(0, "KPIs", ROWS)))
    pulled(desk, server)
    about, cells = server.asked
    assert {about.path, cells.path} == {f"/v4/spreadsheets/{DOCUMENT}"}
    assert cells.params["ranges"] == "'KPIs'"
    assert "gridProperties" not in about.params["fields"] + cells.params["fields"]


def test_the_link_says_which_sheet_and_its_name_may_be_anything(desk) -> None:
    other = [HEAD, ["calls", date(2026, 11, 2), 7]]
    server = desk.serve(SheetsServer(Tab(0, "First", ROWS), Tab(77, "Ann's / 2026!", other)))
    pulled(desk, server, server.link(77))
    assert desk.values() == [("calls", "2026-11-02", "7")]
    assert "has no sheet with gid=5" in str(pulled(desk, server, server.link(5)).error)


def test_a_fault_names_the_document_as_people_do(desk) -> None:
    rows = [
        HEAD,
        ["calls", Shown(46328.5, "DATE_TIME"), 1],
        ["hours", "Monday", 1],
        ["sales", True, 1],
    ]
    server = desk.serve(SheetsServer(Tab(0, "KPIs", rows), title="Team figures"))
    assert pulled(desk, server).error is None
    told = [finding.message for finding in desk.findings()]
    assert told[0].startswith("Team figures, row 2, column `date` has an hour beside its day")
    assert told[1].startswith("Team figures, row 3, column `date` is a text, which is no date")
    assert told[2].startswith("Team figures, row 4, column `date` is a text, which is no date")


@pytest.mark.parametrize("serial", [2026, 46328, 20261102, 0, -1, 46328.5])
def test_a_number_is_no_day_unless_its_cell_is_shown_as_one(desk, serial: float) -> None:
    rows = [HEAD, ["calls", serial, 5], ["calls", Shown(46328, "DATE"), 6]]
    server = desk.serve(SheetsServer(Tab(0, "KPIs", rows)))
    assert pulled(desk, server).error is None
    (finding,) = desk.findings()
    assert (finding.what, finding.kpi) == ("not_a_date", "calls")
    assert desk.values() == [("calls", "2026-11-02", "6")]  # 46,328 days from 30 December 1899


@pytest.mark.parametrize(("value", "told"), [
    (0.96, "is `0.96`, and nothing says whether 1 is 1 % or 100 %"),
    (Failed(), "holds a formula that fails"),
    (Failed("N_A"), "holds a formula that fails"),
    (True, "is a text, which is no number"),
    (Shown(0.5, "TIME"), "is a text, which is no number"),
    (date(2026, 11, 2), "is `2026-11-02`, which is no number"),
    (Shown(1e12, "DATE"), "is a text, which is no number"),
])  # fmt: skip
def test_a_cell_that_is_no_share_is_told(desk, value: Value, told: str) -> None:
    rows = [HEAD, ["satisfaction", date(2026, 11, 2), value]]
    server = desk.serve(SheetsServer(Tab(0, "KPIs", rows)))
    assert pulled(desk, server).error is None
    assert desk.findings()[0].message.startswith(f"Figures by hand, row 2, column `value` {told}")
    assert desk.values() == []


def test_without_a_gid_the_first_sheet_with_cells_in_sight_is_read(desk) -> None:
    hidden = [HEAD, ["calls", date(2026, 11, 2), 1]]
    tabs = (
        Tab(7, "Old", hidden, hidden=True),
        Tab(8, "Chart", [], kind="OBJECT"),
        Tab(9, "KPIs", ROWS),
    )
    server = desk.serve(SheetsServer(*tabs))
    pulled(desk, server)
    assert desk.values()[0] == ("calls", "2026-11-02", "5")
    told = str(pulled(desk, server, server.link(8)).error)
    assert "Figures by hand has a chart and no cells on its sheet with gid=8" in told


def test_merged_cells_belong_to_no_row_alone(desk) -> None:
    rows = [
        HEAD,
        ["calls", date(2026, 11, 2), 5],
        ["calls", date(2026, 11, 3), None],
        ["calls", date(2026, 11, 4), 7],
    ]
    area = {"startRowIndex": 1, "endRowIndex": 3, "startColumnIndex": 2, "endColumnIndex": 3}
    server = desk.serve(SheetsServer(Tab(0, "KPIs", rows, merges=[area])))
    assert pulled(desk, server).error is None
    assert [(x.what, x.day.day) for x in desk.findings()] == [("merged", 2), ("merged", 3)]
    assert desk.values() == [("calls", "2026-11-04", "7")]


def test_an_empty_sheet_is_not_taken_for_one_without_figures(desk) -> None:
    server = desk.serve(SheetsServer(Tab(0, "KPIs", [[]])))
    assert "Figures by hand is empty" in str(pulled(desk, server).error)


@pytest.mark.parametrize(("reply", "kind", "told"), [
    (error(401, "Request had invalid authentication credentials.", "UNAUTHENTICATED"), "credential",
     "Google does not accept the credentials"),
    (error(403, "The caller does not have permission", "PERMISSION_DENIED"), "permission",
     "share the document with the address that signs in"),
    (error(404, "Requested entity was not found.", "NOT_FOUND"), "rejected",
     "Google Sheets knows no such document"),
    (error(400, "Unable to parse range: x", "INVALID_ARGUMENT"), "rejected",
     "Google Sheets refuses the request: Unable to parse range: x"),
    (Reply(200, {"sheets": []}), "drift", "Google Sheets gave no list of sheets"),
    (Reply(200, {"properties": {"title": "x"}, "sheets": []}), "rejected", "x has no sheet; copy the link"),
    (Reply(200, {"properties": {"title": "x"}, "sheets": [1]}), "drift", "Google Sheets gave no list of sheets"),
])  # fmt: skip
def test_what_google_says_is_told_with_what_to_do(desk, reply: Reply, kind: str, told: str) -> None:
    server = desk.serve(SheetsServer(Tab(0, "KPIs", ROWS), faults=Faults({1: reply})))
    fault = pulled(desk, server).error
    assert fault.kind == kind
    assert told in str(fault)
    assert desk.rows() == []


def test_a_spent_minute_is_waited_for(desk) -> None:
    busy = error(429, "Quota exceeded for quota metric 'Read requests'", "RESOURCE_EXHAUSTED")
    busy = Reply(429, busy.body, {"Retry-After": "30"})
    server = desk.serve(
        SheetsServer(Tab(0, "KPIs", ROWS), faults=Faults({2: busy, 3: Reply(503, {})}))
    )
    assert pulled(desk, server).error is None
    assert len(server.asked) == 4
    assert max(desk.waits) >= 29


def test_sheets_are_read_with_the_scope_that_only_reads_them() -> None:
    assert SCOPE == "https://www.googleapis.com/auth/spreadsheets.readonly"


def test_no_credential_goes_to_an_address_in_the_clear_and_without_one_google_is_not_asked(
    desk, monkeypatch, tmp_path
) -> None:
    without_own_credentials(monkeypatch, tmp_path)
    link = f"https://docs.google.com/spreadsheets/d/{DOCUMENT}/edit#gid=0"
    fault = desk.pulled(link, GOOGLE_SHEETS_API_BASE="http://sheets.example.com").error
    assert "would send the credential unencrypted" in str(fault)
    fault = desk.pulled(link).error
    assert fault.kind == "credential"
    assert "GOOGLE_APPLICATION_CREDENTIALS is not set" in str(fault)


@pytest.mark.parametrize("body", [
    {}, {"sheets": []}, {"sheets": [{"data": [{"rowData": [1]}]}]}, {"sheets": [{"merges": [{}]}]},
    {"sheets": [{"data": [{"rowData": [{"values": [None]}]}]}]}, {"sheets": [1]},
])  # fmt: skip
def test_an_answer_in_another_form_is_a_fault_of_the_connector(desk, body: dict) -> None:
    server = desk.serve(SheetsServer(Tab(0, "KPIs", ROWS), faults=Faults({2: Reply(200, body)})))
    fault = pulled(desk, server).error
    assert (fault.kind, fault.message) == ("drift", "Google Sheets gave no list of cells")
