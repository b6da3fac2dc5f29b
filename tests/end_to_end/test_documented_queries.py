"""Every query that a page gives away can be asked of the published file, and README names what is in it."""

import re

import duckdb
import pytest

from tests.docs.pages import Page, pages
from tests.end_to_end.conftest import Home

QUERIES = [
    pytest.param(block.text, id=f"{page.place}-{number}")
    for page in pages()
    if page.place != "CONTRIBUTING.md"  # its SQL are models
    for number, block in enumerate(page.blocks)
    if block.language == "sql"
]


@pytest.mark.parametrize("query", QUERIES)
def test_each_can_be_asked(sample: Home, query: str) -> None:
    with duckdb.connect(str(sample.published), read_only=True) as connection:
        connection.execute(f"set file_search_path = '{sample.path}'")
        assert connection.execute(query).description


def test_the_first_question_of_the_readme_is_answered_with_the_last_three_months(
    sample: Home,
) -> None:
    [query] = re.findall(r"\.sql\(\\\"(.+)\\\"\)", Page("README.md").text)
    assert [(row[1].isoformat(), row[-1]) for row in sample.rows(query)] == [
        ("2026-11-01", False),
        ("2026-10-01", True),
        ("2026-09-01", True),
    ]


def test_the_readme_names_each_table_that_is_published(sample: Home) -> None:
    table = Page("README.md").text.partition("| table | a row is |")[2].partition("\n\n")[0]
    cells = re.findall(r"^\| (`.+?) \|", table, re.MULTILINE)
    assert sorted(re.findall("`(.+?)`", " ".join(cells))) == [
        name for (name,) in sample.rows("select table_name from duckdb_tables() order by 1")
    ]
