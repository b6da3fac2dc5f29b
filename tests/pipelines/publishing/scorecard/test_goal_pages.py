"""Many goals are on several pages, to which an index leads; no page has more than a browser likes to lay out."""

import posixpath
import re
from pathlib import Path
from typing import Any

import pytest

from pipelines.publishing.language.language import Language
from pipelines.publishing.published import PublishedFile, Row
from pipelines.publishing.scorecard.goal_pages import MAX_LINES, goal_pages
from pipelines.publishing.scorecard.kpi_pages import MAX_USES
from pipelines.publishing.scorecard.writing import write_scorecard
from pipelines.publishing.standings import read_standings
from tests.pipelines.publishing.scorecard.company import AS_OF, Company
from tests.pipelines.publishing.scorecard.pages import parsed

TEAMS, GOALS = 4, 100
ANA = "ana@example.com"
"""Who owns the company's objective, and that of a team of 300 key results."""


def add_team(company: Company, name: str, goals: int, owner: str) -> None:
    company.objective(objective_id=name, name=f"Team {name}", owner=owner, parent_id="grow")
    for number in range(goals):
        company.key_result(
            objective_id=name,
            key_result_id=f"{name}/kr-{number}",
            name=f"Goal {number} of {name}",
            status="off_track" if number % 4 == 0 else "on_track",
        )


@pytest.fixture
def many(company: Company) -> Company:
    """An objective, four teams of a hundred key results below it, and one of three hundred."""
    company.key_result(name="The company's own")
    for team in range(TEAMS):
        add_team(company, f"t{team}", GOALS, f"t{team}@example.com")
    add_team(company, "large", 300, ANA)
    return company


def written(company: Company) -> Path:
    """The folder of the pages."""
    owners, target = company.home / "site", company.home / "scorecard.html"
    write_scorecard(company.publish(), target, AS_OF, Language("en"), {"kpi_revenue": ""}, owners)
    return company.home


def queries_for(company: Company, monkeypatch: pytest.MonkeyPatch) -> int:
    """How often the published file is asked for the pages."""
    asked: list[str] = []
    rows = PublishedFile.rows

    def counted(file: PublishedFile, query: str, **values: Any) -> list[Row]:
        asked.append(query)
        return rows(file, query, **values)

    with monkeypatch.context() as patch:
        patch.setattr(PublishedFile, "rows", counted)
        written(company)
    return len(asked)


def cards(page: Path) -> set[str]:
    return set(re.findall(r'<article class="card" id="([^"]+)"', page.read_text("utf-8")))


def test_pages_have_few_lines_and_a_team_stays_on_one_where_it_fits(many: Company) -> None:
    standings = read_standings(many.publish(), AS_OF)
    pages = goal_pages(standings, "scorecard.html")
    assert all(len(lines) <= MAX_LINES for lines in pages.values())
    places = {line.id: page for page, lines in pages.items() for line in lines}
    for team in range(TEAMS):
        own = [places[f"t{team}"], *(places[f"t{team}/kr-{n}"] for n in range(GOALS))]
        assert len(set(own)) == 1
    listed = [line.id for lines in pages.values() for line in lines]
    # each once, but for the objective that no page holds
    assert sorted(set(listed)) == sorted(line.id for line in standings.lines)
    assert [x for x in set(listed) if listed.count(x) > 1] == ["large"]


def test_more_goals_and_owners_need_no_more_queries(
    many: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = queries_for(many, monkeypatch)
    for team in range(TEAMS, TEAMS + 6):
        add_team(many, f"t{team}", 10, f"t{team}@example.com")
    assert queries_for(many, monkeypatch) == before


def test_few_goals_are_on_one_page(company: Company) -> None:
    company.key_result()
    standings = read_standings(company.publish(), AS_OF)
    assert [*goal_pages(standings, "scorecard.html")] == ["scorecard.html"]


def test_every_goal_has_one_card_and_every_link_of_the_pages_leads_to_something(
    many: Company,
) -> None:
    home = written(many)
    of_goals = sorted((home / "scorecard").glob("*.html"))
    assert len(of_goals) > 3
    assert cards(home / "scorecard.html") == set()
    on_pages = [card for page in of_goals for card in cards(page)]
    assert len(on_pages) == len(set(on_pages)) == 1 + TEAMS * GOALS + 300
    pages = {x.relative_to(home).as_posix(): x.read_text("utf-8") for x in home.rglob("*.html")}
    for page, text in pages.items():
        for link in re.findall(r'href="([^"]+)"', text):
            file, _, place = link.partition("#")
            target = posixpath.normpath(posixpath.join(posixpath.dirname(page), file))
            target = target if file else page
            assert target in pages, (page, link)
            assert not place or "=" in place or f'id="{place}"' in pages[target], (page, link)


def test_the_index_counts_all_goals_and_names_those_that_need_attention_most(
    many: Company,
) -> None:
    home = written(many)
    index = parsed((home / "scorecard.html").read_text("utf-8"))
    assert index.one("p", class_="total").text == "701 key results in 6 objectives"
    counts = [x.text for x in index.one("ul", class_="counts").all("li")]
    assert counts == ["526On track", "175Off track"]
    attention = index.one("table", class_="attention")
    assert len(attention.one("tbody").all("tr")) == 50
    assert "125 more need attention" in index.text
    assert "Team t0" in index.text


def test_an_objective_says_how_many_of_all_its_parts_are_on_track(many: Company) -> None:
    home = written(many)
    text = parsed((home / "scorecard" / "goals-1.html").read_text("utf-8")).text
    # its own key result, and five teams below it that are at risk
    assert "1 of 6 parts is on track or achieved" in text or "1 of 6 parts are on track" in text


def test_an_owner_of_many_goals_has_several_pages_too(many: Company) -> None:
    home = written(many)
    assert cards(home / "site" / f"{ANA}.html") == set()
    own = sorted((home / "site" / ANA).glob("goals-*.html"))
    assert len({card for page in own for card in cards(page)}) == 301
    assert all("t0@example.com" not in page.read_text("utf-8") for page in own)
    assert cards(home / "site" / "t0@example.com.html") != set()


def test_pages_that_are_needed_no_more_are_removed(many: Company, tmp_path: Path) -> None:
    home = written(many)
    for table in ("key_result_scores", "key_results", "objective_scores"):
        kept = [row for row in many.rows[table] if not row["objective_id"].startswith(("t", "l"))]
        many.rows[table] = kept
    (home / "okra.duckdb").unlink(missing_ok=True)
    for old in home.glob("*.duckdb"):
        old.unlink()
    written(many)
    assert list((home / "scorecard").glob("*.html")) == []
    assert list((home / "site").glob("*/goals-*.html")) == []
    assert cards(home / "scorecard.html") == {"kr-grow-revenue"}


def test_the_page_of_a_kpi_names_the_first_of_many_key_results_and_counts_the_others(
    many: Company,
) -> None:
    page = (written(many) / "kpi/revenue.html").read_text("utf-8")
    uses = page[page.index('<ul class="uses">') :]
    assert uses[: uses.index("</ul>")].count("<li>") == MAX_USES
    assert f"and {1 + TEAMS * GOALS + 300 - MAX_USES} more" in uses
