"""`okra privacy`: what is stored, and where it is seen."""

from pathlib import Path

from connectors.hubspot.source import SOURCE
from tests.end_to_end.conftest import Home


def test_every_column_of_every_stream_is_listed_with_what_it_is(tmp_path: Path) -> None:
    document = Home(tmp_path / "home").ask("privacy", "--json").document
    streams = {stream["stream"]: stream for stream in document["streams"]}
    deals = streams["hubspot.deals"]
    assert [x["column"] for x in deals["columns"]] == SOURCE.stream("deals").schema.names
    assert all(x["description"] for stream in streams.values() for x in stream["columns"])
    assert document["published"] == []


def test_a_stream_says_by_which_kpis_and_members_it_is_published(tmp_path: Path) -> None:
    done = Home(tmp_path / "home").ask("privacy", "--json")
    streams = {stream["stream"]: stream for stream in done.document["streams"]}
    owners = streams["hubspot.owners"]
    assert "deals_per_rep" in owners["kpis"]
    assert "sales_rep" in owners["members"]
    assert streams["facebook_pages.page_insights"]["kpis"] == ["page_engagements"]
    assert streams["facebook_pages.page_insights"]["members"] == []


def test_only_what_is_on_is_listed(tmp_path: Path) -> None:
    home = Home(tmp_path / "home", {"DATABASE_URL": f"sqlite:///{tmp_path}/shop.db"})
    done = home.ask("privacy", "--json")
    assert {x["stream"].partition(".")[0] for x in done.document["streams"]} == {"sql_database"}
