"""What can be read off the text of a query without asking a database: its parameters, and what is refused in it."""

import re
from collections.abc import Iterator

FROM, TO = "from", "to"
QUIET = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|--[^\n]*|/\*.*?\*/|\$(\w*)\$.*?\$\1\$""", re.DOTALL
)
"""Texts, quoted names and comments, in which no word is one of SQL."""
PARAMETER = re.compile(r"(?<![:\w\\]):([A-Za-z_]\w*)")
COLON = re.compile(r"(?<!\\):")
WILDCARD = re.compile(r"(?:distinct\s+|all\s+)?(?:\S+\s*\.\s*)?\*", re.IGNORECASE)
INNERMOST = re.compile(r"\([^()]*\)")
UP_TO_LAST_DAY = re.compile(
    r"(?<![\w.:])([\w.]+)\s+(?:between\s+:from\s+and\s+|<=\s*):to\b(?!\s*(?:::|[+|]))",
    re.IGNORECASE,
)
"""A column that is compared with the last day as it stands."""


def without_quotes(query: str) -> str:
    """The query with blanks for its texts, quoted names and comments: every other character stays where it was."""
    return QUIET.sub(lambda match: " " * len(match[0]), query)


def parameters(query: str) -> list[str]:
    """The names of `:parameters`, in their order, each once."""
    return list(dict.fromkeys(PARAMETER.findall(without_quotes(query))))


def fault_of(query: str) -> tuple[str, str] | None:
    """What is wrong with a query, and what would be right; None for one that can be sent."""
    words = without_quotes(trimmed(query))
    if ";" in words:
        return (
            "the query has more than one statement",
            "write one that begins with `select` or `with`",
        )
    if not re.match(r"\s*\(*\s*(select|with)\b", words, re.IGNORECASE):
        return "the query does not begin with `select` or `with`", "write one that reads rows"
    if has_wildcard(words):
        return (
            "`select *` would store columns that nobody has chosen",
            "name the columns that are needed",
        )
    names = parameters(query)
    if unknown := [name for name in names if name not in (FROM, TO)]:
        return f"`:{unknown[0]}` is not known", "the parameters are `:from` and `:to`"
    if len(names) == 1:
        return (
            f"`:{names[0]}` without `:{TO if names[0] == FROM else FROM}`",
            "use both: they are the first and the last day that is asked for",
        )
    return None


def column_cut_short(query: str, day: str = "") -> str | None:
    """The column of moments of which a query with `:from` and `:to` leaves out the last day after its midnight.

    That a column has moments shows in that the query makes days of it. `day`: the column of the answer that is known
    to have moments.
    """
    words = without_quotes(query)
    for match in UP_TO_LAST_DAY.finditer(words):
        column = rf"(?:\w+\.)?{re.escape(match[1].rpartition('.')[2])}"
        as_day = [
            rf"\b(?:date|trunc|to_date)\s*\(\s*{column}\s*\)",
            rf"\bcast\s*\(\s*{column}\s+as\s+date\b",
            rf"\bconvert\s*\(\s*date\s*,\s*{column}\b",
            rf"(?<![\w.]){column}\s*::\s*date\b",
            rf"(?<![\w.]){column}\s+at\s+time\s+zone\b",
        ]
        if day:
            as_day.append(rf"(?<![\w.]){column}\s+(?:as\s+)?{re.escape(day)}\b")
        if any(re.search(pattern, words, re.IGNORECASE) for pattern in as_day):
            return match[1]
    return None


def calls(query: str, function: str) -> bool:
    """Whether a query calls a function."""
    call = rf"\b{function}\s*\("
    return re.search(call, without_quotes(query), re.IGNORECASE) is not None


def trimmed(query: str) -> str:
    """The query without the semicolon at its end."""
    end = len(without_quotes(query).rstrip().rstrip("; \n\t\r"))
    words = without_quotes(query)
    return query[:end] + query[end:].replace(";", " ") if ";" in words[end:] else query


def has_wildcard(words: str) -> bool:
    """Whether what the query gives, at its top, is `*` or all columns of a table."""
    return any(WILDCARD.fullmatch(item.strip()) for item in selected(words))


def selected(words: str) -> Iterator[str]:
    """The items of each list after a `select` that is in no brackets."""
    whole = None
    while re.match(r"\s*\(", words):  # a query in brackets
        words = words.strip()
        words = words[1:-1] if words.endswith(")") else words[1:]
    while whole != words:
        whole, words = words, INNERMOST.sub(" x ", words)
    for part in re.split(r"\bselect\b", words, flags=re.IGNORECASE)[1:]:
        columns = re.split(
            r"\b(?:from|union|intersect|except|into)\b", part, maxsplit=1, flags=re.IGNORECASE
        )
        yield from columns[0].split(",")


def as_bound(query: str) -> str:
    """The query as SQLAlchemy's `text` takes it: a colon that begins no parameter is one of the text itself.

    `:from` becomes `:okra_from`, as `from` is a word of SQL.
    """
    words = without_quotes(query)
    starts = {parameter.start(): parameter[1] for parameter in PARAMETER.finditer(words)}
    parts, end = [], 0
    for colon in COLON.finditer(query):
        place = colon.start()
        if place < end:
            continue
        name = starts.get(place)
        parts += [query[end:place], f":okra_{name}" if name else "\\:"]
        end = place + 1 + len(name or "")
    return "".join([*parts, query[end:]])
