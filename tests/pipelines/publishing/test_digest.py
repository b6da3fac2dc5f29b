"""What the digest says."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from pipelines.publishing.delivery import Channel
from pipelines.publishing.digest.digest import (
    Change,
    changes,
    direction,
    of_owner_and_below,
)
from pipelines.publishing.published import PublishedScorecard
from pipelines.publishing.standings import Standings
from tests.pipelines.publishing import digest_example
from tests.pipelines.publishing.digests import (
    ANA,
    BEN,
    DAY_BEFORE,
    MONDAY,
    ODD,
    digest_with,
    goal,
    objective,
)


def test_the_title_counts_the_key_results_by_status() -> None:
    assert digest_with(goal()).title == "OKRs on Nov 23, 2026: 1 on track"


def test_the_first_line_holds_the_counts_against_those_of_the_week_before() -> None:
    lines = (goal("off_track", before="on_track"), goal("on_track", "B", "on_track"))
    text = digest_with(*lines).text
    assert text.startswith(
        "Status: 1 on track (−1), 1 off track (+1). In brackets: the change since Nov 22.\n"
    )


def test_counts_that_are_as_the_week_before_have_nothing_in_brackets() -> None:
    text = digest_with(goal("on_track", "A", "on_track"), goal("off_track", "B", "off_track")).text
    assert text.startswith("Status: 1 on track, 1 off track\n")


def test_an_open_goal_of_which_nobody_spoke_for_two_weeks_is_named() -> None:
    said = {"day": date(2026, 11, 8)}  # 15 days before the digest
    lines = [
        replace(goal(name="Old"), check_in=said),
        replace(goal(name="Recent"), check_in={"day": date(2026, 11, 9)}),
        replace(goal("achieved", name="Over"), check_in=said),
        goal(name="Never"),
    ]
    text = digest_with(*lines).text
    assert "Without a check-in for two weeks\n- Old: the last was 15 days ago\n" in text
    for name in ("Recent", "Over", "Never"):
        assert f"- {name}: the last" not in text


def test_a_measure_that_was_judged_within_the_week_is_named_with_its_verdict() -> None:
    judged = {
        "measure": "More calls", "start": date(2026, 10, 1), "ends": None, "where": None, "unit": "USD",
        "verdict": "not_distinguishable", "reason": None, "better": None, "first_day": date(2026, 10, 1),
        "last_day": date(2026, 11, 25), "effect_share": Decimal("0.02"), "effect_share_low": Decimal("-0.05"),
        "effect_share_high": Decimal("0.09"), "controls": None, "next_look": None,
    }  # fmt: skip
    old = judged | {"measure": "Fewer calls", "last_day": date(2026, 11, 1)}
    text = digest_with(replace(objective(), measures=[judged, old])).text
    assert (
        "Measures that have a verdict now\n- More calls (since Oct 1).: Not distinguishable" in text
    )
    assert "+2% against what was foreseen without it (−5% to +9%)" in text
    assert "Fewer calls" not in text


def test_what_got_worse_and_what_got_better_is_said_with_both_statuses_and_odds() -> None:
    text = digest_with(
        goal("at_risk", "Down", "on_track", probability=Decimal("0.456")),
        goal("achieved", "Up", "on_track", probability=Decimal(1)),
    ).text
    assert "Worse since Nov 22: 1\n- Down: on track → at risk, odds 90% → 45%\n" in text
    assert "Better since Nov 22: 1\n- Up: on track → achieved\n" in text


@pytest.mark.parametrize(
    ("before", "status", "probability", "expected"),
    [
        ("on_track", "on_track", "0.81", 0),
        ("on_track", "on_track", "0.8", -1),  # from 0.9
        ("on_track", "no_data", "0.9", -1),
        ("off_track", "no_data", "0.9", -1),
        ("no_data", "off_track", "0.1", -1),
        ("not_started", "on_track", "0.9", 0),
        ("not_started", "no_data", "0.9", 0),
        ("missed", "off_track", "0.1", 1),
        ("on_track", "missed", "0", -1),
    ],
)
def test_a_goal_got_worse_by_its_status_or_by_ten_points_of_odds(
    before: str, status: str, probability: str, expected: int
) -> None:
    assert direction(goal(status, before=before, probability=Decimal(probability))) == expected


def test_who_has_to_do_what_by_when() -> None:
    text = digest_with(goal("off_track")).text
    assert (
        "To do: 1 key result needs attention\n"
        "- Sixty deals: ana@example.com; off track; 7 deals short; due Dec 31.\n" in text
    )


def test_what_is_to_be_done_is_measured_at_the_end_as_on_the_page() -> None:
    """152,340 visitors today are 2,340 more than needed; the 124,903 that are forecast are 25,097 too few."""
    line = goal(status="off_track", unit="visitors", target=Decimal(150_000), gap=Decimal(-2_340),
                forecast_p50=Decimal(124_903))  # fmt: skip
    assert "off track; 25,097 visitors short; due" in digest_with(line).text


def test_the_first_day_has_nothing_to_compare_with() -> None:
    assert "Worse: no earlier day to compare with" in digest_with(goal(), compared_with=None).text


def test_the_last_line_is_a_link() -> None:
    digest = digest_with(goal())
    assert "Read on: https://okr.example.com/scorecard.html\n" in digest.text
    assert '<a href="https://okr.example.com/scorecard.html" style="color:inherit">' in digest.html


def test_the_tree_is_kept_in_each_form() -> None:
    digest = digest_with(objective(), objective(name="Below", depth=1))
    figures = "on track, score 90%, pace 95%, odds 82%"
    assert f"- Sell more: {figures}\n  - Below: {figures}\n" in digest.text
    assert f"\n  - [Below](https://okr.example.com/#sales): {figures}" in digest.markdown
    assert "padding-left:18px" in digest.html


def test_an_objective_with_trust_flags_does_not_stand_like_an_ordinary_one() -> None:
    text = digest_with(objective(trust="late:stripe")).text
    assert "- Sell more: on track, score 90%, pace 95%, odds 82%, in doubt" in text


def test_a_score_that_lacks_a_little_is_not_said_to_be_whole() -> None:
    line = objective("missed", score=Decimal("0.9999"), expected=Decimal(1))
    assert "- Sell more: missed, score 99%, pace 100%" in digest_with(line).text


def test_odds_that_are_not_settled_are_never_said_to_be_none() -> None:
    assert "odds <1%" in digest_with(objective(probability=Decimal("0.001"))).text
    assert "odds >99%" in digest_with(objective(probability=Decimal("0.999"))).text
    assert "odds &lt;1%" in digest_with(objective(probability=Decimal("0.001"))).html


def test_what_is_not_to_be_trusted_is_said() -> None:
    text = digest_with(goal(trust="late:stripe,missing_snapshot")).text
    assert "Not fully reliable\n- Sixty deals: stripe has not delivered its last day yet" in text


def test_the_first_findings_are_told_and_the_others_counted() -> None:
    findings = [{"message": f"row {number} is wrong; mend it"} for number in range(1, 8)]
    text = digest_with(goal(), findings=findings).text
    assert "7 findings\n- row 1 is wrong; mend it\n" in text
    assert "- row 5 is wrong; mend it\n- and 2 more\n" in text
    assert "row 6" not in text
    assert "finding" not in digest_with(goal()).text


def test_names_are_escaped_in_each_form() -> None:
    digest = digest_with(goal("off_track", ODD), objective(name=ODD + "\n\x1b[31m# Title"))
    assert "<script" not in digest.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; *a*" in digest.html
    assert (
        r"\<script\>alert(1)\</script\> \*a\* \_b\_ \| \[x\](https://evil.example)"
        in digest.markdown
    )
    assert ODD in digest.text
    for form in (digest.html, digest.markdown, digest.text):
        assert "\x1b" not in form
        assert "\n# Title" not in form


def test_the_examples_in_the_docs_are_what_is_sent() -> None:
    for name, content in digest_example.contents().items():
        assert (digest_example.FOLDER / name).read_text("utf-8") == content, name


def test_a_digest_is_in_the_language_of_its_reader() -> None:
    digest = digest_with(objective("off_track"), goal("off_track", before="on_track"), locale="es")
    assert digest.title == "OKR a 23 nov 2026: 1 desviado"
    assert "Qué hacer: 1 resultado clave requiere atención\n" in digest.text
    assert '<html lang="es">' in digest.html


def test_an_owner_reads_of_their_goals_and_of_those_below() -> None:
    lines = [
        objective(objective_id="top", name="Top", owner=BEN),
        objective(objective_id="mine", name="Mine", parent_id="top", depth=1),
        goal(objective_id="mine", name="My deals"),
        objective(objective_id="below", name="Below", owner=BEN, parent_id="mine", depth=2),
        objective(objective_id="other", name="Other", owner=BEN, parent_id="top", depth=1),
    ]
    own = of_owner_and_below(Standings(MONDAY, None, {}, lines), ANA)
    assert [(x.name, x.depth) for x in own.lines] == [("Mine", 0), ("My deals", 1), ("Below", 1)]


def test_a_status_that_changed_since_the_day_before_is_a_change() -> None:
    def card(day: date, status: str) -> PublishedScorecard:
        return PublishedScorecard(
            day, [], [{"key_result_id": "sales/deals", "name": "Sixty", "status": status}]
        )

    now, before = card(MONDAY, "at_risk"), card(DAY_BEFORE, "on_track")
    standings = Standings(MONDAY, None, {}, [goal("at_risk")])
    assert changes(now, before, standings) == [Change("Sixty", "on_track", "at_risk")]
    assert changes(now, before, Standings(MONDAY, None, {}, [])) == []


def test_a_channel_of_an_owner_is_told_from_the_same_address_for_everyone() -> None:
    everyone, hers = Channel.of("json://h/p?a=b"), Channel.of("ana%40example.com=json://h/p?a=b")
    assert (everyone.owner, hers.owner) == ("", ANA)
    assert everyone.url == hers.url == "json://h/p?a=b"
    assert everyone.name != hers.name
