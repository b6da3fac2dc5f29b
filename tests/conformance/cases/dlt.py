"""A source of dlt's that is declared in `sources.yml`: Parcelo, read by a function that is given a session."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import requests

from connectors.dlt import SOURCE, ResourceStream
from connectors.sandbox.served import Served
from tests.conformance.case import Case
from tests.conformance.cases.rest import DELIVERIES, parcelo

KEYS = ("key", "append", "restates_days", "columns")
FORM = {key: DELIVERIES[key] for key in KEYS} | {"since": "first", "until": "last"}


def deliveries(
    address: str, token: str, session: requests.Session, first: str, last: str
) -> Iterator[list[dict[str, Any]]]:
    """The pages of Parcelo's list, as a user's own function gives them."""
    cursor: str | None = ""
    while cursor is not None:
        params = {"from": first, "to": last} | ({"cursor": cursor} if cursor else {})
        headers = {"Authorization": f"Bearer {token}"}
        answer = session.get(f"{address}/v1/deliveries", params=params, headers=headers)
        answer.raise_for_status()
        yield answer.json()["data"]
        cursor = answer.json()["next_cursor"]


def served(server: Served) -> Served:
    """The same server, under the options of a declared source."""
    args = {
        "address": server.values["PARCELO_API_BASE"],
        "token": server.values["PARCELO_TOKEN"],
    }
    values = {"DLT_SOURCE": f"{__name__}.deliveries", "DLT_ARGS": json.dumps(args)}
    return Served(values, server.close)


def serve(today: date, home: Path) -> Served:
    """Parcelo, as it stands on the morning of `today`."""
    return served(parcelo.serve(today, home))


assert SOURCE.declarable is not None
CASE = Case(
    source=SOURCE.declarable.with_streams(
        SOURCE, {"deliveries": ResourceStream.model_validate(FORM)}, {}
    ),
    serve=serve,
    # the address is an argument of the function, so that no proxy can be put in between
    wire="dlt",
)
