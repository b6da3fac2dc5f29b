"""An owner's page has the goals of that owner alone, so that a web server can show each person their own."""

import re
from pathlib import Path
from typing import Any

import pytest

from pipelines.connections import connect
from pipelines.publishing import published
from pipelines.publishing.language.language import Language
from pipelines.publishing.scorecard.writing import owner_page, write_scorecard
from tests.pipelines.publishing.scorecard.conftest import (
    AS_OF,
    FIRST,
    LAST,
    SQL,
    Company,
    parsed,
)

ANA, BEN = "ana@example.com", "ben@example.com"


@pytest.fixture
def two_owners(company: Company) -> Company:
    """Ana's objective Grow, and below it one of Ben's, with a KPI that only he is measured by."""
    company.rows["objective_scores"][0] = {
        **company.rows["objective_scores"][0],
        "costliest_part": "hire",
        "why": "Ben's team costs most.",
    }
    company.key_result(name="Sell more")
    company.objective(
        objective_id="hire", name="Hire a team", owner=BEN, parent_id="grow", why="Late."
    )
    company.key_result(
        objective_id="hire",
        key_result_id="hire/people",
        name="Twenty people",
        kpi="headcount",
        actual=77123,
        unit="heads",
    )
    company.part(
        key_result_id="hire/people", objective_id="hire", kpi="headcount", member="Carla", actual=61
    )
    company.kpi(
        kpi="headcount",
        label="Headcount",
        sources="hr.staff",
        model="kpi_headcount",
        owner=BEN,
        unit="heads",
    )
    company.month(FIRST, LAST, 77123, kpi="headcount", unit="heads")
    company.window(source="hr", stream="staff")
    company.finding(message="hr.staff: Carla is twice", kpis=["headcount"])
    company.rows["runs"][0] = {
        **company.rows["runs"][0],
        "failed_sources": ["hr"],
        "broken_definitions": ["bens-file.yml"],
    }
    return company


def written(company: Company) -> Path:
    folder = company.home / "site"
    scorecard = company.home / "scorecard.html"
    models = {"kpi_revenue": SQL}
    write_scorecard(company.publish(), scorecard, AS_OF, Language("en"), models, folder)
    return folder


def files(folder: Path) -> list[str]:
    return sorted(x.relative_to(folder).as_posix() for x in folder.rglob("*") if x.is_file())


def test_each_owner_has_a_page_and_pages_of_the_kpis_that_the_goals_name(
    two_owners: Company,
) -> None:
    assert files(written(two_owners)) == [
        f"{ANA}.html",
        f"{ANA}/kpi/revenue.html",
        f"{BEN}.html",
        f"{BEN}/kpi/headcount.html",
    ]


@pytest.mark.parametrize(
    ("owner", "own", "others"),
    [
        (ANA, ["Grow", "Sell more"], ["Hire", "hire", "Ben", "ben", "77,123", "77123", "Twenty",
                                      "Headcount", "headcount", "Carla", "hr."]),
        (BEN, ["Hire a team", "Twenty people", "77,123"], ["ana@", "Sell more", "1,234", "1234",
                                                           "revenue", "shop.orders"]),
    ],
)  # fmt: skip
def test_no_file_of_an_owner_has_a_name_or_a_figure_of_another(
    two_owners: Company, owner: str, own: list[str], others: list[str]
) -> None:
    folder = written(two_owners)
    page = folder / f"{owner}.html"
    visible = parsed(page.read_text("utf-8")).text
    assert [x for x in own if x not in visible] == []
    for file in (page, *(folder / owner).rglob("*.html")):
        # the words of the page itself are not data
        content = re.sub(r"<(style|script)>.*?</\1>", "", file.read_text("utf-8"), flags=re.DOTALL)
        assert [x for x in others if x in content] == [], file.name


def test_the_pages_of_an_owner_link_to_each_other_alone(two_owners: Company) -> None:
    folder = written(two_owners)
    for file in folder.rglob("*.html"):
        for link in parsed(file.read_text("utf-8")).all("a"):
            place = link.attributes["href"].partition("#")[0]
            assert not place or (file.parent / place).resolve() in [*folder.rglob("*.html")], place


def test_the_page_of_an_owner_that_is_gone_goes(two_owners: Company) -> None:
    written(two_owners)
    del two_owners.rows["objective_scores"][1]
    two_owners.rows["key_result_scores"] = two_owners.rows["key_result_scores"][:1]
    folder = written(two_owners)
    assert files(folder) == [f"{ANA}.html", f"{ANA}/kpi/revenue.html"]
    assert not (folder / BEN).exists()


def test_files_are_named_after_addresses_and_no_two_owners_have_one() -> None:
    assert owner_page("ana@example.com") == "ana@example.com.html"
    odd = ["../../etc/passwd", "Ana Ruiz", "ana ruiz", "ana-ruiz", "..", "a/b", "日本", "a.html", "A",
           "a", "x" * 300, '"><script>']  # fmt: skip
    names = [owner_page(x) for x in odd]
    assert len({x.lower() for x in names}) == len(odd)
    assert all(re.fullmatch(r"[a-z0-9~][a-z0-9._@+~-]*\.html", x) for x in names)
    assert max(map(len, names)) < 128


def test_the_published_file_is_opened_once_for_all_pages(
    two_owners: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []

    def counted(path: Path, **options: Any) -> Any:
        opened.append(path)
        return connect(path, **options)

    monkeypatch.setattr(published, "connect", counted)
    assert len(files(written(two_owners))) == 4
    assert opened == [two_owners.home / "okra.duckdb"]
