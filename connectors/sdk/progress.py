"""How a pull goes on, for whoever watches it."""

from typing import Protocol


class Progress(Protocol):
    """Told how a pull goes on. Called from several threads."""

    def planned(self, source: str, stream: str, windows: int) -> None:
        """`windows` will be pulled."""

    def committed(self, source: str, stream: str, windows: int, rows: int) -> None:
        """So many more are in the lake."""

    def unchanged(self, source: str, stream: str, windows: int) -> None:
        """So many more were looked at, and are in the lake as they are."""


class Silent:
    """No progress shown."""

    def planned(self, source: str, stream: str, windows: int) -> None:
        """Say nothing."""

    def committed(self, source: str, stream: str, windows: int, rows: int) -> None:
        """Say nothing."""

    def unchanged(self, source: str, stream: str, windows: int) -> None:
        """Say nothing."""
