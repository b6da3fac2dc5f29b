"""A REST API that is declared in `sources.yml`: Parcelo, as docs/adding-a-connector.md makes it up."""

import sys
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from unittest.mock import patch

from connectors.rest import SOURCE, RestStream
from connectors.sandbox.served import Served
from tests.conformance.case import TODAY, Case
from tests.conformance.cases.documented_connector import WRITTEN, planted

DELIVERIES = {
    "path": "/v1/deliveries",
    "rows": "data",
    "key": "id",
    "append": "happened_at",
    "restates_days": "3",
    "since": "from",
    "until": "to",
    "pages": {"kind": "next_cursor", "path": "next_cursor", "param": "cursor"},
    "columns": {
        "id": "integer",
        "happened_at": "timestamp",
        "kind": {"type": "text", "values": ["small", "large"]},
        "amount": {"path": "amount.value", "type": "decimal"},
        "currency": {"path": "amount.currency", "type": "text"},
    },
}

with patch.dict(sys.modules):
    parcelo = planted("connectors.sandbox.parcelo", WRITTEN["connectors/sandbox/parcelo.py"])


def served(server: Served) -> Served:
    """The same server, under the options of a declared API."""
    values = server.values
    return Served(
        {"REST_BASE_URL": values["PARCELO_API_BASE"], "REST_TOKEN": values["PARCELO_TOKEN"]},
        server.close,
    )


def serve(today: date, home: Path) -> Served:
    """Parcelo, as it stands on the morning of `today`."""
    return served(parcelo.serve(today, home))


def placed(moments: Mapping[int, datetime]) -> Served:
    """A server with these rows and no others, by number."""
    rows = [parcelo.made(number, at) for number, at in moments.items()]
    return served(parcelo.served(parcelo.ParceloServer(TODAY, rows=rows)))


assert SOURCE.declarable is not None
CASE = Case(
    source=SOURCE.declarable.with_streams(
        SOURCE, {"deliveries": RestStream.model_validate(DELIVERIES)}, {}
    ),
    serve=serve,
    placed={"deliveries": placed},
)
