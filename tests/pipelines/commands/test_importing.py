"""`okra import`: what the export of another tool becomes, and what of it is named."""

import csv
import io
import json
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml
from rich.console import Console

from pipelines.commands.checking import check
from pipelines.commands.console import Output
from pipelines.commands.importing.command import import_okrs
from pipelines.commands.importing.mapping import MappingError
from pipelines.settings import Settings

HEADER = ["Goal", "Owner", "Time", "Key result", "Metric", "Direction", "Target", "Start", "Due", "Weight",
          "Progress", "Comment"]  # fmt: skip
MAPPING = """\
columns:
  objective: Goal
  owner: Owner
  period: Time
  key_result: Key Result
  kpi: Metric
  comparison: Direction
  target: Target
  from: Start
  by: Due
  weight: Weight
  done: Progress
values:
  period: {Q4 FY26: 2026-Q4}
  owner: {Ana Lee: ana@example.com}
  kpi: {Pieces shipped: units_shipped, Happy customers: customer_satisfaction, To do: milestone}
  comparison: {Increase: at_least, Decrease: at_most}
defaults: {comparison: Increase}
days: "%d.%m.%Y"
decimal: ","
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "okrs").mkdir()
    return Settings(_env_file=None, home=tmp_path / "data", okr_definitions=tmp_path / "okrs")


class Export:
    """An export in the folder of a company."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.folder = settings.definitions_path.parent

    def taken(
        self, rows: list[list[str]], mapping: str = MAPPING, *, dry_run: bool = False
    ) -> dict[str, Any]:
        file, how = self.folder / "export.csv", self.folder / "mapping.yml"
        with file.open("w", newline="", encoding="utf-8") as opened:
            csv.writer(opened, delimiter=";").writerows([HEADER, *rows])
        how.write_text(mapping, encoding="utf-8")
        paper = io.StringIO()
        output = Output(Console(file=paper), Console(file=io.StringIO()), as_json=True)
        all_mapped = import_okrs(self.settings, file, how, output, dry_run=dry_run)
        answer: dict[str, Any] = json.loads(paper.getvalue())
        assert all_mapped == (not answer["unmapped"])
        return answer

    @property
    def files(self) -> dict[str, str]:
        return {x.name: x.read_text("utf-8") for x in self.settings.definitions_path.iterdir()}


@pytest.fixture
def export(settings: Settings) -> Export:
    return Export(settings)


def row(**cells: str) -> list[str]:
    usual = {
        "goal": "Ship more", "owner": "Ana Lee", "time": "Q4 FY26", "key_result": "Ship it",
        "metric": "Pieces shipped", "direction": "", "target": "1.250", "start": "", "due": "",
        "weight": "", "progress": "", "comment": "",
    }  # fmt: skip
    return list((usual | cells).values())


def unmapped(answer: dict[str, Any]) -> list[tuple[int, str]]:
    return [(cell["row"], cell["column"]) for cell in answer["unmapped"]]


def test_rows_of_one_goal_become_one_file(export: Export) -> None:
    answer = export.taken([
        row(),
        row(key_result="Smiles", metric="happy customers", target="96,5 %", weight="2"),
        row(key_result="Price list", metric="To do", target="", due="30.11.2026", progress="100 %"),
    ])  # fmt: skip
    assert answer["unmapped"] == []
    assert yaml.safe_load(export.files["ship-more-2026-q4.yml"]) == yaml.safe_load(
        dedent("""\
        objective: Ship more
        id: ship-more-2026-q4
        owner: ana@example.com
        period: 2026-Q4
        key_results:
          - {name: Ship it, id: ship-it, kpi: units_shipped, at_least: 1250}
          - {name: Smiles, id: smiles, kpi: customer_satisfaction, at_least: 96.5 %, weight: 2}
          - {name: Price list, id: price-list, milestone: {done: true, due: 2026-11-30}}
        """)
    )


def test_every_cell_of_200_rows_that_could_not_be_mapped_is_named(
    export: Export, settings: Settings
) -> None:
    rows = [
        row(goal=f"Goal {number // 4}", key_result=f"Result {number}", target=str(1000 + number))
        for number in range(200)
    ]
    wrong = {
        10: {"metric": "NPS"},
        25: {"target": "a lot"},
        40: {"time": "soon"},
        77: {"target": ""},
        91: {"due": "2026-11-30"},
        103: {"metric": "Happy customers", "target": "96"},
        120: {"comment": "ask Kim"},
        150: {"direction": "sideways"},
        151: {"weight": "heavy"},
        199: {"goal": ""},
    }
    for number, cells in wrong.items():
        target = cells.get("target", "1.250")
        rows[number] = row(**{"goal": f"Goal {number // 4}", "key_result": f"Result {number}",
                              "target": target} | cells)  # fmt: skip
    answer = export.taken(rows)
    assert answer["rows"] == 200
    # the header is row 1, so the first of them is row 2
    named = {number: set() for number in wrong}
    for place, column in unmapped(answer):
        named[place - 2].add(column)
    left_out = {"Goal", "Key Result"}
    assert {number: columns - left_out for number, columns in named.items()} == {
        10: {"Metric"}, 25: {"Target"}, 40: {"Time"}, 77: {"Target"}, 91: {"Due"}, 103: {"Target"},
        120: {"Comment"}, 150: {"Direction"}, 151: {"Weight"},
        199: {"Owner", "Time", "Metric", "Target"},
    }  # fmt: skip
    written = [yaml.safe_load(text) for text in export.files.values()]
    assert sum(len(objective["key_results"]) for objective in written) == 200 - 7
    assert check(settings, [], Output(Console(file=io.StringIO()), Console(file=io.StringIO())))


def test_a_file_that_is_there_is_never_overwritten(export: Export) -> None:
    export.taken([row()])
    before = export.files
    answer = export.taken([row(target="9")])
    assert answer["there_already"] == ["ship-more-2026-q4"]
    assert export.files == before


def test_a_dry_run_writes_nothing(export: Export) -> None:
    assert export.taken([row()], dry_run=True)["objectives"] == ["ship-more-2026-q4"]
    assert export.files == {}


def test_goals_of_one_name_in_two_periods_are_two_files(export: Export) -> None:
    export.taken([row(), row(time="2027-Q1")])
    assert sorted(export.files) == ["ship-more-2026-q4.yml", "ship-more-2027-q1.yml"]


def test_two_key_results_of_one_name_have_two_ids(export: Export) -> None:
    export.taken([row(), row(target="9")])
    [objective] = map(yaml.safe_load, export.files.values())
    assert [result["id"] for result in objective["key_results"]] == ["ship-it", "ship-it-2"]


def test_another_owner_of_the_same_goal_is_named(export: Export) -> None:
    answer = export.taken([row(), row(owner="Kim")])
    assert [(x["row"], x["column"], x["cell"]) for x in answer["unmapped"]] == [(3, "Owner", "Kim")]


def test_a_column_can_be_left_out_on_purpose(export: Export) -> None:
    rows = [row(comment="ask Kim")]
    assert unmapped(export.taken(rows, dry_run=True)) == [(2, "Comment")]
    assert unmapped(export.taken(rows, MAPPING + "ignore: [comment]\n", dry_run=True)) == []


@pytest.mark.parametrize(("mapping", "said"), [
    ("columns: {objective: Goal}", "no column for `key_result`"),
    ("columns: {objective: Goal, key_result: KR}", "has no column `KR`; it has Goal, Owner"),
    ("columns: {objective: Goal, key_result: Key result, size: X}", "columns.size"),
    ("columns: [", "is not YAML"),
    ("columns: " + "[" * 5000, "is not YAML"),
    ("columns: {objective: Goal, key_result: Key result}\ndecimal: ;", "decimal"),
])  # fmt: skip
def test_a_mapping_that_cannot_be_followed_is_refused_in_one_line(
    export: Export, mapping: str, said: str
) -> None:
    with pytest.raises(MappingError, match=said) as raised:
        export.taken([row()], mapping)
    assert "\n" not in str(raised.value)
    assert export.files == {}
