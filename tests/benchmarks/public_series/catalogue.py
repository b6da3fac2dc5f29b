"""All collections of public series, and which of them may be tuned to."""

from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.public_series import (
    epidemics,
    exchanges,
    former,
    households,
    markets,
    people,
    records,
    services,
    shops,
    traffic,
    web,
)
from tests.benchmarks.public_series.collection import Collection, Source
from tests.benchmarks.public_series.halves import halves
from tests.benchmarks.public_series.wheels import Wheels

USED_BEFORE: tuple[Source, ...] = (
    *former.SOURCES,
    *shops.SOURCES,
    *people.SOURCES,
    *services.SOURCES,
    *traffic.SOURCES,
    *web.SOURCES,
    *markets.SOURCES,
    *epidemics.SOURCES,
    *exchanges.SOURCES,
    *households.SOURCES,
)
"""What has been tuned to, or looked at once for earlier figures of docs/odds.md."""
SOURCES: tuple[Source, ...] = (*USED_BEFORE, *records.SOURCES)
HALF_OF = halves(SOURCES, USED_BEFORE)


def collections(wheels: Path, half: str | None = None) -> Iterator[Collection]:
    """The collections of a half, or all, read from the wheels in the folder."""
    files = Wheels(wheels)
    for source in SOURCES:
        if half in (None, HALF_OF[source.name]):
            yield Collection(source, source.read(files))
