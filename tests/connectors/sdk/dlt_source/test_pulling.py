"""Sources that others maintain for dlt, pulled by the engine's rules."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.lake.lake import Lake
from connectors.sandbox.http_server import Reply
from connectors.sdk.errors import (
    CredentialError,
    PermissionDenied,
    Rejected,
    Throttled,
    Unavailable,
)
from tests.connectors.sdk.dlt_source.desk import (
    HOURS,
    MARCH,
    ROWS,
    TICKETS,
    TOKEN,
    Desk,
    desk_source,
    needs_dlt,
    pulled,
    tickets,
)
from tests.limits import HANG_SECONDS

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


@needs_dlt
def test_the_rows_of_a_rest_source_are_in_their_windows_with_the_declared_columns(
    desk: Desk, address: str, lake: Lake
) -> None:
    report = pulled(desk_source(tickets(address)), lake)
    assert report.error is None
    held = {
        window: lake.read("desk", TICKETS, window).to_pylist()
        for window in lake.manifests("desk", "tickets")
    }
    expected: dict[date, list[dict[str, Any]]] = {date(2026, 3, n): [] for n in (1, 2, 3)}
    for n, at in enumerate(HOURS):
        if at.date() in expected:
            cost = Decimal(n).scaleb(-1).quantize(Decimal("0.01"))
            expected[at.date()].append({"id": n, "opened_at": at, "cost": cost})
    assert held == expected
    assert {x.params["since"] for x in desk.asked} == {"2026-03-01T00:00:00+00:00"}


@needs_dlt
@pytest.mark.parametrize(
    "reply",
    [
        Reply(429, {"error": "slow down"}, {"Retry-After": "9"}),
        Reply(503, {"error": "closed"}),
        Reply(200, {"tickets": list(ROWS)}, cut_off=True),
    ],
    ids=["429", "503", "cut off"],
)
def test_a_passing_fault_is_asked_again_by_the_engine_s_rules(
    desk: Desk, address: str, lake: Lake, reply: Reply
) -> None:
    desk.instead = {2: reply}
    waits: list[float] = []
    report = pulled(desk_source(tickets(address)), lake, waits)
    assert report.error is None
    assert report.rows == sum(MARCH.first <= at.date() <= MARCH.last for at in HOURS)
    assert desk.asked[1].params == desk.asked[2].params
    assert any(8.9 < wait < 9.1 for wait in waits) == (reply.status == 429)


@needs_dlt
@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(401, {"error": f"Bearer {TOKEN} is unknown"}), CredentialError),
        (Reply(403, {"error": "no"}), PermissionDenied),
        (Reply(429, {"error": "slow down"}), Throttled),
        (Reply(500, {"error": "broken"}), Unavailable),
        (Reply(302, {}, {"Location": "https://elsewhere.example/"}), Rejected),
        (Reply(400, {"error": "since?"}), Rejected),
    ],
    ids=["401", "403", "429", "500", "302", "400"],
)
def test_a_lasting_fault_on_the_second_page_is_named_tells_no_secret_and_leaves_no_window(
    desk: Desk, address: str, lake: Lake, reply: Reply, kind: type[Exception]
) -> None:
    desk.instead = dict.fromkeys(range(2, 20), reply)
    report = pulled(desk_source(tickets(address)), lake)
    assert type(report.error) is kind
    assert report.committed == []
    assert lake.manifests("desk", "tickets") == {}
    written = b"".join(path.read_bytes() for path in lake.root.rglob("*") if path.is_file())
    for told in (written, str(report.error).encode()):
        assert TOKEN.encode() not in told
        assert b"since=" not in told
    assert report.error.__cause__ is None


@needs_dlt
def test_a_credential_is_not_sent_unencrypted(lake: Lake) -> None:
    report = pulled(desk_source(tickets("http://desk.example.com")), lake)
    assert isinstance(report.error, Rejected)
    assert "unencrypted" in str(report.error)


@needs_dlt
def test_a_setting_that_dlt_does_not_find_is_named(lake: Lake) -> None:
    import dlt

    @dlt.resource(name="tickets")
    def own(desk_password: str = dlt.secrets.value) -> Iterator[dict[str, Any]]:
        yield {"id": 1}

    report = pulled(desk_source(lambda values, piece, session: own()), lake)
    assert isinstance(report.error, CredentialError)
    assert "desk_password" in str(report.error)


@needs_dlt
def test_a_resource_that_breaks_is_named_by_what_broke_and_not_by_what_it_said(lake: Lake) -> None:
    import dlt

    @dlt.resource(name="tickets")
    def broken() -> Iterator[dict[str, Any]]:
        yield {"id": 1}
        raise LookupError(TOKEN)

    report = pulled(desk_source(lambda values, piece, session: broken), lake)
    assert isinstance(report.error, Rejected)
    assert "LookupError" in str(report.error)
    assert TOKEN not in str(report.error)


def test_without_dlt_the_module_is_there_and_says_what_is_missing(tmp_path: Path) -> None:
    script = """
import sys
sys.modules["dlt"] = None  # as if it were not installed
from connectors.sdk.dlt_source import DltConnection
from connectors.sdk.errors import Rejected
from zoneinfo import ZoneInfo
try:
    DltConnection("desk", {}, {}, None, ZoneInfo("UTC"))
except Rejected as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        timeout=HANG_SECONDS,
    )
    assert done.stdout == "desk needs dlt, which is not installed; pip install dlt\n"


@needs_dlt
def test_nothing_is_kept_in_the_home_folder(tmp_path: Path, address: str) -> None:
    script = f"""
from datetime import UTC, datetime
from pathlib import Path
from connectors.sdk.engine import pull
from connectors.lake.lake import Lake
from tests.connectors.sdk.dlt_source.desk import MARCH, TOKEN, desk_source, tickets
now = lambda: datetime(2026, 4, 1, tzinfo=UTC)
source = desk_source(tickets({address!r}))
(report,) = pull(source, {{"DESK_TOKEN": TOKEN}}, Lake(Path("lake")), MARCH, now=now)
print(report.rows, report.error)
"""
    root = Path(__file__).parents[4]
    home = tmp_path / "home"
    home.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        timeout=HANG_SECONDS,
        cwd=tmp_path,
        env=os.environ | {"HOME": str(home), "PYTHONPATH": str(root)},
    )
    assert done.stdout.endswith(" None\n")
    assert list(home.rglob("*")) == []
    assert {path.name for path in tmp_path.iterdir()} == {"home", "lake"}
