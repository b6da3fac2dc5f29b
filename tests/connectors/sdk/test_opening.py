"""Sources that are opened side by side, as `okra doctor` does."""

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Lock
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from connectors.sdk import catalog
from connectors.sdk.opening import open_connection
from connectors.sdk.throttle import ThrottledCalls

STRIPE = catalog.sources()["stripe"]


def test_no_two_import_their_clients_at_once() -> None:
    opening, at_once, counted = [0], [], Lock()

    def opened(values: Mapping[str, str], calls: ThrottledCalls) -> Any:
        with counted:
            opening[0] += 1
            at_once.append(opening[0])
        time.sleep(0.01)  # as an import takes a while
        with counted:
            opening[0] -= 1
        return SimpleNamespace(name=values["name"], zone=ZoneInfo("UTC"))

    source = replace(STRIPE, open=opened)
    calls = ThrottledCalls(source.limits, source.diagnose, tries=1)
    with ThreadPoolExecutor(8) as pool:
        opened_all = list(
            pool.map(lambda n: open_connection(source, {"name": str(n)}, calls), range(8))
        )
    assert [connection.name for connection in opened_all] == [str(n) for n in range(8)]
    assert at_once == [1] * 8
