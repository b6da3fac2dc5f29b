"""How a source of the sample company is reached and closed."""

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
    """Stops enforcing the vendor's request limits, where it has any."""
