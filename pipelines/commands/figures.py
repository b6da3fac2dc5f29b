"""The commands that show what is known: goals, KPIs, where they come from, and what became of them."""

from typing import Annotated

import typer

from pipelines import settings as okra_settings
from pipelines.commands.console import output_of
from pipelines.commands.options import (
    Json,
    command,
    described_settings,
    parsed_day,
)

app = typer.Typer(rich_help_panel="Look at the figures")


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
