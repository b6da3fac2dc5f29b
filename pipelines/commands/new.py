"""`okra new`: its options. The files themselves are made in `scaffolding`."""

from typing import Annotated

import typer

from pipelines import settings as okra_settings
from pipelines.commands.console import output_of
from pipelines.commands.options import DryRun, command
from pipelines.settings import BUILT_IN, shown

app = typer.Typer(
    no_args_is_help=True,
    help="Write the files of a new connector, KPI or OKR; they run as they are.",
)
Owner = Annotated[str, typer.Option(help="Who answers for it.")]


@command(
    app,
    "connector",
    epilog="Example: [cyan]okra new connector parcelo --stream deliveries[/]",
    writes_documents=True,
)
def new_connector(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Its name, like `parcelo`.")],
    stream: Annotated[str, typer.Option(help="What it is to pull.")] = "events",
    dry_run: DryRun = False,
) -> None:
    """A REST connector and its staging model; in Okra's own checkout, with a server to try it on and its tests."""
    from pipelines.commands import scaffolding

    settings = okra_settings.load()
    files = scaffolding.connector(name, stream, is_company=settings.is_company)
    scaffolding.write(files, settings.project_path, output_of(context), dry_run=dry_run)


@command(
    app,
    "kpi",
    epilog="Examples: [cyan]okra new kpi net_sales --from shop.orders --day ordered_at --sum net --unit money[/] · "
    "[cyan]okra new kpi margin --expr 'net_sales - costs' --unit money[/] · "
    "[cyan]okra new kpi calls_answered --sql --mart fct_calls[/]",
    writes_documents=True,
)
def new_kpi(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Its name, like `net_sales`.")],
    source: Annotated[
        str, typer.Option("--from", metavar="STREAM", help="The stream it is from: shop.orders.")
    ] = "",
    day: Annotated[
        str, typer.Option(metavar="COLUMN", help="The column that says on which day a row counts.")
    ] = "",
    expr: Annotated[str, typer.Option(help="Other KPIs: net_sales - costs.")] = "",
    sql: Annotated[
        bool, typer.Option("--sql", help="Write a model over a mart and its description.")
    ] = False,
    mart: Annotated[
        str, typer.Option(help="With --sql: what it is counted from (fct_orders).")
    ] = "",
    summed: Annotated[
        str, typer.Option("--sum", metavar="COLUMN", help="Add up this column, not the rows.")
    ] = "",
    by: Annotated[
        list[str] | None, typer.Option(help="A dimension; may be given more than once.")
    ] = None,
    unit: Annotated[str, typer.Option(help="What the number counts; `money` for amounts.")] = "",
    owner: Owner = "owner@example.com",
    dry_run: DryRun = False,
) -> None:
    """A KPI in YAML, from a stream or from other KPIs; with --sql, as a model over a mart."""
    from pipelines.commands import scaffolding, yaml_kpi
    from pipelines.steps.describe import with_described_streams

    # a stream of sources.yml is known by its columns, which its system may not have been asked for yet
    settings = with_described_streams(okra_settings.load())
    if sql or mart:
        answers = scaffolding.NewKpi(
            name=name,
            mart=mart or "fct_orders",
            summed=summed,
            by=by or (),
            unit=unit,
            owner=owner,
        )
        files = scaffolding.kpi(answers, settings.project_path, BUILT_IN)
    else:
        streams = {
            f"{own}.{stream.name}": stream
            for own, of_source in settings.streams_with_figures.items()
            for stream in of_source
        }
        new = yaml_kpi.NewYamlKpi(
            name=name,
            source=source,
            day=day,
            summed=summed,
            expr=expr,
            by=by or (),
            unit=unit,
            owner=owner,
        )
        files = yaml_kpi.yaml_kpi(new, streams)
    scaffolding.write(files, settings.project_path, output_of(context), dry_run=dry_run)


@command(
    app,
    "okr",
    epilog="Example: [cyan]okra new okr more-orders --kpi units_sold[/]",
    writes_documents=True,
)
def new_okr(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Its name, like `more-orders`.")],
    kpi: Annotated[str, typer.Option(help="The KPI of its first key result.")] = "net_revenue",
    target: Annotated[str, typer.Option(help="The number to reach: 2_000_000 or 96 %.")] = "",
    period: Annotated[str, typer.Option(help="2026, 2026-Q4 or 2026-11 (this month).")] = "",
    over: Annotated[
        str,
        typer.Option(metavar="WINDOW", help="Reach it in the last month, week … of the period."),
    ] = "",
    per: Annotated[
        str, typer.Option(metavar="WINDOW", help="Do it each time: in each month, week …")
    ] = "",
    met_in: Annotated[
        str, typer.Option(help="With --per: in how many of them (90 %, all, 30).")
    ] = "",
    owner: Owner = "owner@example.com",
    dry_run: DryRun = False,
) -> None:
    """An objective with one key result."""
    from pipelines.commands import scaffolding
    from pipelines.commands.target import AskedTarget, even_target
    from pipelines.inputs.kpi_files import declared_kpis
    from pipelines.okr.definition.loading import load
    from pipelines.okr.kpi.periods import containing

    settings = okra_settings.load()
    kpis = declared_kpis(settings).kpis
    offered = ""
    month = containing(settings.today(), "month", settings.fiscal_year).label
    if not target and kpi in kpis:
        asked = AskedTarget(kpi, period or month, per=per, over=over, met_in=met_in)
        offered = even_target(settings, asked)
    answers = scaffolding.NewObjective(
        name=name,
        kpi=kpi,
        target=target or offered,
        period=period,
        over=over,
        per=per,
        met_in=met_in,
        owner=owner,
    )
    files = scaffolding.okr(answers, kpis, shown(settings.definitions_path), month)
    if faults := load(files.files, kpis, settings.fiscal_year).faults:
        raise scaffolding.ScaffoldError("; ".join(f"{f.what}; {f.remedy}" for f in faults))
    output = output_of(context)
    if offered:
        way = "at least" if kpis[kpi].direction == "up" else "at most"
        output.note(
            f"{way} {offered.replace('_', ',')} would be met with odds of 50 %; `okra target {kpi}` shows others"
        )
    scaffolding.write(files, settings.project_path, output, dry_run=dry_run)
