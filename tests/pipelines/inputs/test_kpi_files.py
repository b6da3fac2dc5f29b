"""The KPIs there are, and what a person is told of one that is declared wrongly."""

from pathlib import Path

import pytest

from pipelines.inputs.kpi_files import read_kpis
from pipelines.okr.definition.loading import load
from pipelines.settings import BUILT_IN
from tests.projects import OKRA

SOUND = """\
headcount:
  kind: stock
  every: month
  unit: people
  direction: up
  owner: people@example.com
  dimensions: [team, site]
  label: Headcount
  description: >
    People
    employed
answered_calls:
  kind: flow
  unit: calls
  direction: up
  owner: support@example.com
"""


@pytest.fixture
def sheet_kpis(tmp_path: Path) -> Path:
    return tmp_path / "kpis" / "sheet_kpis.yml"


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def faults(path: Path, text: str) -> list[str]:
    told = read_kpis(OKRA, written(path, text)).faults
    assert {fault.file for fault in told} == {str(path)}
    return [str(fault).removeprefix(f"{path}:") for fault in told]


def test_a_kpi_of_a_sheet_stands_beside_those_in_sql(sheet_kpis: Path) -> None:
    kpis = read_kpis(OKRA, written(sheet_kpis, SOUND)).kpis
    assert {"headcount", "answered_calls", "net_revenue"} <= kpis.keys()
    headcount, calls = kpis["headcount"], kpis["answered_calls"]
    assert (headcount.name, headcount.kind, headcount.every) == ("headcount", "stock", "month")
    assert (headcount.dimensions, headcount.description) == (("team", "site"), "People employed")
    assert (calls.every, calls.precision, calls.dimensions) == ("day", 0, ())
    assert calls.label == "answered calls"
    assert kpis["net_revenue"].every == "day"


def test_without_the_file_or_with_an_empty_one_there_are_those_in_sql(sheet_kpis: Path) -> None:
    in_sql = set(OKRA.kpi_sql)
    assert read_kpis(OKRA, sheet_kpis).kpis.keys() == in_sql
    assert read_kpis(OKRA, written(sheet_kpis, "# none yet\n")).kpis.keys() == in_sql


def test_the_projects_own_file_is_sound() -> None:
    kpis = read_kpis(OKRA, BUILT_IN / "models/kpis/sheet_kpis.yml").kpis
    assert kpis["team_training_sessions"].every == "week"
    assert kpis["employee_nps"].kind == "ratio"


def test_an_okr_can_name_a_kpi_of_a_sheet(sheet_kpis: Path) -> None:
    text = """\
objective: Grow the team
id: grow
owner: people@example.com
period: 2026-Q4
key_results:
  - id: people
    kpi: headcount
    where: {team: sales}
    at_least: 12
"""
    kpis = read_kpis(OKRA, written(sheet_kpis, SOUND)).kpis
    assert load({"grow.yml": text}, kpis).faults == ()
    without = read_kpis(OKRA, sheet_kpis.with_name("gone.yml")).kpis
    assert "headcount" in str(load({"grow.yml": text}, without).faults[0])


def test_an_okr_cannot_ask_for_a_week_of_what_is_counted_monthly(sheet_kpis: Path) -> None:
    text = """\
objective: Grow the team
id: grow
owner: people@example.com
period: 2026-Q4
key_results:
  - id: people
    kpi: headcount
    at_least: 12
    {window}
"""
    kpis = read_kpis(OKRA, written(sheet_kpis, SOUND)).kpis
    for key in ("per", "over"):
        (fault,) = load({"grow.yml": text.format(window=f"{key}: week")}, kpis).faults
        assert str(fault) == (
            "grow.yml:9: key result `people`: `headcount` is given every month, and has no value for a "
            "week; write month, or a longer window"
        )
        assert load({"grow.yml": text.format(window=f"{key}: quarter")}, kpis).faults == ()


@pytest.mark.parametrize(("wrong", "told"), [
    ("  kind: stok", "2: `headcount`: `kind: stok` is not known; write one of 'flow', 'stock' or 'ratio'"),
    ("  kind: distinct", "2: `headcount`: a distinct count cannot be kept in a sheet; write "
                         "`kind: stock` and how often it is counted, such as `every: month`"),
    ("  kind: stock\n  every: fortnight", "3: `headcount`: `every: fortnight` is not known; write one "
                                          "of 'day', 'week', 'month' or 'quarter'"),
    ("  kind: stock\n  dimension: [team]", "3: `headcount`: unknown key `dimension`; did you mean "
                                           "`dimensions`?"),
    ("  kind: stock\n  dimensions: [team, date]", "3: `headcount`: no dimension can be called `date`; "
                                                  "rename the column; a KPI has one of this name anyway"),
    ("  kind: stock\n  precision: 7", "3: `headcount`: `precision` is `7`, not less than or equal to 6; "
                                      "write it such as `precision: 2`"),
    ("  kind: stock\n  scale: 0-100", "3: `headcount`: only a flow or stock in `percent` has a `scale`; "
                                      "remove it, or write `unit: percent`"),
    ("  kind: stock\n  scale: 0-10", "3: `headcount`: `scale: 0-10` is not known; write one of '0-1' or '0-100'"),
    ("  kind: stock\n  decimal: ';'", "3: `headcount`: `decimal: ;` is not known; write one of '.' or ','"),
    ("  kind: stock\n  kind: flow", "3: `kind` is given twice; keep one of them"),
])  # fmt: skip
def test_a_wrong_line_is_told_with_file_and_line(sheet_kpis: Path, wrong: str, told: str) -> None:
    text = f"headcount:\n{wrong}\n  unit: people\n  direction: up\n  owner: people@example.com\n"
    assert faults(sheet_kpis, text) == [told]


def test_what_is_missing_is_told_at_the_kpi(sheet_kpis: Path) -> None:
    assert faults(
        sheet_kpis, "a: {kind: flow, unit: x, direction: up, owner: o}\nb:\n  kind: flow\n"
    ) == [
        "2: `b`: no `direction`; add it such as `direction: up`",
        "2: `b`: no `owner`; add it such as `owner: people@example.com`",
        "2: `b`: no `unit`; add it such as `unit: people`",
    ]


def test_a_name_that_sql_has_already_or_that_is_none(sheet_kpis: Path) -> None:
    rest = ": {kind: flow, unit: x, direction: up, owner: o}\n"
    assert faults(sheet_kpis, f"net_revenue{rest}Head count{rest}") == [
        "1: `net_revenue` is already computed by models/kpis/kpi_net_revenue.sql; "
        "give one of them another name",
        "2: `Head count` is no name of a KPI; write lower-case letters, digits and _ only, a letter first",
    ]


@pytest.mark.parametrize(("text", "told"), [
    ("headcount: {kind: stock", "1: not YAML"),
    ("- headcount", "1: not a mapping of KPIs; write `name:` and its keys below"),
    ("headcount: stock", "1: `headcount` declares nothing; write `kind:`, `unit:`"),
    ("headcount:", "1: `headcount` declares nothing"),
])  # fmt: skip
def test_a_file_of_another_shape(sheet_kpis: Path, text: str, told: str) -> None:
    (fault,) = faults(sheet_kpis, text)
    assert fault.startswith(told)
