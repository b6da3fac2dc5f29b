"""The commands that hand the figures on: a message, a page to print, datasets of other tools, an assistant."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from pipelines import settings as okra_settings
from pipelines.commands.console import output_of
from pipelines.commands.options import (
    DryRun,
    Json,
    command,
)

app = typer.Typer(rich_help_panel="Hand them on")


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
    app, epilog="Example: [cyan]okra --project /srv/acme mcp[/] as the command of an MCP client"
)
def mcp(context: typer.Context) -> None:
    """Serve the published figures to an assistant (MCP, standard input and output). Read-only; needs okra[mcp]."""
    from pipelines.commands.mcp import mcp

    mcp(okra_settings.load())
