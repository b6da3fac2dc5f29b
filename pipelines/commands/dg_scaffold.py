"""What Dagster's own tool, `dg`, can scaffold here:
`dg scaffold defs pipelines.commands.dg_scaffold.Connector parcelo`.

A connector is found by its file in `connectors/`, so what is scaffolded is that file and its companions (see
`okra new connector`), and nothing in `pipelines/defs/`.
"""

from contextlib import suppress
from pathlib import Path

import dagster as dg
from pydantic import BaseModel, Field

from connectors.sdk.project import current_project
from pipelines.commands.console import Output
from pipelines.commands.scaffolding import connector, write


class ConnectorParams(BaseModel):
    """What `dg scaffold` may be told."""

    stream: str = Field("items", description="Name of the first stream, in the plural")


class ConnectorScaffolder(dg.Scaffolder[ConnectorParams]):
    """Writes the files of a connector that is called as the folder `dg` was asked for."""

    @classmethod
    def get_scaffold_params(cls) -> type[ConnectorParams]:
        """The options of the command."""
        return ConnectorParams

    def scaffold(self, request: dg.ScaffoldRequest[ConnectorParams]) -> None:
        """Write the files. Raises `ScaffoldError` when a name will not do or a file is there already."""
        root = Path(request.project_root or current_project())
        scaffold = connector(Path(request.target_path).name, request.params.stream)
        write(scaffold, root, Output(), dry_run=False)
        with suppress(OSError):  # dg made a folder for definitions, of which there are none
            Path(request.target_path).rmdir()


@dg.scaffold_with(ConnectorScaffolder)
class Connector:
    """A source of raw metrics over REST: connector, sample server, staging model and conformance case."""
