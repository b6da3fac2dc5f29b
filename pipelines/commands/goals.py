"""The commands about goals: what is possible, what people say of them, and the end of a period."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from pipelines import settings as okra_settings
from pipelines.commands.console import output_of
from pipelines.commands.options import DryRun, Json, command, described_settings, parsed_day

app = typer.Typer(rich_help_panel="Set goals and close them")


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


@command(
    app,
    "check-in",
    epilog="Example: [cyan]okra check-in two-million/revenue --confidence 80% --note 'The large order is signed'[/]",
    writes_documents=True,
)
def check_in(
    context: typer.Context,
    key_result: Annotated[str, typer.Argument(help="A key result, like two-million/revenue.")],
    confidence: Annotated[str, typer.Option(help="How sure you are that it is met: 80 %.")] = "",
    note: Annotated[str, typer.Option(help="How it stands, in your words.")] = "",
    decision: Annotated[str, typer.Option(help="What was decided.")] = "",
    by: Annotated[str, typer.Option(help="Who says it; the objective's owner by default.")] = "",
    day: Annotated[
        str, typer.Option(metavar="DAY", help="When it was said, like 2026-11-20; today.")
    ] = "",
    dry_run: DryRun = False,
) -> None:
    """Keep what a person says of a key result: shown beside its odds, graded like them, in no score."""
    from pipelines.commands import check_in as check_ins

    settings = okra_settings.load()
    said = {
        "key_result": key_result,
        "by": by,
        "confidence": confidence,
        "note": note,
        "decision": decision,
    }
    said_on = parsed_day("--day", day) if day else settings.today()
    check_ins.check_in(settings, said, said_on, output_of(context), dry_run=dry_run)


@command(
    app,
    epilog="Examples: [cyan]okra target net_revenue --period 2027-Q1[/] · "
    "[cyan]okra target deals_closed --for-each sales_rep --per month[/] · "
    "[cyan]okra target units_shipped --where color=green --where product=widget --json[/]",
)
def target(
    context: typer.Context,
    kpi: Annotated[str, typer.Argument(help="A KPI; `okra kpis` lists them.")],
    period: Annotated[
        str, typer.Option(help="2027-Q1, 2027-H1, 2027, 2027-03 …; the next quarter by default.")
    ] = "",
    where: Annotated[
        list[str] | None,
        typer.Option(metavar="DIM=MEMBER", help="Only this member; may be given more than once."),
    ] = None,
    for_each: Annotated[str, typer.Option(help="One target for each member of this one.")] = "",
    per: Annotated[
        Literal["day", "week", "month", "quarter", "half", "year"] | None,
        typer.Option(help="The target holds in each such window."),
    ] = None,
    over: Annotated[
        Literal["day", "week", "month", "quarter", "half", "year"] | None,
        typer.Option(help="The target is that of the latest such window."),
    ] = None,
    met_in: Annotated[
        str, typer.Option(help="With --per: in how many windows (80 %, all, 10).")
    ] = "",
    goal: Annotated[
        Literal["at-least", "at-most"] | None,
        typer.Option(help="By default the way in which the KPI gets better."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show which targets would be met with odds of 90, 70, 50, 30 and 10 %, beside what came before."""
    from pipelines.commands import target as targets

    comparison = (goal or "").replace("-", "_")
    asked = targets.AskedTarget(
        kpi, period, tuple(where or ()), for_each, per or "", over or "", met_in, comparison
    )
    targets.target(okra_settings.load(), asked, output_of(context, as_json))


@command(
    app,
    epilog="Examples: [cyan]okra close 2026-Q4 --dry-run[/] · [cyan]okra close 2026-Q4 --carry[/]",
    writes_documents=True,
)
def close(
    context: typer.Context,
    period: Annotated[
        str, typer.Argument(help="2026-Q4, 2026-H2, 2026, 2026-11 …, or 2026-02-01..2026-06-30.")
    ],
    carry: Annotated[
        bool,
        typer.Option(
            "--carry", help="Write the next period's files of the goals that were missed."
        ),
    ] = False,
    as_it_stands: Annotated[
        bool,
        typer.Option("--as-it-stands", help="Close although some figures are still to come."),
    ] = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Close a period: its grades are kept as they are. Run again, it shows what became known since."""
    from pipelines.commands import close as closing

    asked = closing.Closing(period, carry, as_it_stands, dry_run)
    closing.close(okra_settings.load(), asked, output_of(context, as_json))


@command(
    app,
    "import",
    epilog="Example: [cyan]okra import export.csv --mapping mapping.yml --dry-run[/]",
    writes_documents=True,
)
def import_okrs(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The export, in CSV or XLSX.")],
    mapping: Annotated[
        Path, typer.Option("--mapping", metavar="FILE", help="Which column is what, in YAML.")
    ],
    dry_run: DryRun = False,
    as_json: Json = False,
) -> bool:
    """Write OKR files from another tool's export; names every cell that it cannot map, and overwrites no file."""
    from pipelines.commands.importing.command import import_okrs

    return import_okrs(
        okra_settings.load(), file, mapping, output_of(context, as_json), dry_run=dry_run
    )


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
