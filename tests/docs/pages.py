"""What the documentation asks its readers to type and to follow: blocks of code, commands in lines, links."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.settings import BUILT_IN

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", flags=re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A block of code: its language and text, and what stands before it on its page."""

    language: str
    text: str
    before: str

    @property
    def commands(self) -> list[str]:
        """Its lines, where it is one of commands, without what is fed to them or said of them."""
        if self.language != "sh":
            return []
        text = re.sub(r"<<'(\w+)'\n.*?^\1$", "", self.text, flags=re.MULTILINE | re.DOTALL)
        lines = (re.sub(r"\s+# .*$", "", line).strip() for line in text.splitlines())
        return [line for line in lines if line]


@dataclass(frozen=True)
class Page:
    """A page, by its place in the project."""

    place: str

    @property
    def text(self) -> str:
        return (BUILT_IN / self.place).read_text(encoding="utf-8")

    @property
    def blocks(self) -> list[Block]:
        """Its blocks of code, in their order."""
        text = self.text
        return [Block(match[1], match[2], text[: match.start()]) for match in _BLOCK.finditer(text)]

    @property
    def prose(self) -> str:
        """The page without its blocks."""
        return _BLOCK.sub("", self.text)

    @property
    def spans(self) -> list[str]:
        """What is set as code inside of lines."""
        return [span.replace("\\|", "|") for span in _SPAN.findall(self.prose)]

    @property
    def typed(self) -> Iterator[str]:
        """Every command that is named: a line of a block, or a span."""
        for block in self.blocks:
            yield from block.commands
        yield from self.spans

    @property
    def links(self) -> list[str]:
        """Where it leads, within the project."""
        return [link for link in _LINK.findall(self.prose) if "://" not in link]

    @property
    def anchors(self) -> set[str]:
        """Its headings as links name them."""
        return {
            re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
            for title in _HEADING.findall(self.prose)
        }


def pages() -> list[Page]:
    """README, CONTRIBUTING, SECURITY, CHANGELOG and docs/, without the decisions, which stay as they were."""
    paths: list[Path] = [*BUILT_IN.glob("*.md"), *(BUILT_IN / "docs").glob("*.md")]
    return [Page(path.relative_to(BUILT_IN).as_posix()) for path in sorted(paths)]
