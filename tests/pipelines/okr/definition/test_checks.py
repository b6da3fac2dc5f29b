"""At which line a fault is told, and what it says in full."""

from collections.abc import Collection

import pytest

from pipelines.okr.definition.loading import load
from pipelines.okr.kpi.conversion import Conversion
from pipelines.okr.kpi.kpi import Kpi
from tests.pipelines.okr.conftest import KPIS

MORE = {
    kpi.name: kpi
    for kpi in (
        Kpi("monthly", "flow", "deals", every="month"),
        Kpi("bare", "flow", ""),
        Kpi("share", "ratio", "percent", precision=4, is_proportion=True),
        Kpi(
            "sales", "flow", "money", precision=2, dimensions=("currency",),
            conversion=Conversion("booking", frozenset({"value"})),
        ),
    )
}  # fmt: skip


def told(*lines: str, period: str = "2026-Q4", broken: Collection[str] = ()) -> list[str]:
    """The faults of a key result whose lines begin at the sixth of the file."""
    head = f"objective: Grow\nid: grow\nperiod: {period}\nkey_results:\n  - id: kr\n"
    text = head + "".join(f"    {line}\n" for line in lines)
    faults = load({"o.yml": text}, KPIS | MORE, broken_kpis=broken).faults
    return [str(fault).replace(": key result `kr`", "", 1) for fault in faults]


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        (
            ("kpi: deals", "per: year", "at_least: 5"),
            "o.yml:7: there is no whole year in it; choose a shorter window or a longer period",
        ),
        (
            ("kpi: deals", "at_least: 5", "over: year"),
            "o.yml:8: there is no whole year in it; choose a shorter window or a longer period",
        ),
        (
            ("kpi: monthly", "per: week", "at_least: 5"),
            "o.yml:7: `monthly` is given every month, and has no value for a week; "
            "write month, or a longer window",
        ),
        (
            ("kpi: monthly", "at_least: 5", "over: week"),
            "o.yml:8: `monthly` is given every month, and has no value for a week; "
            "write month, or a longer window",
        ),
        (
            ("kpi: deals", "at_least: 5", "per: month", "met_in: 4"),
            "o.yml:9: `met_in: 4`, and its time has 3 whole months; write at most 3, or all",
        ),
        (
            ("kpi: deals", "at_least: 5", "by: 2026-09-30"),
            "o.yml:8: the deadline 2026-09-30 is before the period starts (2026-10-01); "
            "write a day from 2026-10-01 to 2026-12-31",
        ),
        (
            ("milestone: {done: false, due: 2027-01-01}",),
            "o.yml:6: the deadline 2027-01-01 is after the period ends (2026-12-31); "
            "write a day up to 2026-12-31, or a longer period",
        ),
        (
            ("milestone: {done: false, due: 2026-12-01}", "by: 2026-12-01"),
            "o.yml:7: a milestone takes no `by`; its day is `due`",
        ),
        (
            ("milestone: {done: false, due: 2026-12-01}", "over: month"),
            "o.yml:7: a milestone takes no `over`; leave `over` out",
        ),
        (
            ("kpi: deals", "at_least: 5", "between: [1, 2]", "from: 3"),
            "o.yml:5: more than one goal (at_least, between); keep one of them",
        ),
        (
            ("kpi: likes", "at_most: 5", "from: 5"),
            "o.yml:8: the baseline and the target are both 5; "
            "leave `from` out to hold a level, or write another target",
        ),
        (
            ("kpi: bare", "at_least: 5 %",),
            "o.yml:7: `bare` is no percentage, and 5 % is a share; "
            "write the number itself, without the sign",
        ),
        (
            ("kpi: deals", "at_least: 1.234",),
            "o.yml:7: `deals` is in deals with 0 decimals, and 1.234 has three; "
            "write 1_234 or 1.2340",
        ),
        (
            ("kpi: deals", "at_least: 1.230",),
            "o.yml:7: `deals` is in deals with 0 decimals, and 1.230 has three; "
            "write 1_230 or 1.23",
        ),
        (
            ("kpi: csat", "at_least: 1",),
            "o.yml:7: `csat` is a percentage and 1 would be 100%; write 1 % or 100 %",
        ),
        (
            ("kpi: share", "at_least: 101 %",),
            "o.yml:7: `share` is a share of a whole, and 101 % can never be reached; "
            "write 0 % to 100 %, or take `proportion` out of the KPI's YAML",
        ),
        (
            ("kpi: share", "at_most: -1 %",),
            "o.yml:7: `share` is a share of a whole, and -1 % can never be reached; "
            "write 0 % to 100 %, or take `proportion` out of the KPI's YAML",
        ),
        (
            ("kpi: sales", "at_least: 5", "where: {currency: eur}"),
            "o.yml:8: `eur` is no currency; did you mean `EUR`?",
        ),
    ],
)  # fmt: skip
def test_a_fault_is_told_at_its_line_with_what_would_be_right(lines, fault):
    assert fault in told(*lines)


@pytest.mark.parametrize(
    "lines",
    [
        ("kpi: deals", "at_least: 5", "per: quarter"),
        ("kpi: deals", "at_least: 5", "by: 2026-10-01"),
        ("kpi: deals", "at_least: 5", "by: 2026-12-31"),
        ("kpi: deals", "at_least: 5", "per: month", "met_in: 3"),
        ("kpi: monthly", "at_least: 5", "per: month"),
        ("kpi: likes", "at_most: 5", "from: 6"),
        ("kpi: likes", "at_least: 5", "from: measured"),
        ("kpi: share", "at_least: 100 %"),
        ("kpi: share", "at_most: 0 %"),
        ("kpi: csat", "at_least: 0.99"),
        ("kpi: deals", "at_least: 1.5"),
        ("kpi: sales", "at_least: 5", "where: {currency: [EUR, USD]}"),
        ("kpi: deals", "at_least: 5", "for_each: rep", "where: {rep: [kim, lee]}"),
        ("milestone: {done: false, due: 2026-12-31}",),
    ],
)
def test_up_to_its_ends_all_is_well(lines):
    assert told(*lines) == []


def test_three_decimals_of_a_kpi_that_has_them_are_decimals():
    assert told("kpi: csat", "at_least: 0.960") == []
    assert told("kpi: churn", "at_most: 1.234 %") == []


def test_a_kpi_whose_own_declaration_is_at_fault_is_not_told_again():
    assert told("kpi: gone", "at_least: 5", broken=["gone"]) == []
    # nor is one that is sound left unchecked because of another
    assert told("kpi: csat", "at_least: 96", broken=["gone"]) != []
    [fault] = told("kpi: gon", "at_least: 5", broken=["gone"])
    assert fault == "o.yml:6: unknown KPI `gon`; did you mean `gone`?"


def test_a_key_result_is_called_by_its_id():
    text = "objective: Grow\nid: grow\nperiod: 2026-Q4\nkey_results:\n  - {id: kr, kpi: csat, at_least: 96}\n"
    [fault] = load({"o.yml": text}, KPIS).faults
    assert "key result `kr`: " in str(fault)


def test_one_without_an_id_is_called_by_its_number():
    results = (
        "  - {id: a, kpi: deals, at_least: 1, by: 2026-11-30}\n  - {kpi: deals, at_least: 1}\n"
    )
    text = f"objective: Grow\nid: grow\nkey_results:\n{results}"
    faults = [str(fault) for fault in load({"o.yml": text}, KPIS).faults]
    assert any(fault.startswith("o.yml:5: key result `2`: ") for fault in faults), faults
