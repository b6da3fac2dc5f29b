"""Objectives among each other: ids, parents, circles, and which child counts in its parent's score."""

from decimal import Decimal

import pytest

from pipelines.okr.definition.lineage import contributions
from pipelines.okr.definition.loading import Loaded, load

RESULT = "key_results:\n  - {id: it, kpi: deals, at_least: 5}\n"


def text(name: str, more: str = "", results: str = RESULT) -> str:
    return f"objective: {name}\nid: {name}\nperiod: 2026-Q4\n{more}{results}"


def loaded(kpis, **files: str) -> Loaded:
    return load({f"{name}.yml": content for name, content in files.items()}, kpis)


def told(kpis, **files: str) -> list[str]:
    return [str(fault) for fault in loaded(kpis, **files).faults]


def test_a_child_counts_where_it_says_so(kpis):
    objectives = loaded(
        kpis,
        top=text("top"),
        counts=text("counts", "parent: top\ncontributes: 2\n"),
        aligned=text("aligned", "parent: top\n"),
    ).objectives
    assert contributions(objectives) == {"counts": Decimal(2)}


def test_a_parent_without_key_results_takes_all_its_children(kpis):
    objectives = loaded(
        kpis,
        top=text("top", results="key_results: []\n"),
        two=text("two", "parent: top\ncontributes: 2\n"),
        one=text("one", "parent: top\n"),
    ).objectives
    assert contributions(objectives) == {"two": Decimal(2), "one": Decimal(1)}
    assert contributions([x for x in objectives if x.id != "top"]) == {}


def test_an_id_belongs_to_one_file(kpis):
    first, second = told(kpis, a=text("same"), b=text("same"))
    assert first == "a.yml:2: the id `same` is also that of b.yml:2; give one another id"
    assert second == "b.yml:2: the id `same` is also that of a.yml:2; give one another id"


def test_a_parent_that_there_is_not_is_told_with_the_likely_one(kpis):
    (fault,) = told(kpis, top=text("sales"), low=text("low", "parent: salse\n"))
    assert fault == "low.yml:4: unknown parent `salse`; did you mean `sales`?"


def test_a_parent_whose_file_was_removed_is_to_be_left_out(kpis):
    (fault,) = told(kpis, low=text("low", "parent: donors\n"))
    assert fault == (
        "low.yml:4: unknown parent `donors`; remove `parent` if it is gone; the objectives are low"
    )


def test_a_parent_in_a_broken_file_is_a_parent(kpis):
    broken = "objective: Top\nid: top\nperiod: never\n" + RESULT
    faults = told(kpis, top=broken, low=text("low", "parent: top\n"))
    assert not any("unknown parent" in fault for fault in faults)
    assert any("never" in fault for fault in faults)


@pytest.mark.parametrize(
    ("parents", "circles"),
    [
        ({"a": "b", "b": "a"}, {"a": "a → b → a", "b": "b → a → b"}),
        ({"a": "a"}, {"a": "a → a"}),
        ({"a": "b", "b": "c", "c": "b"}, {"b": "b → c → b", "c": "c → b → c"}),
        ({"a": "b", "b": "c"}, {}),
    ],
)
def test_parents_that_go_in_a_circle(kpis, parents, circles):
    names = {*parents, *parents.values()}
    files = {x: text(x, f"parent: {parents[x]}\n" if x in parents else "") for x in names}
    faults = [x for x in told(kpis, **files) if "circle" in x]
    assert sorted(faults) == [
        f"{name}.yml:4: its parents go in a circle ({circle}); let one of them have no parent"
        for name, circle in sorted(circles.items())
    ]
