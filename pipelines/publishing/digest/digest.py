"""The digest: five lines that say how the goals stand, what has changed, who has to do what, and where to read on."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from pipelines.okr.kpi.status import SETTLED_STATUSES, STATUSES
from pipelines.publishing.digest import renderings
from pipelines.publishing.digest.renderings import Item, Section
from pipelines.publishing.language.gaps import gap_text, parts_text
from pipelines.publishing.language.language import Amounts, Language
from pipelines.publishing.language.levers import lever
from pipelines.publishing.language.measures import named, verdict
from pipelines.publishing.language.names import name_in_list
from pipelines.publishing.published import PublishedScorecard, Row
from pipelines.publishing.standings import Standing, Standings, is_of_open_window

Reason = Literal["weekly", "change"]
MAX_LISTED = 5
"""Goals and findings that a digest lists; the page and the tables have all."""
MAX_CHECK_IN_AGE = 14
"""Days after which a check-in is old."""
MAX_VERDICT_AGE = 8
"""Days for which a verdict of a measure is new: those since the last weekly digest, and one that data take to come."""
MOVED = Decimal("0.1")
"""How far odds move before a goal with the same status got worse or better."""
_UNJUDGED = ("not_started", "no_data")


@dataclass(frozen=True)
class Change:
    """A goal whose status is not that of the day before."""

    name: str
    before: str
    now: str


@dataclass(frozen=True)
class Digest:
    """A message in three forms. `changes` are those since the day before, which are a reason to send it."""

    as_of: date
    title: str
    html: str
    markdown: str
    text: str
    changes: Sequence[Change]


@dataclass(frozen=True)
class Pages:
    """Where the pages are: an address or a path. `goal` is the address of a goal's card, empty where it has none."""

    scorecard: str
    goal: Callable[[Standing], str] = lambda _: ""


def digest_of(
    standings: Standings,
    language: Language,
    pages: Pages,
    *,
    changes: Sequence[Change] = (),
    findings: Sequence[Row] = (),
) -> Digest:
    """The digest of a day. `findings`: what the day's run found wrong."""
    as_of = standings.as_of
    top = [
        Section(language.text("digest.status"), _counts_with_changes(standings, language)),
        *_moves(standings, language, pages),
        _to_do(standings, language, pages),
        Section(language.text("digest.open"), pages.scorecard),
    ]
    if standings.run.get("sample_company"):
        top.insert(0, Section(language.text("digest.sample")))
    below = [
        Section(
            language.text("digest.tree"),
            items=[_objective(line, language, pages) for line in standings.objectives],
        )
    ]
    stale = [
        Item(line.name, language.text("check_in.last", days), pages.goal(line))
        for line, days in _stale_check_ins(standings)
    ]
    if stale:
        below.append(Section(language.text("check_in.stale"), items=stale))
    judged = [
        Item(named(row, language, as_of), verdict(row, Amounts(language, row["unit"], 0), as_of))
        for row in _judged_measures(standings)
    ]
    if judged:
        below.append(Section(language.text("measure.judged"), items=judged))
    doubts = [
        Item(line.name, "; ".join(language.trust_flags(line.row["trust"])), pages.goal(line))
        for line in standings.key_results
        if line.row["trust"] not in (None, "ok")
    ]
    if doubts:
        below.append(Section(language.text("trust.title"), items=doubts))
    if findings:
        items = [Item(row["message"]) for row in findings[:MAX_LISTED]]
        label = language.text("digest.findings", len(findings))
        below.append(Section(label, items=[*items, *_more(len(findings), language)]))
    title = language.text(
        "digest.title", day=language.day(standings.as_of), counts=counted(standings, language)
    )
    title = renderings.cleaned(title)
    return Digest(
        standings.as_of,
        title,
        renderings.html(title, language.code, top, below),
        renderings.markdown(top, below),
        renderings.plain(top, below),
        changes,
    )


def _stale_check_ins(standings: Standings) -> Iterator[tuple[Standing, int]]:
    """The open goals of which nobody said anything for two weeks, where somebody had; and for how many days."""
    for line in standings.key_results:
        if line.check_in is None or line.status in SETTLED_STATUSES:
            continue
        days = (standings.as_of - line.check_in["day"]).days
        if days > MAX_CHECK_IN_AGE:
            yield line, days


def _judged_measures(standings: Standings) -> Iterator[Row]:
    """The measures that were judged anew by the days since the last weekly digest."""
    for line in standings.objectives:
        for row in line.measures:
            if row["verdict"] != "cannot_tell":
                age = (standings.as_of - row["last_day"]).days
                if age <= MAX_VERDICT_AGE:
                    yield row


def of_owner_and_below(standings: Standings, owner: str) -> Standings:
    """The objectives of an owner and all objectives below them, with their key results."""
    depths: dict[str, int] = {}
    lines = []
    for line in standings.lines:
        name, parent = line.row["objective_id"], line.row.get("parent_id")
        if line.is_objective and (line.owner == owner or parent in depths):
            depths[name] = depths[parent] + 1 if parent in depths else 0
        if name in depths:
            lines.append(replace(line, depth=depths[name] + (not line.is_objective)))
    return replace(standings, lines=lines)


def changes(
    now: PublishedScorecard, before: PublishedScorecard, standings: Standings
) -> list[Change]:
    """The goals of `standings` whose status changed; a new goal has no status to change from."""
    names = {line.id for line in standings.lines}
    changed = []
    for key, rows, earlier_rows in (
        ("objective_id", now.objectives, before.objectives),
        ("key_result_id", now.key_results, before.key_results),
    ):
        earlier = {row[key]: row["status"] for row in earlier_rows}
        changed += [
            Change(row["name"], earlier[row[key]], row["status"])
            for row in rows
            if row[key] in names and earlier.get(row[key], row["status"]) != row["status"]
        ]
    return sorted(changed, key=lambda change: (-STATUSES.index(change.now), change.name))


def counted(standings: Standings, language: Language) -> str:
    """`3 on track, 1 at risk`."""
    number = Counter(line.status for line in standings.key_results)
    counts = [language.text(f"counted.{x}", number[x]) for x in STATUSES if number[x]]
    return ", ".join(counts) or language.text("digest.no_key_results")


def _counts_with_changes(standings: Standings, language: Language) -> str:
    """`3 on track (+1), 1 at risk (−1). In brackets: since Nov 18.`, of the goals that were there then."""
    since = standings.compared_with
    if since is None or not standings.key_results:
        return counted(standings, language)
    now = Counter(line.status for line in standings.key_results)
    before = Counter(line.status_before for line in standings.key_results)
    if now == before:
        return counted(standings, language)
    words = []
    for status in STATUSES:
        if now[status] or before[status]:
            change = now[status] - before[status]
            sign = f" ({language.number(Decimal(change), signed=True)})" if change else ""
            words.append(f"{language.text(f'counted.{status}', now[status])}{sign}")
    day = language.day(since, today=standings.as_of)
    return language.text("digest.counts", counts=", ".join(words), day=day)


def _moves(standings: Standings, language: Language, pages: Pages) -> Iterator[Section]:
    """What got worse, and what got better."""
    since = standings.compared_with
    for key, sign in (("worse", -1), ("better", 1)):
        if since is None:
            yield Section(
                language.text(f"digest.{key}_first"), language.text("digest.not_compared")
            )
            continue
        label = language.text(f"digest.{key}", day=language.day(since, today=standings.as_of))
        lines = [line for line in standings.key_results if direction(line) == sign]
        items = [Item(x.name, _move(x, language), pages.goal(x)) for x in lines[:MAX_LISTED]]
        text = language.counted(len(lines)) if lines else language.text("digest.nothing")
        yield Section(label, text, [*items, *_more(len(lines), language)])


def direction(line: Standing) -> int:
    """1 where a goal got better since the day that is compared with, −1 where it got worse, else 0."""
    before = line.status_before
    if before is None:
        return 0
    if line.status != before:
        if line.status in _UNJUDGED:
            return 0 if before in _UNJUDGED else -1
        # what was not judged before got worse only where it stands badly now
        rank = STATUSES.index("on_track" if before in _UNJUDGED else before)
        difference = rank - STATUSES.index(line.status)
        return (difference > 0) - (difference < 0)
    change = line.change("probability")
    if change is None or abs(change) < MOVED or line.status in SETTLED_STATUSES:
        return 0
    return 1 if change > 0 else -1


def _move(line: Standing, language: Language) -> str:
    """`on track → at risk, odds 82% → 45%`."""
    words = []
    if line.status != line.status_before:
        before, now = language.status(line.status_before or ""), language.status(line.status)
        words.append(f"{before.lower()} → {now.lower()}")
    if line.change("probability") and line.status not in SETTLED_STATUSES and line.earlier:
        before = language.odds(line.earlier["probability"])
        after = language.odds(line.row["probability"])
        if before != after:
            words.append(language.text("digest.odds", odds=f"{before} → {after}"))
    return ", ".join(words)


def _to_do(standings: Standings, language: Language, pages: Pages) -> Section:
    """Who has to do what by when."""
    lines = standings.attention
    items = [Item(x.name, _task(x, language), pages.goal(x)) for x in lines[:MAX_LISTED]]
    text = (
        language.text("digest.attention", len(lines)) if lines else language.text("digest.nothing")
    )
    return Section(language.text("digest.to_do"), text, [*items, *_more(len(lines), language)])


def _task(line: Standing, language: Language) -> str:
    """`ana@example.com; $766 short; due Dec 31. 12 more orders a day, ..., would be enough.`"""
    row = line.row
    amounts = Amounts(language, row["unit"], int(row.get("precision") or 0), as_published=True)
    words = [
        line.owner or language.text("objective.no_owner"),
        language.status(line.status).lower(),
    ]
    parts = parts_text(row, amounts)
    if distance := parts or gap_text(row, amounts):
        words.append(distance)
    if is_of_open_window(row) and not parts:
        words.append(language.window(row["open_window"], today=row["as_of"]))
    due = language.day(row["deadline"], today=row["as_of"])
    words.append(language.text("digest.due", day=due))
    sentence = f"{'; '.join(words)}."
    return f"{sentence} {lever(line.lever, row, amounts)}" if line.lever else sentence


def _objective(line: Standing, language: Language, pages: Pages) -> Item:
    """`off track: score 71%, pace 96%, odds <1%`."""
    row = line.row
    figures = []
    if row["score"] is not None:
        score, pace = language.score_and_pace(row["score"], row["expected"])
        figures.append(language.text("digest.score", score=score))
        if row["expected"] is not None:
            figures.append(language.text("digest.pace", pace=pace))
    if line.status not in _UNJUDGED and language.has_odds(row):
        figures.append(language.text("digest.odds", odds=language.odds_of(row)))
    if row.get("trust") not in (None, "ok"):
        figures.append(language.text("trust.mark"))
    status = language.status(line.status).lower()
    name = name_in_list(line, language)
    return Item(name, ", ".join([status, *figures]), pages.goal(line), line.depth)


def _more(count: int, language: Language) -> list[Item]:
    """How many are not listed."""
    left = count - MAX_LISTED
    return [Item(language.text("digest.more", left))] if left > 0 else []
