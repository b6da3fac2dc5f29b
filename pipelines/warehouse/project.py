"""The dbt project of an installation: its files, where dbt runs in it, and what its staging models read first."""

import hashlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from connectors.lake.catalog import write_catalog
from pipelines.inputs.composing import compose, files_below, with_kpis
from pipelines.inputs.composition import Composition
from pipelines.inputs.declarations import DeclaredKpis
from pipelines.inputs.kpi_files import declared_kpis
from pipelines.inputs.lake import open_lake
from pipelines.settings import BUILT_IN, Settings
from pipelines.warehouse.kept_parses import LEFT_OUT_FILE, MANIFEST_FILE
from pipelines.warehouse.kpi_declarations import write_kpis
from pipelines.warehouse.left_out import LeftOut, read_left_out
from pipelines.warehouse.project_folder import ROOT_FILES


@dataclass(frozen=True)
class ComposedProject:
    """The dbt project of an installation: its files, and where dbt runs in it and writes to."""

    settings: Settings
    composition: Composition

    @cached_property
    def is_checkout(self) -> bool:
        """Whether it has each file of Okra's own, and no other."""
        return self.composition.written == files_below(BUILT_IN) and not self.composition.generated

    @cached_property
    def target(self) -> Path:
        """The folder of dbt's artifacts, one for each engine.

        That of the whole of Okra's own project is beside it, so that all homes share what is parsed; every other is in
        the home, and so is this one where the checkout is read-only (another user's, or in a container).
        """
        shared = BUILT_IN / "target"
        is_writable = os.access(shared if shared.exists() else BUILT_IN, os.W_OK)
        is_shared = self.is_checkout and is_writable
        folder = shared if is_shared else self.settings.state_path / "target"
        return folder / "spark" if self.settings.engine == "spark" else folder

    @property
    def manifest(self) -> Path:
        """Where dbt writes its manifest."""
        return self.target / MANIFEST_FILE

    @property
    def left_out(self) -> list[LeftOut]:
        """What could not be parsed when it was parsed last."""
        return read_left_out(self.target / LEFT_OUT_FILE)

    @property
    def folder(self) -> Path:
        """The folder that dbt runs in: the checkout, or a folder of links to what is in the project."""
        return self.folder_without(self.left_out)

    def folder_without(self, faults: Sequence[LeftOut]) -> Path:
        """The folder of the project without what could not be parsed."""
        return BUILT_IN if self.is_checkout and not faults else self.target / "project"

    def source_of(self, place: str) -> tuple[Path, int | None]:
        """The file that a person wrote of which `place` comes, and the line in it."""
        if path := self.composition.written.get(place):
            return path, None
        file, _, line = self.composition.origins.get(place, "").partition(":")
        if not file:
            return self.folder / place, None
        return self.settings.project_path / file, int(line) if line.isdigit() else None

    @property
    def fingerprint(self) -> str:
        """A hash of every file that dbt reads, and of dbt's version, as another release reads no other's parse.

        Of a file that is generated it takes the content, else size and time.
        """
        own = {place: BUILT_IN / place for place in ROOT_FILES}
        files = [
            (place, path.stat().st_size, path.stat().st_mtime_ns)
            for place, path in sorted({**self.composition.written, **own}.items())
        ]
        versions = [version(name) for name in ("dbt-core", "dbt-adapters")]
        facts = [files, sorted(self.composition.generated.items()), versions]
        return hashlib.sha256(repr(facts).encode()).hexdigest()


def project_of(settings: Settings, declared: DeclaredKpis | None = None) -> ComposedProject:
    """The dbt project of this installation, as its files are now. `declared`: its KPIs, where they are read already."""
    kpis = declared_kpis(settings) if declared is None else declared
    return ComposedProject(settings, with_kpis(compose(settings), kpis))


def dbt_program(settings: Settings) -> Path:
    """The dbt that runs the models: this environment's own, or the script that makes a Spark session first."""
    if settings.engine == "spark":
        return Path(__file__).parent / "spark" / "dbt-on-spark"
    return Path(sys.executable).with_name("dbt")


def catalog_lake(settings: Settings, declared: DeclaredKpis) -> None:
    """Write what the staging models read first: the lake's catalog and the KPIs that are declared."""
    lake = open_lake(settings)
    write_kpis(lake, declared.kpis.values())
    on = settings.sources_by_name
    write_catalog(lake, [source for source in settings.sources_in_lake if source.name in on])
