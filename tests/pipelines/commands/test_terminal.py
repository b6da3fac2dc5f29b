"""The scorecard in a terminal: what it shows, and what it leaves out where there is no room."""

import re
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from rich.console import Console
from rich.text import Text

from pipelines.commands.terminal import finding_lines, score_cells, scorecard_table
from pipelines.publishing.published import Courses, PublishedScorecard, Row
from pipelines.publishing.wording import share, sparkline, thinned


def objective(name: str, parent: str | None = None) -> Row:
    return {
        "objective_id": name,
        "parent_id": parent,
        "name": f"Objective {name}",
        "score": Decimal("0.5"),
        "expected": Decimal("0.8"),
        "probability": Decimal("0.25"),
        "status": "off_track",
    }


def key_result(of: str, name: str) -> Row:
    return objective(of) | {
        "key_result_id": f"{of}/{name}",
        "name": f"Key result {name}",
        "unit": "money",
        "actual": Decimal("1234567.89"),
        "target": Decimal(2_000_000),
    }


def printed(width: int, courses: Courses | None = None) -> list[str]:
    card = PublishedScorecard(
        date(2026, 11, 25),
        [objective("child", "root"), objective("root")],
        [key_result("child", "revenue"), key_result("root", "other")],
        courses or {},
    )
    paper = StringIO()
    Console(file=paper, width=width).print(scorecard_table(card, width))
    return paper.getvalue().splitlines()


def test_a_child_stands_below_its_parent_and_further_in() -> None:
    names = [re.split(r"(?<=\w) {2,}", line)[0] for line in printed(120)[3:]]
    assert names == [
        "Objective root",
        "  Key result other",
        "  Objective child",
        "    Key result revenue",
    ]


def test_a_course_has_a_block_a_day_from_the_lowest_to_the_highest() -> None:
    lines = printed(120, {"child/revenue": [Decimal(0), None, Decimal(70), Decimal(35)]})
    assert "Course" in lines[1]
    assert "▁ █▄" in lines[-1]


@pytest.mark.parametrize(
    ("width", "spared"),
    [
        # 24 for names; 14, 11, 7, 6, 6, 14 and 11 for the columns with two blanks before each
        (93, set()),
        (92, {"Course"}),
        (78, {"Course", "Pace"}),
        (72, {"Course", "Pace", "Odds"}),
        (66, {"Course", "Pace", "Odds", "Target"}),
    ],
)
def test_a_narrow_terminal_is_spared_columns_and_never_the_status(
    width: int, spared: set[str]
) -> None:
    lines = printed(width, {"child/revenue": [Decimal(day) for day in range(12)]})
    columns = {"Actual", "Target", "Score", "Pace", "Odds", "Course", "Status"}
    assert {name for name in columns if name not in lines[1]} == spared
    assert sum("off track" in line for line in lines) == 4
    assert any("1,234,567.89" in line for line in lines)


@pytest.mark.parametrize(
    ("unit", "actual", "cell"),
    [
        ("EUR", "1999999.6", "1,999,999.60"),
        ("EUR", "2000000", "2,000,000"),
        ("KWD", "1.25", "1.250"),
        ("deals", "6.9", "6.9"),
        ("percent", "0.963", "96.3 %"),
        (None, "1", "1"),
    ],
)
def test_an_amount_of_money_has_its_cents_though_the_currency_is_not_named(
    unit: str | None, actual: str, cell: str
) -> None:
    row = key_result("x", "y") | {"unit": unit, "actual": Decimal(actual)}
    assert score_cells(row, ())["Actual"] == cell


def test_a_line_with_trust_flags_is_not_shown_like_an_ordinary_one() -> None:
    assert score_cells(key_result("x", "y") | {"trust": "ok"}, ())["Status"].endswith(
        "off track[/]"
    )
    flagged = score_cells(key_result("x", "y") | {"trust": "late:stripe"}, ())["Status"]
    assert Text.from_markup(flagged).plain == "off track *"


def test_there_is_no_column_of_courses_when_none_is_known() -> None:
    assert "Course" not in printed(120)[1]


def test_figures_that_are_all_the_same_make_a_level_line() -> None:
    assert sparkline([7, 7, 7]) == "▁▁▁"


def test_a_long_course_keeps_its_first_and_its_last_figure() -> None:
    days = [Decimal(day) for day in range(60)]
    kept = thinned(days, 12)
    assert (len(kept), kept[0], kept[-1]) == (12, 0, 59)
    assert kept == sorted(kept)
    assert thinned(days[:5], 12) == days[:5]


@pytest.mark.parametrize(
    ("part", "shown"),
    [("0.696", "69 %"), ("0.9999", "99 %"), ("1", "100 %"), ("0", "0 %"), (None, "")],
)
def test_a_share_is_rounded_down_as_on_the_scorecard(part: str | None, shown: str) -> None:
    assert share(None if part is None else Decimal(part)) == shown


def test_findings_are_counted_and_the_first_of_them_told() -> None:
    findings = [{"message": f"row {number} is wrong"} for number in range(1, 13)]
    lines = list(finding_lines(findings))
    assert lines[0] == "12 findings, in full in the table findings:"
    assert lines[1:11] == [f"row {number} is wrong" for number in range(1, 11)]
    assert lines[11:] == ["and 2 more; the table findings has all"]
    assert list(finding_lines(findings[:1])) == [
        "1 finding, in full in the table findings:",
        "row 1 is wrong",
    ]
    assert list(finding_lines([])) == []
