"""The page around the cards: counts, the tree, what is wrong, and how large it gets."""

from datetime import date
from decimal import Decimal

import pytest

from pipelines.publishing.published import NothingPublishedError, read_scorecard
from tests.pipelines.publishing.scorecard.company import AS_OF, FIRST, THROUGH


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


def test_the_top_counts_the_key_results_by_status(company):
    for n, status in enumerate(("on_track", "on_track", "missed")):
        company.key_result(key_result_id=f"grow/{n}", status=status)
    counts = company.written().scorecard.one("ul", class_="counts")
    assert [item.text for item in counts.all("li")] == ["2On track", "1Missed"]


def test_children_stand_inside_their_parent_and_an_orphan_on_its_own(company):
    company.objective(objective_id="child", name="Child", parent_id="grow")
    company.objective(objective_id="orphan", name="Orphan", parent_id="left-out")
    company.key_result(objective_id="child", key_result_id="child/it")
    scorecard = company.written().scorecard
    grow = scorecard.one("section", id="objective-grow")
    assert [section.attributes["id"] for section in grow.all("section")] == ["objective-child"]
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
    assert (
        "A KPI, an objective or a key result with a fault has no figures. See: okr_definitions/x.yml."
        in glance
    )


def test_what_is_wrong_is_counted_and_told_at_the_top(company):
    assert company.written().scorecard.all("details", class_="findings") == []
    for number in range(12):
        company.finding(message=f"a <b> {number:02} is wrong; mend it")
    told = company.written("es").scorecard.one("details", class_="findings")
    assert told.one("summary").text.startswith("12 incidencias:")
    assert [line.text for line in told.all("li")] == [
        f"a <b> {number:02} is wrong; mend it" for number in range(10)
    ]


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
