"""The sample company as a whole: each of its sources is served when it is first asked for."""

import importlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from threading import Lock
from types import TracebackType

from connectors.lake.lake import Lake
from connectors.sandbox.figures import FIRST_DAY
from connectors.sandbox.served import Served
from connectors.sdk.contract import Source
from connectors.sdk.engine import pull
from connectors.sdk.opening import IMPORT_LOCK
from connectors.sdk.windows import Range


class SampleCompany:
    """Serves the sample company's sources on loopback, as they stand on `today`. A context manager."""

    def __init__(self, today: date, home: Path, *, limited: bool = True) -> None:
        """`limited`: whether its servers enforce the vendors' request limits."""
        self.today = today
        self.home = home
        self._limited = limited
        self._served: dict[str, Served] = {}
        self._lock = Lock()

    def __enter__(self) -> "SampleCompany":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            while self._served:
                self._served.popitem()[1].close()

    def values(self, source: str) -> Mapping[str, str] | None:
        """The option values with which `source` reads the company.

        None where the company has no such system, or the package it needs is an extra that is not installed.
        """
        served = self._serve(source)
        return served.values if served else None

    def _serve(self, source: str) -> Served | None:
        with self._lock:
            if source not in self._served:
                try:
                    with IMPORT_LOCK:
                        module = importlib.import_module(f"connectors.sandbox.{source}")
                except ModuleNotFoundError:
                    return None
                self.home.mkdir(parents=True, exist_ok=True)
                serve: Callable[[date, Path], Served] = module.serve
                served = serve(self.today, self.home)
                if not self._limited:
                    served.lift_limits()
                self._served[source] = served
            return self._served[source]

    def take_past_snapshots(self, source: Source, lake: Lake, first: date) -> None:
        """Fill the lake with the snapshots of the days before today, as if Okra had run on each of them.

        A snapshot of a past day cannot be pulled later. So the same connector pulls each of these days from a
        server whose clock is set to it. This is done once, and continued after an interruption; a day missed later
        stays missed. Where a server's clock cannot be set back, snapshots begin today.
        """
        streams = [stream.name for stream in source.streams if stream.snapshot]
        served = self._serve(source.name)
        done = self.home / f"past-of-{source.name}.lived"
        if not streams or served is None or not served.has_a_past or done.exists():
            return
        taken_days = [lake.manifests(source.name, name).keys() for name in streams]
        day = max(first, FIRST_DAY)
        while day < self.today:
            if not all(day in days for days in taken_days):
                take_snapshots(day, source, served.values, lake, streams)
            day += timedelta(days=1)
        done.touch()


def take_snapshots(
    day: date, source: Source, values: Mapping[str, str], lake: Lake, streams: Sequence[str]
) -> None:
    """Pull the snapshots of `day` as on its evening (UTC)."""
    evening = datetime.combine(day, time(20), tzinfo=UTC)
    pull(
        source,
        on_day(values, day),
        lake,
        Range(day, day),
        now=lambda: evening,
        only=streams,
        run_id="before-okra",
    )


def on_day(values: Mapping[str, str], day: date) -> dict[str, str]:
    """The same addresses with the server's clock on `day`."""
    return {
        name: f"{value}/on/{day.isoformat()}" if value.startswith("http://127.0.0.1") else value
        for name, value in values.items()
    }
