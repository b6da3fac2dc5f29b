"""What `okra explain` says of a key result, in the words of its reader."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from rich.console import Console

from pipelines.commands.console import Output
from pipelines.commands.explain import explain, part_lines
from pipelines.publishing.language.language import Amounts, Language
from pipelines.settings import Settings
from tests.pipelines.publishing.scorecard.company import Company

DEALS = Amounts(Language("en"), "deals", 0, as_published=True)
HIDDEN = '{"name_members": false}'


@pytest.fixture
def company(tmp_path: Any) -> Company:
    company = Company(tmp_path)
    company.run()
    company.objective()
    company.kpi(model=None)
    company.window()
    return company


def printed(
    company: Company, locale: str = "en", *, as_json: bool = False, **settings_given: Any
) -> str:
    company.rows.setdefault("restatements", [])
    company.publish()
    settings = Settings(_env_file=None, home=company.home, locale=locale, **settings_given)
    paper = io.StringIO()
    explain(settings, "grow/revenue", Output(Console(file=paper, width=400), as_json=as_json))
    return paper.getvalue()


def said(company: Company, locale: str = "en", **settings: Any) -> str:
    """What is printed, as a reader sees it; lines are not cut."""
    lines = (" ".join(line.split()) for line in printed(company, locale, **settings).splitlines())
    return "\n".join(lines).replace("\u202f", " ")


def test_every_section_is_in_the_reader_s_language(company: Company) -> None:
    company.key_result(
        status="at_risk", probability=Decimal("0.42"), unit="USD", forecast_p10=1500, forecast_p50=1800,
        forecast_p90=2100, required_rate=20, current_rate=4,
    )  # fmt: skip
    company.factors(Decimal("-765.5"), [("widget", -800), ("gadget", Decimal("34.5"))])
    company.lever(change=400, current_rate=5, needed_rate=Decimal("15.8"))
    company.restatement(
        period_start=date(2026, 10, 1), period_end=date(2026, 10, 31), member="total", old_value=900,
        new_value=Decimal("855.5"), restated_at=datetime(2026, 11, 20, tzinfo=UTC),
    )  # fmt: skip
    company.month(date(2026, 10, 1), date(2026, 10, 31), 1200)
    words = said(company, "es")
    for title in (
        "Meta", "Cómo va", "Qué bastaría para recuperarlo", "Qué lo movió", "El KPI", "Qué se descargó",
        "De qué ejecución sale",
    ):  # fmt: skip
        assert f"\n{title}\n" in f"\n{words}"
    for line in (
        "Meta al menos 2.000 US$, del 1 ene 2026 al 31 dic 2026",
        "Probabilidad 42 %; acaba en 1.800 US$, en 8 de cada 10 futuros entre 1.500 US$ y 2.100 US$",
        "Necesario por día 20 US$",
        "Frente al periodo anterior 1 nov 2026 – 24 nov 2026: −765,50 US$ frente a 1 oct 2026 – 24 oct 2026: "
        "widget −800 US$, gadget +34,50 US$.",
        "Corregido octubre de 2026: 855,50 US$; antes, 900 US$.",
        "Por mes ▁ octubre de 2026: 1.200 US$ (completo)",
    ):  # fmt: skip
        assert line in words.replace("\u00a0", " "), words
    for english in ("against", "odds", "pace", "windows", "Status", "Score", "by month", "as of"):
        assert english not in words


def test_a_month_of_a_year_of_whole_weeks_is_called_by_its_number(company: Company) -> None:
    """The period from 29 March to 2 May is no March."""
    company.key_result(unit="USD")
    company.month(date(2026, 3, 29), date(2026, 5, 2), 1200)
    weeks = {"fiscal_calendar": "4-4-5", "fiscal_year_start": 2, "fiscal_last_week": "last"}
    assert "By month ▁ 2027-P03: $1,200 (complete)" in said(company, **weeks)


def test_what_was_restated_after_the_goal_is_none_of_it(company: Company) -> None:
    company.key_result(unit="USD", deadline=date(2026, 10, 31))
    for month, last in ((10, 31), (11, 30)):
        company.restatement(
            period_start=date(2026, month, 1), period_end=date(2026, month, last), member="total", old_value=900,
            new_value=Decimal("855.5"), restated_at=datetime(2026, 11, 20, tzinfo=UTC),
        )  # fmt: skip
    words = said(company)
    assert "Restated October 2026: $855.50, was $900." in words
    assert "November 2026: $855.50" not in words


def test_a_goal_that_is_in_no_file_is_said_to_be_so_and_stays_what_it_was(company: Company) -> None:
    """Its file was taken away on the 26th; 2,000 were asked for every month, of Ana."""
    company.key_result(unit="USD", required_rate=2000, current_rate=1234)
    company.rows["key_results"] = []
    company.rows["objectives"] = []
    company.version(
        comparison="at_least", low=2000, per="month", goal="at least 2,000 USD", definition="{}",
        known_from=datetime(2026, 11, 1, 9, tzinfo=UTC), known_to=datetime(2026, 11, 26, 9, tzinfo=UTC),
    )  # fmt: skip
    company.add(
        "objective_history",
        {"objective_id": "grow", "name": "Grow", "owner": "ana@example.com"},
        {"known_from": datetime(2026, 11, 1, 9, tzinfo=UTC)},
    )
    words = said(company)
    assert "Goal at least $2,000 every month, from Jan 1, 2026 to Dec 31, 2026" in words
    assert "Objective Grow (ana@example.com)" in words
    assert "Needed per month $2,000" in words
    assert (
        "No longer set Since Nov 26, 2026: it is in no OKR file, or in one with a fault, which `okra check` names. "
        "What stands below is of Nov 25, 2026." in words
    )


def test_a_goal_that_is_set_is_not_said_to_have_ended(company: Company) -> None:
    company.key_result(unit="USD")
    company.version(goal="", definition="{}", known_from=datetime(2026, 11, 1, 9, tzinfo=UTC))
    assert "No longer set" not in said(company)


def test_the_changes_are_those_of_the_card(company: Company) -> None:
    """Six days of November are not compared yet; and what the goal counts comes before the whole KPI."""
    company.key_result(unit="USD")
    company.factors(-90, [("a", -90)], data_through=date(2026, 11, 6))
    company.factors(
        4, [("a", 1), ("b", 1), ("c", 1), ("d", 3), ("e", -2)], period_start=date(2026, 10, 1),
        period_end=date(2026, 10, 31), data_through=date(2026, 10, 31),
    )  # fmt: skip
    words = said(company)
    assert "Against the period before +$4 in October 2026, against Oct 1" in words
    assert ": a +$1, b +$1, c +$1, 2 others +$1." in words
    assert "−$90" not in words
    assert "+$4 in October 2026, against Oct 1" in company.written().card().text


def test_effects_have_a_name_of_their_own(company: Company) -> None:
    """A KPI without members: 12 of the change of 20 came from exchange rates, 8 from itself."""
    company.key_result(unit="USD")
    company.factors(20, [("whole", 12), ("whole", 8)], dimension="whole")
    company.rows["kpi_factors"][1] = {**company.rows["kpi_factors"][1], "effect": "currency"}
    assert ": exchange rates +$12, its own change +$8." in said(company)


def test_a_change_of_more_than_the_goal_counts_is_said_to_be_the_whole_kpi_s(
    company: Company,
) -> None:
    company.key_result(unit="USD", defined={"where": "widget"})
    company.factors(90, [("widget", 12), ("gizmo", 78)])
    assert "\nAgainst the period before, whole KPI +$90" in said(company)


def test_what_people_say_stands_with_their_names_the_latest_first(company: Company) -> None:
    company.key_result()
    for day, note in ((10, "Signed"), (20, "[bold]Paid[/]")):
        company.check_in(day=date(2026, 11, day), note=note, confidence=Decimal("0.8"))
    words = said(company)
    assert "ana@example.com, Nov 20: 80% sure. [bold]Paid[/]." in words
    assert words.index("Paid") < words.index("Signed")
    card = company.written().card().text
    assert "80% sure. [bold]Paid[/]." in card
    assert "Signed" not in card, "a card has the latest one"


@pytest.mark.parametrize(
    ("definition", "names"), [(HIDDEN, False), ('{"name_members": true}', True), ("{}", True)]
)
def test_nobody_is_named_where_the_goal_does_not(
    company: Company, definition: str, names: bool
) -> None:
    company.key_result(unit="deals", defined={"for_each": "product", "definition": definition})
    company.version(definition=definition, goal="", known_from=datetime(2026, 1, 1, tzinfo=UTC))
    company.part(member="Kim", actual=1, status="off_track")
    company.factors(-3, [("Kim", -3)])
    company.lever(driver="member", dimension="product", member="Kim", change=2)
    words = said(company)
    assert ("Kim" in words) is names
    assert "−$3 in Nov 1, 2026" in words.replace("−3 deals", "−$3")
    assert ("Kim" in printed(company, as_json=True)) is names


def test_a_goal_that_cannot_be_met_any_more_is_not_told_how_to_meet_it(company: Company) -> None:
    company.key_result(status="missed", probability=0, unit="USD", required_rate=20, current_rate=4)
    company.lever(change=400, current_rate=5, needed_rate=Decimal("15.8"))
    words = said(company)
    assert "It can no longer be met." in words
    for told in ("Needed per day", "would be enough", "What would bring"):
        assert told not in words
    assert "Needed per day" not in company.written().card().text
    assert company.written().card().all("section", class_="levers") == []


def test_levers_of_a_lost_goal_are_said_to_bring_back_its_open_window(company: Company) -> None:
    company.key_result(unit="deals", status="missed", probability=0, defined={"per": "month"})
    company.kpi(model=None, unit="deals", precision=0)
    company.lever(
        window="2026-11", change=4, current_rate=Decimal("0.06"), needed_rate=Decimal("1.06")
    )
    assert (
        "\nWhat would bring the open window back (November)\n"
        "the whole 4 more deals than forecast (November) would be enough.\n" in said(company)
    )


def test_an_earlier_version_is_told_in_the_reader_s_words(company: Company) -> None:
    company.key_result(unit="USD")
    stated = (
        '{"kpi": "revenue", "at_least": "1500.5", "per": "month", "for_each": "sales_rep", '
        '"where": {"color": ["red", "green"], "not": {"team": ["north"]}}}'
    )
    changed = datetime(2026, 6, 30, 12, tzinfo=UTC)
    first = datetime(2026, 1, 1, tzinfo=UTC)
    company.version(definition=stated, goal="at least 1,500.5", known_from=first, known_to=changed)
    company.version(definition="{}", goal="", known_from=changed)
    words = said(company, "es").replace("\u00a0", " ")
    assert (
        "Hasta el 30 jun 2026 al menos 1.500,50 US$ (red o green, equipo: todos menos north) cada mes por cada "
        "comercial, a más tardar el 31 dic 2026\nAsí desde el 30 jun 2026" in words
    )


def test_a_failed_pull_is_said_beside_its_windows(company: Company) -> None:
    company.key_result(unit="USD")
    company.rows["attempts"] = [
        {
            "source": "shop",
            "stream": "orders",
            "outcome": "quota",
            "message": "[red]come back[/red]",
        }
    ]
    assert (
        "shop.orders 1 window from Jan 1, 2026 to Nov 24, 2026, 1,200 rows, last pulled Nov 25, 2026, 6:30 AM UTC. "
        "Checksum of the latest: c0ffee. The last pull failed (quota): [red]come back[/red]"
        in said(company).replace("\u00a0", " ")
    )


def test_members_stand_by_their_gap_the_largest_first() -> None:
    parts = [
        {
            "member": member, "window": "total", "actual": Decimal(actual),
            "target": Decimal(target), "status": "off_track",
        }
        for member, actual, target in (("Amina", 6, 7), ("Ben", 4, 9), ("Cy", 2, 5))
    ]  # fmt: skip
    row = {"for_each": "sales_rep", "comparison": "at_least", "per": None}
    names = [name for name, _ in part_lines(row, parts, DEALS)]
    assert names == ["Ben", "Cy", "Amina"]
