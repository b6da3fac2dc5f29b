"""The command `okra`: each command reads its options, calls one thing and shows what came of it.

Exit codes: 0 when all went well; 1 when something was left undone (a source failed, a definition is broken)
although the rest was done; 2 when nothing was done because the command could not be followed; 130 when it was stopped.
"""

import os
import signal
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands import documents, figures, goals, new, upkeep
from pipelines.commands.console import STOPPED, err, output_of, write_what_can_be_written
from pipelines.commands.options import (
    AsOf,
    DryRun,
    First,
    Json,
    Last,
    SourceName,
    SourceNames,
    command,
    day_to_play,
    described_settings,
    parsed_day,
)
from pipelines.garbage import collect_rarely

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    rich_help_panel="Every day",
    help="Compares a company's goals (OKRs) with its facts (KPIs), every day.",
)
app.add_typer(figures.app)
app.add_typer(goals.app)
app.add_typer(new.app, name="new", rich_help_panel=goals.app.rich_help_panel)
app.add_typer(documents.app)
app.add_typer(upkeep.app)


def show_version(wanted: bool) -> None:
    """Print Okra's version and end, where `--version` was given."""
    if wanted:
        print(f"okra {version('okra')}")  # noqa: T201 - for a script, so plain
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show tracebacks and Dagster's log.")
    ] = False,
    project: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="The company's folder, which has its okra.yml. Without it, OKRA_PROJECT, or the folder you are in.",
        ),
    ] = None,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=show_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Compares a company's goals (OKRs) with its facts (KPIs), every day."""
    context.obj = debug
    if project is not None:  # in the environment, so that the processes of a command have the same
        os.environ["OKRA_PROJECT"] = str(project.expanduser().resolve())


@command(
    app,
    epilog="Examples: [cyan]okra init acme[/] · [cyan]okra init acme --dry-run[/] asks, and writes nothing",
    writes_documents=True,
)
def init(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(help="The folder to make; without it, the one you are in.")
    ] = Path(),
    dry_run: DryRun = False,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Ask nothing: take every default.")
    ] = False,
) -> bool:
    """Make your company's folder: zone, currency, sources, a first objective. Asks first, and overwrites nothing."""
    from pipelines.commands.init import init

    return init(folder, output_of(context), dry_run=dry_run, yes=yes) or dry_run


@command(
    app,
    epilog="Examples: [cyan]okra run[/] · [cyan]okra run --source stripe[/] · [cyan]okra run --select net_revenue[/] · "
    "[cyan]okra run --as-of 2026-07-01[/]",
)
def run(
    context: typer.Context,
    as_of: AsOf = "",
    source: SourceNames = None,
    select: Annotated[
        list[str] | None,
        typer.Option(
            "--select",
            metavar="KPI",
            help="Pull only what feeds this KPI; may be given more than once.",
        ),
    ] = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> bool:
    """One daily run: pull what is new, model, score, publish; ends with the scorecard."""
    from pipelines.commands import daily, kpis, pulling

    settings, output = described_settings(), output_of(context, as_json)
    day = day_to_play(as_of, settings)
    chosen = daily.chosen_sources(settings, source or [])
    if select:
        chosen = kpis.feeding(settings, chosen, select)
    if dry_run:
        return pulling.show_plans(settings, chosen, None, "due", output)
    return daily.run(settings, chosen, day, output)


@command(app, epilog="Example: [cyan]okra pull stripe --from 2026-04-01 --to 2026-04-30[/]")
def pull(
    context: typer.Context,
    source: SourceName,
    first: First,
    last: Last,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> bool:
    """Pull the windows of one source that are missing or may have changed. Models and scores nothing."""
    from pipelines.commands.pulling import pull_range

    days = parsed_day("--from", first), parsed_day("--to", last)
    settings, output = described_settings(), output_of(context, as_json)
    return pull_range(settings, source, days, "missing", output, dry_run=dry_run)


@command(app, epilog="Example: [cyan]okra backfill stripe --from 2026-01-01 --to 2026-03-31[/]")
def backfill(
    context: typer.Context,
    source: SourceName,
    first: First,
    last: Last,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> bool:
    """Pull every window of a range again, settled or not; `okra score` then shows what changed."""
    from pipelines.commands.pulling import pull_range

    days = parsed_day("--from", first), parsed_day("--to", last)
    settings, output = described_settings(), output_of(context, as_json)
    return pull_range(settings, source, days, "again", output, dry_run=dry_run)


@command(
    app, epilog="Example: [cyan]okra score --as-of 2026-07-01[/] adds the scorecard of that day"
)
def score(context: typer.Context, as_of: AsOf = "", as_json: Json = False) -> bool:
    """Model what is in the lake, score and publish, without pulling anything."""
    from pipelines.commands import daily

    settings = described_settings()
    return daily.score(settings, day_to_play(as_of, settings), output_of(context, as_json))


@command(app)
def ui(
    context: typer.Context,
    port: Annotated[
        int | None,
        typer.Option(help="Port on this machine (default: 3000, or the next one that is free)."),
    ] = None,
) -> None:
    """Open Dagster's web UI, with the daily schedule, until Ctrl-C."""
    from pipelines.orchestration.instance import free_port, prepare_environment

    settings = described_settings()
    settings.require_source()
    port = free_port(port)
    prepare_environment(settings)
    err.print(f"Dagster on http://127.0.0.1:{port}; the daily schedule runs while this does")
    # not a company's own folder: Dagster would import from it before it imports what is installed
    os.chdir(settings.state_path if settings.is_company else settings.project_path)
    services = ["-P", "-m", "pipelines.orchestration.services", "-m", "pipelines.definitions"]
    os.execv(  # noqa: S606 - our own environment's Python, arguments of our own
        sys.executable, [sys.executable, *services, "-h", "127.0.0.1", "-p", str(port)]
    )


def is_somewhere() -> bool:
    """Whether there still is a working directory: paths start there, and libraries ask for it."""
    try:
        Path.cwd()
    except FileNotFoundError:
        return False
    return True


def main() -> None:
    """The entry point of the command."""
    collect_rarely()
    write_what_can_be_written()
    if not is_somewhere():
        err.print(
            "okra: the folder that you are in was removed; change to another, such as by `cd`"
        )
        sys.exit(2)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        app()
    except SystemExit as end:
        if end.code == STOPPED:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(STOPPED)  # threads may wait for an answer for a minute yet
        raise
