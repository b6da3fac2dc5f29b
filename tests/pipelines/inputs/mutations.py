"""Mutations of a YAML file: what slips of a hand, an editor or a transfer make of it, by a seeded `Random`."""

import re
from collections.abc import Callable, Sequence
from random import Random

VALUES = (
    "5", "0", "-3", "1", "96", "96 %", "0.96", "10%", "1.5", "1.234", "1,250", "2_000_000", "1e3", "0x1F",
    "1__0", "٣", "１２", "½", "NaN", "inf", "-0", "+7", ".5", "5.", "007", "12:30", "9" * 40, "-5 %", "% 5",
    "5 %%", "2026", "2026-Q4", "2026-H1", "2026-W53", "2025-W53", "2026-13", "Q4", "2026-11", "2026-02-30",
    "2026-11-30", "30.11.2026", "2026-11-30T00:00:00", "1970-01-01", "9999-12-31",
    "{start: 2026-01-01, end: 2026-03-31}", "", "null", "~", "''", '""', "'null'", "true", "yes", "NO", "on",
    "False", "measured", "Measured", "day", "week", "month", "fortnight", "quarterly", "flow", "stock", "ratio",
    "distinct", "up", "down", "sideways", "EUR", "money", "percent", "%", "parcels", "€", "per cent", "level",
    "sum", "committed", "booking", "average", "[]", "{}", "[5, 10]", "[10, 5]", "[5]", "[a, b]", "[[a]]",
    "{a: b}", "{a: {b: c}}", "[currency]", "[total]", "&a b", "*a", "!!int 5", "!secret x", "<<", "- 5", "? x",
    "|", ">-", "@x", "`x`", "%TAG", "# gone", "x: y", "a" * 600, "emoji 🚀", "zero\u200bwidth", "nb\u00a0space",
    "tab\there", "é", "e\u0301", "\u202eright", "' open", "units_sold", "net_revenue", "customer_satisfaction",
    "page_likes", "no_such_kpi", "product", "widget",
)  # fmt: skip
"""What a value is replaced by: sound values of this and of other keys, and what is none."""
INSERTED = "\t\"'#:-,[]{}&*!|>%@`~\n\r\x00\x07\x85\u2028\ufeff\u00a0é🚀 "


def lines_of(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def at_a_line(change: Callable[[Random, str], str]) -> Callable[[Random, str], str]:
    """A mutation of one line that says something."""

    def mutate(random: Random, text: str) -> str:
        lines = lines_of(text)
        places = [n for n, line in enumerate(lines) if line.strip()]
        if places:
            place = random.choice(places)
            lines[place] = change(random, lines[place])
        return "".join(lines)

    return mutate


def indent(random: Random, line: str) -> str:
    blanks = random.choice((1, 2, 4))
    return " " * blanks + line if random.random() < 0.5 else line.removeprefix(" " * blanks)


def tab(_: Random, line: str) -> str:
    return "\t" + line.lstrip(" ")


def key(random: Random, line: str) -> str:
    """A slip in the key: a letter left out, doubled, swapped, or in capitals."""
    match = re.search(r"[a-z_]{2,}(?=:)", line)
    if match is None:
        return line
    word, place = match[0], random.randrange(len(match[0]) - 1)
    slips = (
        word[:place] + word[place + 1 :],
        word[:place] + word[place] + word[place:],
        word[:place] + word[place + 1] + word[place] + word[place + 2 :],
        word.upper(),
        word.title(),
        word + " ",
    )
    return line[: match.start()] + random.choice(slips) + line[match.end() :]


def value(random: Random, line: str) -> str:
    match = re.match(r"(\s*(?:- )?[\w-]+: *)[^\n]*", line)
    return line if match is None else f"{match[1]}{random.choice(VALUES)}\n"


def twice(_: Random, line: str) -> str:
    return line + line


def gone(_: Random, __: str) -> str:
    return ""


def foreign_key(random: Random, line: str) -> str:
    blanks = line[: len(line) - len(line.lstrip(" "))]
    return f"{line}{blanks}{random.choice(('note', 'targt', 'at_least', 'per', 'unit', '<<'))}: 5\n"


def swapped(random: Random, text: str) -> str:
    lines = lines_of(text)
    place = random.randrange(max(1, len(lines) - 1))
    lines[place : place + 2] = reversed(lines[place : place + 2])
    return "".join(lines)


def cut(random: Random, text: str) -> str:
    return text[: random.randrange(len(text) + 1)]


def inserted(random: Random, text: str) -> str:
    place = random.randrange(len(text) + 1)
    return text[:place] + random.choice(INSERTED) + text[place:]


def removed(random: Random, text: str) -> str:
    place = random.randrange(len(text) + 1)
    return text[:place] + text[place + 1 :]


def of_another_system(_: Random, text: str) -> str:
    return text.replace("\n", "\r\n")


MUTATIONS: Sequence[Callable[[Random, str], str]] = (
    *([at_a_line(value)] * 6),
    *([at_a_line(key)] * 2),
    *(at_a_line(change) for change in (indent, tab, twice, gone, foreign_key)),
    *(swapped, cut, inserted, removed, of_another_system),
)
ENCODINGS = ("latin-1", "cp1252", "utf-16", "utf-16-le", "utf-8-sig", "utf-7")


def mutated(random: Random, text: str) -> bytes:
    """The text with a few mutations, now and then in another encoding or with a broken byte."""
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        text = random.choice(MUTATIONS)(random, text)
    choice = random.random()
    if choice < 0.06:
        return ("# café\n" + text).encode(random.choice(ENCODINGS), errors="replace")
    content = text.encode()
    if choice < 0.12 and content:
        place = random.randrange(len(content))
        content = content[:place] + bytes([random.randrange(256)]) + content[place + 1 :]
    return content
