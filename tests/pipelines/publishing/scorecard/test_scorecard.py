"""What the scorecard says, from rows made by hand: figures, words, what is missing, and what is hostile."""

import base64
import hashlib
import re
from datetime import date
from decimal import Decimal

import pytest

from pipelines.publishing.published import NothingPublishedError, read_scorecard
from tests.pipelines.publishing.scorecard.conftest import AS_OF, FIRST, LAST, THROUGH

NARROW = "\u202f\u00a0"


def plain(text: str) -> str:
    """The text with ordinary spaces, whichever a locale puts between figure and unit."""
    return re.sub(f"[{NARROW}]", " ", text)


def figures(card) -> dict[str, str]:
    """The figures of a card by their names."""
    return {
        pair.one("dt").text: plain(pair.one("dd").text)
        for shown in card.all("dl", class_="figures")
        for pair in shown.all("div")
    }


def source(card) -> dict[str, str]:
    """Where the figures of a card come from."""
    return {
        pair.one("dt").text: pair.one("dd").text
        for pair in card.one("dl", class_="source").all("div")
    }


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


def test_a_company_without_an_objective_has_an_empty_scorecard(bare):
    bare.run()
    bare.kpi()
    bare.window()
    published = bare.publish()
    assert read_scorecard(published, AS_OF).objectives == []
    assert read_scorecard(published).as_of == AS_OF
    assert bare.written().scorecard.all("article") == []
    with pytest.raises(NothingPublishedError, match="okra score --as-of 2026-11-24"):
        read_scorecard(published, THROUGH)


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


def test_the_top_counts_the_key_results_by_status(company):
    for n, status in enumerate(("on_track", "on_track", "missed")):
        company.key_result(key_result_id=f"grow/{n}", status=status)
    counts = company.written().scorecard.one("ul", class_="counts")
    assert [item.text for item in counts.all("li")] == ["2On track", "1Missed"]


def test_a_way_leads_down_from_a_number_to_its_source(company):
    company.key_result()
    pages = company.written()
    found = source(pages.card())
    assert found["Worked out by"] == "models/kpis/kpi_revenue.sql"
    assert found["KPI"] == "Revenue fin@example.com"
    assert found["Run"] == "run-7"
    assert found["Definition"] == "de11111171000000"
    assert found["Owner"] == "ana@example.com"
    assert found["Data through"] == "Nov 24, 2026"
    assert plain(found["Sources"]) == (
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


def test_a_name_that_is_a_script_is_a_name(company):
    hostile = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"
    company.objective(objective_id="evil", name=hostile, owner=hostile)
    company.key_result(objective_id="evil", key_result_id="evil/it", name=hostile, why=hostile)
    company.part(
        objective_id="evil", key_result_id="evil/it", member=hostile, score=1, status="on_track"
    )
    company.rows["key_results"][-1] = {**company.rows["key_results"][-1], "for_each": hostile}
    company.factors(5, [(hostile, 5)])
    pages = company.written()
    assert len(pages.scorecard.all("script")) == 1, "ours"
    assert pages.scorecard.all("img") == []
    assert pages.card("evil-it").one("h3").text == hostile
    assert (
        pages.card("evil-it").one("table", class_="members").one("tbody").one("th").text == hostile
    )


def test_a_kpi_whose_name_is_a_path_gets_no_page(company):
    company.kpi(kpi="../../evil")
    company.key_result(kpi="../../evil")
    pages = company.written()
    assert [path.name for path in (pages.home / "kpi").iterdir()] == ["revenue.html"]
    assert pages.card().one("dl", class_="source").all("a") == []


def test_nothing_but_the_pages_own_style_and_script_may_run(company):
    company.key_result()
    pages = company.written()
    policy = pages.scorecard.one("meta", **{"http-equiv": "Content-Security-Policy"}).attributes[
        "content"
    ]

    def named(element) -> str:
        digest = hashlib.sha256("".join(map(str, element.children)).encode()).digest()
        return f"'sha256-{base64.b64encode(digest).decode()}'"

    assert dict(rule.split(" ", 1) for rule in policy.split("; ")) == {
        "default-src": "'none'",
        "style-src": named(pages.scorecard.one("style")),
        "script-src": named(pages.scorecard.one("script")),
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    everything = pages.scorecard.all()
    assert not [one for one in everything if {"style", "src", "onclick"} & one.attributes.keys()]
    assert "://" not in pages.html, "no address outside"


def test_the_pages_of_kpis_run_no_script_at_all(company):
    page = company.written().kpi()
    policy = page.one("meta", **{"http-equiv": "Content-Security-Policy"}).attributes["content"]
    assert "script-src" not in policy
    assert page.all("script") == []


def test_beside_a_week_ago_a_key_result_says_what_changed(company):
    company.key_result(probability=Decimal("0.8"))
    company.part(
        as_of=date(2026, 11, 18),
        score=Decimal("0.58"),
        probability=Decimal("0.55"),
        status="at_risk",
    )
    pages = company.written()
    assert (
        figures(pages.card())["Since Nov 18, 2026"]
        == "score +4 points, odds +25 points, was at risk"
    )
    assert "Changes are since Nov 18, 2026." in pages.scorecard.text


def test_what_has_not_changed_in_a_week_says_so(company):
    company.key_result()
    company.part(as_of=date(2026, 11, 18))
    assert figures(company.written().card())["Since Nov 18, 2026"] == "unchanged"


def test_the_day_that_is_compared_with_is_the_nearest_one_at_least_a_week_back(company):
    company.key_result()
    for day in (10, 17, 20):
        company.part(as_of=date(2026, 11, day))
    assert "Changes are since Nov 17, 2026." in company.written().scorecard.text


def test_without_a_day_a_week_back_the_earliest_one_is_compared_with(company):
    company.key_result()
    company.part(as_of=date(2026, 11, 22))
    company.part(as_of=date(2026, 11, 24))
    assert "Changes are since Nov 22, 2026." in company.written().scorecard.text


def test_on_the_first_day_there_is_nothing_to_compare_with(company):
    company.key_result()
    assert "Changes are since" not in company.written().scorecard.text


def test_children_stand_inside_their_parent_and_an_orphan_on_its_own(company):
    company.objective(objective_id="child", name="Child", parent_id="grow")
    company.objective(objective_id="orphan", name="Orphan", parent_id="left-out")
    company.key_result(objective_id="child", key_result_id="child/it")
    scorecard = company.written().scorecard
    grow = scorecard.one("section", id="objective-grow")
    assert [one.attributes["id"] for one in grow.all("section")] == ["objective-child"]
    assert grow.one("h2").text == "Grow"
    assert grow.one("h3").text == "Child"
    assert scorecard.one("section", id="objective-orphan").one("h2").text == "Orphan"


def test_the_sample_company_is_named_so_on_every_page(bare):
    bare.run(sample_company=True)
    bare.objective()
    bare.kpi()
    bare.key_result()
    pages = bare.written()
    for page in (pages.scorecard, pages.kpi()):
        assert page.one("aside", class_="sample").text.startswith("This is the sample company.")


def test_a_real_company_is_not_called_a_sample(company):
    assert company.written().scorecard.all("aside", class_="sample") == []


def test_what_was_left_out_is_named_at_the_top(bare):
    bare.run(failed_sources=["stripe", "zendesk"], broken_definitions=["okr_definitions/x.yml"])
    bare.objective()
    glance = bare.written().scorecard.one("section", class_="glance").text
    assert "stripe, zendesk" in glance
    # of a file with several KPIs, only those with a fault are left out
    assert "A KPI or an objective with a fault is left out. See: okr_definitions/x.yml." in glance


def test_what_is_wrong_is_counted_and_told_at_the_top(company):
    assert company.written().scorecard.all("details", class_="findings") == []
    for number in range(12):
        company.finding(message=f"a <b> {number:02} is wrong; mend it")
    told = company.written("es").scorecard.one("details", class_="findings")
    assert told.one("summary").text.startswith("12 hallazgos:")
    assert [line.text for line in told.all("li")] == [
        f"a <b> {number:02} is wrong; mend it" for number in range(10)
    ]


def test_flags_are_put_into_words_and_unknown_ones_kept(company):
    company.key_result(trust="missing_days:3,source_failed:shop,made_up:9")
    warning = company.written().card().one("p", class_="warning").text
    assert warning == (
        "Not fully reliable: days without data: 3; the last pull of shop failed, so older values are "
        "kept; made_up:9."
    )


def test_a_line_of_the_table_with_flags_is_marked(company):
    company.objective(objective_id="doubtful", trust="missing_days:3")
    company.key_result(key_result_id="grow/doubtful", trust="missing_days:3")
    company.key_result(key_result_id="grow/sound")
    lines = company.written().scorecard.all("tr", role="row")
    flagged = {
        line.attributes.get("data-card") or line.attributes.get("data-branch")
        for line in lines
        if line.all("span", class_="flag")
    }
    assert flagged == {"objective-doubtful", "kr-grow-doubtful"}


def test_what_moved_a_goal_names_nobody_where_the_goal_does_not(company):
    by_product = {"for_each": "product", "per": "month"}
    hidden = '{"name_members": false}'
    company.key_result(key_result_id="grow/open", defined=by_product)
    company.key_result(key_result_id="grow/hidden", defined=by_product | {"definition": hidden})
    company.factors(5, [("kim", 3), ("lee", 2)])
    pages = company.written()
    assert "kim" in pages.card("grow-open").text
    assert "kim" not in pages.card("grow-hidden").text
    assert "+$5 in Nov 1, 2026" in pages.card("grow-hidden").text


def test_a_milestone_is_done_or_not(company):
    company.key_result(
        kpi=None, unit=None, score=0, raw_attainment=0, target=1, actual=0,
        defined={"comparison": None, "low": None, "kpi": None},
    )  # fmt: skip
    card = company.written().card()
    assert card.one("p", class_="sentence").text == "Not done; it is due on Dec 31, 2026."
    assert source(card)["Goal"] == "Done by its day"


def test_a_chart_has_what_was_the_pace_the_futures_and_the_target(company):
    company.key_result(
        forecast_p10=Decimal("1888.4"),
        forecast_p50=2000,
        forecast_p90=Decimal("2111.6"),
        probability=Decimal("0.5"),
    )
    company.point(FIRST, actual=0, pace=0)
    company.point(THROUGH, actual=1234, pace=1800)
    company.point(LAST, pace=2000, forecast_p10=1900, forecast_p50=2000, forecast_p90=2100)
    figure = company.written().card().one("figure")
    chart = figure.one("svg", class_="chart")
    for line in ("actual-line", "pace-line", "future-line", "fan", "goal-line"):
        assert chart.one("path", class_=line).attributes["d"].startswith("M")
    assert figure.one("figcaption").text == (
        "Actual through Nov 24, 2026. 8 of 10 futures end between $1,888 and $2,112."
    )
    assert chart.one("desc").text == (
        "From $0 on Jan 1, 2026 to $1,234 on Nov 24, 2026. The pace asks for $1,800 by then. "
        "The target is $2,000."
    )
    # the actual line ends where the fan begins, before the right edge
    now = chart.one("circle").attributes
    assert (
        chart.one("path", class_="fan")
        .attributes["d"]
        .startswith(f"M{float(now['cx']):g} {float(now['cy']):g} ")
    )
    assert float(now["cx"]) < 406


def test_without_a_course_there_is_no_chart(company):
    company.key_result()
    assert company.written().card().all("figure") == []


def test_the_windows_of_a_goal_are_bars_that_look_by_how_they_ended(company):
    company.key_result(defined={"per": "month"})
    for window, actual, status in (
        ("2026-09", 1500, "missed"),
        ("2026-10", 2200, "achieved"),
        ("2026-11", 900, "off_track"),
    ):
        company.part(
            window=window,
            actual=actual,
            status=status,
            period_start=date.fromisoformat(f"{window}-01"),
            deadline=date.fromisoformat(f"{window}-30"),
        )
    card = company.written().card()
    bars = card.one("figure").all("rect", class_="bar")
    assert [bar.attributes["class"] for bar in bars] == ["bar hollow", "bar full", "bar open"]
    assert [bar.text for bar in bars] == [
        "September 2026: $1,500",
        "October 2026: $2,200",
        "November 2026: $900",
    ]
    heights = [float(bar.attributes["height"]) for bar in bars]
    assert heights[1] / heights[2] == pytest.approx(2200 / 900, rel=0.02), "bars start at zero"
    assert card.one("p", class_="sentence").text == (
        "1 of 2 months met it. November has $900 so far."
    )


def test_the_members_of_a_goal_are_listed_the_furthest_behind_first(company):
    company.key_result(
        raw_attainment=Decimal("0.5"),
        score=Decimal("0.5"),
        defined={"for_each": "sales_rep"},
        actual=3,
    )
    company.part(member="Ana", actual=9, score=1, raw_attainment=1, status="on_track")
    company.part(
        member="Ben",
        actual=3,
        score=Decimal("0.3"),
        raw_attainment=Decimal("0.3"),
        status="off_track",
    )
    card = company.written().card()
    rows = card.one("table", class_="members").one("tbody").all("tr")
    assert [row.one("th").text for row in rows] == ["Ben", "Ana"]
    # of the target of $2,000: Ben lacks 1,997 and Ana 1,991
    assert [row.all("td")[1].text for row in rows] == ["$1,997 short", "$1,991 short"]
    # every bar has the target as a line, at 98 of 98 places from the start
    assert [row.one("path", class_="goal-line").attributes["d"] for row in rows] == [
        "M98.5 0V10"
    ] * 2
    labels = [bar.attributes["aria-label"] for bar in card.all("svg", class_="member-bar")]
    assert labels == ["does not", "meets it"]
    assert card.one("p", class_="sentence").text == (
        "1 of 2 members meet it. The furthest behind is Ben with $3 (goal $2,000)."
    )


def said(company) -> str:
    return company.written().card().one("p", class_="sentence").text


def test_where_two_members_lack_as_much_nobody_is_named(company):
    third = Decimal("0.333333")
    company.key_result(raw_attainment=third, score=third, defined={"for_each": "sales_rep"})
    company.part(member="Ana", actual=2000, score=1, raw_attainment=1, status="achieved")
    for name in ("Ben", "Kim"):
        company.part(member=name, actual=3, score=0, raw_attainment=0, status="missed")
    assert said(company) == "1 of 3 members meet it."


def test_the_furthest_behind_has_the_largest_gap_to_its_own_target(company):
    company.key_result(raw_attainment=0, score=0, defined={"for_each": "sales_rep"})
    company.part(member="Ana", actual=1500, score=0, raw_attainment=0, status="missed")
    company.part(member="New", actual=0, target=100, score=0, raw_attainment=0, status="missed")
    assert said(company).endswith("The furthest behind is Ana with $1,500 (goal $2,000).")


def test_where_nobody_is_to_be_named_the_share_is_told(company):
    company.key_result(
        raw_attainment=Decimal("0.75"), score=Decimal("0.75"), defined={"for_each": "sales_rep"}
    )
    assert said(company) == "75% of the members meet it."


def test_before_the_first_window_is_over_none_is_counted(company):
    company.key_result(raw_attainment=None, score=None, defined={"per": "quarter"})
    company.part(
        window="2026-Q4",
        actual=900,
        status="achieved",
        period_start=date(2026, 10, 1),
        deadline=date(2026, 12, 31),
    )
    assert said(company) == "The first quarter is not over. Q4 has $900 so far."


def test_before_the_first_window_is_over_members_are_told_by_their_pace(company):
    company.key_result(
        raw_attainment=None, score=None, defined={"per": "month", "for_each": "sales_rep"}
    )
    for name, status in (("Ana", "on_track"), ("Ben", "off_track"), ("New", "not_started")):
        company.part(member=name, score=None, raw_attainment=None, status=status)
    assert said(company) == "The first month is not over. 1 of 2 members are on pace for it."


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


def test_the_parts_of_a_change_that_are_not_shown_are_summed(company):
    company.key_result()
    parts = [
        ("a", 50),
        ("b", -30),
        ("c", 20),
        ("d", 10),
        ("e", 5),
        ("f", 3),
        ("g", Decimal("-1.25")),
    ]
    company.factors(Decimal("56.75"), parts)
    moved = company.written().card().one("div", class_="moved")
    assert moved.one("p", class_="change").text == (
        "+$56.75 in Nov 1, 2026 – Nov 24, 2026, against Oct 1, 2026 – Oct 24, 2026"
    )
    rows = moved.one("table", class_="factors").one("tbody").all("tr")
    assert {row.one("th").text: row.one("td").text for row in rows} == {
        "a": "+$50", "b": "−$30", "c": "+$20", "d": "+$10", "e": "+$5", "2 others": "+$1.75",
    }  # fmt: skip
    directions = [row.one("rect").attributes["class"] for row in rows]
    assert directions == ["up", "down", "up", "up", "up", "up"]


def test_the_distance_to_the_target_is_split_as_well(company):
    company.key_result()
    company.factors(
        Decimal("-765.5"), [("widget", Decimal("-765.5"))], compared_with="target", reference="grow/revenue",
        period="course", period_start=FIRST, period_end=LAST,
    )  # fmt: skip
    card = company.written().card()
    assert "−$765.50 against the target of $2,000" in card.text


def test_the_year_before_comes_first_and_then_the_period_before(company):
    company.key_result()
    company.factors(5, [("a", 5)])
    company.factors(
        7, [("a", 7)], compared_with="last_year", reference="2025-11-01..2025-11-24",
        compared_from=date(2025, 11, 1), compared_to=date(2025, 11, 24),
    )  # fmt: skip
    changes = company.written().card().one("div", class_="moved").all("p", class_="change")
    assert [change.text.partition(" in ")[0] for change in changes] == ["+$7", "+$5"]
    assert "against Nov 1, 2025" in changes[0].text


def test_the_first_days_of_a_month_are_not_compared_yet(company):
    """Six days of November say little: October as a whole is shown, with a rise of 4."""
    company.key_result()
    company.factors(-90, [("a", -90)], data_through=date(2026, 11, 6))
    company.factors(
        4, [("a", 4)], period_start=date(2026, 10, 1), period_end=date(2026, 10, 31),
        data_through=date(2026, 10, 31),
    )  # fmt: skip
    [change] = company.written().card().one("div", class_="moved").all("p", class_="change")
    assert change.text.startswith("+$4 in October 2026, against ")


def test_a_goal_of_some_members_shows_what_moved_these(company):
    """All pieces rose by 90, the widgets that the goal counts by 12: 20 red ones more, 8 green ones less."""
    company.key_result(defined={"where": "widget"})
    company.factors(90, [("widget", 12), ("gizmo", 78)])
    company.factors(
        12, [("red", 20), ("green", -8)], compared_with="goal_previous", reference="grow/revenue"
    )
    moved = company.written().card().one("div", class_="moved")
    assert moved.one("p", class_="change").text.startswith("+$12 in ")
    assert moved.one("p", class_="label").text == "What moved it"
    rows = moved.one("table", class_="factors").one("tbody").all("tr")
    assert {row.one("th").text: row.one("td").text for row in rows} == {
        "red": "+$20",
        "green": "−$8",
    }


def test_where_only_the_whole_kpi_is_published_the_card_says_that_it_is_the_whole(company):
    company.key_result(defined={"where": "widget"})
    company.factors(90, [("widget", 12), ("gizmo", 78)])
    moved = company.written().card().one("div", class_="moved")
    assert moved.one("p", class_="label").text == "What moved it · The whole KPI: Revenue"


@pytest.mark.parametrize(
    ("status", "is_open"),
    [("at_risk", True), ("off_track", True), ("missed", True), ("on_track", False), ("achieved", False)],
)  # fmt: skip
def test_a_card_is_open_where_something_is_to_be_done(company, status, is_open):
    company.key_result(status=status)
    fold = company.written().card().one("details", class_="card-fold")
    assert ("open" in fold.attributes) is is_open
    assert "$1,234.50 of $2,000" in fold.one("summary", class_="card-line").text


def test_what_would_bring_it_back_stands_in_the_card(company):
    """400 more by the end of the year is enough."""
    company.key_result(status="off_track")
    company.lever(change=400, current_rate=5, needed_rate=Decimal("15.8"))
    [found] = company.written().card().one("div", class_="levers").all("li")
    assert "$400 more" in found.text


def test_where_nobody_is_to_be_named_no_lever_names_anybody(company):
    hidden = '{"name_members": false}'
    company.key_result(status="off_track", defined={"for_each": "sales_rep", "definition": hidden})
    company.lever(asked_member="Kim", change=400)
    assert company.written().card().all("section", class_="levers") == []


def test_members_are_of_the_latest_window_that_is_over_and_its_month_is_the_title(company):
    """October is over, November is open: Ana lacks 2 of 7, Ben 5."""
    october = {
        "window": "2026-10",
        "period_start": date(2026, 10, 1),
        "deadline": date(2026, 10, 31),
    }
    november = {
        "window": "2026-11",
        "period_start": date(2026, 11, 1),
        "deadline": date(2026, 11, 30),
    }
    company.key_result(unit="deals", defined={"for_each": "sales_rep", "per": "month", "low": 7})
    company.part(status="missed", actual=2, **october)
    company.part(status="off_track", actual=1, **november)
    for member, actual in (("Ana", 5), ("Ben", 2)):
        company.part(member=member, unit="deals", actual=actual, target=7, status="off_track")
    card = company.written().card()
    rows = card.one("table", class_="members").one("tbody").all("tr")
    assert [[cell.text for cell in row.all("td")[:2]] for row in rows] == [
        ["2 deals", "5 deals short"],
        ["5 deals", "2 deals short"],
    ]
    assert card.one("figure").one("p", class_="label").text == "By sales rep, October 2026"


def test_of_many_windows_the_latest_are_drawn(company):
    """Of 20 days the latest 13, from the 8th on."""
    company.key_result(defined={"per": "day", "low": 7}, target=7)
    for day in range(1, 21):
        on = date(2026, 11, day)
        company.part(
            window=on.isoformat(), period_start=on, deadline=on, status="missed", actual=day
        )
    figure = company.written().card().one("figure")
    assert len(figure.one("svg").all("rect", class_="bar")) == 13
    assert figure.one("svg").all("rect", class_="bar")[0].text.endswith(": $8")
    assert figure.one("p", class_="label").text == "The latest 13 of 20 windows"


def test_the_same_rows_are_the_same_bytes(company):
    company.key_result()
    company.factors(5, [("a", 3), ("b", 2)])
    first = company.written().html
    assert company.written().html == first


def test_a_day_without_scores_says_so(bare):
    bare.run()
    assert "No objective was scored on this day." in bare.written().scorecard.text


def test_thirty_key_results_stay_a_page_that_can_be_mailed(company):
    for n in range(30):
        name = f"grow/{n}"
        company.key_result(key_result_id=name, name=f"Sell {n} more of everything before the end of the year",
                           probability=Decimal("0.7"), forecast_p10=1, forecast_p50=2, forecast_p90=3,
                           required_rate=1, current_rate=1, why="x" * 250)  # fmt: skip
        company.part(as_of=date(2026, 11, 18), key_result_id=name, status="at_risk")
        for week in range(53):
            day = date.fromordinal(FIRST.toordinal() + 7 * week)
            value = Decimal(1000 + 37 * week + n)
            known = (
                {"actual": value}
                if day <= THROUGH
                else {"forecast_p10": value, "forecast_p50": value, "forecast_p90": value}
            )
            company.point(day, key_result_id=name, pace=value + 5, **known)
        gap = {"compared_with": "target", "reference": name, "period": "course"}
        company.factors(90, [(f"a long name of member {m}", 9) for m in range(10)], **gap)
    company.factors(90, [(f"a long name of member {m}", 9) for m in range(10)])
    assert len(company.written().html.encode()) < 350_000


def test_three_hundred_key_results_are_a_page_below_a_megabyte(company):
    for n in range(300):
        name = f"grow/{n}"
        company.key_result(key_result_id=name, name=f"Sell {n} more of everything before the end of the year",
                           probability=Decimal("0.7"), forecast_p10=1, forecast_p50=2, forecast_p90=3,
                           required_rate=1, current_rate=1)  # fmt: skip
        company.part(as_of=date(2026, 11, 18), key_result_id=name, status="at_risk")
        for day, value in ((FIRST, 0), (THROUGH, 1000)):
            company.point(day, key_result_id=name, pace=value + 5, actual=value)
    assert len(company.written().html.encode()) < 1_000_000
