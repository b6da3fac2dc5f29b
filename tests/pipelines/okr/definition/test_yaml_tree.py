"""libyaml reads a file faster, and what it reads is what PyYAML's own parser reads."""

import random
from collections.abc import Iterator

import pytest
import yaml

from pipelines.okr.definition import yaml_tree
from pipelines.okr.definition.yaml_tree import Tree, TreeError, read_tree

GOAL = """\
objective: "Sell more: 2,000"   # what we want
id: 'sell'
period: 2026
owner: ana@example.com
why: |
  It pays.
  Each of us.
because: >-
  folded
  text
key_results:
  - {id: a, kpi: sales, at_least: 2_000, where: {store: [s1, s-2]}}
  - id: b
    kpi: cost
    at_most: -3.5
    from: ~
    to:
"""
READ_DIFFERENTLY = (
    "owner: !",
    "where: {store: [really?]}",
    "? owner\n: ana",
    "---",
    "why: |# because\n  it pays",
    "where: {store: # none\n}",
    "owner:\tana@example.com",
)
"""What the two parsers would not read alike, or have other lines for."""
SIGNS = "ab:-?{}[],&*!|>'\"%@`#\n\t \\0~<=é\x85\u2028\r"
TEXTS = 3_000
NESTED = 30_000


def changed_texts() -> Iterator[str]:
    """Stretches of a file with some characters changed, the same ones each time."""
    chosen = random.Random(7)
    for _ in range(TEXTS):
        begin = chosen.randrange(len(GOAL))
        text = [*GOAL[begin : begin + chosen.randrange(150)]]
        for _ in range(chosen.randrange(5)):
            place = chosen.randrange(len(text) + 1)
            text[place : place + chosen.randrange(2)] = chosen.choice(SIGNS)
        yield "".join(text)


def read(text: str) -> Tree | tuple[int, str]:
    """The tree of a text, or what is wrong with it."""
    read_tree.cache_clear()
    try:
        return read_tree(text)
    except TreeError as error:
        return error.line, str(error)


@pytest.mark.skipif(not hasattr(yaml, "CSafeLoader"), reason="PyYAML was installed without libyaml")
def test_both_parsers_read_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [GOAL, *READ_DIFFERENTLY, *changed_texts()]
    fast = [read(text) for text in texts]
    monkeypatch.setattr(yaml_tree, "_LIBYAML", None)
    assert [text for text, tree in zip(texts, fast, strict=True) if read(text) != tree] == []


@pytest.mark.parametrize("nested", ["[" * NESTED, "{a: " * NESTED, "- " * NESTED, "-\n" * NESTED])
def test_a_file_of_nothing_but_brackets_is_a_fault(nested: str) -> None:
    assert not isinstance(read(nested), Tree)


def test_a_usual_file_is_read_by_libyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("PyYAML's own parser was asked")

    monkeypatch.setattr(yaml, "SafeLoader", refused)
    if hasattr(yaml, "CSafeLoader"):
        assert isinstance(read(GOAL), Tree)


@pytest.mark.parametrize(("depth", "is_refused"), [(20, False), (21, True)])
def test_lines_may_be_nested_twenty_deep(depth: int, is_refused: bool) -> None:
    text = "a: " + "[" * (depth - 1) + "1" + "]" * (depth - 1)
    if is_refused:
        with pytest.raises(TreeError, match="too large or too deep"):
            read_tree(text.encode())
    else:
        assert read_tree(text.encode()).data
