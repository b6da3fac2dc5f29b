"""The objectives as branches of a tree: each with its key results and its children below it."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.publishing.language.language import Language
from pipelines.publishing.language.sentences import parts_on_track
from pipelines.publishing.published import Row, children_by_parent
from pipelines.publishing.scorecard.cards import Card, card
from pipelines.publishing.scorecard.headlines import Headline, headline
from pipelines.publishing.scorecard.page_rows import PageRows

MAX_HEADING_LEVEL = 5


@dataclass(frozen=True)
class Branch:
    """An objective. `level` is that of its heading on the page, 2 for one without a parent."""

    anchor: str
    row: Row
    level: int
    headline: Headline
    sentence: str
    cards: Sequence[Card]
    children: Sequence["Branch"]


def branches(published: PageRows, language: Language) -> list[Branch]:
    """The objectives without a parent among the others: those that most objectives serve come first."""
    children = children_by_parent(published.objectives)

    def branch(row: Row, level: int) -> Branch:
        name = row["objective_id"]
        key_results = [line.row for line in published.standings.key_results_of(name)]
        below = children.get(name, [])
        tree = published.tree
        of_all = (*tree.key_results_of(name), *tree.children_of(name))
        parts, good = parts_on_track(row, [line.row for line in of_all])
        return Branch(
            anchor=f"objective-{name}",
            row=row,
            level=min(level, MAX_HEADING_LEVEL),
            headline=headline(
                row, name, published, language, period=(row["period_start"], row["deadline"])
            ),
            sentence=language.text("objective.parts", parts, good=language.counted(good)),
            cards=[card(result, published, language) for result in key_results],
            children=[branch(child, level + 1) for child in below],
        )

    roots = children.get(None, [])
    roots.sort(key=lambda row: -len(children.get(row["objective_id"], ())))
    return [branch(row, 2) for row in roots]
