"""The ancestors of a dbt model down to its raw streams, read from the manifest of the last parse."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True)
class Model:
    """An ancestor: its distance from the model, its name, and its file below the project (None of a raw stream)."""

    depth: int
    name: str
    path: str | None


def chain_of(manifest: Path, model: str, shown: Callable[[str], str] = str) -> list[Model]:
    """`model` and its ancestors, each after what it feeds; empty without a manifest or such a model.

    `shown` gives the file that a person wrote for a place in the project.
    """
    if not manifest.exists():
        return []
    content = json.loads(manifest.read_text(encoding="utf-8"))
    nodes = {node["name"]: unique_id for unique_id, node in content["nodes"].items()}
    if model not in nodes:
        return []
    models = _walk(content, nodes[model], 0, set())
    return [replace(x, path=shown(x.path)) if x.path else x for x in models]


def _walk(
    content: dict[str, dict[str, dict[str, object]]], unique_id: str, depth: int, seen: set[str]
) -> Iterator[Model]:
    if unique_id in seen:
        return
    seen.add(unique_id)
    if unique_id in content["sources"]:
        source = content["sources"][unique_id]
        yield Model(depth, f"{source['source_name']}.{source['name']}", None)
        return
    node = content["nodes"][unique_id]
    yield Model(depth, str(node["name"]), str(node["original_file_path"]))
    depends_on = node["depends_on"]
    assert isinstance(depends_on, dict), "a model lists what it depends on"
    for parent in sorted(depends_on.get("nodes", [])):  # a seed depends on none
        yield from _walk(content, parent, depth + 1, seen)
