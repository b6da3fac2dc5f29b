"""Declarations with slips in them: each is refused with file and line, or is read exactly as it is written.

What a file says is read a second time here, in a few lines of its own. `make fuzz` runs many more cases.
"""

import os
import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from pipelines.inputs.kpi_files import read_kpis
from pipelines.okr.definition.definitions import Objective
from pipelines.okr.definition.faults import Fault
from pipelines.okr.definition.loading import load
from pipelines.okr.kpi.kpi import Kpi
from tests.pipelines.inputs.mutations import mutated
from tests.projects import project_of_kpis

CASES = int(os.environ.get("FUZZ_CASES", "60"))
KPIS = {
    kpi.name: kpi
    for kpi in (
        Kpi("units_sold", "flow", "pieces", dimensions=("product", "color")),
        Kpi("net_revenue", "flow", "USD", precision=2, dimensions=("currency",)),
        Kpi("page_likes", "stock", "people"),
        Kpi(
            "customer_satisfaction",
            "ratio",
            "percent",
            precision=4,
            dimensions=("channel",),
            is_proportion=True,
        ),
    )
}
NO_UNITS = ("EUR", "€", "%", "per cent", "5", "1.5", "2026")
OKR = """\
# every key that there is
objective: "Sell: more, to more"
id: more
owner: ceo@example.com
period: 2026-H2
commitment: aspirational
parent: null
weight: 2
key_results:
  - id: revenue
    name: A million
    kpi: net_revenue
    at_least: 1_000_000    # dollars
    weight: 2
    by: 2026-11-30
  - id: widgets
    kpi: units_sold
    where: {product: widget, color: green}
    per: month
    at_least: 982
  - id: reps
    kpi: units_sold
    for_each: product
    members: [widget, gadget]
    name_members: false
    at_most: 7.5
  - id: likes
    kpi: page_likes
    from: measured
    at_least: 33_500
    plan: {2026-07: 32_000, 2026-Q4: 33_500}
    because: The page of the rival has 33,000
  - id: happy
    kpi: customer_satisfaction
    over: month
    from: 90 %
    at_least: 96 %
  - id: band
    kpi: customer_satisfaction
    between: [0.9, 97 %]
    over: week
  - id: launch
    milestone: {done: false, due: 2026-12-01}
"""
SMALL_OKR = """\
objective: Sell widgets
id: widgets
owner: sales@example.com
period: 2026-Q4
key_results:
  - id: sold
    name: 18,964 widgets before the end of the quarter
    kpi: units_sold
    where: {product: widget}
    at_least: 18_964
  # a level
  - id: satisfied
    name: Customers are satisfied
    kpi: customer_satisfaction
    from: 90 %
    at_least: 96 %
"""
KPI = """\
version: 2

models:
  - name: kpi_it
    description: >
      What came in,
      a row a day.
    config:
      meta:
        kpi:
          label: It
          kind: ratio
          unit: money
          direction: up
          precision: 2
          dimensions: [currency, team]
          owner: a@example.com
          conversion: {constant: 2025-12-31}
          every: week
    columns:
      - name: day
        description: Business day
"""
SHEET = """\
# what our sheets hold
headcount:
  label: Headcount
  description: People employed.
  kind: stock
  every: month
  unit: people
  direction: up
  dimensions: [team, site]
  owner: people@example.com
nps:
  kind: ratio
  unit: percent
  proportion: true
  direction: up
  precision: 3
  owner: people@example.com
spent:
  kind: flow
  unit: money
  direction: down
  dimensions: [currency]
  conversion: average
  owner: people@example.com
"""
OTHER_KPI = """\
models:
  - name: kpi_it
    config: {meta: {kpi: {kind: flow, unit: parcels, direction: up, owner: a@example.com}}}
"""
OTHER_SHEET = "calls: {kind: flow, unit: calls, direction: up, owner: a@example.com}"


class PlainLoader(yaml.SafeLoader):
    """YAML as text, lists and mappings; only an unquoted null is None, and a key given twice is an error."""


def _mapping(loader: PlainLoader, node: yaml.MappingNode) -> dict[str, Any]:
    pairs = [
        (key.value, loader.construct_object(item, deep=True))  # type: ignore[no-untyped-call]
        for key, item in node.value
    ]
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a key is given twice")
    return dict(pairs)


for _tag in ("int", "float", "bool", "timestamp", "value", "str", "merge"):
    PlainLoader.add_constructor(f"tag:yaml.org,2002:{_tag}", lambda _, node: node.value)
PlainLoader.add_constructor("tag:yaml.org,2002:map", _mapping)


def written(content: bytes) -> Any:
    """What a file says, as text."""
    return yaml.load(content.decode("utf-8-sig"), Loader=PlainLoader)


def number(text: str) -> Decimal:
    plain = Decimal(text.replace("%", "").replace("_", "").strip())
    return plain / 100 if "%" in text else plain


def days_of(period: Any) -> tuple[date, date]:
    """The first and last day of a period in calendar years."""
    if isinstance(period, dict):
        return date.fromisoformat(period["start"]), date.fromisoformat(period["end"])
    year, part = int(period[:4]), period[5:]
    if part.startswith("W"):
        start = date.fromisocalendar(year, int(part[1:]), 1)
        return start, start + timedelta(days=6)
    if re.fullmatch(r"\d\d-\d\d", part):
        return date.fromisoformat(period), date.fromisoformat(period)
    length = {"Q": 3, "H": 6}.get(part[:1], 1 if part else 12)
    place = int(part.strip("QH") or 1) - 1
    start = date(year, 1 + place * length, 1)
    after = (start.year * 12 + start.month - 1) + length
    return start, date(after // 12, after % 12 + 1, 1) - timedelta(days=1)


def objective_as_written(said: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in ("objective", "id", "owner", "parent"):
        yield name, said.get(name)
    yield "commitment", said.get("commitment", "committed")
    weight = said.get("contributes", said.get("weight"))
    yield "weight", None if weight is None else number(weight)
    yield "period", days_of(said["period"])
    for place, result in enumerate(said["key_results"]):
        for name, meaning in result_as_written(result):
            yield f"{place}.{name}", meaning


def result_as_written(said: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in ("id", "name", "kpi", "per", "over", "for_each", "because"):
        yield name, said.get(name)
    for name in ("at_least", "at_most"):
        yield name, None if said.get(name) is None else number(said[name])
    start = said.get("from", "measured" if starts_measured(said) else None)
    yield "baseline", start if start in (None, "measured") else number(start)
    yield "between", None if said.get("between") is None else tuple(map(number, said["between"]))
    yield "weight", number(said.get("weight", "1"))
    yield "met_in", said.get("met_in")
    plan = said.get("plan")
    yield "plan", plan and sorted((*days_of(label), number(said)) for label, said in plan.items())
    yield "by", None if said.get("by") is None else date.fromisoformat(said["by"])
    yield "where", said.get("where", {})
    members = said.get("members")
    yield "members", None if members is None else tuple(name.strip() for name in members)
    yield "name_members", said.get("name_members", "true").lower() == "true"
    done = said.get("milestone")
    yield "milestone", done and (done["done"].lower() == "true", date.fromisoformat(done["due"]))
    leads = said.get("leads")
    yield "leads", leads and (leads["kpi"], leads.get("by"))


def starts_measured(said: Mapping[str, Any]) -> bool:
    """Whether it is a level without `from` (docs/okr-semantics.md, Score)."""
    kpi = KPIS.get(said.get("kpi", ""))
    if kpi is None or said.get("per") or said.get("between"):
        return False
    return kpi.kind in ("stock", "ratio") or bool(said.get("over"))


def cannot_be_right(said: Mapping[str, Any]) -> Iterator[str]:
    """The numbers of an objective that are on another scale than their KPI, or beyond the ends of a proportion."""
    for result in said["key_results"]:
        goals = [result.get(name) for name in ("at_least", "at_most", "from")]
        texts = [
            text for text in [*goals, *(result.get("between") or ())] if text and text != "measured"
        ]
        # of a KPI that nothing computes, the scale is not known
        for text in texts if result.get("kpi") in KPIS else ():
            is_share = KPIS[result["kpi"]].unit == "percent"
            if ("%" in text and not is_share) or (
                "%" not in text and is_share and abs(number(text)) >= 1
            ):
                yield text
            if KPIS[result["kpi"]].is_proportion and not 0 <= number(text) <= 1:
                yield text


def objective_as_read(read: Objective) -> Iterator[tuple[str, Any]]:
    for name in ("objective", "id", "owner", "parent", "commitment", "weight"):
        yield name, getattr(read, name)
    yield "period", (read.period.start, read.period.end)
    for place, result in enumerate(read.key_results):
        for name in type(result).model_fields:
            value = getattr(result, name)
            if name == "plan" and value is not None:
                value = sorted((part.start, part.end, amount) for part, amount in value.amounts)
            if name == "leads" and value is not None:
                value = (value.kpi, value.by)
            is_milestone = name == "milestone" and value is not None
            yield f"{place}.{name}", (value.done, value.due) if is_milestone else value


def kpi_as_written(name: str, said: Mapping[str, Any], description: str) -> dict[str, Any]:
    return {
        **{key: said[key] for key in ("kind", "unit", "direction", "owner")},
        # a share has at least the decimals of a whole percentage
        "precision": max(
            int(Decimal(said.get("precision", "0"))), 2 if said["unit"] == "percent" else 0
        ),
        "dimensions": tuple(said.get("dimensions", ())),
        "label": said.get("label") or name.replace("_", " "),
        "every": said.get("every", "day"),
        "denominator": said.get("denominator", "sum"),
        "is_proportion": said.get("proportion", "false").lower() == "true",
        "description": " ".join(said.get("description", description).split()),
        "constant": constant_in(said.get("conversion")),
    }


def constant_in(conversion: Any) -> date | None:
    return date.fromisoformat(conversion["constant"]) if isinstance(conversion, dict) else None


def kpi_as_read(kpi: Kpi) -> dict[str, Any]:
    fields = ("kind", "unit", "direction", "owner", "precision", "dimensions", "label", "every", "denominator",
              "is_proportion", "description")  # fmt: skip
    constant = kpi.conversion.day if kpi.conversion else None
    return {name: getattr(kpi, name) for name in fields} | {"constant": constant}


def assert_told(faults: tuple[Fault, ...], file: str, content: bytes) -> None:
    last = len(re.split(rb"\r\n|\r|\n|\xc2\x85|\xe2\x80[\xa8\xa9]", content)) + 1
    for fault in faults:
        assert fault.file == file
        assert 1 <= fault.line <= last, fault
        assert fault.what, fault
        assert fault.remedy, fault


def contents(kind: str, *sound: str) -> Iterator[bytes]:
    """The mutated files, the same in every run."""
    for case in range(CASES):
        random = Random(f"{kind} {case}")
        yield mutated(random, random.choice(sound))


def test_the_files_that_are_mutated_are_sound(tmp_path: Path) -> None:
    loaded = load({"o.yml": OKR}, KPIS)
    assert loaded.faults == ()
    assert dict(objective_as_read(loaded.objectives[0])) == dict(
        objective_as_written(written(OKR.encode()))
    )
    kpis = kpis_of(tmp_path, KPI.encode(), SHEET.encode())
    assert kpis.faults == ()
    assert kpis.kpis.keys() == {"it", "headcount", "nps", "spent"}


def test_a_mutated_okr_file_is_refused_or_read_as_it_is_written() -> None:
    read = 0
    for content in contents("okr", OKR, SMALL_OKR):
        loaded = load({"o.yml": content}, KPIS)
        assert_told(loaded.faults, "o.yml", content)
        is_refused = any(fault.stops_file for fault in loaded.faults)
        assert is_refused != bool(loaded.objectives), content
        for objective in loaded.objectives:
            assert dict(objective_as_read(objective)) == dict(
                objective_as_written(written(content))
            ), content
            assert not list(cannot_be_right(written(content))), content
            read += 1
    assert CASES / 20 < read < CASES / 2, "most are refused, and some are sound"


def kpis_of(folder: Path, kpi: bytes, sheet: bytes) -> Any:
    (folder / "kpi_it.sql").write_text("select 1")
    (folder / "kpi_it.yml").write_bytes(kpi)
    (folder / "sheet_kpis.yml").write_bytes(sheet)
    return read_kpis(project_of_kpis(folder), folder / "sheet_kpis.yml")


def test_a_mutated_kpi_file_is_refused_or_read_as_it_is_written(tmp_path: Path) -> None:
    read = 0
    for content in contents("kpi", KPI):
        declared = kpis_of(tmp_path, content, OTHER_SHEET.encode())
        assert "calls" in declared.kpis, "no other KPI is touched"
        assert_told(declared.faults, str(tmp_path / "kpi_it.yml"), content)
        assert bool(declared.faults) != ("it" in declared.kpis), content
        if "it" in declared.kpis:
            [model] = [model for model in written(content)["models"] if model["name"] == "kpi_it"]
            said = model["config"]["meta"]["kpi"]
            description = model.get("description") or ""
            assert kpi_as_read(declared.kpis["it"]) == kpi_as_written("it", said, description), (
                content
            )
            assert said["unit"] not in NO_UNITS, content
            read += 1
    assert CASES / 20 < read < CASES / 2


def test_a_mutated_file_of_sheet_kpis_is_refused_or_read_as_it_is_written(tmp_path: Path) -> None:
    read = 0
    for content in contents("sheet", SHEET):
        declared = kpis_of(tmp_path, OTHER_KPI.encode(), content)
        assert "it" in declared.kpis, "no other KPI is touched"
        assert_told(declared.faults, str(tmp_path / "sheet_kpis.yml"), content)
        in_sheet = {name: kpi for name, kpi in declared.kpis.items() if name != "it"}
        for name, kpi in in_sheet.items():
            assert kpi_as_read(kpi) == kpi_as_written(name, written(content)[name], ""), content
            read += 1
        if not declared.faults:
            assert in_sheet.keys() == set(written(content) or {}), content
    assert CASES / 20 < read < 3 * CASES


@pytest.mark.parametrize(
    "content", [b"\xff\xfe", b"\x00", b"\xef\xbb\xbf", "é: ü".encode("latin-1"), b"\t", b"---\n---"]
)
def test_the_shortest_broken_files_are_faults(content: bytes) -> None:
    loaded = load({"o.yml": content}, KPIS)
    assert_told(loaded.faults, "o.yml", content)
    assert loaded.objectives == ()
