"""The scorecard in a terminal: what it shows, and what it leaves out where there is no room."""

import os
import re
import subprocess
import sys
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from rich.console import Console
from rich.text import Text

from pipelines.commands.terminal import (
    MAX_LINES,
    amounts_of,
    attention_lines,
    figures_text,
    finding_lines,
    score_cells,
    scorecard_notes,
    scorecard_table,
)
from pipelines.publishing.language.language import Language
from pipelines.publishing.language.sparklines import sparkline, thinned
from pipelines.publishing.published import Courses, PublishedScorecard, Row
from pipelines.publishing.standings import Standing, Standings

ENGLISH = Language("en")


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
    Console(file=paper, width=width).print(scorecard_table(card, width, ENGLISH))
    return paper.getvalue().splitlines()


def test_a_child_stands_below_its_parent_and_further_in() -> None:
    names = [re.split(r"(?<=\w) {2,}", line)[0] for line in printed(120)[3:]]
    assert [name for name in names if "→" not in name and name.strip()][:4] == [
        "Objective root",
        "  Key result other",
        "  Objective child",
        "    Key result revenue",
    ]


def test_objectives_of_one_name_are_told_apart_by_their_periods() -> None:
    quarters = [
        objective(name) | {"name": "Ship", "period_start": start, "deadline": end}
        for name, start, end in (
            ("q3", date(2026, 7, 1), date(2026, 9, 30)), ("q4", date(2026, 10, 1), date(2026, 12, 31)),
        )
    ]  # fmt: skip
    paper = StringIO()
    card = PublishedScorecard(date(2026, 11, 25), [*quarters, objective("root")], [], {})
    Console(file=paper, width=120).print(scorecard_table(card, 120, ENGLISH))
    words = paper.getvalue()
    assert "Ship (Q3 2026)" in words
    assert "Ship (Q4 2026)" in words
    assert "Objective root (" not in words


def test_a_course_has_a_block_a_day_from_the_lowest_to_the_highest() -> None:
    lines = printed(120, {"child/revenue": [Decimal(0), None, Decimal(70), Decimal(35)]})
    assert "Course" in lines[1]
    assert any("▁ █▄" in line for line in lines)


@pytest.mark.parametrize(
    ("width", "spared"),
    [
        # 36 for names; 7, 6, 6, 14 and 11 for the columns with two blanks before each
        (80, set()),
        (79, {"Course"}),
        (65, {"Course", "Pace"}),
        (59, {"Course", "Pace", "Score"}),
    ],
)
def test_a_narrow_terminal_is_spared_columns_and_never_odds_or_status(
    width: int, spared: set[str]
) -> None:
    lines = printed(width, {"child/revenue": [Decimal(day) for day in range(12)]})
    columns = {"Score", "Pace", "Odds", "Course", "Status"}
    assert {name for name in columns if name not in lines[1]} == spared
    assert sum("Off track" in line for line in lines) == 4
    assert all(len(line) <= width for line in lines)


def test_a_key_result_is_told_from_actual_to_forecast_to_target_in_its_unit() -> None:
    row = key_result("x", "y") | {
        "unit": "USD", "actual": Decimal("1808015.010000"), "forecast_p50": Decimal("2039993.4"),
        "target": Decimal("2000000.000000"), "gap": Decimal("191984.99"), "comparison": "at_least",
    }  # fmt: skip
    said = figures_text(row, amounts_of(row, ENGLISH))
    assert said == "$1,808,015.01 → $2,039,993 → $2,000,000, $39,993 to spare"


def test_a_gap_is_that_of_the_forecast_beside_it() -> None:
    row = key_result("x", "y") | {
        "unit": "visitors", "actual": Decimal(152340), "forecast_p50": Decimal(124903),
        "target": Decimal(150000), "gap": Decimal(-2340), "comparison": "at_least", "status": "off_track",
    }  # fmt: skip
    said = figures_text(row, amounts_of(row, ENGLISH))
    assert said == "152,340 → 124,903 → 150,000 visitors, 25,097 visitors short"


def test_a_goal_per_window_is_told_by_its_open_window() -> None:
    row = key_result("x", "y") | {
        "as_of": date(2026, 11, 27), "unit": "engagements", "actual": Decimal(1549),
        "forecast_p50": None, "target": Decimal(1400), "gap": Decimal(-149), "comparison": "at_least",
        "status": "on_track", "windows_in_all": 51, "open_window": "2026-W48",
        "window_actual": Decimal(501), "window_forecast_p50": Decimal(1510),
    }  # fmt: skip
    said = figures_text(row, amounts_of(row, ENGLISH))
    assert said == (
        "501 so far → 1,510 → 1,400 engagements, week of Nov 23, 110 engagements to spare"
    )
    unknown = row | {"window_forecast_p50": None}
    assert figures_text(unknown, amounts_of(row, ENGLISH)) == (
        "501 so far → 1,400 engagements, week of Nov 23"
    )


def test_a_goal_off_track_without_a_forecast_has_nothing_to_spare() -> None:
    row = key_result("x", "y") | {
        "unit": "deals", "actual": Decimal(7), "target": Decimal(7), "gap": Decimal(0),
        "forecast_p50": None, "comparison": "at_least", "status": "off_track",
    }  # fmt: skip
    assert figures_text(row, amounts_of(row, ENGLISH)) == "7 → 7 deals"


def test_what_needs_attention_names_its_owner_its_gap_and_what_would_be_enough() -> None:
    row = key_result("x", "deals") | {
        "as_of": date(2026, 11, 27), "owner": "ana@example.com", "unit": "deals", "gap": Decimal(5),
        "comparison": "at_least", "deadline": date(2026, 12, 31), "kpi_kind": "flow",
    }  # fmt: skip
    change = {
        "window": "2026-11", "asked_member": "total", "member": "total", "driver": "rate",
        "possible": True, "change": Decimal(5), "current_rate": Decimal("0.1"),
        "needed_rate": Decimal("1.35"), "probability": Decimal("0.7"),
    }  # fmt: skip
    standings = Standings(date(2026, 11, 27), None, {}, [Standing(row, None, change)])
    lines = [Text.from_markup(line).plain for line in attention_lines(standings, ENGLISH)]
    assert lines == [
        "Key result deals",
        "  Off track · ana@example.com · 5 deals short · due Dec 31, 2026",
        "  5 more deals than forecast (November) would be enough.",
    ]


def test_a_line_with_trust_flags_is_not_shown_like_an_ordinary_one() -> None:
    trusted = key_result("x", "y") | {"trust": "ok"}
    assert score_cells(trusted, (), ENGLISH)["status"].endswith("Off track[/]")
    flagged = score_cells(trusted | {"trust": "late:stripe"}, (), ENGLISH)["status"]
    assert Text.from_markup(flagged).plain == "Off track *"


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


def test_findings_are_counted_and_the_first_of_them_told() -> None:
    findings = [{"message": f"row {number} is wrong"} for number in range(1, 13)]
    lines = list(finding_lines(findings, ENGLISH))
    assert lines[0] == "12 findings, in full in the table findings:"
    assert lines[1:11] == [f"row {number} is wrong" for number in range(1, 11)]
    assert lines[11:] == ["and 2 more; the table findings has all"]
    assert list(finding_lines(findings[:1], ENGLISH)) == [
        "1 finding, in full in the table findings:",
        "row 1 is wrong",
    ]
    assert list(finding_lines([], ENGLISH)) == []


def test_a_finding_about_rows_says_how_many() -> None:
    """Whether one row is left out or nearly all of them is not the same."""
    lines = [
        *finding_lines(
            [{"message": "too long", "rows": 10_656}, {"message": "no key", "rows": 1}], ENGLISH
        )
    ]
    assert lines[1:] == ["too long (10,656 rows)", "no key (1 row)"]


GOLDEN = """\
Scorecard of Nov 25, 2026
Objective / key result                Score  Pace  Odds  Course        Status
────────────────────────────────────────────────────────────────────────────────
Objective root                          50%   80%   25%                Off track
  Key result other                      50%   80%   25%                Off track
  1,234,567.89 → 2,000,000 money
  Objective child                       50%   80%   25%                Off track
    Key result revenue                  50%   80%   25%  ▁▁▂▂▃▄▄▅▆▆▇█  Off track
    1,234,567.89 → 2,000,000 money
Below a name: actual → forecast at the deadline → target. Pace: where the score
should be now. Odds: of meeting the goal. Course: what came so far; of a total,
its distance to the pace.
"""


def test_the_scorecard_is_whole_in_80_columns_and_in_120() -> None:
    course = {"child/revenue": [Decimal(day) for day in range(12)]}
    narrow = [line.rstrip() for line in printed(80, course)]
    assert narrow == GOLDEN.splitlines()
    wide = [line.rstrip() for line in printed(120, course)]
    assert [line.split() for line in wide[3:8]] == [line.split() for line in narrow[3:8]]
    assert max(map(len, wide)) <= 120


def test_the_scorecard_speaks_the_language_of_the_settings() -> None:
    card = PublishedScorecard(date(2026, 11, 25), [objective("x")], [key_result("x", "y")])
    paper = StringIO()
    Console(file=paper, width=100).print(scorecard_table(card, 100, Language("es")))
    assert "Cuadro de mando del 25 nov 2026" in paper.getvalue()
    assert "Desviado" in paper.getvalue()
    assert "1.234.567,89 → 2.000.000 money" in paper.getvalue()


def test_what_is_piped_is_as_wide_as_columns_says() -> None:
    widths = []
    for columns in ({"COLUMNS": "90"}, {}):
        environment = {key: value for key, value in os.environ.items() if key != "COLUMNS"}
        done = subprocess.run(
            [sys.executable, "-c", "from pipelines.commands.console import OUTPUT_WIDTH as w; print(w)"],
            env=environment | columns, capture_output=True, text=True, check=True,
        )  # fmt: skip
        widths.append(done.stdout.strip())
    assert widths == ["90", "140"]


def test_of_a_scorecard_without_end_the_first_lines_are_shown_and_the_others_counted() -> None:
    rows = [key_result("root", f"{number:03}") | {"trust": "ok"} for number in range(MAX_LINES + 1)]
    card = PublishedScorecard(date(2026, 11, 25), [objective("root")], rows, {})
    table = scorecard_table(card, 120, ENGLISH)
    # the objective is a line too, and so two are left out
    assert table.row_count == MAX_LINES
    assert list(scorecard_notes(card, ENGLISH)) == [
        "and 2 more; the pages of the scorecard have all"
    ]
    fewer = PublishedScorecard(card.as_of, card.objectives, rows[: MAX_LINES - 1], {})
    assert scorecard_table(fewer, 120, ENGLISH).row_count == MAX_LINES
    assert not list(scorecard_notes(fewer, ENGLISH))
