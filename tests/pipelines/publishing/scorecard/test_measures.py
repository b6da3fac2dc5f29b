"""Measures and leads on the pages: on the card of the goal, and as lines on the KPI's chart."""

from datetime import date, timedelta
from decimal import Decimal

from tests.pipelines.publishing.scorecard.company import AS_OF
from tests.pipelines.publishing.scorecard.pages import figures


def test_the_card_says_what_is_done_and_what_came_of_it(company):
    company.key_result()
    company.measure()
    company.measure(objective_id="other", measure="Of another objective")
    page = company.written()
    [listed] = page.card().all("ul", class_="measures")
    [words] = [item.text for item in listed.all("li")]
    assert words.startswith("More calls (since Sep 1). Supported: +12% against what was foreseen")
    assert words.endswith("The next look is on the data of Nov 30.")


def test_the_card_says_whether_its_kpi_helps_to_foresee_another(company):
    company.key_result()
    company.lead()
    text = company.written().card().text
    assert "No evidence that it helps to foresee likes, 28 days ahead" in text
    assert "It is not in the odds." in text


def test_the_odds_if_it_works_stand_beside_the_odds(company):
    company.key_result(probability=Decimal("0.4"), probability_if_measures_work=Decimal("0.75"))
    shown = figures(company.written().card())
    assert shown["Odds if its measures work as expected"] == "75%"


def test_a_measure_is_a_line_on_the_charts_of_its_kpi(company):
    for n in range(40):
        day = AS_OF - timedelta(days=n + 1)
        company.day(day, 10)
    company.measure(start=date(2026, 11, 2), ends=date(2026, 11, 15))
    company.measure(kpi="likes", measure="Elsewhere")
    page = company.written().kpi()
    marks = [mark for mark in page.all("g") if "mark measure" in mark.attributes.get("class", "")]
    assert len(marks) >= 2
    notes = [
        item.text for listed in page.all("ol", class_="annotations") for item in listed.all("li")
    ]
    assert any(note.startswith("Begins: More calls (Nov 2 to Nov 15). Supported") for note in notes)
    assert "Ends: More calls" in notes
    assert not any("Elsewhere" in note for note in notes)
