"""What a part of the sample company hands out once it answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Served:
    """A source of the sample company, up and answering on loopback."""

    values: Mapping[str, str]
    """Values of the connector's options that lead to it."""
    close: Callable[[], None]
    """Stops answering."""
    has_a_past: bool = False
    """Whether the address followed by /on/<day> answers as on that day (see `take_past_snapshots`)."""
    lift_limits: Callable[[], None] = lambda: None
    """Has it answer however many requests come, where it has the vendor's limits."""
