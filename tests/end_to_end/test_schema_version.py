"""What is published under a schema version stays: columns are added, none goes, and none gets another type."""

import json

import pytest

from pipelines.publishing.schema_version import SCHEMA_VERSION
from tests.end_to_end.conftest import Home
from tests.end_to_end.schema import PROMISE, broken, promised, published, widened

PARTS = {"parts": {"part": "VARCHAR", "value": "DECIMAL(38,6)"}}


def test_each_promised_column_is_published_with_its_type(sample: Home) -> None:
    assert PROMISE.exists(), "python -m tests.end_to_end.schema data/okra.duckdb"
    assert broken(promised(), published(sample.published)) == []


def test_the_file_says_under_which_version_it_was_published(sample: Home) -> None:
    manifest = json.loads((sample.path / "okra.json").read_text("utf-8"))
    assert manifest["schema_version"] == SCHEMA_VERSION
    [(number, okra, published_at)] = sample.rows("from schema_version")
    assert (number, okra) == (SCHEMA_VERSION, manifest["version"])
    assert sample.rows("select max(scored_at) <= $1 from runs", published_at) == [(True,)]


@pytest.mark.parametrize(
    ("published", "faults"),
    [
        (PARTS, []),
        ({**PARTS, "wholes": {"whole": "VARCHAR"}}, []),
        ({"parts": {**PARTS["parts"], "unit": "VARCHAR"}}, []),
        ({"pieces": PARTS["parts"]}, ["parts is gone"]),
        ({"parts": {"part": "VARCHAR"}}, ["parts.value is gone"]),
        (
            {"parts": {**PARTS["parts"], "value": "DOUBLE"}},
            ["parts.value was DECIMAL(38,6), is DOUBLE"],
        ),
    ],
)
def test_a_promise_is_broken_by_what_goes_and_not_by_what_comes(
    published: dict[str, dict[str, str]], faults: list[str]
) -> None:
    assert broken(PARTS, published) == faults


def test_a_promise_is_widened_and_never_narrowed() -> None:
    published = {"parts": {**PARTS["parts"], "unit": "VARCHAR"}, "wholes": {"whole": "VARCHAR"}}
    assert widened(PARTS, published) == published
    with pytest.raises(ValueError, match=r"parts\.value is gone"):
        widened(PARTS, {"parts": {"part": "VARCHAR"}})
