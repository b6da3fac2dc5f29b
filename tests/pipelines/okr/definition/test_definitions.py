from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from pipelines.okr.definition.definitions import KeyResult, Objective
from pipelines.okr.definition.loading import load


def test_numbers_are_exact_and_a_float_is_refused():
    result = KeyResult.model_validate({"id": "a", "kpi": "deals", "at_least": "96 %"})
    assert result.at_least == Decimal("0.96")
    with pytest.raises(ValidationError, match="not an exact number"):
        KeyResult.model_validate({"id": "a", "kpi": "deals", "at_least": 0.1})


def test_the_baseline_is_written_from_and_nothing_else():
    lines = {"id": "a", "kpi": "likes", "at_least": 5}
    assert KeyResult.model_validate({**lines, "from": "measured"}).baseline == "measured"
    assert KeyResult.model_validate({**lines, "from": 3}).baseline == 3
    with pytest.raises(ValidationError, match="baseline"):
        KeyResult.model_validate({**lines, "baseline": 3})


def test_a_deadline_is_that_of_the_key_result_or_the_end_of_the_period():
    objective = Objective.model_validate(
        {
            "objective": "O",
            "id": "o",
            "period": "2026-Q3",
            "key_results": [
                {"id": "a", "kpi": "deals", "at_least": 1},
                {"id": "b", "kpi": "deals", "at_least": 1, "by": "2026-07-31"},
                {"id": "c", "milestone": {"done": False, "due": "2026-08-15"}},
            ],
        }
    )
    deadlines = [objective.deadline(result) for result in objective.key_results]
    assert deadlines == [date(2026, 9, 30), date(2026, 7, 31), date(2026, 8, 15)]


def test_a_definition_does_not_change_once_it_is_read():
    result = KeyResult.model_validate({"id": "a", "kpi": "deals", "at_least": 5})
    with pytest.raises(ValidationError, match="frozen"):
        result.at_least = Decimal(4)


EACH = {"id": "a", "kpi": "deals", "at_least": 7, "for_each": "rep"}


def test_members_are_a_list_of_names_of_for_each():
    result = KeyResult.model_validate(EACH | {"members": ["Kim Lee ", 7]})
    assert result.members == ("Kim Lee", "7")
    for wrong, told in [
        ({"members": "Kim"}, "is no list"),
        ({"members": []}, "is no list"),
        ({"members": ["Kim", "Kim"]}, "stands twice"),
        ({"members": ["Kim", ""]}, "empty name"),
        ({"members": ["Kim"], "for_each": None}, "without `for_each`"),
        ({"name_members": False, "for_each": None}, "without `for_each`"),
    ]:
        with pytest.raises(ValidationError, match=told):
            KeyResult.model_validate(EACH | wrong)


SLUG_LETTERS = "a" * 100


def test_an_id_has_at_most_a_hundred_letters(define):
    (objective,) = define(f"- {{id: {SLUG_LETTERS}, kpi: deals, at_least: 1}}")
    assert objective.key_results[0].id == SLUG_LETTERS
    with pytest.raises(AssertionError, match="id"):
        define(f"- {{id: {SLUG_LETTERS}a, kpi: deals, at_least: 1}}")


@pytest.mark.parametrize(("key", "line"), [("at_least", 7), ("at_most", 7)])
def test_targets_of_members_without_for_each_are_told_at_their_own_line(kpis, key, line):
    text = (
        "objective: Grow\nid: grow\nperiod: 2026-11\nkey_results:\n- id: it\n  kpi: deals\n"
        f"  {key}: {{kim: 7}}\n"
    )
    (fault,) = load({"grow.yml": text}, kpis).faults
    assert str(fault).startswith(
        f"grow.yml:{line}: key result `it`: a target for each member without"
    )
