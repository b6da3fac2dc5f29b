"""Plans that are kept in sheets, days to come included. Worked out by hand."""

from datetime import date
from decimal import Decimal
from typing import Any

from pipelines.inputs.facts import read_facts
from pipelines.okr.definition.loading import load
from pipelines.okr.kpi.series import index_facts
from pipelines.okr.scoring.evidence import Evidence
from pipelines.okr.scoring.scoring import score
from tests.models.sheets.written_rows import DECLARATIONS, TODAY, period


def test_the_days_to_come_of_a_plan_are_known_as_they_were_last_read(warehouse: Any) -> None:
    assert warehouse.rows(
        "select day, value from reporting.kpi_days where kpi = 'budget' order by day"
    ) == [
        (date(2026, 10, 31), Decimal(50)),
        (date(2026, 11, 30), Decimal(60)),
        (date(2026, 12, 31), Decimal(70)),
    ]


def test_a_plan_is_known_of_whole_months_and_not_of_the_part_that_is_over(warehouse: Any) -> None:
    assert warehouse.rows(
        "select day, delivered from reporting.kpi_coverage where kpi = 'budget'"
        " and day in ('2026-09-30', '2026-10-01', '2026-11-24', '2026-11-25', '2026-12-01') order by day"
    ) == [
        (date(2026, 10, 1), True),
        (date(2026, 11, 24), False),
        (date(2026, 11, 25), True),
        (date(2026, 12, 1), True),
    ]
    october = period(warehouse, "budget", "month", "2026-10-01")
    assert october[:3] == (Decimal(50), None, "complete")


def test_a_planned_level_holds_until_the_end_of_its_month(warehouse: Any) -> None:
    # from the 15th to the 31st
    assert warehouse.rows(
        "select min(day), max(day), count(*) from reporting.kpi_days where kpi = 'quota'"
    ) == [(date(2026, 12, 15), date(2026, 12, 31), 17)]


def test_a_goal_takes_its_target_from_a_plan_in_a_sheet(warehouse: Any) -> None:
    kpis = {kpi.name: kpi for kpi in DECLARATIONS}
    facts = read_facts(warehouse.path, {name: kpis[name] for name in ("calls", "budget")})
    text = "{objective: O, id: o, period: 2026-Q4, key_results: [{id: it, kpi: calls, at_least: {kpi: budget}}]}"
    loaded = load({"o.yml": text}, kpis)
    assert loaded.faults == ()
    card = score(loaded.objectives, Evidence(index_facts(facts), TODAY))
    # 50 + 60 + 70 things, of which 5 + 0 + 2 calls have come
    assert (card.key_results[0].target, card.key_results[0].actual) == (180, 7)
