"""`okra target`, and the goals that `okra check` doubts."""

import io
import json
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import duckdb
import pytest
from rich.console import Console

from pipelines.commands import init
from pipelines.commands.checking import check
from pipelines.commands.console import Output
from pipelines.commands.project_files import Answers
from pipelines.commands.target import AskedTarget, TargetError, even_target, target
from pipelines.inputs.facts import NoFactsError
from pipelines.settings import Settings
from tests.pipelines.fact_tables import create_fact_tables, insert_day

FIRST, LAST = date(2025, 9, 1), date(2026, 10, 31)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fourteen months in which 0 to 9 units a day were shipped, 4.5 on average."""
    home = tmp_path_factory.mktemp("home")
    path = Settings(_env_file=None, home=home).warehouse_path
    path.parent.mkdir(parents=True)
    random = Random(1)
    with duckdb.connect(str(path)) as connection:
        create_fact_tables(connection)
        for number in range((LAST - FIRST).days + 1):
            insert_day(
                connection, "units_shipped", FIRST + timedelta(number), random.randrange(10),
                {"product": "widget", "color": "green"},
            )  # fmt: skip
        connection.execute("insert into reporting.kpis values ('units_shipped', ?, [])", [LAST])
    return home


@pytest.fixture
def settings(warehouse: Path, tmp_path: Path) -> Iterator[Settings]:
    definitions = tmp_path / "okrs"
    definitions.mkdir()
    return Settings(
        _env_file=None, home=warehouse, okr_definitions=definitions, sandbox_today=date(2026, 11, 1)
    )


def shown(settings: Settings, asked: AskedTarget, *, as_json: bool = False) -> str:
    paper = io.StringIO()
    console = Console(file=paper, width=200)
    target(settings, asked, Output(console, Console(file=io.StringIO()), as_json=as_json))
    return paper.getvalue()


def test_the_ladder_stands_beside_what_came_before(settings: Settings) -> None:
    text = shown(settings, AskedTarget("units_shipped", "2026-11"))
    assert "What is possible: Units shipped, November 2026 (data through Oct 31, 2026)" in text
    assert [line.split()[0] for line in text.splitlines() if "pieces" in line and "%" in line] == [
        "90%", "70%", "50%", "30%", "10%",
    ]  # fmt: skip
    for name in ("A year before", "The best ever", "At the present rate"):
        assert name in text


def test_machines_get_exact_amounts_and_days(settings: Settings) -> None:
    answer = json.loads(shown(settings, AskedTarget("units_shipped", "2026-11"), as_json=True))
    assert (answer["period_start"], answer["period_end"]) == ("2026-11-01", "2026-11-30")
    assert (answer["comparison"], answer["data_through"]) == ("at_least", "2026-10-31")
    assert [rung["odds"] for rung in answer["rungs"]] == ["0.9", "0.7", "0.5", "0.3", "0.1"]
    targets = [Decimal(rung["target"]) for rung in answer["rungs"]]
    assert targets == sorted(targets)
    assert 105 < targets[2] < 165, "30 days of 4.5 are 135"
    assert answer["year_before"]["start"] == "2025-11-01"


def test_the_next_quarter_is_meant_where_no_period_is_named(settings: Settings) -> None:
    answer = json.loads(shown(settings, AskedTarget("units_shipped"), as_json=True))
    assert (answer["period_start"], answer["period_end"]) == ("2027-01-01", "2027-03-31")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (AskedTarget("units_shipped", "Q3"), "without a year"),
        (AskedTarget("units_shipped", where=("green",)), "write it like --where color=green"),
        (AskedTarget("units_shipped", where=("shape=round",)), "has no dimension `shape`"),
        (AskedTarget("units_shipped", "2026-09"), "its days are over"),
    ],
)
def test_what_cannot_be_asked_is_said_in_one_line(
    settings: Settings, asked: AskedTarget, said: str
) -> None:
    with pytest.raises(TargetError, match=said) as raised:
        target(settings, asked, Output())
    assert "\n" not in str(raised.value)


def test_before_the_first_run_there_is_no_ladder(tmp_path: Path) -> None:
    empty = Settings(_env_file=None, home=tmp_path)
    with pytest.raises(NoFactsError, match="okra run"):
        target(empty, AskedTarget("units_shipped"), Output())
    assert even_target(empty, AskedTarget("units_shipped")) == ""


def test_a_new_objective_is_offered_the_target_with_even_odds(settings: Settings) -> None:
    answer = json.loads(shown(settings, AskedTarget("units_shipped", "2026-11"), as_json=True))
    [even] = [rung["target"] for rung in answer["rungs"] if rung["odds"] == "0.5"]
    assert even_target(settings, AskedTarget("units_shipped", "2026-11")) == even


GOALS = """
objective: Ship
id: ship
period: {period}
key_results:
  - {{id: trivial, kpi: units_shipped, at_least: 20}}
  - {{id: hopeless, kpi: units_shipped, at_least: 900}}
  - {{id: wanted, kpi: units_shipped, at_least: 900, because: The board asked for it}}
  - {{id: fair, kpi: units_shipped, at_least: 135}}
"""


def doubts(settings: Settings, period: str) -> list[str]:
    (settings.definitions_path / "ship.yml").write_text(GOALS.format(period=period))
    err = io.StringIO()
    output = Output(Console(file=io.StringIO()), Console(file=err, width=500))
    assert check(settings, [], output)
    return [line for line in err.getvalue().splitlines() if line.startswith("ship/")]


def test_a_new_goal_that_is_trivial_or_hopeless_is_doubted_unless_it_says_why(
    settings: Settings,
) -> None:
    easy, hard = doubts(settings, "2026-11")
    assert "ship/trivial: on 2026-11-01 its odds were >99%, so it is almost sure" in easy
    assert "ship/hopeless: on 2026-11-01 its odds were <1%, so it is almost out of reach" in hard
    assert "okra target units_shipped" in easy


def test_odds_late_in_a_period_say_how_it_went_and_are_no_doubt(settings: Settings) -> None:
    assert doubts(settings, "2026-Q4") == [], "31 of 92 days are over"


def test_a_first_objective_is_offered_the_even_target_of_its_quarter(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: dict[str, str] = {}

    def ask(question: str, default: str = "", **_: object) -> str:
        offered[question.partition(" ")[2]] = default
        return default

    monkeypatch.setattr(init, "ask", ask)
    monkeypatch.setattr(init, "agree", lambda *_, **__: True)
    monkeypatch.setattr(init, "choose", lambda _, choices, default: default or "units_shipped")
    answers = Answers()
    err = io.StringIO()
    output = Output(Console(file=io.StringIO()), Console(file=err, width=200))
    init.ask_of_objective(answers, settings, output)
    even = even_target(settings, AskedTarget("units_shipped", "2026-Q4"))
    assert offered["number to reach (2_000_000, 96 %)"] == even != "100"
    assert f"{even} in 2026-Q4 would be met with odds of 50 %" in err.getvalue()
    [text] = answers.objectives.values()
    assert f"at_least: {even}" in text
