"""On which page the card of each goal is: all on one, or on several where they are many.

A page of many goals takes a browser long to lay out, and nobody reads to its end. So it is split into pages of at most
`MAX_LINES` objectives and key results, in the order of the tree, and an objective with all below it stays on one page
where it fits.
"""

from collections.abc import Iterator, Mapping, Sequence

from pipelines.publishing.standings import Standing, Standings

MAX_LINES = 250
"""Objectives and key results on one page: one takes some 2 KB."""


def goal_pages(standings: Standings, page: str) -> Mapping[str, Sequence[Standing]]:
    """The pages of some goals by their places, with the lines of each; `page` alone where they fit on it.

    Others are in a folder that is named after `page`. An objective with more key results than a page has lines is on
    each page that has some of them.
    """
    if len(standings.lines) <= MAX_LINES:
        return {page: standings.lines}
    folder = page.removesuffix(".html")
    pages = enumerate(_split(standings), start=1)
    return {f"{folder}/goals-{number}.html": lines for number, lines in pages}


def goal_places(standings: Standings, page: str) -> dict[str, str]:
    """The page of each of some goals, by the id of an objective or a key result."""
    return places_of_goals(goal_pages(standings, page))


def places_of_goals(pages: Mapping[str, Sequence[Standing]]) -> dict[str, str]:
    """The page of each goal, by the id of an objective or a key result: the first one that has it."""
    places: dict[str, str] = {}
    for page, lines in pages.items():
        for line in lines:
            places.setdefault(line.id, page)
    return places


def _split(standings: Standings) -> Iterator[list[Standing]]:
    """The lines of each page."""
    below = _lines_below(standings)
    page: list[Standing] = []
    for objective in standings.objectives:
        own = standings.key_results_of(objective.id)
        room = MAX_LINES - len(page)
        whole = below[objective.id]
        if page and (len(own) >= room or room < whole <= MAX_LINES):
            yield page
            page = []
        for first in range(0, max(1, len(own)), MAX_LINES - 1):
            if len(page) >= MAX_LINES:
                yield page
                page = []
            page += [objective, *own[first : first + MAX_LINES - 1]]
    if page:
        yield page


def _lines_below(standings: Standings) -> Mapping[str, int]:
    """How many lines each objective has, with its key results and all that is below it."""
    sizes: dict[str, int] = {}
    for objective in reversed(standings.objectives):  # children come after their parents
        children = standings.children_of(objective.id)
        own = len(standings.key_results_of(objective.id))
        sizes[objective.id] = 1 + own + sum(sizes.get(child.id, 0) for child in children)
    return sizes
