"""What every command shares: where it shows results and messages, and how it reports a fault."""

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from shutil import get_terminal_size
from typing import Any

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from connectors.lake.store import LakeError
from connectors.sdk.errors import SourceError
from connectors.sdk.project import ProjectError
from pipelines.errors import OkraError
from pipelines.plain_faults import plain_sentence
from pipelines.settings import Settings

for _name in ("stdout", "stderr"):
    if getattr(sys, _name) is None:  # closed by whoever started the command, as by `>&-`
        setattr(sys, _name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - until the process ends
# what is piped is as wide as COLUMNS says; without it, it is not wrapped as if it were a narrow terminal
OUTPUT_WIDTH = None if sys.stdout.isatty() else get_terminal_size((140, 24)).columns
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Characters that steer a terminal, or the direction of a text, and halves of characters."""


class SafeConsole(Console):
    """A console to which names and members from outside are text alone, whatever characters are in them."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterator[Segment]:
        """The segments of `renderable`, of which those that steer the terminal are Rich's own."""
        for segment in super().render(renderable, options):
            if segment.control or not UNSEEN.search(segment.text):
                yield segment
            else:
                yield Segment(UNSEEN.sub("", segment.text), segment.style)


out = SafeConsole(width=OUTPUT_WIDTH)
err = SafeConsole(stderr=True)

STOPPED = 130
"""The exit code of a command that was stopped by Ctrl-C or SIGTERM, as shells have it."""
SAMPLE = "No source is configured: this is the sample company. `okra init acme` makes a folder for your own."


@dataclass(frozen=True)
class Output:
    """Where a command shows what it does: results go to `out`, progress and messages to `err`."""

    out: Console = out
    err: Console = err
    as_json: bool = False
    debug: bool = False

    def note(self, text: str) -> None:
        """A line for people, on standard error."""
        self.err.print(text, markup=False, highlight=False, soft_wrap=True)

    def warn(self, text: str) -> None:
        """A line about something that did not go well, on standard error."""
        self.err.print(text, style="red", markup=False, highlight=False, soft_wrap=True)

    def json(self, content: Mapping[str, Any] | list[Any]) -> None:
        """The result for machines, on standard output; dates and decimals as text."""
        text = json.dumps(content, indent=1, default=str)
        self.out.print(text, markup=False, highlight=False, soft_wrap=True)


def write_what_can_be_written() -> None:
    r"""Have characters that the terminal or the pipe does not know be written as `\u2014`, and not end the command.

    So it is with `LC_ALL=C` where Python is told to take it at its word, and with `PYTHONIOENCODING=ascii`.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def output_of(context: typer.Context, as_json: bool = False) -> Output:
    """Where the command of `context` shows what it does."""
    return Output(as_json=as_json, debug=bool(context.obj))


def note_sample_company(settings: Settings, output: Output) -> None:
    """Say that the figures are the sample company's, and which sources lack a setting."""
    if settings.sample_company:
        output.note(SAMPLE)
    for name, missing in settings.half_configured.items():
        output.warn(f"{name} is off: {', '.join(missing)} is not set")
    for line in settings.misspelt:
        output.warn(line)


@contextmanager
def faults_reported(context: typer.Context) -> Iterator[None]:
    """Turn a fault into one line and exit code 2; with --debug, let its traceback through. 130: stopped."""
    try:
        yield
    except (typer.Exit, typer.Abort):
        raise
    except KeyboardInterrupt:
        Output().warn("okra: stopped; what was pulled is kept, and the next run goes on from there")
        raise typer.Exit(STOPPED) from None
    except Exception as error:
        if context.obj:
            raise
        if isinstance(error, OkraError | SourceError | LakeError | ProjectError):
            message = str(error)
        elif sentence := plain_sentence(error):
            message = sentence
        else:  # a bug, a full disk: its text can be anything, so its type comes first
            first_line = next(iter(str(error).splitlines()), "")
            message = f"{type(error).__name__}: {first_line} (`okra --debug …` shows where)"
        Output().warn(f"okra: {message}")
        raise typer.Exit(2) from None
