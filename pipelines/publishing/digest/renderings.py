"""A digest as HTML for mail, as Markdown for chats, and as plain text.

Names come from outside. Each form escapes them in its own way. The HTML has inline styles and tables alone, as mail
clients know little else, and no colors that only one of a light and a dark screen shows.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~#])")
_LIST_MARK = re.compile(r"^([-+]|\d+(?=[.)]))")
_FONT = (
    "font-family:-apple-system,'Segoe UI',Roboto,Arial,sans-serif;font-size:15px;line-height:1.45"
)
_CELL = "padding:6px 10px 6px 0;vertical-align:top;text-align:left;border-top:1px solid #8888"
_INDENT = 18


@dataclass(frozen=True)
class Item:
    """A line about one thing, which `address` shows; `depth` is that in a tree."""

    name: str
    text: str = ""
    address: str = ""
    depth: int = 0


@dataclass(frozen=True)
class Section:
    """A line with its label, and what is listed below it."""

    label: str
    text: str = ""
    items: Sequence[Item] = ()


def cleaned(text: str) -> str:
    """The text in one line, without characters that steer a terminal."""
    return "".join(x for x in " ".join(text.split()) if x.isprintable())


def is_address(text: str) -> bool:
    """Whether the text is an address that a browser opens, and not a path."""
    return text.startswith(("https://", "http://"))


def markdown(top: Sequence[Section], below: Sequence[Section]) -> str:
    """The sections as Markdown."""
    return "\n\n".join(_markdown_section(section) for section in (*top, *below))


def _markdown_section(section: Section) -> str:
    head = f"**{literal(section.label)}**"
    if section.text:
        head += f": {section.text if is_address(section.text) else literal(section.text)}"
    lines = []
    for item in section.items:
        name = _LIST_MARK.sub(r"\\\1" if item.name[:1] in "+-" else r"\1\\", literal(item.name))
        shown = f"[{name}]({item.address})" if is_address(item.address) else name
        lines.append(f"{'  ' * item.depth}- {shown}{_after(literal(item.text))}")
    return "\n\n".join([head, "\n".join(lines)] if lines else [head])


def literal(text: str) -> str:
    """The text as it is in Markdown: nothing in it is markup."""
    return _SPECIAL.sub(r"\\\1", cleaned(text))


def _after(text: str) -> str:
    return f": {text}" if text else ""


def plain(top: Sequence[Section], below: Sequence[Section]) -> str:
    """The sections as plain text."""
    return "\n\n".join("\n".join(_plain_lines(section)) for section in (*top, *below)) + "\n"


def _plain_lines(section: Section) -> Iterator[str]:
    yield f"{cleaned(section.label)}{_after(cleaned(section.text))}"
    for item in section.items:
        yield f"{'  ' * item.depth}- {cleaned(item.name)}{_after(cleaned(item.text))}"


def html(title: str, language: str, top: Sequence[Section], below: Sequence[Section]) -> str:
    """The sections as a page."""
    rows = "\n".join(_html_row(section) for section in top)
    rest = "\n".join(_html_section(section) for section in below)
    return (
        f'<!doctype html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{_text(title)}</title>\n</head>\n"
        f'<body style="margin:0;padding:16px;max-width:640px;{_FONT}">\n'
        "<main>\n"
        f'<h1 style="font-size:19px;margin:0 0 10px">{_text(title)}</h1>\n'
        f'<table style="border-collapse:collapse;width:100%">\n{rows}\n</table>\n{rest}\n'
        "</main>\n</body>\n</html>\n"
    )


def _html_row(section: Section) -> str:
    if not section.text and not section.items:
        return f'<tr><th colspan="2" style="{_CELL}">{_text(section.label)}</th></tr>'
    head = f'<th style="{_CELL};width:25%">{_text(section.label)}</th>'
    text = _link(section.text, section.text)
    items = "".join(f'<div style="margin-top:4px">{_html_item(x)}</div>' for x in section.items)
    return f'<tr>{head}<td style="{_CELL};overflow-wrap:anywhere">{text}{items}</td></tr>'


def _html_section(section: Section) -> str:
    heading = f'<h2 style="font-size:16px;margin:20px 0 6px">{_text(section.label)}</h2>'
    rows = "\n".join(
        f'<tr><td style="{_CELL};padding-left:{item.depth * _INDENT}px">{_html_item(item)}</td></tr>'
        for item in section.items
    )
    return f'{heading}\n<table style="border-collapse:collapse;width:100%">\n{rows}\n</table>'


def _html_item(item: Item) -> str:
    return f"<strong>{_link(item.name, item.address)}</strong>{_after(_text(item.text))}"


def _link(text: str, address: str) -> str:
    """The text, as a link where it has an address."""
    if not is_address(address):
        return _text(text)
    return f'<a href="{escape(address)}" style="color:inherit">{_text(text)}</a>'


def _text(text: str) -> str:
    return escape(cleaned(text))
