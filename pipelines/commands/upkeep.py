"""The commands about what is kept and how it does: sources, stored files, personal data, health."""

from typing import Annotated

import typer

from pipelines import settings as okra_settings
from pipelines.commands.console import output_of
from pipelines.commands.options import DryRun, Json, SourceNames, command, described_settings

app = typer.Typer(rich_help_panel="Look after the installation")


@command(app, epilog="Example: [cyan]okra doctor --source stripe[/]")
def doctor(context: typer.Context, source: SourceNames = None, as_json: Json = False) -> bool:
    """Ask each source one small question: credential, permission, clock, quota, what is due. Stores nothing."""
    from pipelines.commands import daily, doctor

    settings = described_settings()
    settings.require_source()
    chosen = daily.chosen_sources(settings, source or [])
    return doctor.doctor(settings, chosen, output_of(context, as_json))


@command(app, epilog="Example: [cyan]okra verify --json[/]")
def verify(context: typer.Context, as_json: Json = False) -> bool:
    """Read lake, history, warehouse and published files whole: is all there, as it was written? Changes nothing."""
    from pipelines.commands.verify import verify

    return verify(okra_settings.load(), output_of(context, as_json))


@command(
    app,
    epilog="Examples: [cyan]okra repair --dry-run[/] says what is wrong and what would be done · [cyan]okra repair[/]",
)
def repair(
    context: typer.Context,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> bool:
    """Mend what verify finds: pull again what sources still have, rebuild the rest, publish; name what is lost."""
    from pipelines.commands.repair import repair

    return repair(described_settings(), output_of(context, as_json), dry_run=dry_run)


@command(app)
def privacy(context: typer.Context, as_json: Json = False) -> None:
    """List every stored column, what it is, and the KPIs and members by which it is published."""
    from pipelines.commands.privacy import privacy

    privacy(described_settings(), output_of(context, as_json))


@command(
    app,
    epilog="Examples: [cyan]okra health --json[/] · [cyan]okra health --run-hours 2 --data-days 5 --disk-gb 20[/]",
)
def health(
    context: typer.Context,
    run_hours: Annotated[
        float, typer.Option(min=0, help="Amiss when the last run ended longer ago than this.")
    ] = 26,
    data_days: Annotated[
        int, typer.Option(min=1, help="Amiss when a source's data end longer ago; 1 is yesterday.")
    ] = 3,
    disk_gb: Annotated[
        float, typer.Option(min=0, help="Amiss when less is free on the disk of OKRA_HOME.")
    ] = 1,
    as_json: Json = False,
) -> bool:
    """Whether runs end, data are fresh and the disk has room: exit code 0 or 1, for monitors. Asks no source."""
    from pipelines.commands.health import Thresholds, health

    limits = Thresholds(run_hours, data_days, disk_gb)
    return health(okra_settings.load(), limits, output_of(context, as_json))
