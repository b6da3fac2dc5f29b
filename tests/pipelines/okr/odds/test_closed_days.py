"""Working days: the pace goes by them, and closed days to come bring what closed days did."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from pydantic import ValidationError

from pipelines.okr.definition.kpi_declaration import KpiDeclaration
from pipelines.okr.definition.loading import load
from pipelines.okr.kpi.facts import DayFact, KpiFacts
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.readings import KpiView
from pipelines.okr.kpi.season import season_of
from pipelines.okr.kpi.series import KpiIndex, index_facts
from pipelines.okr.kpi.working_days import WorkingDays
from pipelines.okr.odds.training_data import training_data
from pipelines.okr.scoring.evidence import Evidence
from pipelines.okr.scoring.scorecard import KeyResultScore
from pipelines.okr.scoring.scoring import score
from pipelines.settings.working_days import checked_closed_days, checked_place, working_days

GERMANY = working_days("DE", (), date(2024, 1, 1), date(2026, 1, 1))
FIRST = date(2025, 1, 6)
DEALS = Kpi("deals", "flow", "deals")


def facts(kpi: Kpi, days: int, closed_brings: int = 0) -> KpiFacts:
    """Ten deals on a working day, none at weekends, and so many on a public holiday; ±1 by turns."""
    rows = []
    for number in range(days):
        day = FIRST + timedelta(number)
        deals = (
            0 if day.weekday() > 4 else closed_brings if day in GERMANY.closed else 9 + number % 3
        )
        rows.append(DayFact(day, {}, Decimal(deals)))
    return KpiFacts(kpi, rows, frozenset(row.day for row in rows), rows[-1].day)


def scored(kpi: Kpi, of_kpi: KpiFacts, period: str, target: int, as_of: date) -> KeyResultScore:
    text = f"objective: Sell\nid: sell\nperiod: {period}\nkey_results: [{{id: it, kpi: deals, at_least: {target}}}]"
    loaded = load({"sell.yml": text}, {"deals": kpi})
    assert not loaded.faults
    return score(loaded.objectives, Evidence(index_facts({"deals": of_kpi}), as_of)).key_results[0]


def test_the_odds_know_that_a_holiday_is_to_come() -> None:
    # 15 months; the week from Monday, 30 March 2026 has Good Friday, and the next one Easter Monday
    days = (date(2026, 3, 29) - FIRST).days + 1
    period, as_of = "{start: 2026-03-30, end: 2026-04-05}", date(2026, 3, 30)
    aware = replace(DEALS, working_days=GERMANY)
    # four days of ten are 40; five would be 50
    known = scored(aware, facts(aware, days), period, 46, as_of)
    unknown = scored(DEALS, facts(DEALS, days), period, 46, as_of)
    assert known.probability is not None
    assert unknown.probability is not None
    assert known.probability < Decimal("0.1") < Decimal("0.5") < unknown.probability
    assert known.forecast_p50 == pytest.approx(Decimal(40), abs=2)


def test_closed_days_bring_what_they_brought_before() -> None:
    aware = replace(DEALS, working_days=GERMANY)
    index = KpiIndex(facts(aware, 400, closed_brings=4))
    data = training_data(KpiView(index, {}), FIRST + timedelta(399))
    assert data.closed is not None
    assert set(data.closed.amounts[0].tolist()) == {4.0}, (
        "weekends are no steps, holidays on them neither"
    )
    values = data.sides[0].values
    assert 4.0 not in values.tolist(), "they are no usual days to learn from"


def test_too_few_closed_days_say_nothing() -> None:
    aware = replace(DEALS, working_days=GERMANY)
    view = KpiView(KpiIndex(facts(aware, 100)), {})
    # 6 January to 15 April 2025 have one holiday but for the first day itself
    assert training_data(view, FIRST + timedelta(99)).closed is None


def test_a_kpi_that_does_not_ask_for_it_has_no_closed_days() -> None:
    view = KpiView(KpiIndex(facts(DEALS, 400)), {})
    assert training_data(view, FIRST + timedelta(399)).closed is None


def test_the_pace_of_a_young_total_goes_by_working_days() -> None:
    """Of January 2025 from the 6th on there are twenty working days; by Sunday the 12th five are over."""
    january = "{start: 2025-01-06, end: 2025-01-31}"
    weekdays = replace(DEALS, working_days=WorkingDays())
    row = scored(weekdays, facts(weekdays, 7), january, 200, date(2025, 1, 13))
    assert row.expected == Decimal("0.25")
    by_days = scored(DEALS, facts(DEALS, 7), january, 200, date(2025, 1, 13))
    assert by_days.expected == pytest.approx(Decimal(7) / 26, abs=Decimal("0.000001"))


def test_the_season_expects_little_of_a_closed_day() -> None:
    aware = replace(DEALS, working_days=GERMANY)
    season = season_of(KpiView(KpiIndex(facts(aware, 500)), {}), FIRST + timedelta(499))
    assert season is not None
    # Monday, 5 October 2026 is a working day; Christmas Day 2026 is a Friday
    usual, christmas = (
        season.weights(date(2026, 10, 5), date(2026, 10, 5)),
        season.weights(date(2026, 12, 25), date(2026, 12, 25)),
    )
    assert usual[0] > 1.2
    assert christmas[0] == 0


@pytest.mark.parametrize(
    ("place", "day", "is_closed"),
    [
        ("DE", "2026-10-03", True),
        ("DE", "2026-01-06", False),
        ("DE-BY", "2026-01-06", True),  # Epiphany is a holiday in Bavaria
        ("US", "2026-11-26", True),  # Thanksgiving
        ("DE", "2026-11-26", False),
        ("FR", "2026-07-14", True),
    ],
)
def test_public_holidays_are_those_of_the_country_or_its_part(
    place: str, day: str, is_closed: bool
) -> None:
    closed = working_days(checked_place(place), (), date(2025, 1, 1), date(2026, 1, 1)).closed
    assert (date.fromisoformat(day) in closed) == is_closed


def test_a_country_may_have_another_weekend() -> None:
    egypt = working_days("EG", (), date(2025, 1, 1), date(2026, 1, 1))
    assert egypt.weekend == {4, 5}


def test_own_closed_days_are_of_one_year_or_of_each() -> None:
    own = checked_closed_days(("2026-05-15", "12-24", "02-29"))
    closed = working_days("", own, date(2025, 1, 1), date(2026, 1, 1)).closed
    assert {date(2026, 5, 15), date(2025, 12, 24), date(2026, 12, 24), date(2028, 2, 29)} <= closed
    assert date(2025, 5, 15) not in closed


@pytest.mark.parametrize(
    ("check", "wrong", "said"),
    [
        (checked_place, "Germany", "write a code such as DE or US-CA"),
        (checked_place, "DE-XX", "it has BB"),
        (checked_closed_days, ("24.12.",), "write 2026-12-24, or 12-24 for each year"),
        (checked_closed_days, ("13-01",), "is no day"),
    ],
)
def test_what_names_no_day_or_country_is_refused(check, wrong, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        check(wrong)


def test_a_level_cannot_go_by_working_days() -> None:
    usual: Mapping[str, object] = {
        "unit": "people",
        "direction": "up",
        "owner": "a@example.com",
        "working_days": True,
    }
    assert KpiDeclaration.model_validate({"kind": "flow", **usual}).working_days
    with pytest.raises(ValidationError, match="no single day adds to"):
        KpiDeclaration.model_validate({"kind": "stock", **usual})


def test_two_closed_days_do_not_tell_what_the_next_one_brings() -> None:
    """Good Friday and Easter Monday of 2025 are the first on weekdays; 1 May is the third."""
    aware = replace(DEALS, working_days=GERMANY)
    for last, is_known in ((date(2025, 4, 30), False), (date(2025, 5, 1), True)):
        index = KpiIndex(facts(aware, (last - FIRST).days + 1))
        data = training_data(KpiView(index, {}), last)
        assert (data.closed is not None) is is_known
