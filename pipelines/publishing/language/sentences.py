"""How a key result stands, in words of one language, built from its columns."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pipelines.okr.kpi.kinds import KINDS
from pipelines.okr.kpi.status import GOOD_STATUSES, PACE_STATUSES, SETTLED_STATUSES
from pipelines.publishing.language.goals import goal
from pipelines.publishing.language.language import Amounts, Language
from pipelines.publishing.published import Row, Rows

_NONE, _ALL = Decimal("0.001"), Decimal("0.999")
"""The least and the highest odds of what is not settled: between them they say nothing."""


def sentence(row: Row, parts: Rows, amounts: Amounts) -> str:
    """Where it stands, against what, and why that is its status. `parts` may be empty."""
    language, status = amounts.language, row["status"]
    if status == "not_started":
        starts = language.text("why.not_started", start=language.day(row["period_start"]))
        return " ".join([starts, *_odds(row, language)])
    if row["kpi"] is None:
        is_over = row["deadline"] < row["as_of"]
        not_done = "why.not_done_over" if is_over else "why.not_done"
        done = "why.done" if row["score"] == 1 else not_done
        return language.text(done, deadline=language.day(row["deadline"]))
    if row["actual"] is None and row["score"] is None:
        odds = [] if status in SETTLED_STATUSES else _odds(row, language)
        return " ".join([language.text("why.no_data"), *odds])
    if row.get("for_each"):
        words = [_of_members(row, parts, amounts)]
    elif windows_of(row):
        words = [_of_windows(row, parts, amounts)]
    elif status in SETTLED_STATUSES and row["deadline"] < row["as_of"]:
        words = [language.text("why.settled", **_figures(row, amounts))]
        is_part = row["score"] is not None and row["score"] < 1
        if status == "achieved" and is_part:
            words.append(language.text("objective.aspirational"))
        return " ".join(words)
    else:
        words = [_progress(row, amounts)]
    if status in SETTLED_STATUSES:
        over = "over" if row["deadline"] < row["as_of"] else "open"
        return " ".join([*words, language.text(f"why.{status}_{over}")])
    if row.get("for_each") or windows_of(row):
        return " ".join([*words, *_odds(row, language)])
    return " ".join([*words, _pace_and_odds(row, amounts)])


def _figures(row: Row, amounts: Amounts) -> dict[str, Any]:
    language = amounts.language
    return {
        "actual": amounts.text(row["actual"]),
        "goal": goal(row, amounts),
        "deadline": language.day(row["deadline"]),
        "through": language.day(row["data_through"] or row["as_of"]),
    }


def _progress(row: Row, amounts: Amounts) -> str:
    """`From 29,480 to 33,315 of 33,500 people.`"""
    baseline, target = row["baseline"], row["target"]
    if target is None or row.get("comparison") == "between":
        return amounts.language.text("why.stands", **_figures(row, amounts))
    figures: dict[str, Any] = {
        "actual": amounts.number(row["actual"]),
        "target": amounts.text(target),
    }
    if baseline:  # a total starts at nothing
        return amounts.language.text("why.from_to", baseline=amounts.number(baseline), **figures)
    if row.get("comparison") == "at_most":
        return amounts.language.text("why.used", **figures)
    return amounts.language.text("why.of_target", **figures)


def _pace_and_odds(row: Row, amounts: Amounts) -> str:
    """On which side of its pace it is, and whether the odds agree."""
    language, odds = amounts.language, row["probability"]
    if row["score"] is None or row["expected"] is None:
        return " ".join(_odds(row, language)) or language.text("why.no_odds")
    done, due = row["score"], row["expected"]
    limit = _limit_at_stake(row)
    if limit is None:
        score, pace = language.score_and_pace(done, due)
        ahead = done >= due
        side = "ahead" if done > due else "on" if ahead else "behind"
        words = [language.text(f"why.pace.{side}", score=score, pace=pace)]
    else:
        used, pace = language.score_and_pace(row["actual"] / limit, due)
        ahead = row["actual"] <= limit * due
        words = [language.text("why.pace.used", used=used, limit=amounts.text(limit), pace=pace)]
    good = is_met(row)
    if odds is None:
        near = [language.text("why.near")] if good and not ahead else []
        return " ".join([f"{words[0]}.", *near, language.text("why.no_odds")])
    agreeing = "and" if good == ahead else "but"
    words.append(language.text(f"why.odds.{agreeing}", odds=language.odds(odds)))
    if row["forecast_p10"] is None:
        return f"{''.join(words)}."
    ends: dict[str, Any] = {
        "low": amounts.estimate(row["forecast_p10"]),
        "high": amounts.estimate(row["forecast_p90"]),
    }
    return f"{''.join(words)}: {language.text('why.futures', **ends)}"


def _limit_at_stake(row: Row) -> Decimal | None:
    """The amount that a total may come to, where its pace is about that; None where it is about its score.

    Of a budget it always is, of a band where it is used up faster than it should be.
    """
    comparison, per_head = row.get("comparison"), row.get("kpi_denominator") == "level"
    grows = _accumulates(row)
    if not (grows or per_head) or row.get("over"):
        return None
    limit = {"at_most": row["target"], "between": row.get("high")}.get(comparison or "")
    if not limit or limit < 0:
        return None
    in_step = row["actual"] <= limit * row["expected"]
    return None if comparison == "between" and in_step else Decimal(limit)


def _odds(row: Row, language: Language) -> list[str]:
    if row["probability"] is None:
        return []
    return [language.text("why.odds.alone", odds=language.odds(row["probability"]))]


def _odds_between(row: Row, language: Language) -> list[str]:
    """How many parts of an objective have no odds, and between which odds its own are then."""
    lacking = row.get("parts_without_odds")
    if not lacking:
        return []
    low, high = (language.odds(row.get(f"probability_at_{end}")) for end in ("least", "most"))
    if (low, high) == (language.odds(_NONE), language.odds(_ALL)):
        return [language.text("why.lacking", lacking)]
    return [language.text("why.odds.between", lacking, low=low, high=high)]


def objective_sentence(row: Row, language: Language, names: Mapping[str, str]) -> str:
    """How an objective stands, from its parts. `names` are those of key results and objectives, by id."""
    status = row["status"]
    if status == "not_started":
        return language.text("why.not_started", start=language.day(row["period_start"]))
    if status == "no_data":
        return " ".join([language.text("why.no_data"), *_odds(row, language)])
    words = []
    if row.get("parts"):
        good = language.number(Decimal(row["parts_on_track"] or 0))
        words.append(language.text("objective.parts", row["parts"], good=good))
    bar = row.get("bar")
    if status in SETTLED_STATUSES:
        over = "over" if row["deadline"] < row["as_of"] else "open"
        words.append(language.text(f"why.{status}_{over}"))
        if over == "over" and row["score"] is not None and bar is not None:
            ended, enough = language.score_and_pace(row["score"], bar)
            words.append(language.text("why.ended", score=ended, bar=enough))
    elif row.get("forecast_score_p50") is not None and bar is not None:
        ends, enough = language.score_and_pace(row["forecast_score_p50"], bar)
        words.append(language.text("why.ends", score=ends, bar=enough))
    elif row.get("paced_score") is not None and bar is not None:
        ends, enough = language.score_and_pace(row["paced_score"], bar)
        words.append(language.text("why.ends_at_pace", score=ends, bar=enough))
    elif row["score"] is not None and row["expected"] is not None:
        score, pace = language.score_and_pace(row["score"], row["expected"])
        words.append(language.text("why.at_pace", score=score, pace=pace))
    if status not in SETTLED_STATUSES:
        words += _odds(row, language) or _odds_between(row, language)
    part, cost = row.get("costliest_part"), row.get("costliest_part_cost")
    if part and cost and status != "achieved":
        points = language.points(-Decimal(cost)).lstrip("−")
        if points:
            words.append(language.text("why.costliest", part=names.get(part, part), points=points))
    return " ".join(words)


def _of_windows(row: Row, parts: Rows, amounts: Amounts) -> str:
    """`25 of 46 weeks met it, the last 16 in a row; 30 of 52 are needed. The week of Nov 23 has 501 so far.`"""
    language, over = amounts.language, [part for part in parts if _is_over(part, row)]
    counted = row.get("windows_over")
    met = row.get("windows_met")
    if counted is None or met is None:
        counted, met = len(over), sum(part["status"] == "achieved" for part in over)
    if not counted:
        return " ".join([_first_window(row, parts, language), *_open_window(row, parts, amounts)])
    record = language.text(
        f"why.windows.{windows_of(row)}", counted, met=language.number(Decimal(met))
    )
    if 1 < (row.get("windows_in_a_row") or 0) < met:
        in_a_row = language.number(Decimal(row["windows_in_a_row"]))
        record += language.text("why.in_a_row", number=in_a_row)
    if row.get("windows_needed") is not None and row.get("windows_in_all") is not None:
        record += language.text(
            "why.needed",
            needed=language.number(Decimal(row["windows_needed"])),
            in_all=language.number(Decimal(row["windows_in_all"])),
        )
    return " ".join([f"{record}.", *_open_window(row, parts, amounts)])


def _open_window(row: Row, parts: Rows, amounts: Amounts) -> list[str]:
    """What the open window has come to."""
    if row.get("open_window") is not None:
        still_open = [(row["open_window"], row.get("window_actual"))]
    else:
        still_open = [(part["window"], part["actual"]) for part in parts if not _is_over(part, row)]
    language = amounts.language
    return [
        language.text(
            f"why.open.{windows_of(row)}",
            window=language.window(label, today=row["as_of"]),
            actual=amounts.text(actual),
        )
        for label, actual in still_open
        if actual is not None and label != "total"
    ]


def _accumulates(row: Row) -> bool:
    """Whether the days of its KPI are summed; false where its kind is not known."""
    return any(kind.accumulates for name, kind in KINDS.items() if name == row.get("kpi_kind"))


def _first_window(row: Row, parts: Rows, language: Language) -> str:
    """Why no window counts yet."""
    waits = any(part["deadline"] < row["as_of"] for part in parts if part["window"] != "total")
    return language.text("why.none_final" if waits else f"why.first.{windows_of(row)}")


def _of_members(row: Row, parts: Rows, amounts: Amounts) -> str:
    language, share = amounts.language, row["raw_attainment"]
    members = [part for part in parts if part["member"] != "total"]
    met, judged = row.get("members_met"), row.get("members_judged")
    if share is None and not judged and not windows_of(row):
        return language.text("why.no_data")
    if share is None and not judged:  # no window is over yet
        pace = [part for part in members if part["status"] in PACE_STATUSES]
        on_pace = language.number(Decimal(sum(map(is_met, pace))))
        first = _first_window(row, parts, language)
        return f"{first} {language.text('why.on_pace', len(pace), met=on_pace)}" if pace else first
    known = [part for part in members if part["score"] is not None]
    counted = "why.on_pace" if counts_pace(row) else "why.members"
    if judged:
        words = [language.text(counted, judged, met=language.number(Decimal(met or 0)))]
        behind = row.get("furthest_behind")
        last = next((part for part in known if part["member"] == behind), None)
        if behind and last is None:
            words.append(language.text("why.furthest_named", member=behind))
    elif not known:  # the file asks that nobody is named
        return language.text("why.unnamed", share=language.share(share))
    else:  # published before the columns of members were
        met = int((share * len(known)).to_integral_value())
        words = [language.text(counted, len(known), met=language.number(Decimal(met)))]
        last = max(known, key=lambda part: gap_of_part(part, row))
        if (
            met == len(known)
            or sum(gap_of_part(part, row) == gap_of_part(last, row) for part in known) > 1
        ):
            last = None
    if last is not None:
        figures = {"member": last["member"], "actual": amounts.text(last["actual"])}
        if last["target"] is None:  # a band, which may be pro-rated
            gap = amounts.gap(gap_of_part(last, row), row.get("comparison"))
            words.append(language.text("why.furthest_from_band", gap=gap, **figures))
        else:
            asked = amounts.text(last["target"])
            words.append(language.text("why.furthest", goal=asked, **figures))
    return " ".join([*words, *_untargeted(members, language), *_members_now(row, parts, language)])


def _untargeted(members: Rows, language: Language) -> list[str]:
    """How many members have figures and no target, as the KPI that gives the targets has none for them."""
    untargeted = [x for x in members if x["status"] == "no_data" and x["actual"] is not None]
    return [language.text("why.untargeted", len(untargeted))] if untargeted else []


def _members_now(row: Row, parts: Rows, language: Language) -> list[str]:
    """How many members are on pace in the open window, which decides where all of those before were met."""
    label = row.get("open_window")
    now = [x for x in parts if x["window"] == label and x["member"] == "total"] if label else []
    return [
        language.text(
            "why.members_now",
            part["members_judged"],
            window=language.window(str(label), today=row["as_of"]),
            met=language.number(Decimal(part.get("members_met") or 0)),
        )
        for part in now
        if part.get("members_judged")
    ]


def counts_pace(row: Row) -> bool:
    """Whether the members that count are those on their pace: of a total whose time is not over, few have it all."""
    is_open = row["status"] not in SETTLED_STATUSES and row["deadline"] >= row["as_of"]
    return is_open and not windows_of(row) and not row.get("over") and _accumulates(row)


def windows_of(row: Row) -> str:
    """The cadence of the windows that have to meet it: those of `per`, and those of a band over `over`; or empty."""
    of_band = row.get("over") if row.get("comparison") == "between" else None
    return str(row.get("per") or of_band or "")


def _is_over(part: Row, row: Row) -> bool:
    """Whether a window counts: it is decided, and not before its last day."""
    return part["status"] in SETTLED_STATUSES and part["deadline"] < row["as_of"]


def gap_of_part(part: Row, row: Row) -> Decimal:
    """How far a member is from meeting its own goal, in the KPI's unit; below 0 is what it has to spare."""
    if part["actual"] is None:
        return Decimal("-Infinity")  # nothing is known of it, so it is not behind
    if part.get("gap") is not None:
        return Decimal(part["gap"])  # of a band that is pro-rated no other column has it
    actual = Decimal(part["actual"])
    if part["target"] is None:
        low, high = row.get("low"), row.get("high")
        gaps = [] if low is None else [Decimal(low) - actual]
        return max(gaps if high is None else [*gaps, actual - Decimal(high)], default=Decimal(0))
    missing = Decimal(part["target"]) - actual
    return -missing if row.get("comparison") == "at_most" else missing


def parts_on_track(row: Row, below: Rows) -> tuple[int, int]:
    """The parts that count in an objective, and how many of them are on track or achieved.

    Of a file that does not say it, all that stands below the objective: `below`.
    """
    parts, good = row.get("parts"), row.get("parts_on_track")
    if parts is None or good is None:
        return len(below), sum(map(is_met, below))
    return parts, good


def is_met(part: Row) -> bool:
    """Whether a window, a member or a goal is achieved, or on track to be."""
    return part["status"] in GOOD_STATUSES
