"""One plain sentence for a goal, from its columns, that never contradicts its status."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from pipelines.okr.kpi.status import STATUSES
from pipelines.publishing.language.gaps import distance_text
from pipelines.publishing.language.language import Amounts, Language
from pipelines.publishing.language.levers import lever
from pipelines.publishing.language.restatements import restatement
from pipelines.publishing.language.sentences import objective_sentence, sentence

TODAY = date(2026, 11, 27)
PEOPLE = Amounts(Language("en"), "people", 0, as_published=True)
BLANK: dict[str, Any] = dict.fromkeys(
    ("per", "over", "for_each", "where", "baseline", "forecast_p10", "forecast_p90", "high")
)


def row(**columns: Any) -> dict[str, Any]:
    likes = {
        "as_of": TODAY, "kpi": "page_likes", "goal": "at least 33,500 people", "comparison": "at_least",
        "status": "on_track", "period_start": date(2026, 1, 1), "deadline": date(2026, 12, 31),
        "data_through": date(2026, 11, 26), "actual": Decimal("33315.000000"), "low": Decimal(33500),
        "target": Decimal("33500.000000"), "raw_attainment": Decimal("0.95398"),
        "score": Decimal("0.95398"), "expected": Decimal("0.90411"), "probability": Decimal("0.999"),
    }  # fmt: skip
    return BLANK | likes | columns


def test_a_level_is_told_from_where_it_started():
    said = sentence(row(baseline=Decimal(29480)), (), PEOPLE)
    assert said == (
        "From 29,480 to 33,315 of 33,500 people. "
        "95% is ahead of its pace of 90%, and the odds are >99%."
    )


def test_what_is_ahead_of_its_pace_and_unlikely_says_why_in_one_breath():
    points = Amounts(Language("en"), "percent", 3, as_published=True)
    columns = row(
        actual=Decimal("0.34"), target=Decimal("0.35"), baseline=Decimal("0.2"),
        status="off_track", score=Decimal("0.933333"), expected=Decimal("0.5"),
        probability=Decimal("0.008"), forecast_p10=Decimal("0.238"), forecast_p90=Decimal("0.312"),
    )  # fmt: skip
    assert sentence(columns, (), points) == (
        "From 20% to 34% of 35%. 93% is ahead of its pace of 50%, but the odds are <1%: "
        "8 of 10 futures end between 23.8% and 31.2%."
    )


def test_a_record_is_told_in_words():
    engagements = Amounts(Language("en"), "engagements", 0, as_published=True)
    record = row(
        per="week", status="at_risk", actual=Decimal(1549), probability=Decimal("0.421"),
        windows_met=25, windows_over=46, windows_in_a_row=16, windows_needed=30, windows_in_all=52,
        open_window="2026-W48", window_actual=Decimal(501),
    )  # fmt: skip
    assert sentence(record, (), engagements) == (
        "25 of 46 weeks met it, the last 16 in a row; 30 of 52 are needed. "
        "The week of Nov 23 has 501 engagements so far. The odds of meeting it are 42%."
    )


def test_members_are_counted_and_the_furthest_behind_is_named():
    deals = Amounts(Language("en"), "deals", 0, as_published=True)
    part = {
        "member": "Oskar", "window": "total", "score": Decimal("0.2"), "actual": Decimal(2),
        "target": Decimal(7), "status": "off_track", "deadline": TODAY,
    }  # fmt: skip
    members = row(
        for_each="sales_rep", status="off_track", probability=Decimal("0.01"),
        members_met=3, members_judged=13, furthest_behind="Oskar",
    )  # fmt: skip
    assert sentence(members, [part], deals) == (
        "3 of 13 members meet it. The furthest behind is Oskar with 2 deals (goal 7 deals). "
        "The odds of meeting it are 1%."
    )
    nobody = sentence(members | {"furthest_behind": None}, [part], deals)
    assert "Oskar" not in nobody


@pytest.mark.parametrize(("language", "said"), [
    ("en", "7 of 7 members meet it. 1 has no target and is not judged. It was met."),
    ("es", "7 de 7 miembros la cumplen. 1 no tiene meta y no se evalúa. Se cumplió."),
])  # fmt: skip
def test_a_member_that_a_budget_has_no_number_for_is_not_passed_over(language, said):
    euros = Amounts(Language(language), "EUR", 0, as_published=True)
    new_shop = {
        "member": "Salmiya", "window": "total", "score": None, "actual": Decimal(24384), "target": None,
        "status": "no_data", "deadline": TODAY,
    }  # fmt: skip
    closed_shop = new_shop | {"member": "Leeds", "actual": None}
    members = row(
        for_each="shop", status="achieved", members_met=7, members_judged=7, deadline=TODAY - timedelta(days=1),
    )  # fmt: skip
    assert sentence(members, [new_shop, closed_shop], euros) == said


def test_before_a_window_is_over_with_figures_none_is_counted():
    """Of four quarters three are needed, and the first has just begun: nothing was met of nothing."""
    quarters = row(
        per="quarter", windows_met=0, windows_over=0, windows_needed=3, windows_in_all=4, status="off_track",
    )  # fmt: skip
    assert distance_text(quarters, PEOPLE) == "none counts yet; 3 of 4 are needed"
    later = quarters | {"windows_over": 1}
    assert distance_text(later, PEOPLE) == "0 of 1 quarter met it; 3 of 4 are needed"


def test_members_of_a_total_that_still_runs_are_on_pace_and_do_not_meet_it_yet():
    """8,429 of 14,000 in the middle of the quarter meet nothing; after it, they meet it or do not."""
    euros = Amounts(Language("en"), "EUR", 0, as_published=True)
    members = row(
        for_each="channel", status="on_track", probability=Decimal("0.97"), kpi_kind="flow",
        members_met=3, members_judged=3, furthest_behind=None,
    )  # fmt: skip
    assert sentence(members, [], euros) == (
        "3 of 3 members are on pace for it. The odds of meeting it are 97%."
    )
    assert distance_text(members, euros) == "3 of 3 are on pace"
    over = members | {"status": "achieved", "deadline": members["as_of"] - timedelta(days=1)}
    assert sentence(over, [], euros) == "3 of 3 members meet it. It was met."
    stock = sentence(members | {"kpi_kind": "stock"}, [], euros)
    assert stock == "3 of 3 members meet it. The odds of meeting it are 97%."


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_sentence_never_contradicts_its_status(language):
    amounts = Amounts(Language(language), "people", 0, as_published=True)
    lost = {"en": "no longer", "es": "Ya no puede"}[language]
    shares = (None, Decimal(0), Decimal("0.5"), Decimal(1))
    shapes: list[dict[str, Any]] = [
        {}, {"per": "week"}, {"for_each": "team"}, {"kpi": None}, {"baseline": Decimal(9)},
        {"comparison": "at_most", "high": Decimal(5)}, {"target": None}, {"actual": None},
    ]  # fmt: skip
    for status, odds, score, pace, shape in product(STATUSES, shares, shares, shares, shapes):
        for deadline in (date(2026, 11, 20), date(2026, 12, 31)):
            columns = row(
                status=status, probability=odds, score=score, raw_attainment=score, expected=pace,
                deadline=deadline, **shape,
            )  # fmt: skip
            said = sentence(columns, (), amounts)
            assert said.endswith((".", "%"))
            assert "None" not in said
            assert status == "missed" or lost not in said
            if status in ("achieved", "missed"):
                assert "pace" not in said
                assert "odds" not in said
            if status == "off_track" and "is ahead" in said and odds is not None:
                assert "but the odds" in said
            if status == "on_track" and "is behind" in said:
                assert "but the odds" in said or "near enough" in said


def objective(**columns: Any) -> dict[str, Any]:
    return {
        "as_of": TODAY, "status": "off_track", "period_start": date(2026, 1, 1),
        "deadline": date(2026, 12, 31), "score": Decimal("0.712366"), "expected": Decimal("0.961118"),
        "probability": Decimal("0.001"),
    } | columns  # fmt: skip


def test_an_objective_says_its_parts_where_it_ends_and_what_costs_it_most():
    columns = objective(
        parts=8, parts_on_track=4, bar=Decimal("0.9"), forecast_score_p50=Decimal("0.74"),
        costliest_part="everyone-sells", costliest_part_cost=Decimal("0.142"),
    )  # fmt: skip
    names = {"everyone-sells": "Be a team in which everyone sells"}
    assert objective_sentence(columns, Language("en"), names) == (
        "4 of 8 parts are on track or achieved. It is likely to end at 74%, and 90% is enough. "
        "The odds of meeting it are <1%. What costs it most is “Be a team in which everyone sells”: "
        "14 points of its score on average."
    )


def test_an_objective_of_an_earlier_version_has_its_score_and_its_pace():
    assert objective_sentence(objective(), Language("en"), {}) == (
        "Its score is 71%, and its pace 96%. The odds of meeting it are <1%."
    )


def change(**columns: Any) -> dict[str, Any]:
    return {
        "window": "total", "asked_member": "total", "driver": "rate", "dimension": "total",
        "member": "total", "possible": True, "unit": "calls", "probability": Decimal("0.7"),
    } | columns  # fmt: skip


@pytest.mark.parametrize(
    ("unit", "kind", "columns", "words"),
    [
        (
            "calls", "flow",
            {"current_rate": Decimal(77), "needed_rate": Decimal(120), "change": Decimal(1505)},
            "43 more calls a day, 120 instead of 77, would be enough.",
        ),
        (
            "deals", "flow",
            {"asked_member": "Amina", "window": "2026-11", "current_rate": Decimal("0.06"),
             "needed_rate": Decimal("1.06"), "change": Decimal(4)},
            "Amina: 4 more deals than forecast (November) would be enough.",
        ),
        (
            "prospects", "flow",
            {"current_rate": Decimal("0.96"), "needed_rate": Decimal("0.99"), "change": Decimal(1)},
            "1 more prospect than forecast by Dec 31 would be enough.",
        ),
        (
            "prospects", "flow",
            {"current_rate": Decimal("0.96"), "needed_rate": Decimal("0.99"), "change": Decimal(1),
             "probability": None},
            "1 more prospect than the present rate brings by Dec 31 would be enough.",
        ),
        (
            "percent", "ratio",
            {"current_rate": Decimal("0.277"), "needed_rate": Decimal("0.368"), "change": Decimal("0.091")},
            "36.8% from now on instead of 27.7% would be enough.",
        ),
        (
            "USD", "flow",
            {"current_rate": Decimal("5478.83"), "needed_rate": Decimal("5500"), "change": Decimal("741.15")},
            "$21.17 more a day, $5,500 instead of $5,478.83, would be enough.",
        ),
        (
            "people", "stock",
            {"current_rate": Decimal(33), "needed_rate": Decimal(-2309), "change": Decimal(-79628)},
            "79,628 fewer people than forecast by Dec 31 would be enough.",
        ),
        (  # 27.23 hours a day are not reached with 27, nor 12.6 a day kept with 13
            "hours", "flow", {"current_rate": Decimal(26), "needed_rate": Decimal("27.23"), "change": Decimal(38)},
            "2 more hours a day, 28 instead of 26, would be enough.",
        ),
        (
            "calls", "flow", {"current_rate": Decimal("25.2"), "needed_rate": Decimal("12.6"), "change": Decimal(-80)},
            "13 fewer calls a day, 12 instead of 25, would be enough.",
        ),
        (
            "calls", "flow",
            {"possible": False, "current_rate": Decimal(9), "needed_rate": None, "change": None},
            "No change of it alone is enough.",
        ),
    ],
)  # fmt: skip
def test_a_lever_says_what_would_be_enough(unit, kind, columns, words):
    amounts = Amounts(Language("en"), unit, {"USD": 2, "percent": 3}.get(unit, 0))
    assert lever(change(**columns), row(kpi_kind=kind), amounts) == words


def test_a_restatement_says_what_it_was_and_is():
    money = Amounts(Language("en"), "USD", 2)
    changed = {
        "period_start": date(2026, 10, 1), "period_end": date(2026, 10, 31), "dimension": "total",
        "member": "total", "old_value": Decimal(900), "new_value": Decimal("855.5"),
    }  # fmt: skip
    assert restatement(changed, money) == "October 2026: $855.50, was $900."


DOLLARS = Amounts(Language("en"), "USD", 0, as_published=True)


def budget(**columns: Any) -> dict[str, Any]:
    return row(
        kpi="spend", kpi_kind="flow", comparison="at_most", low=None, high=Decimal(100), target=Decimal(100),
        actual=Decimal(72), score=Decimal(1), raw_attainment=Decimal(1), expected=Decimal("0.5"),
        status="off_track", probability=None,
    ) | columns  # fmt: skip


def test_a_budget_says_how_much_of_it_is_used():
    """72 of 100 at half time: it is within the budget, which is a score of 1, and ahead of its time."""
    said = sentence(budget(), (), DOLLARS)
    assert said == "$72 of at most $100. 72% of $100 is used, and the pace is 50%. It has no odds."
    likely = budget(status="on_track", probability=Decimal("0.8"))
    assert sentence(likely, (), DOLLARS).endswith("the pace is 50%, but the odds are 80%.")
    level = budget(kpi_kind="stock")
    assert "is ahead of its pace" in sentence(level, (), DOLLARS), "a level is not used up"


def test_a_band_that_is_used_up_too_fast_says_so():
    band = budget(comparison="between", low=Decimal(50), target=None)
    assert "72% of $100 is used, and the pace is 50%" in sentence(band, (), DOLLARS)
    slow = budget(
        comparison="between",
        low=Decimal(80),
        target=None,
        actual=Decimal(20),
        score=Decimal("0.25"),
    )
    assert "25% is behind its pace of 50%" in sentence(slow, (), DOLLARS)


def test_a_windowed_band_is_counted_in_windows():
    band = budget(
        comparison="between", low=Decimal(50), target=None, over="week", status="missed", windows_met=2,
        windows_over=3, windows_in_a_row=2, windows_needed=3, windows_in_all=3, score=Decimal("0.666667"),
        deadline=date(2026, 11, 22), probability=Decimal(0),
    )  # fmt: skip
    assert sentence(band, (), DOLLARS) == ("2 of 3 weeks met it; 3 of 3 are needed. It was missed.")


def test_an_objective_without_odds_says_where_its_pace_leads():
    columns = objective(
        parts=3, parts_on_track=1, bar=Decimal("0.7"), status="at_risk", probability=None,
        parts_without_odds=1, paced_score=Decimal("0.566667"), score=Decimal("0.45"),
        probability_at_least=Decimal("0.051"), probability_at_most=Decimal("0.62"),
    )  # fmt: skip
    assert objective_sentence(columns, Language("en"), {}) == (
        "1 of 3 parts are on track or achieved. At its pace it ends at 56%, and 70% is enough. "
        "1 part has no odds, so the odds of meeting it are between 5% and 62%."
    )
    nothing = {"probability_at_least": Decimal("0.003"), "probability_at_most": Decimal("0.997")}
    said = objective_sentence(columns | nothing, Language("en"), {})
    assert said.endswith("1 part has no odds.")


def test_an_objective_that_is_over_says_its_score():
    columns = objective(
        status="missed", deadline=date(2026, 11, 20), score=Decimal("0.833334"), bar=Decimal("0.9"),
        parts=1, parts_on_track=1,
    )  # fmt: skip
    assert objective_sentence(columns, Language("en"), {}) == (
        "1 of 1 part is on track or achieved. It was missed. Its score is 83%, and 90% is enough."
    )
