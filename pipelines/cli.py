"""The command `okra`: each command reads its options, calls one thing and shows what came of it.

Exit codes: 0 when all went well; 1 when something was left undone (a source failed, a definition is broken)
although the rest was done; 2 when nothing was done because the command could not be followed.
"""

import os
import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer

from pipelines import settings as okra_settings
from pipelines.commands import new
from pipelines.commands.console import err, told, view
from pipelines.settings import ROOT, Settings, SettingsError

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Holds a company's goals (OKRs) against its facts (KPIs), every day.",
)
app.add_typer(new.app, name="new")

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
    bool, typer.Option("--dry-run", help="Say what would be pulled, and pull nothing.")
]
Sources = Annotated[
    list[str] | None,
    typer.Option("--source", help="Only this source; may be given more than once."),
]


@app.callback()
def options(
    context: typer.Context,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show tracebacks and Dagster's log.")
    ] = False,
) -> None:
    """Holds a company's goals (OKRs) against its facts (KPIs), every day."""
    context.obj = debug


@app.command(epilog="Example: [cyan]okra init --dry-run[/] asks, and writes nothing")
def init(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Option(help="Where your own objectives go.", show_default=True)
    ] = Path("okrs"),
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be written, and write nothing.")
    ] = False,
) -> None:
    """Set up your own: zone, currency, sources, a first objective. Asks first, and overwrites nothing unasked."""
    from pipelines.commands import init as asked

    with told(context):
        finish(
            asked.init(okra_settings.load(), folder, view(context, False), dry_run=dry_run)
            or dry_run
        )


@app.command(
    epilog="Examples: [cyan]okra run[/] · [cyan]okra run --source stripe[/] · [cyan]okra run --as-of 2026-07-01[/]"
)
def run(
    context: typer.Context,
    as_of: AsOf = "",
    source: Sources = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """One daily run: pull what is new, model, score, publish; ends with the scorecard."""
    from pipelines.commands import daily, pulling

    with told(context):
        settings = okra_settings.load()
        day = played(as_of, settings)
        chosen = daily.chosen_sources(settings, source or [])
        if dry_run:
            pulling.show_plans(settings, chosen, None, "due", view(context, as_json))
            return
        finish(daily.run(settings, chosen, day, view(context, as_json)))


@app.command(epilog="Example: [cyan]okra pull stripe --from 2026-04-01 --to 2026-04-30[/]")
def pull(
    context: typer.Context,
    source: Annotated[str, typer.Argument(help="A source; `okra sources` lists them.")],
    first: First,
    last: Last,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Pull the windows of one source that are missing or may have changed. Models and scores nothing."""
    pull_range(context, source, (first, last), "missing", dry_run=dry_run, as_json=as_json)


@app.command(epilog="Example: [cyan]okra backfill stripe --from 2026-01-01 --to 2026-03-31[/]")
def backfill(
    context: typer.Context,
    source: Annotated[str, typer.Argument(help="A source; `okra sources` lists them.")],
    first: First,
    last: Last,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Pull every window of a range again, settled or not; `okra score` then shows what changed."""
    pull_range(context, source, (first, last), "again", dry_run=dry_run, as_json=as_json)


@app.command(
    epilog="Example: [cyan]okra score --as-of 2026-07-01[/] adds the scorecard of that day"
)
def score(context: typer.Context, as_of: AsOf = "", as_json: Json = False) -> None:
    """Model what is in the lake, score and publish, without pulling anything."""
    from pipelines.commands import daily

    with told(context):
        settings = okra_settings.load()
        finish(daily.score(settings, played(as_of, settings), view(context, as_json)))


@app.command(
    epilog="Examples: [cyan]okra status[/] · [cyan]okra status --known-on 2026-03-01[/] · "
    "[cyan]okra status --as-of 2026-03-01 --known-on 2026-04-01[/]"
)
def status(
    context: typer.Context,
    as_of: Annotated[
        str,
        typer.Option("--as-of", metavar="DAY", help="The scorecard of this day; the latest one."),
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
    from pipelines.commands.status import status as shown

    with told(context):
        day = parsed("--as-of", as_of) if as_of else None
        known = parsed("--known-on", known_on) if known_on else None
        shown(okra_settings.load(), day, known, view(context, as_json))


@app.command(
    epilog="Examples: [cyan]okra explain two-million/revenue[/] · [cyan]okra explain revenue --json[/]"
)
def explain(
    context: typer.Context,
    key_result: Annotated[
        str, typer.Argument(help="objective/key-result; the latter alone where one has it.")
    ],
    as_json: Json = False,
) -> None:
    """Explain a key result: goal, score, odds, factors, KPI, SQL, and the windows that were pulled."""
    from pipelines.commands import explain as explained

    with told(context):
        explained.show(okra_settings.load(), key_result, view(context, as_json))


@app.command(epilog="Example: [cyan]okra restatements --kpi net_revenue --since 2026-10-01[/]")
def restatements(
    context: typer.Context,
    kpi: Annotated[str, typer.Option(help="Only this KPI.")] = "",
    since: Annotated[
        str, typer.Option(metavar="DAY", help="Restated on this day or later.")
    ] = "1970-01-01",
    members: Annotated[bool, typer.Option("--members", help="Members of dimensions, too.")] = False,
    most: Annotated[int, typer.Option(min=1, help="So many rows at the most.")] = 40,
    as_json: Json = False,
) -> None:
    """List figures that were published and then became others: what they were, what they are, since when."""
    from pipelines.commands import status as shown

    with told(context):
        shown.restatements(
            okra_settings.load(),
            kpi,
            parsed("--since", since),
            view(context, as_json),
            members=members,
            most=most,
        )


@app.command(epilog="Example: [cyan]okra check okr_definitions/company-two-million.yml[/]")
def check(
    context: typer.Context,
    files: Annotated[
        list[Path] | None, typer.Argument(help="OKR files; all of them when none is named.")
    ] = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of an OKR file, for editors.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Check the OKR files: each fault with its file, line and remedy."""
    from pipelines.commands import checking

    with told(context):
        if schema:
            print(checking.schema())  # noqa: T201 - for a file, so unwrapped and plain
            return
        finish(checking.check(okra_settings.load(), files or [], view(context, as_json)))


@app.command()
def sources(context: typer.Context, as_json: Json = False) -> None:
    """List the sources, whether they are on, and the settings each one takes."""
    from pipelines.commands import listing

    with told(context):
        listing.sources(okra_settings.load(), view(context, as_json))


@app.command(
    epilog="Examples: [cyan]okra backtest[/] · [cyan]okra backtest history.csv --kind stock --period month[/] · "
    "[cyan]okra backtest --json[/]"
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
    rivals: Annotated[
        bool,
        typer.Option(
            "--rivals",
            help="Ask statsmodels and statsforecast too (okra\\[rivals]): takes minutes.",
        ),
    ] = False,
    output: Annotated[
        Path | None, typer.Option(help="Write the figures here, as JSON, too.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Replay history: how good would the odds have been, beside the pace rule and others?"""
    from pipelines.commands import backtesting

    with told(context):
        shown = view(context, as_json)
        if file is None:
            asked = backtesting.own_kpis(okra_settings.load(), period)
        else:
            asked = backtesting.of_a_file(file, kind, period)
        backtesting.backtest(asked, shown, rivals=rivals, output=output)


@app.command(epilog="Examples: [cyan]okra digest[/] · [cyan]okra digest --send[/]")
def digest(
    context: typer.Context,
    send: Annotated[
        bool, typer.Option("--send", help="Send it now, over every channel of OKRA_DIGEST.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show the digest as it would be sent: what changed, how the objectives stand. Runs send it by themselves."""
    from pipelines.commands import digest as shown

    with told(context):
        settings = okra_settings.load()
        if send:
            finish(shown.send_now(settings, view(context, as_json)))
        else:
            shown.show(settings, view(context, as_json))


@app.command(epilog="Example: [cyan]okra doctor --source stripe[/]")
def doctor(context: typer.Context, source: Sources = None, as_json: Json = False) -> None:
    """Ask each source one small question: credential, permission, clock, quota, what is due. Stores nothing."""
    from pipelines.commands import daily, doctor

    with told(context):
        settings = okra_settings.load()
        chosen = daily.chosen_sources(settings, source or [])
        finish(doctor.doctor(settings, chosen, view(context, as_json)))


@app.command()
def ui(
    context: typer.Context,
    port: Annotated[int, typer.Option(help="Port on this machine.")] = 3000,
) -> None:
    """Open Dagster's web UI, with the daily schedule, until Ctrl-C."""
    with told(context):
        settings = okra_settings.load()
        from pipelines.orchestration.instance import prepare_environment

        prepare_environment(settings)
        dagster = Path(sys.executable).with_name("dagster")
        err.print(f"Dagster on http://127.0.0.1:{port}; the daily schedule runs while this does")
        os.chdir(ROOT)
        os.execv(  # noqa: S606 - our own environment's dagster, arguments of our own
            dagster,
            [
                str(dagster),
                "dev",
                "-m",
                "pipelines.definitions",
                "-h",
                "127.0.0.1",
                "-p",
                str(port),
            ],
        )


def main() -> None:
    """The entry point of the command."""
    app()


def finish(went_well: bool) -> None:
    """Exit with 1 when something was left undone."""
    if not went_well:
        raise typer.Exit(1)


def pull_range(
    context: typer.Context,
    source: str,
    days: tuple[str, str],
    mode: str,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """What `pull` and `backfill` have in common."""
    from pipelines.commands import daily, pulling

    with told(context):
        settings = okra_settings.load()
        [chosen] = daily.chosen_sources(settings, [source])
        wanted = parsed("--from", days[0]), parsed("--to", days[1])
        if dry_run:
            pulling.show_plans(settings, [chosen], wanted, mode, view(context, as_json))
            return
        finish(pulling.pull(settings, chosen, wanted, mode, view(context, as_json)))


def parsed(option: str, text: str) -> date:
    """A day as it was typed. Raises `SettingsError`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SettingsError(f"{option} {text!r} is no day; write it like 2026-04-30") from None


def played(text: str, settings: Settings) -> date | None:
    """The day to play; None for today. Raises `SettingsError`."""
    if not text:
        return None
    day = parsed("--as-of", text)
    if not settings.start_date < day <= settings.today():
        raise SettingsError(
            f"--as-of {day} cannot be played; write a day after OKRA_START_DATE ({settings.start_date}) "
            f"and up to today ({settings.today()})"
        )
    return day
