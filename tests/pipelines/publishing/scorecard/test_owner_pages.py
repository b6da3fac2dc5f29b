"""An owner's page has the goals of that owner alone, so that a web server can show each person their own."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipelines.connections import connect
from pipelines.publishing import published
from pipelines.publishing.language.language import Language
from pipelines.publishing.scorecard.writing import owner_page, write_scorecard
from tests.pipelines.publishing.scorecard.company import AS_OF, FIRST, LAST, PULLED, SQL, Company
from tests.pipelines.publishing.scorecard.pages import parsed

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


@pytest.fixture
def reps(company: Company) -> Company:
    """Ana counts all deals; Ben asks for each sales rep and names Carla and Dora; Kim counts the widgets alone.

    Ed sells as well, but no goal is about him.
    """
    company.kpi(kpi="deals", label="Deals", unit="deals", precision=0, owner="ops@example.com")
    for objective, owner, defined in (
        ("all", ANA, {}),
        ("each", BEN, {"for_each": "sales_rep"}),
        ("some", "kim@example.com", {"where_json": '{"product": ["widget"], "sales_rep": {"not": "Ed"}}'}),
    ):  # fmt: skip
        company.objective(objective_id=objective, name=f"Objective {objective}", owner=owner)
        company.key_result(
            objective_id=objective, key_result_id=f"{objective}/deals", name=f"Goal {objective}",
            kpi="deals", unit="deals", defined={**defined, "where": "x" if "where_json" in defined else None},
        )  # fmt: skip
    for rep in ("Carla", "Dora"):
        company.part(
            objective_id="each", key_result_id="each/deals", kpi="deals", member=rep, actual=4
        )
    october = {"kpi": "deals", "unit": "deals"}
    first, last = date(2026, 10, 1), date(2026, 10, 31)
    company.month(first, last, 70611, **october)
    for dimension, members in (
        ("sales_rep", {"Carla": 20123, "Dora": 20777, "Ed": 29711}),
        ("product", {"widget": 60999, "gadget": 9612}),
    ):
        for member, value in members.items():
            company.month(first, last, value, dimension=dimension, member=member, **october)
    for member in ("Carla", "Ed"):
        company.restatement(
            kpi="deals", dimension="sales_rep", member=member, period_start=first, period_end=last,
            old_value=31337, new_value=31338, restated_at=PULLED,
        )  # fmt: skip
    company.factors(
        30, [("Carla", 11), ("Ed", 19)], dimension="sales_rep", kpi="deals", unit="deals",
        period_start=first, period_end=last, data_through=last,
    )  # fmt: skip
    return company


@pytest.mark.parametrize(
    ("owner", "named", "others"),
    [
        (ANA, ["Goal all", "70,611"], ["Carla", "Dora", "Ed", "widget", "gadget"]),
        (BEN, ["Goal each", "70,611", "Carla", "20,123", "Dora", "20,777"],
         ["Ed", "29,711", "29711", "widget", "gadget"]),
        ("kim@example.com", ["Goal some", "70,611", "widget", "60,999"],
         ["Carla", "Dora", "Ed", "gadget", "9,612", "9612"]),
    ],
)  # fmt: skip
def test_the_page_of_a_kpi_names_the_goals_of_its_owner_and_the_members_that_these_name(
    reps: Company, owner: str, named: list[str], others: list[str]
) -> None:
    content = (written(reps) / owner / "kpi" / "deals.html").read_text("utf-8")
    content = re.sub(r"<style>.*?</style>", "", content, flags=re.DOTALL)
    assert [x for x in named if x not in content] == []
    goals = {"Goal all", "Goal each", "Goal some", ANA, BEN, "kim@", "all/", "each/", "some/"}
    own = {x for x in goals if x in named} | {owner, owner.partition("@")[0] + "@"}
    foreign = [*others, *(goals - own), "31,337", "31337"]
    assert [x for x in foreign if re.search(rf"\b{re.escape(x)}", content)] == []


def test_members_that_may_not_be_named_are_others_in_what_moved_it(reps: Company) -> None:
    """Of +30 deals Carla brought 11; the 19 of Ed are those of 1 other. Ana's goal names nobody."""
    folder = written(reps)
    page = parsed((folder / BEN / "kpi" / "deals.html").read_text("utf-8"))
    parts = page.one("table", class_="factors").one("tbody").all("tr")
    assert [(part.one("th").text, part.one("td").text) for part in parts] == [
        ("Carla", "+11 deals"),
        ("1 other", "+19 deals"),
    ]
    anas = parsed((folder / ANA / "kpi" / "deals.html").read_text("utf-8"))
    assert anas.one("p", class_="change").text.startswith("+30 deals in October 2026")
    assert anas.all("table", class_="factors") == []
    assert "gives no parts" not in anas.text


def test_a_goal_that_names_nobody_names_nobody_on_the_page_of_its_kpi(reps: Company) -> None:
    hidden = '{"name_members": false}'
    reps.rows["key_results"] = [
        {**row, "definition": hidden} if row.get("for_each") else row
        for row in reps.rows["key_results"]
    ]
    folder = written(reps)
    for page in (folder / BEN / "kpi" / "deals.html", reps.home / "kpi" / "deals.html"):
        content = page.read_text("utf-8")
        assert [x for x in ("Carla", "Dora") if x in content] == []
        assert "Ed" not in parsed(content).one("main").text.split()
    assert "gadget" in content, "the products are nobody's names"


def test_everybodys_page_of_a_kpi_has_all_members(reps: Company) -> None:
    written(reps)
    content = (reps.home / "kpi" / "deals.html").read_text("utf-8")
    assert [x for x in ("Carla", "Dora", "Ed", "widget", "gadget") if x not in content] == []


def test_the_target_of_another_owner_is_not_in_the_chart(reps: Company) -> None:
    """Ben asks for 555 deals a month; Ana's page of the same KPI has the same months without that line."""
    reps.objective(objective_id="monthly", name="Objective monthly", owner=BEN)
    reps.key_result(
        objective_id="monthly", key_result_id="monthly/deals", kpi="deals", unit="deals",
        target=555, defined={"per": "month"},
    )  # fmt: skip
    folder = written(reps)
    for owner, targets in ((BEN, ["Target 555"]), (ANA, [])):
        chart = parsed((folder / owner / "kpi" / "deals.html").read_text("utf-8"))
        assert [x.text for x in chart.all("text", class_="goal-label")] == targets
