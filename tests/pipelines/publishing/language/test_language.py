"""Texts, numbers, money and days in each language."""

import re
import string
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import get_args

import pytest
import yaml
from pydantic import TypeAdapter

from pipelines.okr.factors.decomposition import Effect
from pipelines.okr.kpi.periods import FiscalYear
from pipelines.publishing.language.language import Amounts, Language
from pipelines.settings import BUILT_IN
from pipelines.settings.languages import TEXTS, languages
from pipelines.settings.types import LocaleName

PLURALS = {"zero", "one", "two", "few", "many", "other"}


def texts(name: str) -> dict[str, str]:
    """Every text by its key; of those with a plural the last form stands for all."""

    def walked(content: dict[str, object], before: str = "") -> dict[str, str]:
        texts: dict[str, str] = {}
        for key, value in content.items():
            if not isinstance(value, dict):
                texts[before + key] = str(value)
            elif set(value) <= PLURALS:
                texts[before + key] = str(value["other"])
            else:
                texts |= walked(value, f"{before}{key}.")
        return texts

    return walked(yaml.safe_load((TEXTS / f"{name}.yml").read_text(encoding="utf-8")))


def spoken(text: str) -> str:
    return re.sub("[\u202f\u00a0]", " ", text)


def test_each_language_has_the_same_texts_with_the_same_values():
    english = texts("en")
    for name in languages():
        own = texts(name)
        assert own.keys() == english.keys()
        for key, text in own.items():
            values = {field for _, field, _, _ in string.Formatter().parse(text) if field}
            asked = {field for _, field, _, _ in string.Formatter().parse(english[key]) if field}
            assert values == asked, f"{name}: {key}"


def test_every_plural_that_a_language_knows_is_there():
    for name in languages():
        forms = {Language(name)._locale.plural_form(n) for n in (*range(120), 1_000_000)}
        content = (TEXTS / f"{name}.yml").read_text(encoding="utf-8")
        assert len(re.findall(r"^\s+other:", content, re.M)) == len(
            re.findall(r"^\s+one:", content, re.M)
        )
        for form in forms:
            assert len(re.findall(rf"^\s+{form}:", content, re.M)) == len(
                re.findall(r"^\s+one:", content, re.M)
            )


def test_every_effect_of_a_factor_has_a_name_unless_its_member_says_enough():
    for name in languages():
        for effect in get_args(Effect):
            assert effect == "change" or f"factors.{effect}" in texts(name), f"{name}: {effect}"


def test_figures_of_as_many_digits_as_a_table_holds_are_written():
    largest = Decimal("9" * 31 + ".123456")
    language = Language("en")
    groups = ",".join(["9", *["999"] * 10])
    assert language.amount(largest, "USD", 2) == f"${groups}.12"
    assert language.amount(largest.copy_negate(), "deals", 1) == f"−{groups}.1 deals"
    assert language.share(largest, 2) == f"{groups.replace(',', '')}12.34%"
    assert language.compact(largest, None) == "10000000000000000000T"


@pytest.mark.parametrize(
    ("locale", "number", "money", "share", "day"),
    [
        ("en", "−1,234.5", "$1,234.50", "96.3%", "Nov 24, 2026"),
        ("en-GB", "−1,234.5", "US$1,234.50", "96.3%", "24 Nov 2026"),
        ("es", "−1.234,5", "1.234,50 US$", "96,3 %", "24 nov 2026"),
        ("es_MX", "−1,234.5", "USD1,234.50", "96.3%", "24 nov 2026"),
    ],
)
def test_figures_are_written_as_readers_write_them(locale, number, money, share, day):
    language = Language(locale)
    assert spoken(language.number(Decimal("-1234.5"), 1)) == number
    assert spoken(language.amount(Decimal("1234.5"), "USD", 2)) == money
    assert spoken(language.amount(Decimal("0.9634"), "percent", 3)) == share
    assert spoken(language.day(date(2026, 11, 24))) == day


def test_whole_money_has_no_cents_and_yen_never_any():
    language = Language("en")
    assert language.amount(Decimal("2000000.00"), "USD", 2) == "$2,000,000"
    assert language.amount(Decimal("1500"), "JPY", 0) == "¥1,500"


def test_a_unit_that_is_no_currency_stands_behind_its_figure():
    assert Language("en").amount(Decimal("33300"), "people") == "33,300 people"


@pytest.mark.parametrize(
    ("start", "end", "name"),
    [
        (date(2026, 1, 1), date(2026, 12, 31), "2026"),
        (date(2026, 7, 1), date(2026, 12, 31), "H2 2026"),
        (date(2026, 1, 1), date(2026, 3, 31), "Q1 2026"),
        (date(2024, 2, 1), date(2024, 2, 29), "February 2024"),
        (date(2026, 2, 1), date(2026, 2, 27), "Feb 1, 2026 – Feb 27, 2026"),
        (date(2026, 2, 1), date(2026, 7, 31), "Feb 1, 2026 – Jul 31, 2026"),
        (date(2026, 2, 3), date(2026, 2, 3), "Feb 3, 2026"),
    ],
)
def test_days_that_have_a_name_are_called_by_it(start, end, name):
    assert Language("en").span(start, end) == name


@pytest.mark.parametrize(("named_by", "start", "end", "name"), [
    ("end", date(2025, 10, 1), date(2025, 12, 31), "Q1 2026"),
    ("end", date(2026, 4, 1), date(2026, 9, 30), "H2 2026"),
    ("end", date(2025, 10, 1), date(2026, 9, 30), "2026"),
    ("start", date(2025, 10, 1), date(2025, 12, 31), "Q1 2025"),
    ("end", date(2026, 1, 1), date(2026, 12, 31), "Jan 1, 2026 – Dec 31, 2026"),
])  # fmt: skip
def test_quarters_halves_and_years_are_those_of_the_fiscal_year(named_by, start, end, name):
    assert Language("en", FiscalYear(10, named_by)).span(start, end) == name


@pytest.mark.parametrize(
    ("label", "english", "spanish"),
    [
        ("2026-W48", "week of Nov 23, 2026", "semana del 23 nov 2026"),
        ("2026-11", "November 2026", "noviembre de 2026"),
        ("2026-Q4", "Q4 2026", "T4 2026"),
        ("2026-H2", "H2 2026", "S2 2026"),
        ("2026", "2026", "2026"),
        ("something else", "something else", "something else"),
    ],
)
def test_windows_are_named_in_each_language(label, english, spanish):
    assert Language("en").window(label) == english
    assert Language("es").window(label) == spanish


@pytest.mark.parametrize(
    ("label", "english", "british", "spanish"),
    [
        ("2026-W48", "week of Nov 23", "week of 23 Nov", "semana del 23 nov"),
        ("2026-11", "November", "November", "noviembre"),
        ("2026-Q4", "Q4", "Q4", "T4"),
        ("2026-11-23", "Nov 23", "23 Nov", "23 nov"),
        ("2025-11", "November 2025", "November 2025", "noviembre de 2025"),
    ],
)
def test_a_window_of_this_year_is_named_without_its_year(label, english, british, spanish):
    today = date(2026, 11, 27)
    assert Language("en").window(label, today=today) == english
    assert Language("en-GB").window(label, today=today) == british
    assert Language("es").window(label, today=today) == spanish


def test_a_week_is_named_by_its_monday_on_an_axis_too():
    assert Language("en").window("2026-W48", short=True) == "Nov 23"


def test_a_moment_has_no_seconds_and_a_day_of_24_hours_where_the_readers_have_one():
    noon = datetime(2026, 11, 25, 12, 0, 7, tzinfo=UTC)
    assert spoken(Language("en").moment(noon)) == "Nov 25, 2026, 12:00 PM UTC"
    assert spoken(Language("en-GB").moment(noon)) == "25 Nov 2026, 12:00 UTC"
    assert spoken(Language("es").moment(noon)) == "25 nov 2026, 12:00 UTC"


@pytest.mark.parametrize(
    ("probability", "english", "spanish"),
    [
        ("0.779999", "77%", "77 %"),
        ("0.995", ">99%", ">99 %"),
        ("0.999999", ">99%", ">99 %"),
        ("0.99", "99%", "99 %"),
        ("0.01", "1%", "1 %"),
        ("0.0099", "<1%", "<1 %"),
        ("0", "0%", "0 %"),
        ("1", "100%", "100 %"),
        (None, "no odds", "sin probabilidad"),
    ],
)
def test_odds_are_whole_percent_rounded_down_and_never_certain(probability, english, spanish):
    odds = None if probability is None else Decimal(probability)
    assert Language("en").odds(odds) == english
    assert spoken(Language("es").odds(odds)) == spanish


@pytest.mark.parametrize(
    ("status", "shown"),
    [("achieved", "achieved"), ("missed", "missed"), ("off_track", "0%")],
)
def test_the_odds_of_a_settled_goal_are_its_status(status, shown):
    row = {"status": status, "probability": Decimal(0)}
    assert Language("en").odds_of(row) == shown


@pytest.mark.parametrize(
    ("least", "most", "english", "spanish"),
    [
        ("0", "0.129", "at most 12%", "como mucho 12 %"),
        ("0.88", "1", "at least 88%", "al menos 88 %"),
        ("0.051", "0.62", "5% to 62%", "de 5 % a 62 %"),
        ("0.003", "0.997", "no odds", "sin probabilidad"),
        (None, None, "no odds", "sin probabilidad"),
    ],
)
def test_the_odds_of_an_objective_with_a_part_without_odds_lie_between_two_bounds(
    least, most, english, spanish
):
    row = {"status": "off_track", "probability": None}
    if least is not None:
        row |= {"probability_at_least": Decimal(least), "probability_at_most": Decimal(most)}
    assert Language("en").odds_of(row) == english
    assert spoken(Language("es").odds_of(row)) == spanish
    assert Language("en").has_odds(row) == (english != "no odds")


@pytest.mark.parametrize(
    ("score", "expected", "shown"),
    [
        ("0.95398", "0.90411", ("95%", "90%")),
        ("0.904008", "0.901654", ("90.4%", "90.1%")),
        ("0.90419", "0.90411", ("90.42%", "90.41%")),
        ("0.9999", "1", ("99%", "100%")),
        ("0.5", "0.5", ("50%", "50%")),
        ("0.5", None, ("50%", "–")),
        ("0.900001", "0.900002", ("90.00%", "90.01%")),
        ("0.999999", "0.999991", ("99.99%", "99.98%")),
    ],
)
def test_a_score_and_its_pace_are_told_apart(score, expected, shown):
    pace = None if expected is None else Decimal(expected)
    assert Language("en").score_and_pace(Decimal(score), pace) == shown


def test_a_score_never_looks_like_a_pace_that_it_differs_from():
    shares = [
        Decimal(part).scaleb(-6) for part in (0, 1, 99, 4999, 5000, 899_999, 999_999, 1_000_000)
    ]
    for score in shares:
        for pace in shares:
            shown = Language("en").score_and_pace(score, pace)
            assert (shown[0] == shown[1]) == (score == pace), (score, pace)
            assert ("100" in shown[0]) == (score == 1)


@pytest.mark.parametrize(
    ("count", "unit", "english", "spanish"),
    [
        ("1", "people", "1 person", "1 persona"),
        ("2", "people", "2 people", "2 personas"),
        ("0", "deals", "0 deals", "0 ventas"),
        ("1.04", "deals", "1 deal", "1 venta"),
        ("1000000", "visitors", "1,000,000 visitors", "1.000.000 de visitantes"),
        ("-1", "people", "−1 person", "−1 persona"),
        ("1", "wombats", "1 wombats", "1 wombats"),
    ],
)
def test_units_are_counted_as_each_language_counts_them(count, unit, english, spanish):
    assert Language("en").amount(Decimal(count), unit) == english
    assert spoken(Language("es").amount(Decimal(count), unit)) == spanish


@pytest.mark.parametrize(
    ("gap", "unit", "comparison", "words"),
    [
        ("12300", "USD", "at_least", "$12,300 short"),
        ("-3", "deals", "at_least", "3 deals to spare"),
        ("1", "deals", "at_least", "1 deal short"),
        ("4", "tickets", "at_most", "4 tickets over"),
        ("-250", "USD", "at_most", "$250 to spare"),
        ("2", "people", "between", "2 people outside"),
        ("0.012", "percent", "at_least", "1.2 points short"),
        ("-0.01", "percent", "at_least", "1 point to spare"),
        ("0", "deals", "at_least", "on target"),
        (None, "deals", "at_least", "–"),
    ],
)
def test_a_gap_is_said_in_the_unit_of_its_figures(gap, unit, comparison, words):
    amounts = Amounts(Language("en"), unit, 3 if unit == "percent" else 0)
    assert amounts.gap(None if gap is None else Decimal(gap), comparison) == words


def test_a_dimension_has_the_reader_s_word_or_its_own_name():
    assert Language("en").dimension("sales_rep") == "sales rep"
    assert Language("es").dimension("sales_rep") == "comercial"
    assert Language("es").dimension("shoe_size") == "shoe size"


def test_every_flag_that_is_documented_has_words_in_each_language() -> None:
    page = (BUILT_IN / "docs/okr-semantics.md").read_text(encoding="utf-8")
    table = page.split("### Trust")[1].split("###")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    flags = {flag for row in rows for flag in re.findall(r"`(\w+)", row)}
    assert flags >= {"source_failed", "set_aside", "fraction", "not_filled_in", "model_failed"}
    for name in languages():
        assert flags <= {key.removeprefix("trust.") for key in texts(name)}, name


def test_every_flag_of_the_models_is_documented() -> None:
    page = (BUILT_IN / "docs/okr-semantics.md").read_text(encoding="utf-8")
    models = [
        path.read_text(encoding="utf-8")
        for folder in ("models/reporting", "macros")
        for path in (BUILT_IN / folder).rglob("*.sql")
    ]
    given = r"'(\w+):?'(?: \|\| .+?)? as (?:code|flag)|then '(\w+):?'"
    codes = {code for sql in models for pair in re.findall(given, sql) for code in pair if code}
    codes -= {"partial", "provisional"}  # the status of a period
    assert {"late", "model_failed", "set_aside", "empty_value", "unconverted_currency"} <= codes
    assert sorted(code for code in codes if f"`{code}" not in page) == []


def test_a_third_language_is_one_more_file(tmp_path, monkeypatch):
    for code in languages():
        text = (TEXTS / f"{code}.yml").read_text(encoding="utf-8")
        (tmp_path / f"{code}.yml").write_text(text, encoding="utf-8")
    (tmp_path / "de.yml").write_text(
        "status:\n  on_track: Auf Kurs\nunits:\n  people:\n    one: Person\n    other: Personen\n",
        encoding="utf-8",
    )
    monkeypatch.setattr("pipelines.settings.languages.TEXTS", tmp_path)
    german = Language(TypeAdapter(LocaleName).validate_python("de"))
    assert german.status("on_track") == "Auf Kurs"
    assert german.amount(Decimal(2500), "people") == "2.500 Personen"
    assert german.status("at_risk") == "At risk", "a text that it lacks is English"


def test_goals_are_counted_by_status_in_the_plural_of_each_language():
    for count, english, spanish in (
        (1, "1 missed", "1 no logrado"),
        (2, "2 missed", "2 no logrados"),
    ):
        assert Language("en").text("counted.missed", count) == english
        assert Language("es").text("counted.missed", count) == spanish
    assert Language("es").text("counted.on_track", 12) == "12 en camino"


def test_a_member_that_was_renamed_at_the_source_is_not_said_to_have_never_been() -> None:
    [flag] = Language("en").trust_flags("unseen:channel=Facebook")
    assert flag == "no row has channel=Facebook: it is misspelt, or was renamed at the source"
