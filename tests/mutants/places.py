"""Where code can be changed so that a test should fail, by Cosmic Ray's operators, and the changed code.

A place is drawn before an operator: `a + b` has eleven mutants and `a < b` seven, most of which no program survives, so
that a draw among all mutants would tell of the places with the most operators. Annotations are left out, as they do
nothing when a program runs, and so are `==` and `is` for each other: whether two equal numbers are one depends on the
machine.
"""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

_BY_CHANCE = re.compile(r".*_((Eq|NotEq|Lt|LtE|Gt|GtE)_(Is|IsNot)|Is_Eq|IsNot_NotEq)")
"""Operators that compare identities in place of values, or the other way round."""
Position = tuple[int, int]
"""Line and column."""


@dataclass(frozen=True, order=True)
class Place:
    """A piece of a module, and the mutants there are of it."""

    module: str
    """The path of the file, relative to the root."""
    start: Position
    end: Position
    mutants: tuple[tuple[str, int], ...]
    """The operators that change it, and which of their occurrences in the file this is."""


@dataclass(frozen=True)
class Mutant:
    """A module with one change."""

    module: str
    line: int
    function: int | None
    """The first line of the function that is changed, its decorators included; None for what runs on import."""
    operator: str
    code: str
    changed: tuple[str, str]
    """The changed line, before and after."""

    def __str__(self) -> str:
        before, after = self.changed
        return f"{self.module}:{self.line}: {before}  ->  {after}"


def drawn(root: Path, package: str, count: int, seed: int, only: str = "") -> Iterator[Mutant]:
    """So many mutants of a package, no two of a place. What Python cannot read is no mutant, and another is drawn.

    `only` is a part of the path of the modules that are changed.
    """
    chance = Random(seed)
    places = [
        place
        for path in sorted((root / package).rglob("*.py"))
        if only in path.relative_to(root).as_posix()
        for place in places_of(path.relative_to(root).as_posix(), path.read_text("utf-8"))
    ]
    chance.shuffle(places)
    left = count
    for place in places:
        if not left:
            return
        operator, occurrence = chance.choice(place.mutants)
        if mutant := mutant_of(
            place, operator, occurrence, (root / place.module).read_text("utf-8")
        ):
            left -= 1
            yield mutant


def places_of(module: str, code: str) -> Sequence[Place]:
    """The places of a module in their order."""
    tree = get_ast(code)
    nodes = [*ast_nodes(tree)]
    silent = [*annotations(code)]
    mutants: dict[tuple[Position, Position], list[tuple[str, int]]] = {}
    for name, operator in operators().items():
        positions = (x for node in nodes for x in operator.mutation_positions(node))
        for occurrence, (start, end) in enumerate(positions):
            if not any(first <= start and end <= last for first, last in silent):
                mutants.setdefault((start, end), []).append((name, occurrence))
    return [Place(module, *where, tuple(these)) for where, these in sorted(mutants.items())]


@cache
def operators() -> Mapping[str, Any]:
    """Cosmic Ray's operators by name, but those by chance and those that ask for the names of variables."""
    names = (name for name in operator_names() if not _BY_CHANCE.fullmatch(name))
    classes = {name: get_operator(name) for name in names}
    return {name: x() for name, x in classes.items() if not x.arguments()}


def annotations(code: str) -> Iterator[tuple[Position, Position]]:
    """From where to where the annotations of arguments, results and variables go."""
    for node in ast.walk(ast.parse(code)):
        noted = [getattr(node, "annotation", None), getattr(node, "returns", None)]
        for part in noted:
            if isinstance(part, ast.expr):
                assert part.end_lineno is not None
                assert part.end_col_offset is not None
                yield (part.lineno, part.col_offset), (part.end_lineno, part.end_col_offset)


def mutant_of(place: Place, operator: str, occurrence: int, code: str) -> Mutant | None:
    """The mutant of a place; None where Python cannot read it, or reads the same in it."""
    mutated = mutate_code(code, operators()[operator], occurrence)
    try:
        same = mutated is None or ast.dump(ast.parse(mutated)) == ast.dump(ast.parse(code))
        compile(mutated or "", place.module, "exec")
    except SyntaxError:
        return None
    if same:
        return None
    lines = (code.splitlines(), mutated.splitlines())
    differing = next(
        (n for n, (x, y) in enumerate(zip(*lines, strict=False)) if x != y), place.start[0] - 1
    )
    before, after = (x[differing].strip() if differing < len(x) else "" for x in lines)
    function = function_at(code, place.start[0])
    return Mutant(place.module, place.start[0], function, operator, mutated, (before, after))


def function_at(code: str, line: int) -> int | None:
    """The first line of the innermost function around a line."""
    around = [
        (min([node.lineno, *(x.lineno for x in node.decorator_list)]), node.end_lineno or 0)
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return max((first for first, last in around if first <= line <= last), default=None)
