"""The page that explains the tables is the one that the tables make."""

from pipelines.publishing.dictionary import dictionary
from pipelines.settings import BUILT_IN
from tests.end_to_end.conftest import Home


def test_the_page_says_what_the_file_says(sample: Home) -> None:
    page = (BUILT_IN / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
    assert page == dictionary(sample.published), "make dictionary"
