"""What the card of a key result says, from rows made by hand: figures, words, and what is missing."""

from datetime import date
from decimal import Decimal

import pytest

from pipelines.publishing.board.board import board_of
from pipelines.publishing.language.language import Amounts, Language
from pipelines.publishing.language.levers import remedy
from pipelines.publishing.language.names import name_in_list
from pipelines.publishing.standings import read_standings
from tests.pipelines.publishing.scorecard.company import said
from tests.pipelines.publishing.scorecard.pages import figures, plain, source


def test_a_card_shows_score_pace_odds_and_rates(company):
    company.key_result(
        probability=Decimal("0.683"),
        required_rate=Decimal("20.6891"),
        current_rate=Decimal("3.7637"),
    )
    assert figures(company.written().card()) == {
        "Score": "61%",
        "Odds of meeting it": "68%",
        "Pace": "90%",
        "Needed per day": "$20.69",
        "So far per day": "$3.76",
    }


def test_a_card_says_where_it_stands_in_a_sentence_of_its_columns(company):
    company.key_result()
    assert company.written().card().one("p", class_="sentence").text == (
        "$1,234.50 of $2,000. 61% is behind its pace of 90%. That is near enough to its pace. "
        "It has no odds."
    )


def test_the_status_is_a_word_and_a_shape_beside_its_colour(company):
    for status in (
        "achieved",
        "on_track",
        "at_risk",
        "off_track",
        "missed",
        "not_started",
        "no_data",
    ):
        company.key_result(key_result_id=f"grow/{status}", status=status)
    pages = company.written()
    shapes = {
        symbol.attributes["id"]: str(symbol.children) for symbol in pages.scorecard.all("symbol")
    }
    assert len(set(shapes.values())) == 7, "no two statuses look alike"
    card = pages.card("grow-at_risk").one("span", class_="status")
    assert card.text == "At risk"
    assert card.one("use").attributes["href"] == "#icon-at_risk"
    assert "icon-at_risk" in shapes


def test_a_way_leads_down_from_a_number_to_its_source(company):
    company.key_result()
    pages = company.written()
    told = source(pages.card())
    assert told["Worked out by"] == "models/kpis/kpi_revenue.sql"
    assert told["KPI"] == "Revenue fin@example.com"
    assert told["Run"] == "run-7"
    assert told["Definition"] == "de11111171000000"
    assert told["Owner"] == "ana@example.com"
    assert told["Data through"] == "Nov 24, 2026"
    assert plain(told["Sources"]) == (
        "shop.orders 1 window from Jan 1, 2026 to Nov 24, 2026, 1,200 rows, last pulled "
        "Nov 25, 2026, 6:30 AM UTC."
    )
    link = pages.card().one("dl", class_="source").one("a").attributes["href"]
    assert (pages.home / link).is_file()


def test_without_data_nothing_is_made_up(company):
    company.key_result(
        status="no_data",
        actual=None,
        raw_attainment=None,
        score=None,
        expected=None,
        data_through=None,
    )
    card = company.written().card()
    assert figures(card) == {"Score": "–", "Odds of meeting it": "no odds", "Pace": "–"}
    assert card.one("p", class_="sentence").text == "There are no data yet."
    assert card.all("figure") == []
    assert card.all("svg", class_="score-bar") == []


def test_what_has_not_started_says_when_it_does(company):
    company.key_result(status="not_started", actual=None, score=None, period_start=date(2027, 1, 1))
    assert company.written().card().one("p", class_="sentence").text == "It starts on Jan 1, 2027."


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        ("0", "0%"),
        ("0.001", "<1%"),
        ("0.05", "5%"),
        ("0.65", "65%"),
        ("0.949", "94%"),
        ("0.951", "95%"),
        ("0.999", ">99%"),
        ("1", "100%"),
    ],
)
def test_odds_are_put_so_that_nothing_sounds_surer_than_it_is(company, probability, words):
    company.key_result(probability=Decimal(probability))
    assert figures(company.written().card())["Odds of meeting it"] == words


def test_what_is_not_quite_all_is_not_shown_as_all(company):
    company.key_result(score=Decimal("0.999999"), raw_attainment=Decimal("0.999999"))
    assert figures(company.written().card())["Score"] == "99%"


def test_negative_values_keep_their_sign(company):
    company.key_result(actual=Decimal("-1234.5"), raw_attainment=Decimal("-0.617"), score=0)
    sentence = company.written().card().one("p", class_="sentence").text
    assert sentence.startswith("−$1,234.50 of $2,000.")


def test_spanish_readers_get_their_words_numbers_and_days(company):
    company.kpi(kpi="calls", unit="llamadas", precision=1)
    company.key_result(probability=Decimal("0.683"))
    company.key_result(
        key_result_id="grow/calls", kpi="calls", unit="llamadas", status="off_track",
        defined={"per": None, "low": Decimal("20000.5")},
    )  # fmt: skip
    pages = company.written("es")
    assert pages.scorecard.one("html").attributes["lang"] == "es"
    assert figures(pages.card())["Probabilidad de lograrlo"] == "68 %"
    assert plain(pages.card("grow-calls").one("p", class_="sentence").text) == (
        "1.234,5 de 2.000 llamadas. Con 61 % va por detrás de su ritmo de 90 %. No tiene probabilidad."
    )
    assert pages.card("grow-calls").one("span", class_="status").text == "Desviado"
    assert "1.234,50 US$" in plain(pages.card().one("p", class_="sentence").text)


def test_flags_are_put_into_words_and_unknown_ones_kept(company):
    company.key_result(trust="missing_days:3,source_failed:shop,made_up:9")
    warning = company.written().card().one("p", class_="warning").text
    assert warning == (
        "Not fully reliable: days without data: 3; the last pull of shop failed, so older values are "
        "kept; made_up:9."
    )


def test_a_milestone_is_done_or_not(company):
    company.key_result(
        kpi=None, unit=None, score=0, raw_attainment=0, target=1, actual=0,
        defined={"comparison": None, "low": None, "kpi": None},
    )  # fmt: skip
    card = company.written().card()
    assert card.one("p", class_="sentence").text == "Not done; it is due on Dec 31, 2026."
    assert source(card)["Goal"] == "Done by its day"


def test_a_milestone_whose_day_is_past_was_due(company):
    company.key_result(
        kpi=None, unit=None, score=0, raw_attainment=0, target=1, actual=0, status="missed",
        deadline=date(2026, 10, 6), defined={"comparison": None, "low": None, "kpi": None},
    )  # fmt: skip
    card = company.written().card()
    assert card.one("p", class_="sentence").text == "Not done; it was due on Oct 6, 2026."


@pytest.mark.parametrize(
    ("deadline", "said"), [(date(2026, 10, 6), "its time is over"), (date(2026, 12, 31), "")]
)
def test_a_goal_whose_time_is_over_has_no_change_to_look_for(deadline, said):
    row = {"deadline": deadline, "as_of": date(2026, 11, 25)}
    assert remedy(None, row, Amounts(Language("en"), "people", 0)) == said


@pytest.mark.parametrize(("unit", "target", "actual", "told"), [
    ("USD", 2_000_000, "1999999.60", "$1,999,999.60 of $2,000,000. It can no longer be met."),
    ("percent", "0.95", "0.945", "94.5% of 95%. It can no longer be met."),
    ("deals", 7, "6.97", "6.97 of 7 deals. It can no longer be met."),
    ("percent", "0.955", "0.95", "95% of 95.5%. It can no longer be met."),
])  # fmt: skip
def test_a_miss_is_not_shown_as_a_hit(company, unit, target, actual, told):
    company.kpi(precision=2 if unit == "percent" else 0, unit=unit)
    company.key_result(
        unit=unit,
        target=Decimal(target),
        actual=Decimal(actual),
        status="missed",
        defined={"low": Decimal(target)},
    )
    assert said(company) == told


@pytest.mark.parametrize(
    ("status", "is_open"),
    [("at_risk", True), ("off_track", True), ("missed", True), ("on_track", False), ("achieved", False)],
)  # fmt: skip
def test_a_card_is_open_where_something_is_to_be_done(company, status, is_open):
    company.key_result(status=status)
    fold = company.written().card().one("details", class_="card-fold")
    assert ("open" in fold.attributes) is is_open
    assert "$1,234.50 of $2,000" in fold.one("summary", class_="card-line").text


def test_objectives_of_one_name_are_told_apart_by_their_periods(company):
    """As `okra close --carry` makes them, quarter after quarter."""
    quarters = {
        "q3": (date(2026, 7, 1), date(2026, 9, 30)),
        "q4": (date(2026, 10, 1), date(2026, 12, 31)),
    }
    for name, (start, end) in quarters.items():
        company.objective(objective_id=name, name="Ship", period_start=start, deadline=end)
        company.key_result(objective_id=name, key_result_id=f"{name}/revenue")
    company.objective(objective_id="once", name="Rest")
    company.key_result(objective_id="once", key_result_id="once/revenue")
    home = company.publish().parent
    standings = read_standings(home / "okra.duckdb")
    language = Language("en")
    told = [name_in_list(line, language) for line in standings.objectives]
    assert sorted(told) == ["Grow", "Rest", "Ship (Q3 2026)", "Ship (Q4 2026)"]
    board = board_of(standings, language)
    assert [line.name for line in board.lines if line.is_objective] == told
