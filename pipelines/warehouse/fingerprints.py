"""What each model is made from, as a hash: with another one, the model is made again."""

import hashlib
import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa

from connectors.lake.catalog import read_catalog
from connectors.lake.lake import Lake

MODELS = ("model.", "seed.", "snapshot.")
"""How the ids of nodes begin that make a table or a view."""
OF_THE_DAY = ("OKRA_AS_OF", "OKRA_RUN_ID")
"""The variables whose values change each day. They count only for the models that read them."""
OF_THE_PLACE = frozenset(
    f"OKRA_{name}"
    for name in ("LAKE", "MEMORY", "PYTHON", "STORAGE_VERSION", "THREADS", "WAREHOUSE")
)
"""The variables that say where and by what program models are made. They do not count: a home can be moved."""
DAY_MACROS = frozenset({"macro.okra.as_of", "macro.okra.run_id"})
"""The macros that read them."""
CATALOG = "lake"
"""The dbt source of the lake's catalog."""
WINDOW_COLUMNS = ("source", "account", "stream", "window", "checksum", "files")


def is_read_in_place(node: Mapping[str, Any]) -> bool:
    """Whether a model is a view of the committed files themselves, or of such a view."""
    config = node["config"]
    kinds = config["materialized"], config.get("incremental_strategy")
    return kinds == ("view", "committed_windows")


@dataclass(frozen=True)
class Fingerprint:
    """What a model is made from. `definition`: without the rows that it reads; `content`: with them."""

    definition: str
    content: str


@dataclass(frozen=True)
class ModelInputs:
    """What the models of a build are made from."""

    manifest: Mapping[str, Any]
    """dbt's manifest."""
    environment: Mapping[str, str]
    """The variables of the build."""
    windows: pa.Table
    """The committed windows: `WINDOW_COLUMNS`."""
    catalog: Mapping[str, str]
    """A hash of each file of the lake's catalog, by its name."""

    @cached_property
    def fingerprints(self) -> Mapping[str, Fingerprint]:
        """The fingerprint of each model and seed, by dbt's unique id."""
        known: dict[str, Fingerprint] = {}

        def of(name: str) -> Fingerprint:
            if name not in known:
                above = [of(parent) for parent in self.parents(name) if parent.startswith(MODELS)]
                known[name] = self._fingerprint(name, above)
            return known[name]

        for name in self.manifest["nodes"]:
            if name.startswith(MODELS):
                of(name)
        return known

    @cached_property
    def definitions(self) -> str:
        """A hash of the texts of all models and tests, and of the settings; not of the day."""
        texts = [(name, self._text(name)) for name in sorted(self.manifest["nodes"])]
        return hashed([texts, self._settings])

    def parents(self, name: str) -> Sequence[str]:
        """The nodes that a node reads."""
        parents: Sequence[str] = self.manifest["nodes"][name]["depends_on"].get("nodes", ())
        return parents

    def reads_the_day(self, name: str) -> bool:
        """Whether a node, or a macro that it calls, reads a variable that is another one each day."""
        return not DAY_MACROS.isdisjoint(self._macros_below(name))

    def _fingerprint(self, name: str, above: Sequence[Fingerprint]) -> Fingerprint:
        day = [self.environment.get(x) for x in OF_THE_DAY] if self.reads_the_day(name) else []
        own = [self._text(name), self._settings, day]
        definition = hashed([own, [parent.definition for parent in above]])
        node = self.manifest["nodes"][name]
        rows = [
            self.catalog[stream] if source == CATALOG else self._rows(source, stream)
            for source, stream in node.get("sources", ())
        ]
        if rows and is_read_in_place(node):
            # the view names the files, which others replace when a month is put together
            places = [self._files_by_stream.get(tuple(x)) for x in node["sources"]]
            rows += [str(places), self.environment.get("OKRA_LAKE", "")]
        content = hashed([own, rows, [parent.content for parent in above]])
        return Fingerprint(definition, content)

    def _text(self, name: str) -> str:
        """A hash of what is written of a node: its SQL, the macros that it calls, configuration and columns."""
        node, macros = self.manifest["nodes"][name], self.manifest["macros"]
        called = [macros[macro]["macro_sql"] for macro in sorted(self._macros_below(name))]
        columns = sorted(
            (name, column.get("data_type"), column["description"])
            for name, column in node["columns"].items()
        )
        written = [node[key] for key in ("raw_code", "checksum", "config", "description")]
        return hashed([written, columns, called])

    @cached_property
    def _settings(self) -> str:
        """A hash of Okra's variables that stay the same from day to day."""
        return hashed(
            sorted(
                (name, value)
                for name, value in self.environment.items()
                if name.startswith("OKRA_") and name not in OF_THE_PLACE.union(OF_THE_DAY)
            )
        )

    def _rows(self, source: str, stream: str) -> str:
        """A hash of the committed windows of a stream, in all accounts."""
        return self._windows_by_stream.get((source, stream), "")

    @cached_property
    def _windows_by_stream(self) -> Mapping[tuple[str, str], str]:
        windows: dict[tuple[str, str], list[str]] = {}
        columns = [self.windows.column(name).to_pylist() for name in WINDOW_COLUMNS[:-1]]
        for source, account, stream, first_day, checksum in zip(*columns, strict=True):
            text = f"{account} {first_day} {checksum}"
            windows.setdefault((source, stream), []).append(text)
        return {stream: hashed(sorted(texts)) for stream, texts in windows.items()}

    @cached_property
    def _files_by_stream(self) -> Mapping[tuple[str, str], Sequence[str]]:
        places: dict[tuple[str, str], set[str]] = {}
        columns = [self.windows.column(name).to_pylist() for name in ("source", "stream", "files")]
        for source, stream, files in zip(*columns, strict=True):
            places.setdefault((source, stream), set()).update(files)
        return {stream: sorted(files) for stream, files in places.items()}

    def _macros_below(self, name: str) -> Set[str]:
        """The macros that a node calls, by itself and through others."""
        macros = self.manifest["macros"]
        waiting = list(self.manifest["nodes"][name]["depends_on"].get("macros", ()))
        below: set[str] = set()
        while waiting:
            macro = waiting.pop()
            if macro in macros and macro not in below:
                below.add(macro)
                waiting += macros[macro]["depends_on"]["macros"]
        return below


def model_inputs(
    manifest: Mapping[str, Any], environment: Mapping[str, str], lake: Lake
) -> ModelInputs:
    """What the models are made from, by the lake's catalog as it is now. Raises `LakeError`."""
    names = {
        name
        for node in manifest["nodes"].values()
        for source, name in node.get("sources", ())
        if source == CATALOG
    }
    files = {name: lake.store.get(f"{name}.parquet") for name in names}
    hashes = {
        name: hashlib.sha256(file.content).hexdigest() if file else ""
        for name, file in files.items()
    }
    return ModelInputs(manifest, environment, read_catalog(lake, "windows", WINDOW_COLUMNS), hashes)


def hashed(content: object) -> str:
    """A hash of anything that JSON can hold."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()[
        :16
    ]
