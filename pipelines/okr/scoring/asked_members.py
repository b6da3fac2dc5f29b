"""Who is asked by a goal for each member of a dimension (`for_each`), and for which of its days.

A list in the OKR file names them, else the KPI's roster of the dimension does, with the days on which each of them is
there: a member without data is asked like any other. Without a roster it is the members with data in the course or
in the year before it. One that has data for the first time in the course is there from that day, and stays when its
data stops.

A goal over one account asks nobody of the roster who has data in other accounts only.
"""

from collections.abc import Iterator, Sequence, Set
from datetime import date

from pipelines.okr.kpi.filters import takes
from pipelines.okr.kpi.kpi import ACCOUNT
from pipelines.okr.kpi.periods import a_year_before
from pipelines.okr.kpi.readings import KpiView, reported
from pipelines.okr.kpi.roster import Presence, Stay, presence_of
from pipelines.okr.kpi.timeline import Timeline


def asked_members(
    view: KpiView, dimension: str, course: Timeline, listed: Sequence[str] | None = None
) -> Iterator[tuple[str, Presence]]:
    """Each member that is asked, and when it is there; by name. `listed` are those that the OKR file names."""
    filtered = view.where.get(dimension)
    for member, presence in _all_asked(view, dimension, course, listed):
        if filtered is None or takes(filtered, member):
            yield member, presence


def _all_asked(
    view: KpiView, dimension: str, course: Timeline, listed: Sequence[str] | None
) -> Iterator[tuple[str, Presence]]:
    roster = view.index.facts.rosters.get(dimension)
    if roster is None and listed is None:
        yield from _by_data(view, dimension, course)
        return
    stays: dict[str, list[Stay]] = {}
    for stay in roster or ():
        stays.setdefault(stay.member, []).append(stay)
    for member in sorted(
        stays.keys() - _of_other_accounts(view, dimension) if listed is None else listed
    ):
        presence = presence_of(stays.get(member, [Stay(member)]), course.start, course.deadline)
        if presence is not None:
            yield member, presence


def _of_other_accounts(view: KpiView, dimension: str) -> Set[str]:
    if ACCOUNT not in view.where:
        return frozenset()
    own = view.index.members(dimension, {ACCOUNT: view.where[ACCOUNT]})
    return set(view.index.members(dimension)) - set(own)


def _by_data(view: KpiView, dimension: str, course: Timeline) -> Iterator[tuple[str, Presence]]:
    since = a_year_before(course.start)
    for member in view.index.members(dimension, view.where):
        first = _first_data(view.member(dimension, member), since, course.cut)
        if first is not None:
            yield member, Presence(((max(first, course.start), course.deadline),))


def _first_data(view: KpiView, since: date, cut: date) -> date | None:
    if not view.kpi.behaviour.reported_by_period:
        first = view.series.first(since, cut)
        return None if first is None else first[0]
    # a source reports a period as a whole, so a member of it is there from the start
    starts = [fact.period_start for fact in reported(view)]
    return since if any(since <= start <= cut for start in starts) else None
