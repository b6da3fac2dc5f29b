"""What every command shares: the consoles it speaks on, and how it tells of a fault."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console

from connectors.lake.store import LakeError
from connectors.sdk.errors import SourceError
from pipelines.commands.view import View
from pipelines.errors import OkraError

# what is piped into a file or another program is not wrapped as if it were a narrow terminal
WIDE = None if sys.stdout.isatty() else 140
out = Console(width=WIDE)
err = Console(stderr=True)


@contextmanager
def told(context: typer.Context) -> Iterator[None]:
    """Turn a fault into one line and exit code 2; with --debug, let its traceback through."""
    try:
        yield
    except (typer.Exit, typer.Abort):
        raise
    except Exception as error:
        if context.obj:
            raise
        if isinstance(error, OkraError | SourceError | LakeError):
            said = str(error)
        else:  # a bug, a full disk: its text can be anything, so its kind comes first
            first = next(iter(str(error).splitlines()), "")
            said = f"{type(error).__name__}: {first} (`okra --debug …` shows where)"
        err.print(f"okra: {said}", style="red", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(2) from None


def view(context: typer.Context, as_json: bool) -> View:
    """Where a command shows what it does."""
    return View(out, err, as_json=as_json, debug=bool(context.obj))
