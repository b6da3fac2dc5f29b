"""No row of any scorecard has a status that contradicts its own figures, nor words that do."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

import pytest

from pipelines.okr.kpi.status import Policy
from pipelines.publishing.language.language import Amounts, Language
from pipelines.publishing.language.sentences import objective_sentence, sentence
from pipelines.publishing.standings import gap_at_end, gap_today
from tests.pipelines.publishing.language.random_scorecards import Row, any_scorecard

CARDS = range(60)
OPEN = ("on_track", "at_risk", "off_track")
SETTLED = ("achieved", "missed")
GOOD = ("achieved", "on_track")
POLICY = Policy()
LANGUAGES = {name: Language(name) for name in ("en", "es")}
LOST = {"en": "no longer be met", "es": "Ya no puede"}
BEHIND = {"en": ("is behind", " is used, and "), "es": ("por detrás", "Se ha usado")}
AHEAD = {"en": "is ahead", "es": "por delante"}
ENDS_AT_PACE = {"en": "At its pace it ends", "es": "A su ritmo acaba"}
SHORT = ("short", "over", "outside", "por debajo", "por encima", "fuera")
SPARE = ("spare", "exactly", "margen", "justo")


@pytest.mark.parametrize("seed", CARDS)
def test_no_row_of_a_scorecard_contradicts_itself(seed):
    assert not contradictions(seed)


def contradictions(seed: int) -> list[str]:
    """Every contradiction of one scorecard, with its place."""
    card = any_scorecard(seed)
    said: list[str] = []
    for name, row in card.key_results.items():
        parts = card.parts.get(name, [])
        for part in (row, *parts):
            checks = [against_odds(part), against_figures(part), against_windows(part)]
            place = f"card {seed}, {name}, {part['window']}, {part['member']}"
            said += [f"{place}: {what}" for check in checks for what in check]
        words = [what for language in LANGUAGES for what in against_words(row, parts, language)]
        said += [f"card {seed}, {name}: {what}" for what in (*against_members(row, parts), *words)]
    for name, row in card.objectives.items():
        checks = [
            against_odds(row),
            against_parts(row, card.counted[name]),
            *(against_words_of_objective(row, language) for language in LANGUAGES),
        ]
        said += [f"card {seed}, {name}: {what}" for check in checks for what in check]
    return said


def against_odds(row: Row) -> Iterator[str]:
    """A status that its odds do not give, and forecasts in the wrong order."""
    status, odds = row["status"], row["probability"]
    if status in OPEN and odds is not None:
        given = "at_risk" if odds >= POLICY.unlikely else "off_track"
        given = "on_track" if odds >= POLICY.likely else given
        if status != given or odds in (0, 1):
            yield f"{status} with odds of {odds}"
    if status in SETTLED and odds != (status == "achieved"):
        yield f"{status} with odds of {odds}"
    if status in ("no_data", "not_started") and odds in (0, 1):
        yield f"{status} with odds of {odds}"
    for kind in ("forecast", "forecast_score"):
        low, middle, high = (row.get(f"{kind}_p{n}") for n in (10, 50, 90))
        if middle is not None and not low <= middle <= high:
            yield f"{kind} of {low}, {middle}, {high}"


def against_figures(row: Row) -> Iterator[str]:
    """A status that a score, or the actual and the target of a single goal, do not give."""
    status, score, pace, actual = row["status"], row["score"], row["expected"], row["actual"]
    if (score is None) != (row["raw_attainment"] is None):
        yield "a score without its raw attainment, or the other way round"
    if (status in SETTLED and score is None) or (status == "not_started" and score is not None):
        yield f"{status} with a score of {score}"
    is_single = row["windows_needed"] is None and row["members_judged"] is None
    if score is None or row["kpi"] is None or not is_single:
        return
    bar, meets = bar_of(row), is_met(row)
    if status in SETTLED and (score >= bar) != (status == "achieved"):
        yield f"{status} with a score of {score}"
    if status in SETTLED and bar == 1 and meets != (status == "achieved"):
        yield f"{status} with {actual} of {row['target']}"
    if (row["gap"] <= 0) != meets:
        yield f"a gap of {row['gap']} with {actual} of {row['target']}"
    if (score == 1) != meets and row["comparison"] != "between":
        yield f"a score of {score} with {actual} of {row['target']}"
    if status in OPEN and row["probability"] is None and row["comparison"] == "at_least":
        enough = pace * bar
        given = "at_risk" if score >= POLICY.at_risk_from * enough else "off_track"
        if status != ("on_track" if score >= enough else given):
            yield f"{status} by a score of {score} where {pace} is the pace"


def bar_of(row: Row) -> Decimal:
    """The share of the target that is enough; a window and a member have to meet it in full."""
    whole = row["window"] == row["member"] == "total"
    return POLICY.bar(row["commitment"]) if whole else Decimal(1)


def is_met(row: Row) -> bool:
    """Whether the actual meets the goal in full; of a pro-rated band only the gap says it."""
    low, high, target = row["low"], row["high"], row["target"]
    if target is None and row["member"] != "total":
        return bool(row["gap"] <= 0)
    if target is not None:
        low, high = (target, None) if row["comparison"] == "at_least" else (None, target)
    return (low is None or row["actual"] >= low) and (high is None or row["actual"] <= high)


def against_windows(row: Row) -> Iterator[str]:
    """A record of windows that adds up to another status."""
    if row["windows_needed"] is None:
        return
    met, over, needed, in_all = (row[f"windows_{n}"] for n in ("met", "over", "needed", "in_all"))
    if not 0 <= row["windows_in_a_row"] <= met <= over <= in_all or needed > in_all:
        yield f"{met} of {over} windows, {needed} of {in_all} needed"
    if over and row["score"] != round(Decimal(met) / over, 6):
        yield f"a score of {row['score']} with {met} of {over} windows"
    if row["status"] == "not_started" or not in_all:
        return
    if (row["status"] == "achieved") != (met >= needed):
        yield f"{row['status']} with {met} windows, and {needed} are needed"
    if (row["status"] == "missed") != (met + in_all - over < needed):
        yield f"{row['status']} with {met} windows, {in_all - over} to come and {needed} needed"


def against_members(row: Row, parts: Sequence[Row]) -> Iterator[str]:
    """A count of members, or one who is furthest behind, that their own rows do not give."""
    met, judged, named = row["members_met"], row["members_judged"], row["furthest_behind"]
    members = [part for part in parts if part["member"] != "total" and part["window"] == "total"]
    if judged is None:
        if named is not None:
            yield f"{named} is behind, and nobody is judged"
        return
    if not 0 <= met <= judged:
        yield f"{met} of {judged} members"
    if row["score"] is not None and row["score"] != round(Decimal(met) / judged, 6):
        yield f"a score of {row['score']} with {met} of {judged} members"
    if not row["names_members"] and (named or members):
        yield f"{named} is named, or one of {len(members)} members has a row"
    if not members:
        return
    known = [part for part in members if part["score"] is not None] or [
        part for part in members if part["status"] not in ("no_data", "not_started")
    ]
    if len(known) != judged:
        yield f"{judged} judged, and {len(known)} have a figure"
    statuses = [part["status"] for part in known]
    if {*statuses} <= {*SETTLED} and met != statuses.count("achieved"):
        yield f"{met} meet it, and they are {statuses}"
    if row["status"] == "achieved" and bar_of(row) == 1 and not {*statuses} <= {*GOOD}:
        yield f"achieved, and they are {statuses}"
    if row["status"] == "missed" and {part["status"] for part in members} == {"achieved"}:
        yield "missed, and every member has achieved it"
    gaps = {part["member"]: part["gap"] for part in known if part["gap"] is not None}
    worst = max(gaps.values())
    if row["gap"] != worst:
        yield f"a gap of {row['gap']}, and they are {gaps}"
    if named is not None and (
        gaps[named] != worst or [*gaps.values()].count(worst) > 1 or worst <= 0 or met == judged
    ):
        yield f"{named} is furthest behind of {gaps}"


def against_words(row: Row, parts: Sequence[Row], name: str) -> Iterator[str]:
    """A sentence, a gap or a percentage that says another status."""
    language = LANGUAGES[name]
    amounts = Amounts(language, row["unit"], row["precision"], as_published=True)
    said, status = sentence(row, parts, amounts), row["status"]
    yield from against_any_words(row, said, name)
    is_whole = row["for_each"] is None and row["windows_needed"] is None and row["kpi"] is not None
    paced = [word for word in (*BEHIND[name], AHEAD[name]) if word in said]
    if status in SETTLED and paced:
        yield f"{status}: {said}"
    if status in OPEN and row["probability"] is None and is_whole:
        if status == "off_track" and AHEAD[name] in said:
            yield f"off track: {said}"
        if status != "on_track" and not any(word in said for word in BEHIND[name]):
            yield f"{status} by its pace: {said}"
    for gap in (gap_today(row), gap_at_end(row)):
        words = amounts.gap(gap, row["comparison"])
        if any(word in words for word in {"achieved": SHORT, "missed": SPARE}.get(status, ())):
            yield f"{status}, and {words}"


def against_any_words(row: Row, said: str, name: str) -> Iterator[str]:
    """What the words of a key result and of an objective have in common."""
    language, status, score, pace = LANGUAGES[name], row["status"], row["score"], row["expected"]
    if "None" in said or not said.endswith((".", "%")):
        yield f"unfinished: {said}"
    for words, lost in ((said, LOST[name]), (row["why"], LOST["en"])):
        if lost in words and status != "missed":
            yield f"{status}: {words}"
    shown_score, shown_pace = language.score_and_pace(score, pace)
    if None not in (score, pace) and (shown_score == shown_pace) != (score == pace):
        yield f"{shown_score} and {shown_pace} for {score} and {pace}"
    for share in (score, row["probability"]):
        if share is not None and share < 1 and language.share(share).startswith("100"):
            yield f"{language.share(share)} for {share}"
    odds = row["probability"]
    if odds is not None and language.odds(odds)[0].isdigit() and odds * 100 < 1 and odds:
        yield f"odds of {language.odds(odds)} for {odds}"


def against_parts(row: Row, counted: Sequence[Row]) -> Iterator[str]:
    """An objective that its parts do not give."""
    status, score, bar = row["status"], row["score"], row["bar"]
    parts = [part for part in counted if part["weight"]]
    statuses = {part["status"] for part in parts}
    good = sum(part["status"] in GOOD for part in parts)
    if (row["parts"], row["parts_on_track"]) != (len(parts), good):
        yield f"{row['parts_on_track']} of {row['parts']} on track, and it is {good} of {len(parts)}"
    scored = [(part["weight"], score_in(part)) for part in parts if part["score"] is not None]
    if (score is None) != (not scored):
        yield f"a score of {score}, and {len(scored)} parts have one"
    if score is not None:
        mean = sum(weight * own for weight, own in scored) / sum(weight for weight, _ in scored)
        if abs(mean - score) > Decimal("0.000002"):
            yield f"a score of {score}, and its parts give {mean}"
        if status == "not_started":
            yield f"not started with a score of {score}"
    if parts and statuses <= {"achieved"} and status not in GOOD and score >= bar:
        yield f"{status}, and every part is achieved"
    if (
        status in SETTLED
        and row["deadline"] < row["as_of"]
        and (score >= bar) != (status == "achieved")
    ):
        yield f"{status} with {score} of {bar}"
    if row["costliest_part"] is not None and row["costliest_part"] not in map(id_of, parts):
        yield f"{row['costliest_part']} costs it most, and is no part of it"
    if status in OPEN and row["probability"] is None:
        yield from against_pace(row)


def against_pace(row: Row) -> Iterator[str]:
    """An objective without odds that its pace, or the range of its odds, does not give."""
    status, ends = row["status"], row["paced_score"]
    low, high = row["probability_at_least"], row["probability_at_most"]
    if not row["parts_without_odds"] or low > high:
        yield f"no odds, between {low} and {high} with {row['parts_without_odds']} parts without"
    if status == "on_track" and high < POLICY.likely:
        yield f"on track with odds of at most {high}"
    if status == "off_track" and low >= POLICY.unlikely:
        yield f"off track with odds of at least {low}"
    if (
        row["score"] is not None
        and status == "on_track"
        and ends < row["bar"]
        and low < POLICY.likely
    ):
        yield f"on track, and it ends at {ends} where {row['bar']} is enough"
    if (
        row["score"] is not None
        and status != "on_track"
        and ends >= row["bar"]
        and high >= POLICY.likely
    ):
        yield f"{status}, and it ends at {ends} where {row['bar']} is enough"


def id_of(part: Row) -> str:
    return str(part.get("key_result_id") or part["objective_id"])


def score_in(part: Row) -> Decimal:
    """The score of a part in its objective: a goal per window that is achieved counts whole."""
    whole = part.get("windows_needed") is not None and part["status"] == "achieved"
    return Decimal(1) if whole else Decimal(part["score"])


def against_words_of_objective(row: Row, name: str) -> Iterator[str]:
    """A sentence of an objective that says another status, or does not say what it goes by."""
    said = objective_sentence(row, LANGUAGES[name], {})
    yield from against_any_words(row, said, name)
    ended = row["status"] in SETTLED and row["deadline"] < row["as_of"]
    if ended and not all(
        share in said for share in LANGUAGES[name].score_and_pace(row["score"], row["bar"])
    ):
        yield f"{row['status']} without its score: {said}"
    lacks_odds = row["status"] in OPEN and row["probability"] is None
    if lacks_odds and row["score"] is not None and ENDS_AT_PACE[name] not in said:
        yield f"{row['status']} without odds: {said}"
