"""A desk whose tickets a dlt resource reads over HTTP."""

import importlib.util
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from connectors.lake.lake import Lake
from connectors.sandbox.http_server import Reply, Request
from connectors.sdk.contract import Option, Source, Stream, column
from connectors.sdk.dlt_source import dlt_source
from connectors.sdk.engine import StreamReport, pull
from connectors.sdk.windows import Range
from tests.connectors.clock import unslept

needs_dlt = pytest.mark.skipif(importlib.util.find_spec("dlt") is None, reason="dlt is optional")
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
