"""Each objective has a check of its own, which warns where it is behind."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.okr.definition.definitions import Objective
from pipelines.okr.definition.loading import load
from pipelines.okr.scoring.scorecard import KeyResultScore, ObjectiveScore, Scorecard
from pipelines.orchestration.objective_checks import (
    MAX_CHECKS,
    check_names,
    check_results,
    check_specs,
    checked_objectives,
    sound_objectives,
)
from pipelines.orchestration.ui_metadata import scorecard_preview
from pipelines.publishing.language.language import Language
from pipelines.settings import Settings

SCORES = dg.AssetKey(["okr", "key_result_scores"])
DAY = date(2026, 11, 27)
OKR = """\
objective: {name}
id: {id}
owner: ana@example.com
period: 2026
key_results: [{{id: shop, name: Open the shop, milestone: {{done: false, due: 2026-12-01}}}}]
"""


def objective(name: str) -> Objective:
    files = {f"{name}.yml": OKR.format(name=f"Goal {name}", id=name)}
    return load(files, {}).objectives[0]


def scored(name: str, status: Any, **columns: Any) -> ObjectiveScore:
    figures: dict[str, Any] = {
        "score": Decimal("0.5"),
        "expected": Decimal("0.9"),
        "probability": Decimal("0.123"),
        **columns,
    }
    return ObjectiveScore(
        as_of=DAY,
        objective_id=name,
        name=f"Goal {name}",
        owner="ana@example.com",
        period_start=date(2026, 1, 1),
        deadline=date(2026, 12, 31),
        parent_id=None,
        commitment="committed",
        coverage=Decimal(1),
        status=status,
        why="",
        trust="ok",
        data_through=DAY,
        definition_hash="h",
        **figures,
    )


def run(
    declared: list[Objective], *rows: ObjectiveScore, locale: str = "en"
) -> dict[str, dg.AssetCheckEvaluation]:
    """A run of Dagster that yields the results, by the check's name. Fails where Dagster does."""

    @dg.multi_asset(specs=[dg.AssetSpec(SCORES)], check_specs=check_specs(declared, SCORES))
    def score() -> Iterator[Any]:
        yield dg.MaterializeResult(asset_key=SCORES)
        names = check_names(declared)
        yield from check_results(names, Scorecard((), rows), SCORES, Language(locale))

    done = dg.materialize([score])
    assert done.success
    return {x.check_name: x for x in done.get_asset_check_evaluations()}


@pytest.mark.parametrize(
    ("status", "passes"),
    [
        *[("achieved", True), ("on_track", True), ("not_started", True)],
        *[("at_risk", False), ("off_track", False), ("missed", False), ("no_data", False)],
    ],
)
def test_a_goal_that_is_behind_warns_and_its_run_succeeds(status: str, passes: bool) -> None:
    check = run([objective("grow")], scored("grow", status))["objective_grow"]
    assert check.passed is passes
    assert check.severity == dg.AssetCheckSeverity.WARN


def test_a_check_shows_the_figures_in_the_words_of_the_page() -> None:
    row = scored("grow", "off_track", parts=3, parts_on_track=1, bar=Decimal("0.9"))
    check = run([objective("grow")], row)["objective_grow"]
    shown = {key: value.value for key, value in check.metadata.items()}
    assert shown == {
        "objective": "Goal grow",
        "owner": "ana@example.com",
        "status": "Off track",
        "score": "50%",
        "pace": "90%",
        "odds": "12%",
        "as of": "2026-11-27",
    }
    assert check.description is not None
    assert check.description.startswith("1 of 3 parts are on track or achieved.")
    assert run([objective("grow")], row, locale="es")["objective_grow"].metadata[
        "status"
    ].value == Language("es").status("off_track")


def test_names_with_dashes_do_not_meet() -> None:
    names = check_names([objective("a-b"), objective("a_b"), objective("a")])
    assert names == {"a-b": "objective_a_b", "a_b": "objective_a_b_", "a": "objective_a"}


def test_an_objective_that_lost_its_file_since_the_start_warns() -> None:
    checks = run([objective("gone"), objective("kept")], scored("kept", "on_track"))
    assert checks["objective_kept"].passed
    gone = checks["objective_gone"]
    assert not gone.passed
    assert gone.severity == dg.AssetCheckSeverity.WARN
    assert gone.metadata["scored"].value is False


def test_a_broken_file_costs_its_own_check_alone(tmp_path: Path) -> None:
    (tmp_path / "grow.yml").write_text(OKR.format(name="Grow", id="grow"))
    (tmp_path / "broken.yml").write_text("objective: [")
    settings = Settings(_env_file=None, home=tmp_path, okr_definitions=tmp_path)
    assert [x.id for x in sound_objectives(settings)] == ["grow"]
    missing = Settings(_env_file=None, home=tmp_path, okr_definitions=tmp_path / "nowhere")
    assert sound_objectives(missing) == ()


def test_the_preview_of_scores_has_the_figures_of_the_page() -> None:
    blank: dict[str, Any] = {field.name: None for field in fields(KeyResultScore)}
    figures = {
        "name": "Sell | [more]",
        "window": "total",
        "member": "total",
        "score": Decimal("0.936"),
        "expected": Decimal("0.934"),
        "probability": Decimal("0.9991"),
        "status": "on_track",
    }
    row = KeyResultScore(**{**blank, **figures})
    [*_, line] = scorecard_preview(Scorecard((row,), ()), Language("en")).splitlines()
    # pace and score are both 93 % in whole percent: one decimal tells them apart
    assert line == r"| Sell \| \[more\] | 93.6% | 93.4% | >99% | On track |"


def tree(*floors: int) -> list[Objective]:
    """Objectives whose parents are all the first one of the floor above."""
    whole, parent = [], None
    for depth, count in enumerate(floors):
        own = [objective(f"f{depth}-{n:03d}") for n in range(count)]
        whole += [x.model_copy(update={"parent": parent}) for x in own]
        parent = f"f{depth}-000"
    return whole


def test_of_few_objectives_each_has_a_check() -> None:
    few = tree(1, 5)
    assert [*checked_objectives(few)] == few


def test_of_many_objectives_those_of_the_upper_floors_have_a_check() -> None:
    many = tree(2, 30, MAX_CHECKS)
    checked = [x.id for x in checked_objectives(many[::-1])]
    assert sorted(checked) == sorted(x.id for x in many[:32])


def test_of_many_roots_as_many_have_a_check_as_are_allowed() -> None:
    assert len(checked_objectives(tree(MAX_CHECKS + 1))) == MAX_CHECKS
