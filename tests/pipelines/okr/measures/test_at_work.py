"""On which days another measure moves the same rows: docs/measures.md, Two at once."""

from datetime import date, timedelta

import pytest

from pipelines.okr.definition.measures import Measure
from pipelines.okr.measures.at_work import Change, Taken, changes_beside, measures_of

DAY = timedelta(days=1)
START = date(2026, 3, 1)


def taken(what: str, **fields: object) -> Taken:
    return Taken(
        "grow", Measure.model_validate({"what": what, "kpi": "deals", "start": START, **fields})
    )


OWN = taken("Own")


def beside(other: Taken, where: dict[str, str] | None = None) -> list[Change]:
    return list(changes_beside(OWN, [OWN, other], where or {}))


def test_it_is_at_work_from_its_start_until_91_days_after_all_of_it_can_be_seen():
    """A week of lag and two of ramp: seen from 22 March on, and 91 days later it is 21 June."""
    other = taken("Other", lag="1 week", ramp="2 weeks")
    assert beside(other) == [Change(START, date(2026, 6, 21))]


def test_one_that_ends_before_it_has_settled_is_at_work_for_91_days_more():
    """It would have settled on 31 May; it ends on 30 May, and 91 days later it is 29 August."""
    other = taken("Other", ends=date(2026, 5, 30))
    assert beside(other) == [Change(START, date(2026, 8, 29))]


@pytest.mark.parametrize("ends", [date(2026, 5, 31), date(2026, 12, 1)])
def test_one_that_ends_after_it_has_settled_is_at_work_again_from_the_next_day_on(ends):
    other = taken("Other", ends=ends)
    assert beside(other) == [
        Change(START, date(2026, 5, 31)),
        Change(ends + DAY, ends + 91 * DAY),
    ]


def test_it_is_not_beside_itself_nor_on_another_kpi_nor_on_other_members():
    assert beside(OWN) == []
    assert beside(taken("Other", kpi="spend")) == []
    kim = taken("Other", where={"rep": "kim"})
    assert beside(kim, {"rep": "lee"}) == []
    assert len(beside(kim, {"rep": "kim"})) == len(beside(kim)) == 1


def test_after_one_that_is_left_out_the_others_are_looked_at():
    others = [
        taken("First", kpi="spend"),
        taken("Second", where={"rep": "kim"}),
        taken("Third"),
    ]
    assert len(list(changes_beside(OWN, [OWN, *others], {"rep": "lee"}))) == 1


def test_they_come_by_their_start_and_then_by_objective_and_name(define):
    def of(objective_id: str, *lines: str):
        measures = "".join(f"\n- {{kpi: deals, {line}}}" for line in lines)
        [objective] = define("- {id: it, kpi: deals, at_least: 1}", head=f"measures:{measures}")
        return objective.model_copy(update={"id": objective_id})

    second, first = "start: 2026-03-02", "start: 2026-03-01"
    objectives = [
        of("b", f"what: A, {first}", f"what: X, {second}"),
        of("a", f"what: C, {first}", f"what: B, {first}"),
    ]
    assert [(x.objective_id, x.measure.what) for x in measures_of(objectives)] == [
        ("a", "B"),
        ("a", "C"),
        ("b", "A"),
        ("b", "X"),
    ]
