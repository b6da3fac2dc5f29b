"""The command `okra`: each command reads its options, calls one thing and shows what came of it.

Exit codes: 0 when all went well; 1 when something was left undone (a source failed, a definition is broken)
although the rest was done; 2 when nothing was done because the command could not be followed; 130 when it was stopped.
"""

import os
import signal
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Literal

import typer

from pipelines import settings as okra_settings
from pipelines.commands import goals, new, upkeep
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
    help="Compares a company's goals (OKRs) with its facts (KPIs), every day.",
)
app.add_typer(new.app, name="new")
app.add_typer(goals.app)
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


@command(
    app,
    epilog="Examples: [cyan]okra status[/] · [cyan]okra status --known-on 2026-03-01[/] · "
    "[cyan]okra status --as-of 2026-03-01 --known-on 2026-04-01[/]",
)
def status(
    context: typer.Context,
    as_of: Annotated[
        str,
        typer.Option(
            "--as-of", metavar="DAY", help="The scorecard of this day; without it, the latest."
        ),
    ] = "",
    known_on: Annotated[
        str,
        typer.Option(
            "--known-on", metavar="DAY", help="As it was believed at the end of this day."
        ),
    ] = "",
    as_json: Json = False,
) -> None:
    """Show the published scorecard, as it is believed now or as it was believed on an earlier day."""
    from pipelines.commands.status import status

    day = parsed_day("--as-of", as_of) if as_of else None
    known = parsed_day("--known-on", known_on) if known_on else None
    status(okra_settings.load(), day, known, output_of(context, as_json))


@command(
    app,
    epilog="Examples: [cyan]okra explain two-million/revenue[/] · [cyan]okra explain revenue --json[/]",
)
def explain(
    context: typer.Context,
    key_result: Annotated[
        str, typer.Argument(help="objective/key-result, or the latter alone where that is unique.")
    ],
    as_json: Json = False,
) -> None:
    """Explain a key result: goal, score, odds, factors, KPI, SQL, and the windows that were pulled."""
    from pipelines.commands.explain import explain

    explain(okra_settings.load(), key_result, output_of(context, as_json))


@command(app, epilog="Example: [cyan]okra restatements --kpi net_revenue --since 2026-10-01[/]")
def restatements(
    context: typer.Context,
    kpi: Annotated[str, typer.Option(help="Only this KPI.")] = "",
    since: Annotated[
        str, typer.Option(metavar="DAY", help="Restated on this day or later.")
    ] = "1970-01-01",
    members: Annotated[
        bool, typer.Option("--members", help="The members of dimensions, too.")
    ] = False,
    most: Annotated[int, typer.Option(min=1, help="At most this many rows.")] = 40,
    as_json: Json = False,
) -> None:
    """List figures that were published and then became others: what they were, what they are, since when."""
    from pipelines.commands.status import restatements

    day, output = parsed_day("--since", since), output_of(context, as_json)
    restatements(okra_settings.load(), kpi, day, output, members=members, most=most)


@command(app, epilog="Example: [cyan]okra check okr_definitions/company-two-million.yml[/]")
def check(
    context: typer.Context,
    files: Annotated[
        list[Path] | None, typer.Argument(help="OKR files; all of them when none is named.")
    ] = None,
    schema: Annotated[
        bool,
        typer.Option(
            "--schema",
            help="Print the JSON Schema of an OKR file, for editors; with `kpis` or `sources`, of those files.",
        ),
    ] = False,
    as_json: Json = False,
) -> bool | None:
    """Check the OKR and KPI files: each fault with its file, line and remedy, each goal as a sentence."""
    from pipelines.commands import checking

    if schema:
        print(checking.schema(files or []))  # noqa: T201 - for a file, so unwrapped and plain
        return None
    return checking.check(described_settings(), files or [], output_of(context, as_json))


@command(app)
def sources(context: typer.Context, as_json: Json = False) -> None:
    """List the sources, whether they are on, and the settings each one takes."""
    from pipelines.commands.listing import sources

    sources(okra_settings.load(), output_of(context, as_json))


@command(app)
def kpis(context: typer.Context, as_json: Json = False) -> None:
    """List the KPIs: what they mean, where they come from, their days; those that are off or broken, and why."""
    from pipelines.commands.kpis import kpis

    kpis(described_settings(), output_of(context, as_json))


@command(
    app,
    epilog="Examples: [cyan]okra kpi net_sales --days 30[/] · [cyan]okra kpi net_sales --sql[/]",
)
def kpi(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Its name; `okra kpis` lists them.")],
    days: Annotated[int, typer.Option(min=1, max=1100, help="The last so many days.")] = 30,
    no_pull: Annotated[
        bool, typer.Option("--no-pull", help="Pull nothing: show what the lake has.")
    ] = False,
    sql: Annotated[bool, typer.Option("--sql", help="Print the SQL that computes it.")] = False,
    as_json: Json = False,
) -> bool:
    """Show one KPI by day, in total and by member, in seconds: pulls only its streams, and publishes nothing."""
    from pipelines.commands.kpis import kpi

    settings, output = described_settings(), output_of(context, as_json)
    return kpi(settings, name, days, output, is_pulled=not no_pull, with_sql=sql)


@command(
    app,
    epilog="Examples: [cyan]okra backtest[/] · [cyan]okra backtest history.csv --kind stock --period month[/] · "
    "[cyan]okra backtest --json[/]",
    writes_documents=True,
)
def backtest(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(
            exists=True,
            dir_okay=False,
            help="A CSV: series, date, value (a ratio: numerator, denominator). Without one, your own KPIs.",
        ),
    ] = None,
    kind: Annotated[
        Literal["flow", "ratio", "stock"],
        typer.Option(help="What the values of the file are; a KPI says so itself."),
    ] = "flow",
    period: Annotated[
        Literal["week", "month", "quarter", "half", "year"],
        typer.Option(help="The period that goals are set for."),
    ] = "quarter",
    output: Annotated[
        Path | None, typer.Option(help="Write the figures here, as JSON, too.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Replay history: how good would the odds have been, beside the pace rule and others?"""
    from pipelines.commands import backtesting

    if file is None:
        replayable = backtesting.own_kpis(okra_settings.load(), period)
    else:
        replayable = backtesting.of_a_file(file, kind, period)
    backtesting.backtest(replayable, output_of(context, as_json), path=output)


@command(
    app,
    epilog="Examples: [cyan]okra digest[/] · [cyan]okra digest --send[/]",
    writes_documents=True,
)
def digest(
    context: typer.Context,
    send: Annotated[
        bool, typer.Option("--send", help="Send it now, over every channel of OKRA_DIGEST.")
    ] = False,
    owner: Annotated[
        str, typer.Option("--owner", help="Only the goals of one owner, and those below.")
    ] = "",
    form: Annotated[
        Literal["html", "markdown", "text"] | None, typer.Option("--format", help="As it is sent.")
    ] = None,
    file: Annotated[Path | None, typer.Option("--output", help="The file to write it to.")] = None,
    as_json: Json = False,
) -> bool | None:
    """Show the digest as it would be sent: what changed, what to do, how the objectives stand. Runs send it."""
    from pipelines.commands import digest

    settings, output = okra_settings.load(), output_of(context, as_json)
    if send:
        return digest.send_now(settings, output)
    digest.show(settings, output, owner, form or "", file)
    return None


@command(
    app,
    epilog="Example: [cyan]okra export superset --to superset-okra --dry-run[/]",
    writes_documents=True,
)
def export(
    context: typer.Context,
    tool: Annotated[
        Literal["metabase", "metricflow", "superset"],
        typer.Argument(
            help="metabase: a serialized collection. metricflow: a dbt package. superset: an import bundle."
        ),
    ],
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="The folder to write into.")],
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Write the KPIs as datasets with metrics that add up: no sum of ratios, no level summed over days."""
    from pipelines.commands import export

    output = output_of(context, as_json)
    export.export(okra_settings.load(), tool, to, output, dry_run=dry_run)


@command(
    app,
    epilog="Examples: [cyan]okra board[/] · [cyan]okra board --appendix --pdf board.pdf[/]",
    writes_documents=True,
)
def board(
    context: typer.Context,
    pdf: Annotated[
        Path | None,
        typer.Option("--pdf", help="Print it to this file, with Chromium or Chrome."),
    ] = None,
    appendix: Annotated[
        bool, typer.Option("--appendix", help="With what each figure stands on, on more pages.")
    ] = False,
) -> None:
    """Write board.html: summary, what needs attention and every goal, on at most two pages for twelve key results."""
    from pipelines.commands import board

    board.board(okra_settings.load(), output_of(context), pdf, appendix=appendix)


@command(
    app, epilog="Example: [cyan]okra --project /srv/acme mcp[/] as the command of an MCP client"
)
def mcp(context: typer.Context) -> None:
    """Serve the published figures to an assistant (MCP, standard input and output). Read-only; needs okra[mcp]."""
    from pipelines.commands.mcp import mcp

    mcp(okra_settings.load())


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
