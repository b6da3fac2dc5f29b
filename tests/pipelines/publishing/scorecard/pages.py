"""The pages of a scorecard as elements, and what stands in them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path


@dataclass
class Element:
    """An element of a page."""

    name: str
    attributes: dict[str, str]
    children: list["Element | str"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What it says, spaces as a reader sees them."""
        words = [child if isinstance(child, str) else child.text for child in self.children]
        return " ".join("".join(words).split())

    def all(self, name: str = "", **attributes: str) -> list["Element"]:
        """The elements in it, by name and by attributes (`class_` has the class among others)."""
        elements = []
        for child in self.children:
            if isinstance(child, Element):
                if (not name or child.name == name) and child.has(attributes):
                    elements.append(child)
                elements += child.all(name, **attributes)
        return elements

    def has(self, attributes: Mapping[str, str]) -> bool:
        for name, value in attributes.items():
            own = self.attributes.get(name.rstrip("_"), "")
            if value not in (own.split() if name == "class_" else [own]):
                return False
        return True

    def one(self, name: str = "", **attributes: str) -> "Element":
        [element] = self.all(name, **attributes)
        return element


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("document", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(element)
        if tag not in ("meta", "br", "input", "wbr"):
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1].name == tag, f"<{self._open[-1].name}> is closed by </{tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def parsed(html: str) -> Element:
    """The page as elements. Fails on one that is not closed where it should be."""
    parser = _Parser()
    parser.feed(html)
    parser.close()
    assert parser.root is parser._open[-1], f"<{parser._open[-1].name}> is not closed"
    return parser.root


@dataclass
class Pages:
    """The pages in a folder."""

    home: Path

    @property
    def html(self) -> str:
        return (self.home / "scorecard.html").read_text(encoding="utf-8")

    @property
    def scorecard(self) -> Element:
        return parsed(self.html)

    def card(self, name: str = "grow-revenue") -> Element:
        return self.scorecard.one("article", id=f"kr-{name}")

    def kpi(self, name: str = "revenue") -> Element:
        return parsed((self.home / "kpi" / f"{name}.html").read_text(encoding="utf-8"))


def plain(text: str) -> str:
    """The text with ordinary spaces, whichever a locale puts between figure and unit."""
    return re.sub("[\u202f\u00a0]", " ", text)


def figures(card: Element) -> dict[str, str]:
    """The figures of a card by their names."""
    return {
        pair.one("dt").text: plain(pair.one("dd").text)
        for shown in card.all("dl", class_="figures")
        for pair in shown.all("div")
    }


def source(card: Element) -> dict[str, str]:
    """Where the figures of a card come from."""
    return {
        pair.one("dt").text: pair.one("dd").text
        for pair in card.one("dl", class_="source").all("div")
    }
