"""No row's status contradicts the figures beside it, whatever the past and the goal."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.okr.definition.loading import load
from pipelines.okr.kpi.facts import DayFact, KpiFacts
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.numbers import figure
from pipelines.okr.kpi.series import index_facts
from pipelines.okr.scoring.evidence import Evidence
from pipelines.okr.scoring.scorecard import KeyResultScore
from pipelines.okr.scoring.scoring import score

START = date(2026, 6, 1)
KPIS = {
    "deals": Kpi("deals", "flow", "deals", dimensions=("rep",)),
    "likes": Kpi("likes", "stock", "likes", dimensions=("rep",)),
}
Rows = list[KeyResultScore]
FORMS = ("", "per: week", "per: week, met_in: 60 %", "per: week, met_in: all", "over: week")


def scored(kpi: str, goal: str, form: str, amounts: list[int]) -> list[KeyResultScore]:
    """The rows of a goal for July 2026 on the day after the last amount; the first is of 1 June."""
    keys = ", ".join(part for part in (f"id: it, kpi: {kpi}", goal, form) if part)
    text = f"{{objective: O, id: o, period: 2026-07, key_results: [{{{keys}}}]}}"
    loaded = load({"o.yml": text}, KPIS)
    assert not loaded.faults, loaded.faults
    rows = [
        DayFact(START + timedelta(days=n), {"rep": "kim"}, Decimal(amount))
        for n, amount in enumerate(amounts)
    ]
    last = rows[-1].day
    facts = KpiFacts(KPIS[kpi], rows, frozenset(row.day for row in rows), last)
    card = score(loaded.objectives, Evidence(index_facts({kpi: facts}), last + timedelta(days=1)))
    return list(card.key_results)


def disagreement(row: KeyResultScore, comparison: str) -> str:
    """What of a row contradicts its status; empty where nothing does."""
    odds, target, actual = row.probability, row.target, row.actual
    if row.status in ("on_track", "at_risk", "off_track") and odds is not None:
        wanted = "on_track" if odds >= Decimal("0.7") else "at_risk"
        wanted = wanted if odds >= Decimal("0.3") else "off_track"
        if row.status != wanted or odds in (0, 1):
            return f"{row.status} with odds of {odds}"
    if (row.status, odds) in (("achieved", 0), ("missed", 1)):
        return f"{row.status} with odds of {odds}"
    if row.windows_needed is not None:
        assert row.windows_met is not None
        assert row.windows_over is not None
        assert row.windows_in_all is not None
        reachable = row.windows_met + row.windows_in_all - row.windows_over
        if (row.status == "achieved") != (
            row.windows_met >= row.windows_needed and row.status != "not_started"
        ):
            return "achieved, and the count of windows differs"
        if row.status == "missed" and reachable >= row.windows_needed:
            return "missed, and enough windows are left"
    elif row.status in ("achieved", "missed") and target is not None and actual is not None:
        met = actual >= target if comparison == "at_least" else actual <= target
        alike = figure(actual, row.unit or "") == figure(target, row.unit or "")
        if met != (row.status == "achieved") or (alike and row.status == "missed"):
            return f"{row.status} with {actual} of {target}"
        if row.gap is None or (row.gap <= 0) != met:
            return f"a gap of {row.gap} with {actual} of {target}"
    return ""


@settings(max_examples=25, deadline=None)
@given(
    kpi=st.sampled_from(sorted(KPIS)),
    comparison=st.sampled_from(("at_least", "at_most")),
    target=st.integers(1, 400),
    form=st.sampled_from(FORMS),
    amounts=st.lists(st.integers(0, 12), min_size=5, max_size=64),
)
def test_no_status_contradicts_the_figures_of_its_row(kpi, comparison, target, form, amounts):
    for row in scored(kpi, f"{comparison}: {target}", form, amounts):
        assert not disagreement(row, comparison), row


MEMBER_FORMS = ("", "per: week", "per: week, met_in: 50 %")
REPS = ("kim", "lee", "new")
"""The last one is there from 20 July on."""


def scored_members(kpi: str, goal: str, form: str, amounts: Sequence[Sequence[int]]) -> Rows:
    """The rows of a goal for each rep in July 2026; the amounts are of as many days from 1 July, one a rep."""
    keys = ", ".join(part for part in (f"id: it, kpi: {kpi}", goal, form, "for_each: rep") if part)
    text = f"{{objective: O, id: o, period: 2026-07, key_results: [{{{keys}}}]}}"
    loaded = load({"o.yml": text}, KPIS)
    assert not loaded.faults, loaded.faults
    first = date(2026, 7, 1)
    rows = [
        DayFact(first + timedelta(days=n), {"rep": rep}, Decimal(amount))
        for n, of_day in enumerate(amounts)
        for rep, amount in zip(REPS, of_day, strict=True)
        if rep != "new" or n >= 19
    ]
    last = rows[-1].day
    facts = KpiFacts(KPIS[kpi], rows, frozenset(row.day for row in rows), last)
    card = score(loaded.objectives, Evidence(index_facts({kpi: facts}), last + timedelta(days=1)))
    return list(card.key_results)


def members_disagreement(rows: Rows) -> str:
    """What of the members contradicts the headline; empty where nothing does."""
    headline = rows[0]
    members = [row for row in rows if row.window == "total" and row.member != "total"]
    judged = [row for row in members if row.score is not None] or [
        row for row in members if row.status not in ("no_data", "not_started")
    ]
    if headline.members_judged is None:
        return "" if not judged else "nobody is judged, and there are members with a score"
    if headline.members_judged != len(judged):
        return f"{headline.members_judged} judged, and {len(judged)} have a score"
    if [row.member for row in members if row.actual is not None] != [row.member for row in judged]:
        return "those with a figure are not those that are judged"
    gaps = {row.member: row.gap for row in judged if row.gap is not None}
    worst = max(gaps.values())
    if headline.gap != worst:
        return f"a gap of {headline.gap}, and the largest is {worst}"
    if (named := headline.furthest_behind) is not None and (
        gaps[named] != worst or list(gaps.values()).count(worst) > 1 or worst <= 0
    ):
        return f"{named} is furthest behind of {gaps}"
    return ""


@settings(max_examples=60, deadline=None)
@given(
    kpi=st.sampled_from(sorted(KPIS)),
    comparison=st.sampled_from(("at_least", "at_most")),
    target=st.integers(1, 60),
    form=st.sampled_from(MEMBER_FORMS),
    amounts=st.lists(st.tuples(*[st.integers(0, 12)] * 3), min_size=3, max_size=33),
)
def test_the_one_furthest_behind_has_the_largest_gap_of_the_members_shown(
    kpi, comparison, target, form, amounts
):
    rows = scored_members(kpi, f"{comparison}: {target}", form, amounts)
    assert not members_disagreement(rows), rows
    for row in rows:
        # the figures of a row of them all are those of one member
        own = row if row.member != "total" else replace(row, actual=None)
        assert not disagreement(own, comparison), row
