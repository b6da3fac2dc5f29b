"""The check-ins that were pulled from sheets: the newest rows that the lake has of each account."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from connectors.check_ins import CHECK_INS, COLUMNS, SOURCE
from pipelines.inputs.lake import open_lake
from pipelines.okr.definition.yaml_tree import Tree
from pipelines.settings import Settings


@dataclass(frozen=True)
class PulledSheet:
    """The rows of one sheet, as a file in YAML would have them, with the rows of the sheet as its lines."""

    tree: Tree
    read_on: date


def pulled_sheets(settings: Settings) -> Mapping[str, PulledSheet]:
    """The sheets of each account that is on, by the name to show in a fault. Raises `LakeError`.

    Where the last pull failed, they are those of the one before.
    """
    accounts = [
        name for name, source in settings.instances.items() if source.connector == SOURCE.name
    ]
    if not accounts:
        return {}
    lake = open_lake(settings)
    sheets: dict[str, PulledSheet] = {}
    for account in accounts:
        manifests = lake.manifests(account, CHECK_INS.name)
        taken = [window for window in manifests if window <= settings.today()]
        if not taken:
            continue
        rows = lake.rows(CHECK_INS, manifests[max(taken)]).to_pylist()
        for name, tree in _trees(rows):
            sheets[f"{name} of {account}"] = PulledSheet(tree, max(taken))
    return sheets


def _trees(rows: list[dict[str, Any]]) -> Iterator[tuple[str, Tree]]:
    by_sheet: dict[str, list[dict[str, Any]]] = {}
    for row in sorted(rows, key=lambda row: (row["sheet"], row["row"])):
        by_sheet.setdefault(row["sheet"], []).append(row)
    for name, own in by_sheet.items():
        said = [{key: str(row[key]) for key in COLUMNS if row[key] is not None} for row in own]
        tree = Tree(said, {(): own[0]["row"]})
        tree.lines |= {(place,): row["row"] for place, row in enumerate(own)}
        yield name, tree
