"""Where a command shows what it does: people read tables, machines read JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Console


@dataclass(frozen=True)
class View:
    """Results go to `out`, progress and messages to `err`."""

    out: Console
    err: Console
    as_json: bool
    debug: bool

    def note(self, text: str) -> None:
        """A line for people, on standard error."""
        self.err.print(text, markup=False, highlight=False, soft_wrap=True)

    def warn(self, text: str) -> None:
        """A line about something that did not go well, on standard error."""
        self.err.print(text, style="red", markup=False, highlight=False, soft_wrap=True)

    def json(self, content: Mapping[str, Any] | list[Any]) -> None:
        """The result for machines, on standard output; dates and decimals as text."""
        self.out.print(
            json.dumps(content, indent=1, default=str),
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
