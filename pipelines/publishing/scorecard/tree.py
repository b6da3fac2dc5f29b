"""The objectives as a tree: each under its parent, with its key results and its children below it."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.publishing.scorecard.cards import Card, Standing, card, standing
from pipelines.publishing.scorecard.language import Language
from pipelines.publishing.scorecard.reading import Published, Row
from pipelines.publishing.scorecard.sentences import is_met, trust_flags

DEEPEST_HEADING = 5


@dataclass(frozen=True)
class Branch:
    """An objective. `level` is that of its heading on the page, 2 for one without a parent."""

    anchor: str
    name: str
    level: int
    standing: Standing
    aspirational: bool
    sentence: str
    coverage: str
    trust: Sequence[str]
    cards: Sequence[Card]
    children: Sequence["Branch"]


def tree(published: Published, language: Language) -> list[Branch]:
    """The objectives without a parent, or whose parent is not there, each with what is below it."""
    known = {row["objective_id"] for row in published.objectives}
    roots = [row for row in published.objectives if row["parent_id"] not in known]
    # the one with the most below it first: it is what the others serve
    roots.sort(
        key=lambda row: (
            -sum(one["parent_id"] == row["objective_id"] for one in published.objectives)
        )
    )
    return [_branch(row, published, language, 2) for row in roots]


def _branch(row: Row, published: Published, language: Language, level: int) -> Branch:
    own = [one for one in published.key_results if one["objective_id"] == row["objective_id"]]
    below = [one for one in published.objectives if one["parent_id"] == row["objective_id"]]
    parts = [*own, *below]
    return Branch(
        anchor=f"objective-{row['objective_id']}",
        name=row["name"],
        level=min(level, DEEPEST_HEADING),
        standing=standing(
            row,
            row["objective_id"],
            published,
            language,
            span=(row["period_start"], row["deadline"]),
        ),
        aspirational=row["commitment"] == "aspirational",
        sentence=language.text("objective.parts", len(parts), good=sum(map(is_met, parts))),
        coverage="" if row["coverage"] == 1 else language.share(row["coverage"]),
        trust=trust_flags(row["trust"], language),
        cards=[card(one, published, language) for one in own],
        children=[_branch(one, published, language, level + 1) for one in below],
    )


def flat(branches: Sequence[Branch]) -> list[tuple[int, Branch]]:
    """Every objective in the order of the tree, with its depth."""
    found: list[tuple[int, Branch]] = []
    for branch in branches:
        found.append((branch.level - 2, branch))
        found.extend((depth, one) for depth, one in flat(branch.children))
    return found
