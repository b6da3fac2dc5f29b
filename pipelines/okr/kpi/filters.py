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
