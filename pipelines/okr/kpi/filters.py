"""Which members of a KPI are looked at: one of a dimension, several, or all but some.

where:
  color: green                   # one
  region: [north, south]         # several, added up as the KPI adds its members up
  not: {seller: none}            # all but one, or a list of them
"""

from collections.abc import Mapping
from dataclasses import dataclass

NOT = "not"
"""The key of `where` under which members are left out."""


@dataclass(frozen=True, slots=True)
class MemberSet:
    """Several members of a dimension, or with `excluded` all the others; the names are sorted."""

    names: tuple[str, ...]
    excluded: bool = False

    @property
    def words(self) -> str:
        """Such as `north or south`."""
        return " or ".join(self.names)


Where = Mapping[str, str | MemberSet]
"""What is asked of each dimension that is filtered."""


def takes(asked: str | MemberSet, member: str) -> bool:
    """Whether a member is one of those that are asked for."""
    if isinstance(asked, str):
        return member == asked
    return (member in asked.names) != asked.excluded


def names_in(asked: str | MemberSet) -> tuple[str, ...]:
    """The members that are written."""
    return (asked,) if isinstance(asked, str) else asked.names


def in_words(where: Where) -> list[str]:
    """Each dimension as a sentence has it: `color green`, `region north or south`, `any seller but none`."""
    words = []
    for dimension, asked in where.items():
        if isinstance(asked, str):
            words.append(f"{dimension} {asked}")
        elif asked.excluded:
            words.append(f"any {dimension} but {asked.words}")
        else:
            words.append(f"{dimension} {asked.words}")
    return words


def members_in_words(where: Where) -> str:
    """The members alone: `green, north or south, any seller but none`; empty without a filter."""
    return ", ".join(
        asked
        if isinstance(asked, str)
        else f"any {dimension} but {asked.words}"
        if asked.excluded
        else asked.words
        for dimension, asked in where.items()
    )


def as_written(where: Where) -> dict[str, object]:
    """The filter as a file writes it, in plain texts, lists and mappings."""
    kept: dict[str, object] = {}
    left_out: dict[str, object] = {}
    for dimension, asked in where.items():
        if isinstance(asked, str):
            kept[dimension] = asked
        elif asked.excluded:
            left_out[dimension] = list(asked.names)
        else:
            kept[dimension] = list(asked.names)
    return kept | ({NOT: left_out} if left_out else {})


def have_none_in_common(first: Where, second: Where) -> bool:
    """Whether no row can be in both, by the members of a dimension that both name."""
    return any(
        _are_disjoint(asked, second[dimension])
        for dimension, asked in first.items()
        if dimension in second
    )


def _are_disjoint(first: str | MemberSet, second: str | MemberSet) -> bool:
    if not _excludes(first):
        return not any(takes(second, name) for name in names_in(first))
    return not _excludes(second) and not any(takes(first, name) for name in names_in(second))


def _excludes(asked: str | MemberSet) -> bool:
    return isinstance(asked, MemberSet) and asked.excluded


def in_both(first: Where, second: Where) -> Where | None:
    """The rows that both take; None where there are none, or one filter cannot say which they are."""
    if have_none_in_common(first, second):
        return None
    both = dict(first)
    for dimension, asked in second.items():
        own = both.get(dimension, asked)
        if not _excludes(own):
            names = tuple(name for name in names_in(own) if takes(asked, name))
        elif not _excludes(asked):
            names = tuple(name for name in names_in(asked) if takes(own, name))
        else:
            both[dimension] = MemberSet(tuple(sorted({*names_in(own), *names_in(asked)})), True)
            continue
        both[dimension] = names[0] if len(names) == 1 else MemberSet(names)
    return both
