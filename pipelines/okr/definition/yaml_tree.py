"""YAML as plain text values that still know their lines.

Scalars stay the text they were written as, so that 0.1 is never a float, `NO` is a country and
2_000_000 is parsed once, by us. Anything but mappings, lists and plain scalars is refused.
"""

import codecs
import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache

import yaml

Path = tuple[int | str, ...]

_LONGEST_TEXT = 200_000
_MAX_NODES = 20_000
_MAX_DEPTH = 20
_NULL = "tag:yaml.org,2002:null"
_MERGE = "tag:yaml.org,2002:merge"
_SAVE_AS_UTF_8 = "save the file in UTF-8"
_UNSEEN = {"Cc", "Cs"}
"""Control characters and halves of characters. A line may end within a text, and a tab may be in one."""
_PLAIN = {
    f"tag:yaml.org,2002:{name}"
    for name in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp", "value")
}

_LIBYAML = getattr(yaml, "CSafeLoader", None)
"""Some fifteen times as fast as PyYAML's own parser; None where PyYAML was installed without it."""
_MOST_BRACKETS = 500
"""libyaml's nodes are made by a recursion in C, which a file of nothing but brackets would end."""
_USUAL_CHARACTERS = re.compile("[\\n -~\u00a1-\u2027\u2030-\ud7ff]*")
"""Lines of characters that can be seen. A tab, for one, is white space to libyaml, and to PyYAML's parser a fault."""
_READ_DIFFERENTLY = re.compile(
    r"""
        (?<! \w ) !         # a tag, as in `owner: !`
        | \?                # a word that ends so in brackets, as in `where: {store: [really?]}`
        | ^ ---             # the begin of a document, as in `---`
        | [|>] \S* \#       # a comment at the sign of a text of several lines, as in `why: |# because`
        | (?: - \s+ ){20}   # lists within lists, as in `- - - - …`: see _MOST_BRACKETS
    """,
    re.MULTILINE | re.VERBOSE,
)
"""What libyaml takes, and PyYAML's own parser refuses, or reads as another value or on another line."""


class TreeError(Exception):
    """A file that cannot be read, or is not such YAML: at which line, what is wrong and what would be right."""

    def __init__(self, line: int, what: str, remedy: str) -> None:
        super().__init__(f"{what}; {remedy}")
        self.line = line
        self.what = what
        self.remedy = remedy


@dataclass(slots=True)
class Tree:
    """The data of a file, and the line each of its values stands on. It is shared by all who read the same file."""

    data: object = None
    lines: dict[Path, int] = field(default_factory=dict)
    blank: set[Path] = field(default_factory=set)
    """The keys without a value: nothing stands behind them, not even `null`."""

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

    def below(self, *path: int | str) -> "Tree":
        """The part below the path, with the lines it has in the file."""
        depth = len(path)
        lines = {place[depth:]: line for place, line in self.lines.items() if place[:depth] == path}
        blank = {place[depth:] for place in self.blank if place[:depth] == path}
        return Tree(self.at(*path), lines, blank)

    @property
    def parts(self) -> Mapping[int | str, "Tree"]:
        """The part below each key, or each place of a list. `below` goes through the whole file each time."""
        lines: dict[int | str, dict[Path, int]] = {}
        blank: dict[int | str, set[Path]] = {}
        for place, line in self.lines.items():
            if place:
                lines.setdefault(place[0], {})[place[1:]] = line
        for place in self.blank:
            if place:
                blank.setdefault(place[0], set()).add(place[1:])
        return {key: Tree(self.at(key), own, blank.get(key, set())) for key, own in lines.items()}


@lru_cache(256)
def read_tree(content: bytes | str) -> Tree:
    """The one YAML document in a file.

    Raises:
        TreeError: on another encoding than UTF-8, a syntax error, a second document, a key given twice, or a
            file too large or too deep to be a definition (which is how an alias bomb shows).
    """
    text = decoded(content) if isinstance(content, bytes) else content
    if len(text) > _LONGEST_TEXT:
        raise TreeError(1, f"the file is longer than {_LONGEST_TEXT:,} characters", "split it")
    try:
        root = _root_of(text)
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, text) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        what = f"not YAML: the character {error.character:#04x}"
        raise TreeError(line, what, "remove it; it cannot be seen in most editors") from None
    except RecursionError:
        raise TreeError(1, "brackets or lines are nested too deep", "close the brackets") from None
    except yaml.YAMLError as error:
        raise TreeError(1, f"not YAML: {type(error).__name__}", "correct the syntax") from None
    tree = Tree()
    if root is not None:
        tree.data = _Reader(tree).value(root, (), root.start_mark.line + 1)
    return tree


def _root_of(text: str) -> yaml.Node | None:
    """The root of the nodes of the one document in a text. Raises `yaml.YAMLError`.

    libyaml is asked where it reads the text as PyYAML's own parser does. What it refuses goes to that parser too,
    whose sentences the faults have.
    """
    is_deep = text.count("[") + text.count("{") > _MOST_BRACKETS
    is_read_alike = _USUAL_CHARACTERS.fullmatch(text) and not _READ_DIFFERENTLY.search(text)
    if _LIBYAML is not None and not is_deep and is_read_alike:
        with suppress(yaml.YAMLError):
            return yaml.compose(text, Loader=_LIBYAML)
    return yaml.compose(text, Loader=yaml.SafeLoader)


def decoded(content: bytes) -> str:
    """The text of a file. Raises `TreeError` at the first line that is not UTF-8."""
    if content[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        raise TreeError(1, "the file is in UTF-16", _SAVE_AS_UTF_8)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        what = f"not UTF-8: the byte {content[error.start]:#04x}"
        raise TreeError(line, what, _SAVE_AS_UTF_8) from None


def _syntax_error(error: yaml.MarkedYAMLError, text: str) -> TreeError:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    if "single document" in (error.context or ""):
        return TreeError(line, "a second document", "one file holds one objective")
    lines = text.splitlines()
    if line <= len(lines) and "\t" in lines[line - 1][: _indent(lines[line - 1])]:
        return TreeError(line, "not YAML: a tab before the text", "indent with spaces")
    return TreeError(
        line, f"not YAML: {error.problem or error.context}", "correct the syntax of this line"
    )


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


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
        if node.tag != _NULL:
            return self._text(str(node.value), line)
        if not node.value:
            self._tree.blank.add(path)
        return None

    def _text(self, text: str, line: int) -> str:
        """The text, which a file can hold. An escape can be half a character, or one that steers a terminal."""
        for character in "" if text.isprintable() else text:
            if character not in "\r\n\t" and unicodedata.category(character) in _UNSEEN:
                what = f"a text with the character {ord(character):#04x}"
                raise TreeError(line, what, "remove it; it cannot be seen")
        return text

    def _pairs(self, node: yaml.MappingNode, path: Path) -> Iterator[tuple[str, object]]:
        seen: set[str] = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise TreeError(line, "a key that is not a word", "write `key: value`")
            if key.tag == _MERGE:
                raise TreeError(line, "`<<` takes keys from elsewhere", "write the keys out")
            name = self._text(str(key.value), line)
            if name in seen:
                raise TreeError(line, f"`{name}` is given twice", "keep one of them")
            seen.add(name)
            yield name, self.value(value, (*path, name), line)
