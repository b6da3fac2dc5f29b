"""YAML as plain text values that still know their lines.

Scalars stay the text they were written as, so that 0.1 is never a float, `NO` is a country and
2_000_000 is parsed once, by us. Anything but mappings, lists and plain scalars is refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

Path = tuple[int | str, ...]

_LONGEST_TEXT = 200_000
_MAX_NODES = 20_000
_MAX_DEPTH = 20
_NULL = "tag:yaml.org,2002:null"
_PLAIN = {
    f"tag:yaml.org,2002:{name}"
    for name in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp", "value")
}


class TreeError(Exception):
    """Text that is not such YAML: at which line, what is wrong and what would be right."""

    def __init__(self, line: int, what: str, remedy: str) -> None:
        super().__init__(f"{what}; {remedy}")
        self.line = line
        self.what = what
        self.remedy = remedy


@dataclass(slots=True)
class Tree:
    """The data of a file, and the line each of its values stands on."""

    data: object = None
    lines: dict[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """The line of the value at the path, or of the nearest value around it."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path, 1)

    def at(self, *path: int | str) -> object:
        """The value at the path, or None where there is nothing."""
        value = self.data
        for step in path:
            try:
                value = value[step]  # type: ignore[index]
            except (KeyError, IndexError, TypeError):
                return None
        return value


def read_tree(text: str) -> Tree:
    """The one YAML document in the text.

    Raises:
        TreeError: on a syntax error, a second document, a key given twice, or a file too large
            or too deep to be a definition (which is how an alias bomb shows).
    """
    if len(text) > _LONGEST_TEXT:
        raise TreeError(1, f"the file is longer than {_LONGEST_TEXT:,} characters", "split it")
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        if "single document" in (error.context or ""):
            raise TreeError(line, "a second document", "one file holds one objective") from None
        what = f"not YAML: {error.problem or error.context}"
        raise TreeError(line, what, "correct the syntax of this line") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise TreeError(1, f"not YAML: {type(error).__name__}", "correct the syntax") from None
    tree = Tree()
    if root is not None:
        tree.data = _Reader(tree).value(root, (), root.start_mark.line + 1)
    return tree


class _Reader:
    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._nodes = 0

    def value(self, node: yaml.Node, path: Path, line: int) -> object:
        self._nodes += 1
        if self._nodes > _MAX_NODES or len(path) > _MAX_DEPTH:
            raise TreeError(line, "too large or too deep for a definition", "leave aliases out")
        if node.tag not in _PLAIN:
            raise TreeError(line, f"the tag `{node.tag}` is not known here", "leave the tag out")
        self._tree.lines[path] = line
        if isinstance(node, yaml.MappingNode):
            return dict(self._pairs(node, path))
        if isinstance(node, yaml.SequenceNode):
            return [
                self.value(item, (*path, place), item.start_mark.line + 1)
                for place, item in enumerate(node.value)
            ]
        return None if node.tag == _NULL else str(node.value)

    def _pairs(self, node: yaml.MappingNode, path: Path) -> Iterator[tuple[str, object]]:
        seen: set[str] = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise TreeError(line, "a key that is not a word", "write `key: value`")
            name = str(key.value)
            if name in seen:
                raise TreeError(line, f"`{name}` is given twice", "keep one of them")
            seen.add(name)
            yield name, self.value(value, (*path, name), line)
