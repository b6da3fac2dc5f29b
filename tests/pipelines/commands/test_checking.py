"""`okra check`: what each goal means, and the members of a filter that no row has."""

import io
import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from pipelines.commands.checking import (
    NotAnOkrFileError,
    asked,
    begun_too_early,
    check,
    goals,
    schema,
    without_total,
)
from pipelines.commands.console import Output
from pipelines.inputs.declarations import DeclaredKpis
from pipelines.okr.definition.loading import load
from pipelines.okr.definition.sentences import sentence
from pipelines.okr.kpi.facts import DayFact, KpiFacts
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.periods import FiscalYear
from pipelines.okr.kpi.readings import KpiReading
from pipelines.okr.kpi.series import index_facts
from pipelines.okr.kpi.status import Policy
from pipelines.settings import Settings
from tests.pipelines.fact_tables import create_fact_tables, insert_day

KPIS = {
    kpi.name: kpi
    for kpi in (
        Kpi("deals", "flow", "deals", dimensions=("rep", "region")),
        Kpi("revenue", "flow", "USD", precision=2),
        Kpi("budget", "flow", "USD", precision=2, every="month", is_plan=True),
        Kpi("likes", "stock", "people"),
        Kpi("visitors", "distinct", "visitors"),
        Kpi("csat", "ratio", "percent", precision=4),
    )
}
MEASURED = KpiReading(Decimal("118204"), label="2026-06")


@pytest.mark.parametrize(("period", "lines", "measured", "said"), [
    ("2026", "kpi: revenue, at_least: 2_000_000", None,
     "revenue in total since 1 January 2026, at least 2,000,000 USD, by 31 December 2026 (2026 starts on "
     "1 January 2026)"),
    ("2026", "kpi: deals, at_least: 5, by: 2026-09-30, where: {rep: Kim}", None,
     "deals (rep Kim) in total since 1 January 2026, at least 5 deals, by 30 September 2026 (2026 starts on "
     "1 January 2026)"),
    ("2026-H2", "kpi: visitors, over: month, from: measured, at_least: 150_000", MEASURED,
     "visitors of the latest whole month, from 118,204 visitors (2026-06) to at least 150,000 visitors, by "
     "31 December 2026 (2026-H2 starts on 1 July 2026)"),
    ("2026-H2", "kpi: deals, per: month, for_each: rep, at_least: 7", None,
     "deals of each rep in each month, at least 7 deals, by 31 December 2026 (2026-H2 starts on 1 July 2026)"),
    ("2026", "kpi: likes, from: measured, at_least: 33_500", KpiReading(Decimal(29480), date(2025, 12, 31)),
     "the latest likes, from 29,480 people (31 December 2025) to at least 33,500 people, by 31 December 2026 "
     "(2026 starts on 1 January 2026)"),
    ("2026", "kpi: likes, from: measured, at_least: 33_500", None,
     "the latest likes, from its value before 1 January 2026 to at least 33,500 people, by 31 December 2026 "
     "(2026 starts on 1 January 2026)"),
    ("2026", "kpi: likes, from: measured, at_least: 33_500", KpiReading(None),
     "the latest likes, from 0 (nothing is known from before 1 January 2026) to at least 33,500 people, by "
     "31 December 2026 (2026 starts on 1 January 2026)"),
    ("2026-Q1", "kpi: csat, from: 90 %, at_least: 96 %", None,
     "csat since 1 January 2026, from 90 % to at least 96 %, by 31 March 2026 (2026-Q1 starts on 1 January 2026)"),
    ("{start: 2026-02-03, end: 2026-06-30}", "kpi: csat, over: week, between: [90 %, 96 %]", None,
     "csat of each whole week, between 90 % and 96 %, by 30 June 2026 (starts on 3 February 2026)"),
    ("2026-11", "milestone: {done: false, due: 2026-11-15}", None, "done by 15 November 2026"),
    ("2026", "kpi: revenue, at_least: {kpi: budget, times: 1.05}", None,
     "revenue in total since 1 January 2026, at least budget × 1.05, by 31 December 2026 (2026 starts on "
     "1 January 2026)"),
    ("2026-11", "kpi: deals, at_least: {north: 7, south: 5}, for_each: region, where: {rep: [Lee, Kim]}", None,
     "deals (rep Kim or Lee) of each region in total since 1 November 2026, at least a target of its own "
     "(north 7 deals, south 5 deals), by 30 November 2026 (2026-11 starts on 1 November 2026)"),
    ("2026-11", "kpi: deals, at_least: 5, where: {not: {rep: none}}", None,
     "deals (any rep but none) in total since 1 November 2026, at least 5 deals, by 30 November 2026 (2026-11 "
     "starts on 1 November 2026)"),
])  # fmt: skip
def test_a_goal_is_one_sentence_with_its_dates_and_its_baseline(period, lines, measured, said):
    text = f"{{objective: O, id: o, period: {period}, key_results: [{{id: kr, {lines}}}]}}"
    (objective,) = load({"o.yml": text}, KPIS).objectives
    result = objective.key_results[0]
    assert sentence(objective, result, KPIS.get(result.kpi or ""), measured) == said


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("start: 2026-06-01", "“More calls” on deals, from 1 June 2026 on"),
        (
            "start: 2026-06-01, ends: 2026-08-31, lag: 1 week, ramp: 2 weeks, where: {rep: Kim}, "
            "controls: {rep: Lee}, expected: 10 %",
            "“More calls” on deals (rep Kim), from 1 June 2026 to 31 August 2026, to be seen in full from "
            "22 June 2026, expected to change it by 10 %, held against rep Lee",
        ),
    ],
)
def test_a_measure_is_one_sentence_with_its_days(lines, said):
    text = (
        "objective: Grow\nid: grow\nperiod: 2026\nkey_results: [{id: it, kpi: deals, at_least: 5}]\n"
        f"measures: [{{what: More calls, kpi: deals, {lines}}}]\n"
    )
    loaded = load({"grow.yml": text}, KPIS)
    assert loaded.faults == ()
    assert list(goals(loaded, DeclaredKpis(KPIS, ()), {}, ["grow.yml"]))[1] == f"grow: {said}"


def test_a_sentence_has_the_number_of_a_budget_where_it_is_known():
    text = "{objective: O, id: o, period: 2026-Q4, key_results: [{id: kr, kpi: revenue, at_least: {kpi: budget}}]}"
    (objective,) = load({"o.yml": text}, KPIS).objectives
    result = objective.key_results[0]
    rows = [DayFact(date(2026, month, 1), {}, Decimal(100 * month)) for month in (10, 11, 12)]
    indexes = index_facts({"budget": KpiFacts(KPIS["budget"], rows)})
    goal = asked(objective, result, indexes)
    # 1000 + 1100 + 1200
    assert "at least 3,300 USD (budget), by" in sentence(
        objective, result, KPIS["revenue"], None, goal
    )
    assert asked(objective, result, {}).low is None


def test_a_sentence_asks_for_as_many_windows_as_the_settings_do():
    text = "{objective: O, id: o, period: 2026, key_results: [{id: kr, kpi: deals, at_least: 5, per: month}]}"
    (objective,) = load({"o.yml": text}, KPIS).objectives
    result = objective.key_results[0]
    assert "met in 11 of 12" in sentence(objective, result, KPIS["deals"]), "0.9 × 12 = 10.8"
    half = Policy(committed_met_in=Decimal("0.5"))
    assert "met in 6 of 12" in sentence(objective, result, KPIS["deals"], policy=half)


def test_a_child_that_does_not_contribute_is_said_to_be_aligned_only():
    child = "{{objective: O, id: {0}, period: 2026, {1}key_results: [{{id: kr, kpi: deals, at_least: 5}}]}}"
    loaded = load(
        {
            "top.yml": child.format("top", ""),
            "counts.yml": child.format("counts", "parent: top, contributes: 1, "),
            "aligned.yml": child.format("aligned", "parent: top, "),
        },
        KPIS,
    )
    lines = goals(loaded, DeclaredKpis(kpis=KPIS), {}, {"top.yml", "counts.yml", "aligned.yml"})
    said = {line.partition("/")[0]: line.endswith("; aligned only") for line in lines}
    assert said == {"top": False, "counts": False, "aligned": True}


@pytest.mark.parametrize(("fiscal_year", "dates"), [
    (FiscalYear(10), ("1 October 2025", "31 December 2025")),
    (FiscalYear(10, "start"), ("1 October 2026", "31 December 2026")),
    (FiscalYear(1), ("1 January 2026", "31 March 2026")),
])  # fmt: skip
def test_a_sentence_has_the_dates_of_the_fiscal_year(fiscal_year, dates):
    text = (
        "{objective: O, id: o, period: 2026-Q1, key_results: [{id: kr, kpi: deals, at_least: 5}]}"
    )
    (objective,) = load({"o.yml": text}, KPIS, fiscal_year).objectives
    start, end = dates
    assert sentence(objective, objective.key_results[0], KPIS["deals"]) == (
        f"deals in total since {start}, at least 5 deals, by {end} (2026-Q1 starts on {start})"
    )


TEXT = """\
objective: Ship
id: ship
period: 2026-11
key_results:
  - id: green
    kpi: units_shipped
    where: {{product: {product}, color: green}}
    at_least: 982
  - id: likes
    kpi: page_likes
    from: measured
    at_least: 33_500
"""


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    """A home with the figures of two KPIs up to October."""
    settings = Settings(_env_file=None, home=tmp_path, okr_definitions=tmp_path / "okrs",
                        sandbox_today=date(2026, 11, 25))  # fmt: skip
    settings.definitions_path.mkdir()
    settings.warehouse_path.parent.mkdir(parents=True)
    with duckdb.connect(str(settings.warehouse_path)) as connection:
        create_fact_tables(connection)
        last = date(2026, 10, 31)
        for kpi, dimensions, value in [
            ("units_shipped", {"product": "thingamajig", "color": "green"}, 40),
            ("page_likes", {}, 31_250),
        ]:
            for day in (last - timedelta(1), last):
                insert_day(connection, kpi, day, value, dimensions)
            connection.execute("insert into reporting.kpis values (?, ?, [])", [kpi, last])
    return settings


def checked(settings: Settings, product: str) -> tuple[bool, list[str], list[str]]:
    (settings.definitions_path / "ship.yml").write_text(TEXT.format(product=product))
    out, err = io.StringIO(), io.StringIO()
    is_sound = check(settings, [], Output(Console(file=out), Console(file=err)))
    return is_sound, out.getvalue().splitlines(), err.getvalue().splitlines()


def test_a_member_that_never_occurred_is_a_fault_with_its_line_and_what_was_meant(
    home: Settings,
) -> None:
    is_sound, _, faults = checked(home, "thingamajg")
    assert not is_sound
    file = home.definitions_path / "ship.yml"
    assert faults == [
        f"{file}:7: key result `green`: no `thingamajg` in product; did you mean `thingamajig`?"
    ]


@pytest.mark.parametrize(("product", "remedy"), [
    ("Thingamajig", "did you mean `thingamajig`?"), ("widget", "its members: thingamajig")
])  # fmt: skip
def test_another_spelling_and_another_member_are_told_too(
    home: Settings, product: str, remedy: str
) -> None:
    _, _, [fault] = checked(home, product)
    assert fault.endswith(f"no `{product}` in product; {remedy}")


def test_the_goals_of_sound_files_are_shown_with_the_measured_baseline(home: Settings) -> None:
    is_sound, goals, said = checked(home, "thingamajig")
    assert is_sound
    assert said == ["1 OKR file, no fault"]
    assert goals == [
        "ship/green: units_shipped (product thingamajig, color green) in total since 1 November 2026, at least "
        "982 pieces, by 30 November 2026 (2026-11 starts on 1 November 2026)",
        "ship/likes: the latest page_likes, from 31,250 people (31 October 2026) to at least 33,500 people, by "
        "30 November 2026 (2026-11 starts on 1 November 2026)",
    ]


def test_without_figures_no_member_is_held_against_them(home: Settings) -> None:
    home.warehouse_path.unlink()
    is_sound, goals, _ = checked(home, "thingamajg")
    assert is_sound
    assert "from its value before 1 November 2026 to" in goals[1]


def test_a_broken_kpi_file_is_a_fault_and_its_key_results_say_so(
    home: Settings, tmp_path: Path
) -> None:
    sheet = tmp_path / "sheet_kpis.yml"
    sheet.write_text("headcount:\n  kind: stok\n  unit: people\n  direction: up\n  owner: o\n")
    text = "{objective: Grow, id: grow, period: 2026-11, key_results: [{id: it, kpi: headcount, at_least: 12}]}"
    (home.definitions_path / "grow.yml").write_text(text)
    is_sound, goals, said = checked(home.model_copy(update={"sheet_kpis": sheet}), "thingamajig")
    assert not is_sound
    assert goals[0] == f"grow/it: its KPI `headcount` is broken: see {sheet}"
    assert len(goals) == 3
    assert said == [
        f"{sheet}:2: `headcount`: `kind: stok` is not known; write one of 'flow', 'stock' or 'ratio'"
    ]


def test_a_goal_over_the_people_of_several_accounts_is_told_what_to_write() -> None:
    kpis = {"visitors": KPIS["visitors"].of_accounts(), "revenue": KPIS["revenue"].of_accounts()}
    text = """\
objective: Grow
id: grow
period: 2026-11
key_results:
  - {id: all, kpi: visitors, at_least: 1000}
  - {id: one, kpi: visitors, where: {account: eu}, at_least: 1000}
  - {id: each, kpi: visitors, for_each: account, at_least: 1000}
  - {id: money, kpi: revenue, at_least: 1000}
"""
    loaded = load({"grow.yml": text}, kpis)
    assert not loaded.faults  # the other goals of the file are scored
    assert [str(fault) for fault in without_total(loaded, kpis)] == [
        "grow.yml:5: key result `all`: `visitors` has no total over its accounts, as people are never added up; "
        "write `where: {account: …}`, or `for_each: account`"
    ]


@pytest.mark.parametrize(
    ("name", "title"),
    [(None, "An objective and its key results"), ("kpis", "KPIs"), ("sources", "Sources")],
)
def test_each_kind_of_file_has_a_schema(name: str | None, title: str) -> None:
    assert json.loads(schema([Path(name)] if name else []))["title"] == title


def test_a_schema_that_there_is_not_is_refused() -> None:
    with pytest.raises(NotAnOkrFileError, match=r"no schema of okra\.yml; write `--schema`"):
        schema([Path("okra.yml")])


def test_an_objective_that_starts_before_the_first_day_that_is_pulled_is_doubted() -> None:
    """Its days before it are missing for good, and its totals are never final."""
    text = (
        "objective: Early\nid: early\nowner: a@example.com\nperiod: {start: 2023-01-01, end: 2024-06-30}\n"
        "key_results:\n  - {id: one, kpi: deals, at_least: 5}\n"
    )
    loaded = load({"early.yml": text}, KPIS)
    assert [*begun_too_early(loaded, date(2024, 1, 1))] == [
        "early.yml:4: early starts on 2023-01-01, and figures are pulled from 2024-01-01 on: the days before it stay "
        "missing; set `start_date` to an earlier day, or start the objective later"
    ]
    assert [*begun_too_early(loaded, date(2023, 1, 1))] == []
    assert [*begun_too_early(loaded, date(2024, 1, 1), {"other.yml"})] == []
