"""docs/sources.md says of a source what its connector declares."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.sdk import catalog
from connectors.sdk.contract import Deletes, Stream
from connectors.sdk.source_settings import settings_of

PAGE = (Path(__file__).parents[2] / "docs" / "sources.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", PAGE, flags=re.MULTILINE | re.DOTALL))
OF_ALL = {
    "Signing in to Google",
    "A network that opens TLS",
    "Any other",
    "Declared streams",
    "Several accounts: sources.yml",
    "Your own database",
    "First checks with a real account",
}
"""Sections that are no source's."""
GONE = {Deletes.NEVER: "never", Deletes.REPULL: "replaced", Deletes.STATUS: "status"}


def span(length: timedelta) -> str:
    """`3 days`, `1 day`, `4 hours`, `5 minutes`."""
    for unit, unit_length in (("day", timedelta(days=1)), ("hour", timedelta(hours=1))):
        if length >= unit_length:
            count = length // unit_length
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return f"{length // timedelta(minutes=1)} minutes"


def line(stream: Stream) -> str:
    """The row of a stream in the table of its source."""
    nothing = timedelta(0)
    after = span(stream.arrives_within) if stream.arrives_within > nothing else "at once"
    restated = span(stream.restates_for) if stream.restates_for > nothing else "not restated"
    after = "today only" if stream.snapshot else after
    cells = [f"`{stream.name}`", stream.window.value, after, restated, GONE[stream.deletes]]
    return f"| {' | '.join(cells)} |"


@pytest.mark.parametrize("title", [title for title in SECTIONS if title not in OF_ALL])
def test_a_section_is_true_to_what_the_connector_declares(title: str) -> None:
    """A source of one's own needs no section, but a section needs its source."""
    [source] = [source for source in catalog.sources().values() if source.title == title]
    section = SECTIONS[title]
    assert f"`{source.name}` ·" in section
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    assert rows == [line(stream) for stream in source.streams]
    assert [option.name for option in source.options if f"`{option.name}`" not in section] == []
    others = [option for option in settings_of(source) if option not in source.options]
    settings = ", ".join(f"`{option.name}={option.default}`" for option in others)
    assert f"\n**Look-back and rate**: {settings}.\n" in section
