"""What a pull says of itself: while it runs, and of each stream at its end."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.lake.manifest import Manifest
from connectors.sdk.contract import Stream
from connectors.sdk.errors import SourceError


class Progress:
    """Is told how a pull goes on, by several threads. This one shows nothing."""

    def planned(self, source: str, stream: str, windows: int) -> None:
        """`windows` will be pulled."""

    def committed(self, source: str, stream: str, windows: int, rows: int) -> None:
        """So many more are in the lake."""

    def unchanged(self, source: str, stream: str, windows: int) -> None:
        """So many more were pulled, and their rows are in the lake already."""


@dataclass
class StreamReport:
    """What one pull did to one stream."""

    source: str
    stream: Stream
    committed: list[Manifest] = field(default_factory=list)
    skipped: Mapping[str, int] = field(default_factory=dict)
    error: SourceError | None = None

    @property
    def rows(self) -> int:
        """Rows committed."""
        return sum(manifest.rows for manifest in self.committed)
