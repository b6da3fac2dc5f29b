"""What is read of a sheet that is as it should be, and what a later run makes of an edited one."""

import json
import os
import threading
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

from connectors.sdk import inner_network, remote_files
from connectors.sdk.errors import Rejected, Unavailable
from connectors.sdk.remote_files import read_file
from connectors.sdk.sheets import listed
from connectors.sdk.windows import Range
from connectors.spreadsheet import source as spreadsheet
from pipelines.settings import Settings

CALLS = "kpi,date,value\ncalls,2026-11-02,5\ncalls,2026-11-04,3\n"


def test_each_row_is_in_the_window_of_its_day_and_every_day_has_a_window(desk) -> None:
    report = desk.pulled(desk.write("kpis.csv", CALLS))
    assert [manifest.window for manifest in report.committed] == [
        date(2026, 11, day) for day in range(1, 25)
    ]
    assert desk.rows() == [
        {
            "kpi": "calls",
            "date": date(2026, 11, day),
            "dimensions": "{}",
            "value": value,
            "numerator": None,
            "denominator": None,
        }
        for day, value in ((2, "5"), (4, "3"))
    ]


def test_only_declared_columns_are_stored(desk) -> None:
    sheet = desk.write(
        "kpis.csv",
        "Kpi,Comment,Date,Value,Team,Salary\n"
        "headcount,fired Ann,2026-11-02,8,sales,70000\n"
        "calls,,2026-11-02,5,sales,1\n",
    )
    desk.pulled(sheet)
    stored = desk.rows()
    assert [json.loads(row["dimensions"]) for row in stored] == [{}, {"team": "sales"}]
    raw = b"".join(path.read_bytes() for path in desk.folder.rglob("*.parquet"))
    assert not any(word in raw for word in (b"Ann", b"70000", b"omment", b"alary"))


def test_the_columns_may_stand_in_any_order_under_any_spelling_below_empty_rows(desk) -> None:
    desk.pulled(
        desk.write("kpis.csv", "\n,,\nTeam , VALUE,Date,KPI\nsales,8,2026-11-02,headcount\n")
    )
    assert desk.rows()[0]["dimensions"] == '{"team": "sales"}'


@pytest.mark.parametrize("content", [
    CALLS.replace(",", ";"), CALLS.replace(",", "\t"), "\ufeff" + CALLS,
    CALLS.replace("\n", "\r\n"), CALLS.encode("utf-16"),
])  # fmt: skip
def test_a_csv_comes_with_any_separator_line_end_and_unicode(desk, content: str | bytes) -> None:
    desk.pulled(desk.write("kpis.csv", content))
    assert [value for *_, value in desk.values()] == ["5", "3"]


@pytest.mark.parametrize(("written", "stored"), [
    ("12", "12"), ("12.50", "12.5"), ("-3", "-3"), ("+4", "4"), (".5", "0.5"), ("0", "0"), ("-0", "0"),
    ("0.1", "0.1"), ("123456789012345678.123456", "123456789012345678.123456"),
])  # fmt: skip
def test_a_number_is_the_decimal_that_was_written(desk, written: str, stored: str) -> None:
    desk.pulled(desk.write("kpis.csv", f"kpi,date,value\nhours,2026-11-02,{written}\n"))
    assert desk.values() == [("hours", "2026-11-02", stored)]


def test_a_ratio_has_two_numbers(desk) -> None:
    desk.pulled(desk.write("nps.csv", "kpi,date,numerator,denominator\nnps,2026-11-02,12,40\n"))
    row = desk.rows()[0]
    assert (row["value"], row["numerator"], row["denominator"]) == (None, "12", "40")


def test_rows_that_wait_to_be_filled_in_are_no_rows(desk) -> None:
    desk.pulled(desk.write("kpis.csv", CALLS + "calls,2026-11-05,\ncalls,2026-11-06, \n"))
    assert len(desk.rows()) == 2


def test_several_sheets_are_one(desk) -> None:
    first, second = (
        desk.write("a.csv", CALLS),
        desk.write("b.tsv", "kpi\tdate\tvalue\nsatisfaction\t2026-11-02\t96 %\n"),
    )
    desk.pulled(first, second)
    assert desk.values() == [
        ("calls", "2026-11-02", "5"),
        ("satisfaction", "2026-11-02", "0.96"),
        ("calls", "2026-11-04", "3"),
    ]


def test_a_sheet_is_read_once_however_many_days_are_asked_for(
    desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []
    real = listed.read_file
    monkeypatch.setattr(listed, "read_file", lambda *a: (read.append(a), real(*a))[1])
    wanted = Range(date(2025, 10, 1), date(2026, 11, 24))  # more than one slice
    report = desk.pulled(desk.write("kpis.csv", CALLS), wanted=wanted)
    assert len(report.committed) == 420
    assert len(read) == 1


def test_an_edit_anywhere_changes_its_day_alone_and_a_removed_row_is_gone(desk) -> None:
    wanted = Range(date(2026, 9, 1), date(2026, 11, 24))
    sheet = desk.write("kpis.csv", "kpi,date,value\ncalls,2026-09-01,9\n" + CALLS.split("\n", 1)[1])
    desk.pulled(sheet, wanted=wanted)
    before = files(desk)

    second = desk.pulled(sheet, wanted=wanted)
    assert (second.committed, second.skipped) == ([], {"unchanged": 85})
    assert files(desk) == before

    desk.write("kpis.csv", "kpi,date,value\ncalls,2026-09-01,8\ncalls,2026-11-02,5\n")
    edited = desk.pulled(sheet, wanted=wanted)
    assert [manifest.window for manifest in edited.committed] == [
        date(2026, 9, 1),
        date(2026, 11, 4),
    ]
    assert desk.values() == [("calls", "2026-09-01", "8"), ("calls", "2026-11-02", "5")]


def files(desk) -> dict[str, int]:
    """Every committed file of days that are over, and when it was written."""
    return {
        str(path): path.stat().st_mtime_ns
        for path in desk.folder.glob("lake/raw/spreadsheet/kpi_values/*=*/*")
    }


def test_a_day_in_a_sheet_is_a_day_of_the_business(desk) -> None:
    # noon in UTC is already the 26th in Kiritimati, so the 25th is over
    sheet = desk.write("kpis.csv", CALLS + "calls,2026-11-25,1\n")
    wanted = Range(date(2026, 11, 1), date(2026, 11, 25))
    assert len(desk.pulled(sheet, wanted=wanted).committed) == 24
    report = desk.pulled(sheet, wanted=wanted, OKRA_TIMEZONE="Pacific/Kiritimati")
    assert [manifest.window for manifest in report.committed] == [date(2026, 11, 25)]


def test_a_sheet_may_be_anywhere_that_fsspec_reaches(desk) -> None:
    import fsspec

    with fsspec.open("memory://bucket/kpis.csv", "wb") as file:
        file.write(CALLS.encode())
    desk.pulled("memory://bucket/kpis.csv")
    assert len(desk.rows()) == 2


class _Web(BaseHTTPRequestHandler):
    """A redirect to a CSV, a sign-in page, and nothing else."""

    def do_GET(self) -> None:
        pages = {"/shared": (302, b""), "/inside": (302, b""), "/kpis.csv": (200, CALLS.encode())}
        path = self.path.partition("?")[0]
        status, body = pages.get(path, (200, b"<!DOCTYPE html><title>Sign in</title>"))
        self.send_response(status)
        if path == "/inside":
            host, port = self.server.server_address[:2]
            self.send_header("Location", f"http://{host!s}:{port}/kpis.csv")
        if path == "/shared":
            self.send_header("Location", "/kpis.csv")
        if path == "/away":
            self.send_header("Location", "http://example.com/kpis.csv")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def web() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Web)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_shared_link_is_followed_to_the_file(desk, web) -> None:
    desk.pulled(f"{web}/shared?signature=secret")
    assert len(desk.rows()) == 2


def test_an_address_in_the_internet_does_not_lead_into_this_network(
    desk, web, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolved(host: str, port: object) -> list[tuple[object, ...]]:
        public = {"localhost": "93.184.215.14"}
        return [(0, 0, 0, "", (public.get(host, host), 0))]

    # requests keeps the real one
    monkeypatch.setattr(inner_network, "socket", SimpleNamespace(getaddrinfo=resolved))
    public = web.replace("127.0.0.1", "localhost")
    error = desk.pulled(f"{public}/inside?key=secret").error
    assert str(error) == (
        "inside leads from the internet into this network, and is not followed there; correct OKRA_SHEETS"
    )
    assert desk.pulled(f"{web}/inside").error is None


@pytest.mark.parametrize(
    "address",
    ["ftp://example.com/kpis.csv", "simplecache::ftp://h/kpis.csv", "filecache::http://h/kpis.csv"],
)
def test_a_sheet_does_not_come_by_a_driver_without_encryption(desk, address: str) -> None:
    error = desk.pulled(address).error
    assert "kpis.csv would come over " in str(error)
    assert "use https, sftp or a bucket" in str(error)


def test_a_pipe_is_no_sheet_and_is_not_waited_for(desk) -> None:
    os.mkfifo(desk.folder / "kpis.csv")
    error = desk.pulled(desk.folder / "kpis.csv").error
    assert str(error) == "OKRA_SHEETS names kpis.csv, which is no file; correct OKRA_SHEETS"


def test_a_page_to_sign_in_is_no_sheet_and_no_fault_shows_the_key_in_a_link(desk, web) -> None:
    error = desk.pulled(f"{web}/private.csv?signature=secret").error
    assert error is not None and error.kind == "permission"
    assert "private.csv is a web page" in str(error)
    assert "secret" not in str(error)


def test_a_sheet_does_not_come_in_the_clear_over_the_network(desk) -> None:
    error = desk.pulled("http://example.com/kpis.csv?key=secret").error
    assert str(error) == (
        "kpis.csv would come unencrypted from example.com; "
        "use https; http is for this machine only (localhost, 127.0.0.1)"
    )


def test_a_file_that_is_not_there_is_named(desk) -> None:
    error = desk.pulled(desk.folder / "gone.csv").error
    assert "OKRA_SHEETS names gone.csv, which is not there" in str(error)


def test_a_relative_path_starts_at_the_project(desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    report = desk.pulled(
        "tests/connectors/spreadsheet/no-such-file.csv",
        OKRA_SHEET_KPIS="models/kpis/sheet_kpis.yml",
    )
    assert "no-such-file.csv" in str(report.error)
    assert (Path(spreadsheet.__file__).parents[2] / "models/kpis/sheet_kpis.yml").exists()


def test_the_first_day_is_that_of_the_settings() -> None:
    default = Settings.model_fields["start_date"].default
    assert date.fromisoformat(spreadsheet.DEFAULT_START) == default


@pytest.mark.parametrize("address", ["10.1.2.3", "192.168.0.9", "fd00::1"])
def test_an_address_inside_the_network_is_not_asked_unless_a_setting_allows_it(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    asked = inside(monkeypatch, address)
    with pytest.raises(Rejected, match="is at an address inside this network") as refused:
        read_file("https://intranet.example/kpis.csv", "OKRA_SHEETS")
    assert "set OKRA_INTERNAL_FILES=1" in str(refused.value)
    assert asked == []
    monkeypatch.setattr(inner_network._Inside, "is_allowed", True)
    with pytest.raises(Unavailable):
        read_file("https://intranet.example/kpis.csv", "OKRA_SHEETS")
    assert asked == ["https://intranet.example/kpis.csv"]


def test_a_link_local_address_is_never_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """There a cloud's machine gives its credentials to who asks."""
    asked = inside(monkeypatch, "169.254.169.254")
    monkeypatch.setattr(inner_network._Inside, "is_allowed", True)
    with pytest.raises(Rejected, match="is at an address inside this network"):
        read_file("https://metadata.example/kpis.csv", "OKRA_SHEETS")
    assert asked == []


def inside(monkeypatch: pytest.MonkeyPatch, address: str) -> list[str]:
    """Let every name be of one address, which answers nothing. Returns what is asked of it."""
    asked: list[str] = []

    def resolved(host: str, port: object) -> list[tuple[object, ...]]:
        return [(None, None, None, "", (address, 0))]

    def ask(session: object, location: str, name: str) -> None:
        asked.append(location)
        raise Unavailable("no answer", "wait")

    monkeypatch.setattr(inner_network, "socket", SimpleNamespace(getaddrinfo=resolved))
    monkeypatch.setattr(remote_files, "answer_of", ask)
    return asked
