"""What has changed since an earlier day."""

from datetime import date
from decimal import Decimal

from tests.pipelines.publishing.scorecard.pages import figures


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
