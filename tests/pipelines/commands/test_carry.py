"""`okra close --carry`: what becomes of parents, targets of members, plans and periods of their own dates."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from pipelines.settings import Settings
from tests.pipelines.commands.test_close import Company

CLOSED_ON = date(2026, 10, 5)
LIKES = "{id: likes, kpi: page_likes, from: 0, at_least: 20_000}"
"""Missed: there are some 8,900."""
SOME = "{id: some, kpi: units_shipped, at_least: 400}"
"""Achieved: 463 pieces come in the quarter."""


def okr(name: str, *key_results: str, **keys: object) -> str:
    """An OKR file of the third quarter."""
    lines = [f"{key}: {value}" for key, value in ({"period": "2026-Q3"} | keys).items()]
    goals = [f"  - {key_result}" for key_result in key_results]
    head = [f"objective: {name.title()}", f"id: {name}", "owner: ana@example.com"]
    return "\n".join([*head, *lines, "key_results:", *goals, ""])


@pytest.fixture
def carried(tmp_path: Path):
    """Closes the third quarter over OKR files, and gives what `--carry` wrote by objective, and what it said."""

    def of(*files: str, closed: str = "2026-Q3") -> tuple[dict[str, dict], str]:
        folder = tmp_path / "okrs"
        folder.mkdir()
        for number, text in enumerate(files):
            (folder / f"{number}.yml").write_text(text)
        settings = Settings(_env_file=None, home=tmp_path / "data", okr_definitions=folder)
        company = Company(settings)
        company.facts(date(2026, 10, 4))
        said = company.run(CLOSED_ON).close(carry=True, period=closed)
        written = {
            text["id"]: text
            for path in folder.glob("*.yml")
            if not path.stem.isdigit() and (text := yaml.safe_load(path.read_text()))
        }
        return written, said

    return of


def test_a_parent_that_goes_on_too_is_named_as_it_is_called_then(carried) -> None:
    written, said = carried(okr("top", LIKES), okr("below", LIKES, parent="top", contributes=2))
    assert {*written} == {"top-2026-q4", "below-2026-q4"}, said
    assert written["below-2026-q4"]["parent"] == "top-2026-q4"
    assert written["below-2026-q4"]["contributes"] == 2


def test_a_parent_of_the_whole_year_stays_the_parent(carried) -> None:
    written, _ = carried(
        okr("top", LIKES, period="2026"), okr("below", LIKES, parent="top", contributes=1)
    )
    assert {*written} == {"below-2026-q4"}, "the year is not over"
    assert written["below-2026-q4"]["parent"] == "top"


def test_a_child_of_a_parent_that_was_met_goes_on_alone(carried) -> None:
    written, _ = carried(okr("top", SOME), okr("below", LIKES, parent="top", contributes=2))
    assert {*written} == {"below-2026-q4"}
    assert not {"parent", "contributes"} & {*written["below-2026-q4"]}


def test_each_member_with_a_target_of_its_own_gets_the_one_with_even_odds(carried) -> None:
    """Five pieces a day in 92 days are 460, and the product that nobody ships keeps its target."""
    each = (
        "{id: each, kpi: units_shipped, for_each: product, at_least: {widget: 1_000, gadget: 40}}"
    )
    written, said = carried(okr("ship", each))
    [goal] = written["ship-2026-q4"]["key_results"]
    assert goal["at_least"]["widget"] == pytest.approx(460, abs=5)
    assert goal["at_least"]["gadget"] == 40
    assert "ship-2026-q4/each: " in said


def test_a_plan_of_days_that_are_over_does_not_go_on(carried) -> None:
    planned = "{id: planned, kpi: units_shipped, at_least: 1_000, plan: {2026-07: 300, 2026-08: 300, 2026-09: 400}}"
    written, _ = carried(okr("ship", planned))
    [goal] = written["ship-2026-q4"]["key_results"]
    assert "plan" not in goal
    assert goal["at_least"] == pytest.approx(460, abs=5)


def test_a_range_goes_on_as_it_was(carried) -> None:
    ranged = "{id: ranged, kpi: units_shipped, between: [500, 600]}"
    written, said = carried(okr("ship", ranged))
    [goal] = written["ship-2026-q4"]["key_results"]
    assert goal["between"] == [500, 600]
    assert "(as before)" in said


def test_after_a_period_of_its_own_dates_come_as_many_days(carried) -> None:
    """From 1 August to 30 September are 61 days; the 61 after them end on 30 November."""
    own = okr("ship", LIKES, period="{start: 2026-08-01, end: 2026-09-30}")
    written, _ = carried(own, closed="2026-08-01..2026-09-30")
    [text] = written.values()
    assert text["period"] == {"start": date(2026, 10, 1), "end": date(2026, 11, 30)}


def test_an_objective_whose_file_is_gone_is_not_carried(carried, tmp_path: Path) -> None:
    carried(okr("keep", LIKES), okr("gone", LIKES))
    for path in [*(tmp_path / "okrs").glob("*-2026-q4.yml"), tmp_path / "okrs" / "1.yml"]:
        path.unlink()
    settings = Settings(
        _env_file=None,
        home=tmp_path / "data",
        okr_definitions=tmp_path / "okrs",
        sandbox_today=CLOSED_ON,
    )
    said = Company(settings).close(carry=True)
    assert "gone is in no sound OKR file any more: it is not carried" in said
    assert (tmp_path / "okrs" / "keep-2026-q4.yml").exists()
