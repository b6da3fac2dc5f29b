"""Every rule of docs/okr-semantics.md by an example that was worked out with pencil and paper."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from tests.pipelines.okr.golden.worked_examples import (
    NONE,
    Answers,
    Example,
    differences,
    played,
    read_examples,
)

EXAMPLES = {example.name: example for example in read_examples()}
_LEAST = Decimal("0.000001")


@cache
def answers(name: str) -> Answers:
    return played(EXAMPLES[name])


@pytest.fixture(params=EXAMPLES)
def example(request) -> Example:
    return EXAMPLES[request.param]


def test_it_comes_out_as_it_was_worked_out(example):
    assert differences(example.expected, answers(example.name)) == {}


def test_another_figure_would_have_been_noticed(example):
    for place, changed in altered(example.expected):
        assert differences(changed, answers(example.name)).keys() == {place}


def test_no_two_examples_have_the_same_name():
    assert len(EXAMPLES) == len(read_examples())


def test_the_working_shows_figures(example):
    assert re.search(r"\d|none", str(example.body["working"])), "a reader has to follow it"


def altered(expected: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    """The expectation with one of its values changed, by the least there is, one after the other."""
    for name, fields in expected.items():
        if fields == NONE:
            continue
        for field, value in fields.items():
            try:
                other = str(Decimal(value.replace("_", "")) + _LEAST)
            except ArithmeticError:
                other = f"{value}?" if value != NONE else "0"
            yield (name, field), {**expected, name: {**fields, field: other}}
