"""The page that shows how a connector is added: a short one, and the same as is written by command."""

from tests.conformance.cases.documented_connector import CASE, WRITTEN, code_on_the_page


def test_the_connector_on_the_page_is_the_one_that_the_command_writes() -> None:
    assert code_on_the_page() == WRITTEN["connectors/parcelo.py"]


def test_it_has_no_more_than_forty_lines() -> None:
    assert len(code_on_the_page().splitlines()) <= 40


def test_the_suite_tries_it() -> None:
    assert CASE.source.name == "parcelo"
    assert [*CASE.placed] == [stream.name for stream in CASE.source.streams]
