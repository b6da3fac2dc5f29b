"""Definitions and facts in, a scorecard out: the one entry of this package's arithmetic."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from operator import attrgetter

from pipelines.okr.definition.definitions import MEASURED, KeyResult, Objective
from pipelines.okr.definition.goals import goal_in_words, goal_of
from pipelines.okr.definition.question import Question
from pipelines.okr.forecast.recalibration import Graded
from pipelines.okr.kpi.facts import TOTAL, KpiFacts
from pipelines.okr.kpi.numbers import ONE, ZERO, published_share, rounded
from pipelines.okr.kpi.readings import Lens, read_baseline
from pipelines.okr.kpi.series import KpiIndex
from pipelines.okr.kpi.status import Policy, at_deadline, by_odds
from pipelines.okr.kpi.timeline import Timeline
from pipelines.okr.odds.odds import Book
from pipelines.okr.odds.wagers import Settled, Unknown
from pipelines.okr.scoring import attainment, wording
from pipelines.okr.scoring.assessment import Assessment
from pipelines.okr.scoring.courses import CoursePoint, by_day, days_of
from pipelines.okr.scoring.judging import judge
from pipelines.okr.scoring.members import judge_members
from pipelines.okr.scoring.rollup import Headline, roll_up
from pipelines.okr.scoring.scorecard import KeyResultScore, Scorecard, trust_column
from pipelines.okr.scoring.windowed import judge_windows

EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)
"""The arithmetic of scoring, whatever that of the thread."""
_DAY = timedelta(days=1)
Part = tuple[str, str, Assessment]
"""A window, a member, and where it stands; both are `total` for the key result as a whole."""


def score(
    objectives: Sequence[Objective],
    facts: Mapping[str, KpiFacts],
    as_of: date,
    policy: Policy | None = None,
    graded: Sequence[Graded] = (),
) -> Scorecard:
    """Score the objectives as of a day, on data up to the day before it.

    Args:
        objectives: sound definitions, as `loading.load` gives them.
        facts: what is known of each KPI, by its name; a KPI without facts gives `no_data`.
        as_of: the day to play; data of the day itself and later are not looked at.
        policy: the thresholds; the defaults are those of docs/okr-semantics.md.
        graded: earlier predictions whose goals have come due, one a goal: they correct the odds.

    Raises:
        ValueError: if parents go in a circle, which `loading.load` refuses.
    """
    policy = policy or Policy()
    # A context of our own: the result must not depend on that of the thread we run in.
    with localcontext(EXACT):
        wanted = {result.kpi for one in objectives for result in one.key_results}
        indexes = {name: KpiIndex(facts[name]) for name in sorted(facts.keys() & wanted)}
        standings = [
            Standing(objective, result, indexes.get(result.kpi or ""), as_of, policy)
            for objective in objectives
            for result in objective.key_results
        ]
        parts = [tuple(one.parts()) for one in standings]
        book = Book(graded)
        for one, ((_, _, whole), *others) in zip(standings, parts, strict=True):
            book.take(whole.wager, headline=True, days=one.days_to_come(whole.course))
            for _, _, part in others:
                book.take(part.wager, headline=False)
        book.simulate()
        rows: list[KeyResultScore] = []
        courses: list[CoursePoint] = []
        headlines: dict[str, list[Headline]] = {}
        for one, own in zip(standings, parts, strict=True):
            published = list(one.rows(own, book))
            headline = Headline(published[0], book.seen(own[0][2].wager))
            headlines.setdefault(one.objective.id, []).append(headline)
            rows.extend(published)
            courses.extend(one.course(published[0], own[0][2], book))
        return Scorecard(
            tuple(sorted(rows, key=_order)),
            roll_up(objectives, headlines, as_of, policy, book),
            tuple(sorted(courses, key=attrgetter("key_result_id"))),
        )


def _order(row: KeyResultScore) -> tuple[str, bool, bool, str, str]:
    in_window, of_member = row.window != TOTAL, row.member != TOTAL
    return row.key_result_id, of_member, in_window, row.member, row.window


@dataclass(frozen=True, slots=True)
class Standing:
    """One key result to be scored; `index` is None when nothing is known of its KPI."""

    objective: Objective
    result: KeyResult
    index: KpiIndex | None
    as_of: date
    policy: Policy

    def rows(self, parts: Sequence[Part], book: Book) -> Iterator[KeyResultScore]:
        """The rows of its parts, once the book knows the odds."""
        for window, member, assessment in parts:
            yield self._row(window, member, assessment, book)

    @property
    def _asked(self) -> Question | None:
        """What is held against one number over the whole course; None of windows, members, milestones."""
        result = self.result
        windowed = result.per or (result.over and result.between)
        if self.index is None or result.for_each is not None or windowed:
            return None
        return self._question(self._lens(self.index), self._bar)

    def days_to_come(self, course: Timeline) -> Sequence[date]:
        """The days before the deadline on which its futures are looked at."""
        asked = self._asked
        days = [] if asked is None else days_of(asked, course)
        return [day for day in days if course.cut < day < course.deadline]

    def course(
        self, headline: KeyResultScore, whole: Assessment, book: Book
    ) -> Iterator[CoursePoint]:
        """Its course by day, which ends where the headline's forecast does."""
        asked = self._asked
        if asked is None:
            return
        fan = dict(book.fan(whole.wager))
        last = headline.forecast_p10, headline.forecast_p50, headline.forecast_p90
        if last[0] is not None and last[1] is not None and last[2] is not None:
            fan[headline.deadline] = last[0], last[1], last[2]
        for one in by_day(asked, whole.course, days_of(asked, whole.course), fan):
            spread = one.forecast or (None, None, None)
            yield CoursePoint(
                self.as_of, headline.key_result_id, one.day, one.actual, one.pace, *spread
            )

    @property
    def _bar(self) -> Decimal:
        return self.policy.bar(self.objective.commitment)

    @property
    def _course(self) -> Timeline:
        start, deadline = self.objective.period.start, self.objective.deadline(self.result)
        yesterday = self.as_of - _DAY
        known = self.index.data_through if self.index is not None else None
        cut = min(yesterday, deadline, start - _DAY if known is None else known)
        return Timeline(start, deadline, cut, yesterday)

    def parts(self) -> Iterator[Part]:
        """The headline first, then windows and members."""
        result, course = self.result, self._course
        if result.milestone is not None:
            yield TOTAL, TOTAL, self._milestone(course, result.milestone.done)
        elif self.index is None:
            yield TOTAL, TOTAL, self._unknown(course)
        elif result.for_each is not None:
            yield from self._members(self.index, course, result.for_each)
        else:
            yield from self._whole(self._question(self._lens(self.index), self._bar), course)

    def _whole(self, question: Question, course: Timeline) -> Iterator[Part]:
        # A band over `over` windows is a share of windows as well: docs/okr-semantics.md, Score.
        cadence = self.result.per or (self.result.over if self.result.between else None)
        if cadence is None:
            yield TOTAL, TOTAL, judge(question, course)
            return
        windows = judge_windows(question, course, cadence)
        yield TOTAL, TOTAL, windows.headline
        for window, assessment in windows.each:
            yield window.label, TOTAL, assessment

    def _members(self, index: KpiIndex, course: Timeline, dimension: str) -> Iterator[Part]:
        lens = self._lens(index)
        names = index.members(dimension, lens.where)
        asked = [(name, self._question(lens.member(dimension, name), ONE)) for name in names]
        cadence = self.result.per or (self.result.over if self.result.between else None)
        whole = self._question(lens, self._bar)
        members = judge_members(asked, whole, course, dimension, cadence)
        yield TOTAL, TOTAL, members.headline
        for window, assessment in members.windows:
            yield window.label, TOTAL, assessment
        for name, assessment in members.each:
            yield TOTAL, name, assessment

    def _lens(self, index: KpiIndex) -> Lens:
        return Lens(index, self.result.where, self.objective.period.fiscal_year_start)

    def _question(self, lens: Lens, bar: Decimal) -> Question:
        result, goal = self.result, goal_of(self.result)
        over = None if result.between else result.over
        if result.baseline != MEASURED:
            baseline = result.baseline if isinstance(result.baseline, Decimal) else None
            return Question(lens, goal, self.policy, bar, over, baseline)
        before = read_baseline(lens, self.objective.period, over)
        places = goal.places(lens.kpi)
        level = None if before.value is None else rounded(before.value, places)
        return Question(lens, goal, self.policy, bar, over, level, True, before.trust)

    def _milestone(self, course: Timeline, done: bool) -> Assessment:
        """Nothing is expected of a milestone before the day it is due."""
        if not course.begun:
            why = f"It starts on {course.start}."
            waiting = Unknown("it has not started")
            return Assessment(course, "not_started", why, target=ONE, expected=ZERO, wager=waiting)
        raw, due = attainment.milestone(done), course.deadline
        missed = f"Not done by {due}." if course.past_due else f"Not done; it is due on {due}."
        return Assessment(
            course,
            at_deadline(raw, ONE) if course.past_due else "on_track",
            "Done." if done else missed,
            target=ONE,
            actual=raw,
            raw=raw,
            score=raw,
            expected=ONE if course.past_due else ZERO,
            wager=Settled(done, float(raw))
            if done or course.past_due
            else Unknown("a milestone is kept by hand"),
        )

    def _unknown(self, course: Timeline) -> Assessment:
        target = self.result.target
        if not course.begun:
            why = f"It starts on {course.start}."
            waiting = Unknown("it has not started")
            return Assessment(
                course, "not_started", why, target=target, expected=ZERO, wager=waiting
            )
        return Assessment(course, "no_data", f"No data of {self.result.kpi} at all.", target=target)

    def _row(self, window: str, member: str, one: Assessment, book: Book) -> KeyResultScore:
        objective, result, index = self.objective, self.result, self.index
        unit = index.kpi.unit if index is not None else None
        standing = index.standing_flags if index is not None else frozenset()
        has_data = index is not None and index.data_through is not None
        odds = book.odds(one.wager)
        why = one.why
        if one.status in ("on_track", "at_risk", "off_track"):
            why = wording.with_odds(why, odds, unit or "")
        return KeyResultScore(
            as_of=self.as_of,
            objective_id=objective.id,
            key_result_id=f"{objective.id}/{result.id}",
            name=result.name or result.id,
            kpi=result.kpi,
            goal=goal_in_words(result, unit or ""),
            window=window,
            member=member,
            period_start=one.course.start,
            deadline=one.course.deadline,
            baseline=one.baseline,
            target=one.target,
            actual=one.actual,
            raw_attainment=None if one.raw is None else published_share(one.raw),
            score=None if one.score is None else published_share(one.score),
            expected=None if one.expected is None else published_share(one.expected),
            required_rate=one.required_rate,
            current_rate=one.current_rate,
            forecast_p10=odds.low,
            forecast_p50=odds.middle,
            forecast_p90=odds.high,
            probability=odds.probability,
            probability_uncorrected=odds.uncorrected,
            status=by_odds(one.status, odds.probability, self.policy),
            why=why,
            trust=trust_column(one.trust | standing),
            data_through=one.course.cut if has_data else None,
            definition_hash=objective.key_result_hash(result),
            weight=result.weight,
            unit=unit,
        )
