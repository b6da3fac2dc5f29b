"""What moved a figure, in words: the change, and the parts that it is made of."""

from collections.abc import Container, Sequence
from decimal import Decimal

from pipelines.publishing.language.figures import NO_VALUE
from pipelines.publishing.language.language import Amounts, Language
from pipelines.publishing.published import Row, Rows

Named = Container[tuple[str, str]] | None
"""The members that may be named, each with its dimension; None for all."""
_MAX_NAMED = 3
_NESTED = " > "
_OF_ALL = ("currency", "restatement")
"""The effects whose members beyond those that are named are told as one part of their own."""
_UNKNOWN, _WHOLE = "unknown", "whole"


def factor_sentence(
    whole: Row, members: Rows, amounts: Amounts, target: Decimal | None = None
) -> str:
    """`−3 deals in Nov 1 – Nov 24, 2026, against Oct 1 – Oct 24, 2026: Cy −2 deals, Ana −1 deal.`

    `whole` is the row of the total, `members` are the rows of one dimension that moved it, the largest first.
    `target` is that of the key result, for a distance to its target.
    """
    parts = [
        f"{name} {amounts.change(amount)}"
        for name, amount in parts_of(members, amounts.language, _MAX_NAMED)
    ]
    words = change(whole, amounts, target)
    return f"{words}: {', '.join(parts)}." if parts else f"{words}."


def change(whole: Row, amounts: Amounts, target: Decimal | None = None) -> str:
    """The change alone: `−3 deals in November 2026, against October 2026`."""
    language, changed = amounts.language, amounts.change(whole["contribution"])
    if whole["compared_with"] == "target":
        goal = amounts.text(target)
        days_left = (whole["period_end"] - whole["data_through"]).days
        if days_left > 0:
            return language.text("factors.gap_open", days_left, change=changed, target=goal)
        return language.text("factors.gap", change=changed, target=goal)
    before = whole["compared_from"], whole["compared_to"]
    kind = "published" if whole["compared_with"] == "published" else "change"
    return language.text(
        f"factors.{kind}",
        change=changed,
        span=language.span(whole["period_start"], min(whole["data_through"], whole["period_end"])),
        before=NO_VALUE if None in before else language.span(*before),
    )


def parts_of(
    members: Rows, language: Language, most: int, named: Named = None
) -> Sequence[tuple[str, Decimal]]:
    """The largest parts by name with what each brought; those beyond `most`, and not to be `named`, are one part.

    There are none where nobody is to be named.
    """
    shown = [x for x in members if named is None or (x["dimension"], x["member"]) in named][:most]
    parts = [(_name(row, language), row["contribution"]) for row in shown]
    rest = [row for row in members if row not in shown] if shown else []
    # exchange rates and restatements are no members, though they are listed by member
    others = [row for row in rest if row["effect"] not in _OF_ALL]
    if others:
        parts.append((language.text("factors.others", len(others)), _sum(others)))
    for effect in _OF_ALL:
        if alike := [row for row in rest if row["effect"] == effect]:
            parts.append((language.text(f"factors.{effect}"), _sum(alike)))
    return parts


def _sum(rows: Rows) -> Decimal:
    return sum((row["contribution"] for row in rows), Decimal(0))


def _name(row: Row, language: Language) -> str:
    """`widget`, `email (own rate)`, `not due yet`."""
    effect = row["effect"]
    if effect == "remaining":
        return language.text("factors.remaining")
    if row["dimension"] == _WHOLE:  # a KPI without parts, so that the effects are told apart
        return language.text(f"factors.{'whole' if effect == 'change' else effect}")
    names = str(row["member"]).split(_NESTED) if _NESTED in row["dimension"] else [row["member"]]
    shown = _NESTED.join(
        language.text("factors.unknown") if name == _UNKNOWN else str(name) for name in names
    )
    return shown if effect == "change" else f"{shown} ({language.text(f'factors.{effect}')})"
