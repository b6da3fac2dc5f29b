"""The KPIs that a project declares in `kpis/*.yml`, as they are written, and the streams that their queries make.

A KPI that is a query on a connection is pulled like any stream: `mart_sales` on `warehouse` is `warehouse.mart_sales`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from connectors.sdk.contract import StreamForm
from pipelines.okr.definition.faults import Fault
from pipelines.okr.definition.yaml_tree import Tree, TreeError, read_tree
from pipelines.settings.sources_file import Entry, FaultyEntry, SourcesFile, read_stream
from pipelines.settings.written_files import content_of

DEFAULTS = "defaults"
"""The key of a file whose keys every KPI in the file has that does not say otherwise."""
_KEYS = {"query", "day", "restates_days"}
"""The keys of a stream that is a query by day."""
ASKED_AGAIN_DAYS = 7
"""For how many days after its end the day of a query is asked for again: the rows of a mart often come late."""


@dataclass(frozen=True)
class KpiFile:
    """One file of KPIs: what is written of each, or why it cannot be read."""

    path: Path
    tree: Tree = field(default_factory=Tree)
    error: TreeError | None = None
    text: str = ""

    @property
    def entries(self) -> Mapping[str, object]:
        """What is written of each KPI, by its name, without the defaults of the file."""
        data = self.tree.data if isinstance(self.tree.data, dict) else {}
        return {name: written for name, written in data.items() if name != DEFAULTS}

    def of(self, name: str) -> object:
        """What is written of a KPI, with the defaults of the file."""
        written, defaults = self.tree.at(name), self.tree.at(DEFAULTS)
        if not isinstance(written, dict) or not isinstance(defaults, dict):
            return written
        return {**defaults, **written}


def kpi_yaml_files(project: Path, *, without: Path | None = None) -> Iterator[KpiFile]:
    """The files below `kpis/` of a project, in order. Hidden ones belong to editors; `without` is left out."""
    folder = project / "kpis"
    for path in sorted([*folder.rglob("*.yml"), *folder.rglob("*.yaml")]):
        if path == without or any(x.startswith(".") for x in path.relative_to(folder).parts):
            continue
        text = ""
        try:
            content = content_of(path)
            text = content.decode("utf-8", errors="replace")
            yield KpiFile(path, read_tree(content), text=text)
        except TreeError as error:
            yield KpiFile(path, error=error, text=text)


def query_streams(project: Path) -> Mapping[str, Mapping[str, Mapping[str, object]]]:
    """The streams of KPIs that are queries: by connection and name, with the keys of a stream of a SQL database."""
    streams: dict[str, dict[str, Mapping[str, object]]] = {}
    for file in kpi_yaml_files(project):
        for name in file.entries:
            written = file.of(name)
            if isinstance(written, dict) and isinstance(written.get("connection"), str):
                streams.setdefault(written["connection"], {})[name] = stream_form(written)
    return streams


def stream_form(written: Mapping[str, object]) -> Mapping[str, object]:
    """What is declared of the stream of a query: its text, and all of its columns."""
    given = written.get("dimensions")
    dimensions = [str(x) for x in given] if isinstance(given, list) else []
    is_ratio = written.get("kind") == "ratio"
    amounts = ("numerator", "denominator") if is_ratio else ("value",)
    return {
        "query": written.get("query", ""),
        "day": "day",
        "key": ["day", *dimensions],
        "restates_days": written.get("restates_days", ASKED_AGAIN_DAYS),
        "types": {
            "day": "date",
            **dict.fromkeys(dimensions, "text"),
            **dict.fromkeys(amounts, "decimal"),
        },
    }


def with_queries(file: SourcesFile, project: Path) -> SourcesFile:
    """The instances of the file, with the streams that the KPIs of the project make.

    A query that is refused, or whose connection is not there, is left out: the reading of the KPI says why.
    """
    entries = dict(file.entries)
    for connection, streams in query_streams(project).items():
        for instance, entry in entries.items():
            if connection in (instance, entry.source.name):
                forms, refused = forms_of(entry, streams)
                entries[instance] = replace(
                    entry,
                    forms={**entry.forms, **forms},
                    refused_queries={**entry.refused_queries, **refused},
                )
    return replace(file, entries=entries)


def forms_of(
    entry: Entry, streams: Mapping[str, Mapping[str, object]]
) -> tuple[dict[str, StreamForm], dict[str, Fault]]:
    """The forms of the streams that an instance can pull, and what is wrong with the other ones.

    Of an instance that takes no queries nothing is said.
    """
    forms: dict[str, StreamForm] = {}
    refused: dict[str, Fault] = {}
    if entry.source.declarable is None or not {*entry.source.declarable.form.model_fields} >= _KEYS:
        return forms, refused
    for name, written in streams.items():
        try:
            forms[name] = read_stream("", Tree(dict(written)), name, entry.source)
        except FaultyEntry as error:
            refused[name] = error.faults[0]
    return forms, refused
