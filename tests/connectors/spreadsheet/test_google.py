"""Google Sheets by the Sheets API v4, against a server that speaks it."""

import base64
import json
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, unquote

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from connectors.sandbox.google_sheets import DOCUMENT, Faults, SheetsServer, Tab, error
from connectors.sandbox.http_server import JsonServer, Reply, Request
from connectors.spreadsheet.google import access_token

HEAD = ["KPI", "Date", "Value", "Team"]
ROWS = [
    HEAD,
    ["calls", date(2026, 11, 2), 5],
    [],
    ["calls", "2026-11-03", 0.1],
    ["headcount", date(2026, 11, 4), 8, "sales"],
    ["satisfaction", date(2026, 11, 5), 0.96],
    ["calls", date(2026, 11, 6), None, None],
]


def pulled(desk, server: SheetsServer, link: str | None = None):
    return desk.pulled(link or server.link(), GOOGLE_SHEETS_API_BASE=server.address)


def test_cells_come_as_numbers_and_dates_whatever_their_format(desk) -> None:
    server = desk.serve(SheetsServer(Tab(0, "KPIs", ROWS)))
    assert pulled(desk, server).error is None
    assert desk.values() == [
        ("calls", "2026-11-02", "5"),
        ("calls", "2026-11-03", "0.1"),
        ("headcount", "2026-11-04", "8"),
        ("satisfaction", "2026-11-05", "0.96"),
    ]


def test_a_document_is_asked_twice_and_no_more(desk) -> None:
    server = desk.serve(SheetsServer(Tab(0, "KPIs", ROWS)))
    pulled(desk, server)
    about, values = server.asked
    assert about.path == f"/v4/spreadsheets/{DOCUMENT}"
    assert unquote(values.path) == f"/v4/spreadsheets/{DOCUMENT}/values/'KPIs'"
    assert values.params == {
        "majorDimension": "ROWS",
        "valueRenderOption": "UNFORMATTED_VALUE",
        "dateTimeRenderOption": "SERIAL_NUMBER",
    }


def test_the_link_says_which_sheet_and_its_name_may_be_anything(desk) -> None:
    other = [HEAD, ["calls", date(2026, 11, 2), 7]]
    server = desk.serve(SheetsServer(Tab(0, "First", ROWS), Tab(77, "Ann's / 2026!", other)))
    pulled(desk, server, server.link(77))
    assert desk.values() == [("calls", "2026-11-02", "7")]
    assert "has no sheet with gid=5" in str(pulled(desk, server, server.link(5)).error)


def test_a_fault_names_the_document_as_people_do(desk) -> None:
    rows = [HEAD, ["calls", 46328.5, 1], ["calls", "Monday", "#DIV/0!"], ["calls", True, 1]]
    server = desk.serve(SheetsServer(Tab(0, "KPIs", rows), title="Team figures"))
    told = str(pulled(desk, server).error).split(" | ")
    assert told[0].startswith("Team figures, row 2, column `date` has an hour beside its day")
    assert told[1].startswith("Team figures, row 3, column `date` is a text, which is no date")
    assert told[2].startswith("Team figures, row 4, column `date` is a text, which is no date")


def test_an_empty_sheet_is_not_taken_for_one_without_figures(desk) -> None:
    server = desk.serve(SheetsServer(Tab(0, "KPIs", [[]])))
    assert "Figures by hand is empty" in str(pulled(desk, server).error)


@pytest.mark.parametrize(("reply", "kind", "told"), [
    (error(401, "Request had invalid authentication credentials.", "UNAUTHENTICATED"), "credential",
     "Google does not accept the credentials"),
    (error(403, "The caller does not have permission", "PERMISSION_DENIED"), "permission",
     "share the document with the service account's address"),
    (error(404, "Requested entity was not found.", "NOT_FOUND"), "rejected",
     "Google Sheets knows no such document"),
    (error(400, "Unable to parse range: x", "INVALID_ARGUMENT"), "rejected",
     "Google Sheets refuses the request: Unable to parse range: x"),
    (Reply(200, {"sheets": []}), "drift", "Google Sheets gave no list of sheets"),
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


def test_a_service_account_signs_in_to_read_sheets_and_nothing_else(tmp_path: Path) -> None:
    asked: list[Request] = []

    def token(request: Request) -> Reply:
        asked.append(request)
        return Reply(
            200, {"access_token": "ya29.sheets", "expires_in": 3599, "token_type": "Bearer"}
        )

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with JsonServer(token) as google:
        file = tmp_path / "key.json"
        account = {
            "type": "service_account",
            "client_email": "okra@example.com",
            "private_key": pem,
        }
        file.write_text(json.dumps(account | {"token_uri": f"{google.address}/token"}))
        assert access_token(str(file)) == "ya29.sheets"
    (assertion,) = parse_qs(asked[0].body.decode())["assertion"]
    claims = assertion.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    assert claims["iss"] == "okra@example.com"
    assert claims["scope"] == "https://www.googleapis.com/auth/spreadsheets.readonly"


def test_no_credential_goes_to_an_address_in_the_clear_and_without_one_google_is_not_asked(
    desk,
) -> None:
    link = f"https://docs.google.com/spreadsheets/d/{DOCUMENT}/edit#gid=0"
    fault = desk.pulled(link, GOOGLE_SHEETS_API_BASE="http://sheets.example.com").error
    assert "would send the credential unencrypted" in str(fault)
    fault = desk.pulled(link).error
    assert fault.kind == "credential"
    assert "GOOGLE_APPLICATION_CREDENTIALS is not set" in str(fault)
