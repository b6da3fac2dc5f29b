"""The members that a key result names and no row of its KPI has ever had: most likely misspelt."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from pipelines.okr.definition.definitions import KeyResult
from pipelines.okr.definition.faults import closest, folded, listed, suggestion
from pipelines.okr.kpi.filters import names_in

Key = Literal["where", "members", "for_each", "at_least", "at_most"]
"""The key of a key result that names members."""


@dataclass(frozen=True, slots=True)
class UnseenMember:
    """A member that never occurred, the key that names it, what is wrong with it, and the remedy."""

    key: Key
    dimension: str
    member: str
    what: str
    remedy: str

    @property
    def flag(self) -> str:
        """For a `trust` column, whose flags are joined by commas."""
        return f"unseen:{self.dimension}={self.member}".replace(",", " ")

    @property
    def unnamed(self) -> "UnseenMember":
        """The same without the member's name, for a key result whose members are not named."""
        what = f"a name in {self.dimension} is in no row"
        return replace(self, member="…", what=what, remedy="`okra check` says which")

    def __str__(self) -> str:
        return f"{self.what}; {self.remedy}"


Members = Callable[[str], Collection[str]]
"""Every member of a dimension that ever occurred: `KpiIndex.members`."""
Rosters = Mapping[str, Collection[str]]
"""The members of the rosters of a KPI, by dimension: `KpiIndex.roster_members`."""


def unseen_members(
    result: KeyResult, members: Members, rosters: Rosters = MappingProxyType({})
) -> Iterator[UnseenMember]:
    """The members that a key result names and no row of its KPI has.

    A dimension without data has none: before the first pull there is nothing to compare a name with.
    """
    for dimension, asked in sorted(result.where.items()):
        for member in names_in(asked):
            yield from _unknown("where", dimension, member, members(dimension))
    if result.for_each is None:
        return
    own = result.member_targets
    if own is not None:
        known = {*members(result.for_each), *rosters.get(result.for_each, ())}
        key: Key = "at_most" if result.at_least is None else "at_least"
        for member in own.names:
            yield from _unknown(key, result.for_each, member, known)
    elif result.members is not None:
        yield from _misspelt(result.for_each, result.members, members(result.for_each))
    elif roster := rosters.get(result.for_each):
        yield from _written_otherwise(result.for_each, roster, members(result.for_each))


def _unknown(
    key: Key, dimension: str, member: str, known: Collection[str]
) -> Iterator[UnseenMember]:
    if known and member not in known:
        remedy = suggestion(member, known, f"its members: {listed(known)}")
        yield UnseenMember(key, dimension, member, f"no `{member}` in {dimension}", remedy)


def _misspelt(
    dimension: str, names: Collection[str], known: Collection[str]
) -> Iterator[UnseenMember]:
    """The names of a list that are close to a known member which the list lacks.

    Somebody without data may well be on the list, so an unknown name alone is not wrong.
    """
    others = set(known) - set(names)
    for member in sorted(set(names) - set(known)):
        meant = closest(member, others)
        if meant is not None:
            what, remedy = f"no `{member}` in {dimension}", f"did you mean `{meant}`?"
            yield UnseenMember("members", dimension, member, what, remedy)


def _written_otherwise(
    dimension: str, roster: Collection[str], known: Collection[str]
) -> Iterator[UnseenMember]:
    """The members of a roster that the figures spell with other letters: `Kim lee` for `Kim Lee`.

    Names that are merely close may be those of two people.
    """
    others = {folded(member): member for member in sorted(set(known) - set(roster))}
    for member in sorted(set(roster) - set(known)):
        meant = others.get(folded(member))
        if meant is not None:
            what = f"no `{member}` in {dimension}, but the roster has it"
            remedy = f"did you mean `{meant}`?"
            yield UnseenMember("for_each", dimension, member, what, remedy)
