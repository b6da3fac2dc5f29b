"""Sources that others maintain for dlt, pulled by the engine's rules."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from connectors.lake.lake import Lake
from connectors.sandbox.http_server import JsonServer, Reply, Request
from connectors.sdk.contract import Option, Source, Stream, column
from connectors.sdk.dlt_source import dlt_source, stream_of
from connectors.sdk.engine import StreamReport, pull
from connectors.sdk.errors import (
    CredentialError,
    Drift,
    PermissionDenied,
    Rejected,
    Throttled,
    Unavailable,
)
from connectors.sdk.windows import Range
from tests.connectors.clock import unslept
from tests.connectors.set_aside import set_aside
from tests.limits import HANG_SECONDS

needs_dlt = pytest.mark.skipif(importlib.util.find_spec("dlt") is None, reason="dlt is optional")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")

TOKEN = "desk_9f3a7c1e"
MARCH = Range(date(2026, 3, 1), date(2026, 3, 3))
TICKETS = Stream(
    name="tickets",
    description="Tickets as they were opened",
    schema=pa.schema(
        [
            column("id", pa.int64(), ""),
            column("opened_at", pa.timestamp("us", "UTC"), ""),
            column("cost", pa.decimal128(10, 2), "", null=True),
        ]
    ),
    key=("id",),
    cursor="opened_at",
    windows_per_slice=3,
)
HOURS = [datetime(2026, 2, 28, tzinfo=UTC) + timedelta(hours=7 * n) for n in range(20)]
ROWS = [
    {"id": n, "opened_at": at.isoformat(), "cost": round(0.1 * n, 2), "subject": "private"}
    for n, at in enumerate(HOURS)
]


class Desk:
    """A help desk with pages of three, that gives `instead` for its nth request where there is one."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.instead: dict[int, Reply] = {}
        self.rows = ROWS

    def __call__(self, request: Request) -> Reply:
        self.asked.append(request)
        if len(self.asked) in self.instead:
            return self.instead[len(self.asked)]
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return Reply(401, {"error": f"{request.headers.get('authorization')} is unknown"})
        since, until, page = (request.params.get(x, "") for x in ("since", "until", "page"))
        tickets = [x for x in self.rows if since <= x["opened_at"] < until]
        first = 3 * (int(page or 1) - 1)
        return Reply(200, {"tickets": tickets[first : first + 3], "total": len(tickets)})


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    with JsonServer(desk) as server:
        yield server.address


def tickets(address: str) -> Callable[..., Any]:
    """What a user writes: dlt's own REST source, with the engine's session."""

    def source(values: Mapping[str, str], piece: Any, session: Any) -> Any:
        from dlt.sources.rest_api import rest_api_source

        return rest_api_source(
            {
                "client": {
                    "base_url": address,
                    "session": session,
                    "auth": {"type": "bearer", "token": values["DESK_TOKEN"]},
                    "paginator": {
                        "type": "page_number", "base_page": 1, "page_param": "page",
                        "total_path": None, "stop_after_empty_page": True,
                    },
                },
                "resources": [
                    {
                        "name": "tickets",
                        "endpoint": {
                            "path": "tickets",
                            "data_selector": "tickets",
                            "params": {
                                "since": piece.since.isoformat(),
                                "until": piece.until.isoformat(),
                            },
                        },
                    }
                ],
            }
        )  # fmt: skip

    return source


def desk_source(resource: Callable[..., Any], stream: Stream = TICKETS) -> Source:
    options = [Option("DESK_TOKEN", "A token that may read", secret=True)]
    return dlt_source(
        name="desk",
        title="Help desk",
        resources=[(stream, resource)],
        options=options,
        per_second=1000,
    )


def pulled(source: Source, lake: Lake, waits: list[float] | None = None) -> StreamReport:
    (report,) = pull(
        source,
        {"DESK_TOKEN": TOKEN},
        lake,
        MARCH,
        now=lambda: datetime(2026, 4, 1, tzinfo=UTC),
        calls=unslept(source, waits),
    )
    return report


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


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


@needs_dlt
def test_dlt_s_own_incremental_takes_the_days_of_a_slice_and_keeps_no_state(lake: Lake) -> None:
    import dlt

    @dlt.resource(name="tickets", primary_key="id")
    def own(at: Any) -> Iterator[list[dict[str, Any]]]:
        yield [{"id": n, "opened_at": when} for n, when in enumerate(HOURS)]

    def resource(values: Mapping[str, str], piece: Any, session: Any) -> Any:
        days = dlt.sources.incremental(
            "opened_at", initial_value=piece.since, end_value=piece.until
        )
        return own(days)

    inside = sum(MARCH.first <= at.date() <= MARCH.last for at in HOURS)
    for _ in range(2):
        (report,) = pull(
            desk_source(resource),
            {"DESK_TOKEN": TOKEN},
            lake,
            Range(MARCH.first, MARCH.last, repull=True),
            now=lambda: datetime(2026, 4, 1, tzinfo=UTC),
        )
        assert report.error is None
        assert report.rows == inside


def test_arrow_tables_are_rows_as_well(lake: Lake) -> None:
    table = pa.table({"id": [1, 2], "opened_at": [HOURS[4], HOURS[5]], "cost": ["1.50", None]})
    source = desk_source(lambda values, piece, session: [table, table.to_batches()[0]])
    assert pulled(source, lake).rows == 2


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ({"id": 1, "opened_at": "2026-03-01T00:00:00"}, "opened_at"),
        ({"id": 1, "opened_at": "yesterday"}, "opened_at"),
        ({"id": 1, "opened_at": 1_772_323_200}, "opened_at"),
        ({"id": "1", "opened_at": "2026-03-01T00:00:00Z"}, "id"),
        ({"id": 1, "opened_at": "2026-03-01T00:00:00Z", "cost": "dear"}, "cost"),
    ],
)
def test_a_row_that_does_not_fit_the_declared_columns_is_set_aside(
    lake: Lake, row: Any, named: str
) -> None:
    good = {"id": 2, "opened_at": "2026-03-01T00:00:00Z"}
    report = pulled(desk_source(lambda values, piece, session: [row, good]), lake)
    assert {name: count for (_, name), count in set_aside(report).items()} == {named: 1}
    assert report.rows == 1


@pytest.mark.parametrize(
    ("row", "named"), [({"opened_at": "2026-03-01T00:00:00Z"}, "'id'"), ("a row", "str")]
)
def test_a_column_that_is_gone_or_something_that_is_no_row_is_drift(
    lake: Lake, row: Any, named: str
) -> None:
    report = pulled(desk_source(lambda values, piece, session: [row]), lake)
    assert isinstance(report.error, Drift)
    assert named in str(report.error)
    assert report.committed == []


def test_a_column_that_may_be_null_may_be_left_out(lake: Lake) -> None:
    row = {"id": 1, "opened_at": "2026-03-01T01:00:00+01:00"}
    assert pulled(desk_source(lambda values, piece, session: [row]), lake).rows == 1
    (stored,) = lake.read("desk", TICKETS, date(2026, 3, 1)).to_pylist()
    assert stored == {"id": 1, "opened_at": datetime(2026, 3, 1, tzinfo=UTC), "cost": None}


@needs_dlt
def test_a_resource_s_hints_make_a_stream() -> None:
    import dlt

    @dlt.resource(
        name="tickets",
        primary_key="id",
        columns={
            "id": {"data_type": "bigint", "nullable": False},
            "opened_at": {"data_type": "timestamp", "description": "When it was opened"},
            "cost": {"data_type": "decimal"},
        },
    )
    def own() -> Iterator[dict[str, Any]]:
        yield {}

    own.apply_hints(incremental=dlt.sources.incremental("opened_at"))
    stream = stream_of(own, description="Tickets", restates_for=timedelta(days=2))
    assert (stream.name, stream.key, stream.cursor) == ("tickets", ("id",), "opened_at")
    assert stream.restates_for == timedelta(days=2)
    assert {x.name: (str(x.type), x.nullable) for x in stream.schema} == {
        "id": ("int64", False),
        "opened_at": ("timestamp[us, tz=UTC]", False),
        "cost": ("decimal128(38, 9)", True),
    }
    assert stream.schema.field("opened_at").metadata[b"description"] == b"When it was opened"


@needs_dlt
@pytest.mark.parametrize(
    ("hints", "named"),
    [
        ({"columns": {"id": {"data_type": "json"}}, "primary_key": "id"}, "id which type"),
        ({"columns": {"id": {"data_type": "bigint"}}}, "primary_key"),
        ({"columns": {"id": {"data_type": "bigint"}}, "primary_key": "id"}, "cursor"),
    ],
)
def test_hints_that_leave_something_open_are_refused(hints: dict[str, Any], named: str) -> None:
    import dlt

    own = dlt.resource([{}], name="tickets", **hints)
    with pytest.raises(ValueError, match=named):
        stream_of(own, description="")


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
from tests.connectors.sdk.test_dlt_source import MARCH, TOKEN, desk_source, tickets
now = lambda: datetime(2026, 4, 1, tzinfo=UTC)
source = desk_source(tickets({address!r}))
(report,) = pull(source, {{"DESK_TOKEN": TOKEN}}, Lake(Path("lake")), MARCH, now=now)
print(report.rows, report.error)
"""
    root = Path(__file__).parents[3]
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
