"""The members of a definition that no row of the KPI has ever had: most likely a slip of the pen."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from pipelines.okr.definition.faults import closest, listed, suggestion


@dataclass(frozen=True, slots=True)
class UnseenMember:
    """A member that never occurred, what is wrong with it, and the remedy."""

    dimension: str
    member: str
    what: str
    remedy: str

    @property
    def flag(self) -> str:
        """For a `trust` column."""
        return f"unseen:{self.dimension}={self.member}".replace(
            ",", " "
        )  # flags are joined by commas

    def __str__(self) -> str:
        return f"{self.what}; {self.remedy}"


def unseen_members(
    where: Mapping[str, str], members: Callable[[str], Collection[str]]
) -> Iterator[UnseenMember]:
    """Those of a filter (`where`). `members` gives every member of a dimension that ever occurred (`KpiIndex.members`).

    A dimension of which nothing is known yet has none: before the first pull there is nothing to hold a name against.
    """
    for dimension, member in sorted(where.items()):
        known = members(dimension)
        if known and member not in known:
            remedy = suggestion(member, known, f"its members: {listed(known)}")
            yield UnseenMember(dimension, member, f"no `{member}` in {dimension}", remedy)


def misspelt_members(
    dimension: str, listed: Iterable[str], known: Collection[str]
) -> Iterator[UnseenMember]:
    """Those of a list (`members`) that are close to a known member that the list lacks.

    Who has nothing yet may well be on the list, so a name is not wrong for being unknown.
    """
    names = set(listed)
    others = set(known) - names
    for member in sorted(names - set(known)):
        meant = closest(member, others)
        if meant is not None:
            what, remedy = f"no `{member}` in {dimension}", f"did you mean `{meant}`?"
            yield UnseenMember(dimension, member, what, remedy)
