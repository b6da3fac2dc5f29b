"""The options that several commands take, and how a command is registered."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import date
from functools import wraps
from typing import Annotated, Concatenate, ParamSpec

import typer

from pipelines import settings as okra_settings
from pipelines.commands.console import faults_reported
from pipelines.file_modes import readable_by
from pipelines.settings import Settings, SettingsError

P = ParamSpec("P")
Command = Callable[Concatenate[typer.Context, P], bool | None]

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]
AsOf = Annotated[
    str,
    typer.Option(
        "--as-of", metavar="DAY", help="Play this day (2026-04-30): data up to the day before it."
    ),
]
First = Annotated[str, typer.Option("--from", metavar="DAY", help="First day, like 2026-04-01.")]
Last = Annotated[str, typer.Option("--to", metavar="DAY", help="Last day, included.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what would be done, and do none of it.")
]
SourceName = Annotated[
    str,
    typer.Argument(
        help="A source, or one of its accounts such as stripe@eu; `okra sources` lists them."
    ),
]
SourceNames = Annotated[
    list[str] | None,
    typer.Option(
        "--source", help="Only this source, or this account of it; may be given more than once."
    ),
]


def command(
    app: typer.Typer,
    name: str | None = None,
    *,
    epilog: str | None = None,
    writes_documents: bool = False,
) -> Callable[[Command[P]], Command[P]]:
    """Register a function as a command of `app`, in whose panel of the help it is listed.

    The command ends with exit code 2 and one line where the function raises, with 1 where it returns False. The files
    that it writes are its user's alone, unless it `writes_documents`: files that a person asked for, or that belong
    into the company's folder. These have the modes that the person's shell says.
    """

    def register(function: Command[P]) -> Command[P]:
        @app.command(name, epilog=epilog, rich_help_panel=app.rich_help_panel)
        @wraps(function)
        def run(context: typer.Context, *args: P.args, **kwargs: P.kwargs) -> None:
            modes = nullcontext() if writes_documents else readable_by("nobody")
            with modes, faults_reported(context):
                if function(context, *args, **kwargs) is False:
                    raise typer.Exit(1)

        return function

    return register


def parsed_day(option: str, text: str) -> date:
    """The day that was given for an option. Raises `SettingsError`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SettingsError(f"{option} {text!r} is no day; write it like 2026-04-30") from None


def day_to_play(text: str, settings: Settings) -> date | None:
    """The day of `--as-of`; None for today. Raises `SettingsError`."""
    if not text:
        return None
    day = parsed_day("--as-of", text)
    if not settings.start_date < day <= settings.today():
        raise SettingsError(
            f"--as-of {day} cannot be played; write a day after OKRA_START_DATE ({settings.start_date}) "
            f"and up to today ({settings.today()})"
        )
    return day


def described_settings() -> Settings:
    """The settings, after systems were asked for the columns of declared streams that only they know."""
    from pipelines.steps.describe import with_described_streams

    return with_described_streams(okra_settings.load())
