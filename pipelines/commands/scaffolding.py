"""`okra new`: the files of a new connector, KPI or OKR. They run as they are, and are there to be changed."""

import keyword
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from string import Template
from typing import Any

import yaml

from pipelines.commands.console import Output
from pipelines.errors import OkraError
from pipelines.okr.definition.units import unit_fault
from pipelines.okr.kpi.kpi import ACCOUNT, PERCENT, Kpi

TEMPLATES = Path(__file__).with_name("scaffolds")
MAX_NAME_LENGTHS = {"connector": 20, "KPI": 50, "OKR": 50}
"""A connector's name stands in lines of code that would grow too long."""


class ScaffoldError(OkraError):
    """The files cannot be made; the text says why."""


@dataclass(frozen=True)
class Scaffold:
    """Files to write, by their place in the project, and what to do with them."""

    files: Mapping[str, str]
    next_steps: Sequence[str]


def write(scaffold: Scaffold, root: Path, output: Output, *, dry_run: bool) -> None:
    """Write the files below `root` and list them. Raises `ScaffoldError` and writes none when one is there already."""
    present = [place for place in scaffold.files if taken(root / place)]
    if present:
        raise ScaffoldError(f"{', '.join(present)} is there already; choose another name")
    for place, text in scaffold.files.items():
        if not dry_run:
            path = root / place
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        output.note(f"{'would write' if dry_run else 'wrote'} {place}")
    if not dry_run:
        output.note("Next:")
        for step in scaffold.next_steps:
            output.note(f"  - {step}")


def taken(path: Path) -> bool:
    """Whether a file is there, or a folder that Python would import in its place."""
    return path.exists() or (path.suffix == ".py" and path.with_suffix("").is_dir())


def connector(name: str, stream: str, *, is_company: bool = False) -> Scaffold:
    """A REST connector and its staging model.

    In Okra's own checkout also its server of the sample company and its case of the conformance suite.
    """
    checked(name, "connector")
    checked(stream, "connector", what="stream")
    if stream == "source":
        raise ScaffoldError(
            "a stream cannot be called source: the connector's SOURCE is; choose another"
        )
    names = {
        "name": name,
        "NAME": name.upper(),
        "Name": "".join(part.capitalize() for part in name.split("_")),
        "title": title(name),
        "stream": stream,
        "STREAM": stream.upper(),
    }
    staging = f"models/staging/{name}"
    places = {
        f"connectors/{name}.py": "connector.py",
        f"{staging}/_{name}__sources.yml": "sources.yml",
        f"{staging}/stg_{name}__{stream}.sql": "staging.sql",
        f"{staging}/stg_{name}__{stream}.yml": "staging.yml",
    }
    steps = [
        f"put the API's own names into connectors/{name}.py: address, path, fields, pages",
        f"write {name}: {{token: {{env: {name.upper()}_TOKEN}}}} into sources.yml, "
        f"and {name.upper()}_TOKEN=... into .env",
        f"okra doctor --source {name}",
        f"okra run --source {name}",
    ]
    if not is_company:
        places |= {
            f"connectors/sandbox/{name}.py": "sandbox.py",
            f"tests/conformance/cases/{name}.py": "case.py",
        }
        steps[1:] = [
            f"have connectors/sandbox/{name}.py answer as the API does",
            f"pytest tests/conformance -k {name}",
            f"okra run --source {name}   (the sample company's, until {name.upper()}_TOKEN is set)",
        ]
    files = {place: filled(f"connector/{file}", names) for place, file in places.items()}
    return Scaffold(
        {place: sorted_imports(text) for place, text in files.items()},
        steps,
    )


@dataclass(frozen=True, kw_only=True)
class NewKpi:
    """The options of a new KPI. It counts the rows of `mart`, or sums its column `summed`."""

    name: str
    mart: str
    summed: str = ""
    by: Sequence[str] = ()
    unit: str = ""
    owner: str = "owner@example.com"


def kpi(new: NewKpi, *roots: Path) -> Scaffold:
    """A KPI over an existing mart of one of the folders `roots`."""
    name = checked(new.name, "KPI")
    columns = mart_columns(roots, new.mart)
    day = next((x for x in columns if x == "day" or x.endswith("_on")), None)
    if day is None:
        raise ScaffoldError(f"{new.mart} has no day (`day` or `…_on`); choose another mart")
    unit = new.unit or new.summed or new.mart.removeprefix("fct_")
    # the account is no dimension of the YAML: it shows by itself where accounts have names
    account = [ACCOUNT] if ACCOUNT in columns else []
    by = [x for x in new.by if x not in account]
    by += ["currency"] if unit == "money" and "currency" not in by else []
    unknown = [x for x in [*by, *([new.summed] if new.summed else [])] if x not in columns]
    if unknown:
        raise ScaffoldError(
            f"{new.mart} has no column {', '.join(unknown)}; it has {', '.join(columns)}"
        )
    value = f"sum({new.summed})" if new.summed else "count(*)"
    selected = [*account, day if day == "day" else f"{day} as day", *by, f"{value} as value"]
    rows = new.mart.removeprefix("fct_")
    of_rows = rows.replace("_", " ")
    names = {
        "name": name,
        "title": title(name),
        "mart": new.mart,
        "rows": rows,
        "unit": unit,
        "precision": "2" if unit == "money" else "0",
        "owner": new.owner,
        "described": f"Sum of {new.summed} of {of_rows}" if new.summed else f"Number of {of_rows}",
        "row": " and ".join([", ".join(["a day", *by[:-1]]), *by[-1:]]),
        "dimensions": ", ".join(by),
        "key": ", ".join([*account, "day", *by]),
        "day_description": scalar(columns[day]),
    }
    fault = unit_fault(unit)
    if fault is not None:
        raise ScaffoldError("; ".join(fault))
    described = [
        f"      - name: {x}\n        description: {scalar(columns[x])}" for x in [*account, *by]
    ]
    sql = {"columns": ",\n        ".join(selected), "grain": ", ".join([*account, day, *by])}
    described_yml = filled("kpi/kpi.yml", names | {"columns": "\n".join(described)})
    return Scaffold(
        {
            f"models/kpis/kpi_{name}.sql": filled("kpi/kpi.sql", names | sql),
            f"models/kpis/kpi_{name}.yml": described_yml.replace(
                "\n\n      - name", "\n      - name"
            ),
        },
        [
            f"say in models/kpis/kpi_{name}.sql which rows count (`where`)",
            f"say in models/kpis/kpi_{name}.yml what it means, whether up is good, and whose it is",
            "okra score   (models what is in the lake; `okra run` pulls before)",
            f"okra new okr {name.replace('_', '-')} --kpi {name}",
        ],
    )


@dataclass(frozen=True, kw_only=True)
class NewObjective:
    """The options of a new objective."""

    name: str
    kpi: str
    target: str = ""
    period: str = ""
    owner: str = "owner@example.com"
    words: str = ""
    """The objective in words; its name where there are none."""
    over: str = ""
    """The window that the number is to be reached in by the end: `month`."""
    per: str = ""
    """The window that the number is asked of each time: `week`."""
    met_in: str = ""
    """In how many of these windows: `90 %`, `all` or a count; the default of the rules where it is empty."""


def okr(new: NewObjective, kpis: Mapping[str, Kpi], folder: str, month: str) -> Scaffold:
    """An objective with one key result over an existing KPI, for the present `month` if no period is named."""
    name = checked(new.name.replace("-", "_"), "OKR").replace("_", "-")
    measured = kpis.get(new.kpi)
    if measured is None:
        raise ScaffoldError(f"there is no KPI {new.kpi!r}; there are {', '.join(sorted(kpis))}")
    target = new.target or ("90 %" if measured.unit == PERCENT else "100")
    goal = "at_least" if measured.direction == "up" else "at_most"
    label = measured.label
    shown_target = target.replace("_", ",")  # in YAML a comma is no part of a number
    window = f" per {new.per}" if new.per else f" over the latest {new.over}" if new.over else ""
    names = {
        "title": scalar(new.words or title(name)),
        "id": name,
        "owner": new.owner,
        "period": new.period or month,
        "key_result": new.kpi.replace("_", "-"),
        "wording": scalar(f"{label}: {goal.replace('_', ' ')} {shown_target}{window}"),
        "kpi": new.kpi,
    }
    lines = [f"    {goal}: {target}"]
    if new.over:
        lines.append(f"    over: {new.over}")
    if new.per:
        lines.append(f"    per: {new.per}")
    if new.met_in:
        lines.append(f"    met_in: {new.met_in}")
    is_level = not measured.accumulates and not measured.behaviour.reported_by_period
    if new.over or (is_level and not new.per):
        lines.insert(
            0,
            "    from: measured   # a level has a way to go: from where it stood before the period",
        )
    text = filled("okr/okr.yml", names) + "\n".join(lines) + "\n"
    place = f"{folder}/{name}.yml"
    return Scaffold(
        {place: text},
        [
            f"put your own number and period into {place}",
            f"okra check {place}",
            "okra run   (the objective is in the scorecard)",
        ],
    )


def checked(name: str, kind: str, *, what: str = "") -> str:
    """`name`, if it is allowed. Raises `ScaffoldError`."""
    longest = MAX_NAME_LENGTHS[kind]
    fits = re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) and len(name) <= longest
    if not fits or keyword.iskeyword(name):
        raise ScaffoldError(
            f"{name!r} cannot be the name of a {what or kind}: write small letters, digits and single "
            f"underscores, a letter first, at most {longest} (it becomes the name of files)"
        )
    return name


def mart_columns(roots: Sequence[Path], mart: str) -> dict[str, str]:
    """The columns of a mart with their descriptions, from its YAML. Raises `ScaffoldError` when there is none."""
    # that of the first folder counts where several have one of the same name
    marts = {
        path.stem: path
        for root in reversed(roots)
        for path in (root / "models" / "marts").glob("fct_*.yml")
    }
    if mart not in marts:
        raise ScaffoldError(f"there is no mart {mart!r}; there are {', '.join(sorted(marts))}")
    content: Any = yaml.safe_load(marts[mart].read_text(encoding="utf-8"))
    (model,) = (model for model in content["models"] if model["name"] == mart)
    return {
        column["name"]: " ".join(column.get("description", "").split())
        for column in model["columns"]
    }


def filled(template: str, names: Mapping[str, str]) -> str:
    """A template with its names filled in."""
    text = (TEMPLATES / f"{template}.tmpl").read_text(encoding="utf-8")
    return Template(text).substitute(names)


def title(name: str) -> str:
    """A name as people write it."""
    return re.sub("[_-]", " ", name).capitalize()


def scalar(text: str) -> str:
    """`text` as YAML writes it in one line."""
    return str(yaml.safe_dump(text, width=10_000, allow_unicode=True)).removesuffix("...\n").strip()


def sorted_imports(text: str) -> str:
    """The text with each block of `from` lines sorted: their order depends on the name of the new module."""
    lines: list[str] = []
    for is_import, group in groupby(text.splitlines(True), lambda line: line.startswith("from ")):
        block = list(group)
        lines += sorted(block, key=lambda line: line.split()[1]) if is_import else block
    return "".join(lines)
