"""Fragments of SQL in a KPI's YAML: an aggregate, a condition, an expression. They are checked before a model is built.

The SQL is that of the warehouse (DuckDB's dialect). sqlglot parses it, so that a typo is a fault with a line of the
YAML, not an error of the database in a file that nobody wrote.
"""

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from pipelines.okr.definition.faults import suggestion

if TYPE_CHECKING:
    from sqlglot import exp

QUOTED = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*\"""")
"""Texts and quoted names."""
JINJA = re.compile(r"\{[{%#]")
CHANGING = frozenset({
    "currentdate", "currenttime", "currenttimestamp", "localtime", "localtimestamp", "rand", "uuid",
    "now", "get_current_time", "get_current_timestamp", "transaction_timestamp", "nextval",
})  # fmt: skip
"""Functions whose value is another in each run, by sqlglot's names."""
Complaint = tuple[str, str]
"""What is wrong with a fragment, and what would be right."""


@lru_cache(maxsize=1024)
def parsed(fragment: str) -> "exp.Expr | str":
    """What a fragment means, or in one sentence why it is no SQL. Nobody changes what it gives, as it is kept."""
    import sqlglot

    try:
        return sqlglot.parse_one(fragment, read="duckdb")
    except sqlglot.errors.SqlglotError as error:
        return sentence_of(error)


def complaints(
    fragment: str, *, is_aggregate: bool, columns: Collection[str] | None
) -> Iterator[Complaint]:
    """What is wrong with a fragment. `columns`: those that it can name; None where they are not known."""
    from sqlglot import exp

    if JINJA.search(fragment):
        yield "Jinja in it", "write plain SQL; a model of your own can have Jinja"
        return
    if words := unquoted_words(fragment, columns or ()):
        word = min(words)
        yield (
            f"`{word}` is a word of SQL and here the name of a column",
            f'write "{word}" in quotes',
        )
        return
    tree = parsed(fragment)
    if isinstance(tree, str):
        yield f"no SQL: {tree}", "write one expression, such as sum(net)"
        return
    if isinstance(tree, exp.Query | exp.Block | exp.Command | exp.DDL) or tree.find(exp.Query):
        yield "no expression", "write one such as sum(net); joins belong in the query of a stream"
        return
    if any(node.comments for node in tree.walk()):
        yield "a comment in it", "write comments of YAML, behind #"
        return
    if tree.find(exp.Window):
        yield "a window, and a day's rows become one figure", "leave `over (...)` out"
        return
    for function in tree.find_all(exp.Func):
        if (
            called := function.name if isinstance(function, exp.Anonymous) else function.key
        ) in CHANGING:
            what = f"`{called}` is another in each run, so past days would change"
            yield what, "write what holds of a row whenever it is read"
    has_aggregate = tree.find(exp.AggFunc) is not None
    bare = [
        column
        for column in tree.find_all(exp.Column)
        if not column.find_ancestor(exp.AggFunc, exp.Filter)
    ]
    if is_aggregate and has_aggregate and bare:
        yield f"`{bare[0].name}` is not aggregated", f"write such as sum({bare[0].name})"
    if is_aggregate and not has_aggregate:
        yield (
            "no aggregate, and a day has many rows",
            f"write what becomes of them, such as sum({fragment})",
        )
    if not is_aggregate and has_aggregate:
        yield "an aggregate", "write what holds of a single row"
    for column in tree.find_all(exp.Column):
        if column.table:
            yield f"`{column.sql('duckdb')}` names a table", f"write `{column.name}`"
    named = {column.name for column in tree.find_all(exp.Column) if not column.table}
    for name in sorted(named - set(columns or named)):
        yield f"no column `{name}`", suggestion(name, columns or (), listing(columns or ()))


@lru_cache(maxsize=1)
def reserved_words() -> frozenset[str]:
    """The words that DuckDB takes for no name of a column unless they are quoted."""
    import duckdb

    words = "select keyword_name from duckdb_keywords() where keyword_category = 'reserved'"
    with duckdb.connect() as connection:
        return frozenset(str(word) for (word,) in connection.execute(words).fetchall())


def unquoted_words(fragment: str, columns: Collection[str]) -> set[str]:
    """The columns named like a word of SQL that a fragment has outside of quotes, where they mean no column.

    A word that SQL itself has in an expression, such as `end` of `case`, counts only where the fragment is none.
    """
    names = {column for column in columns if column.lower() in reserved_words()}
    if not names:
        return set()
    bare = {word.lower() for word in re.findall(r"\w+", QUOTED.sub(" ", fragment))} & names
    tree = parsed(fragment)
    if isinstance(tree, str):
        return bare
    from sqlglot import exp

    return bare & {x.name.lower() for x in tree.find_all(exp.Column) if not x.this.quoted}


def not_added_up(fragment: str) -> str:
    """The first aggregate in a fragment whose values of two days do not add up to that of both; else empty."""
    from sqlglot import exp

    tree = parsed(fragment)
    if isinstance(tree, str):
        return ""
    for aggregate in tree.find_all(exp.AggFunc):
        if not isinstance(aggregate, exp.Sum | exp.Count | exp.CountIf):
            return aggregate.sql("duckdb").lower()
    return ""


def counts_distinct(fragment: str) -> set[str]:
    """The columns that a fragment counts the different values of."""
    from sqlglot import exp

    tree = parsed(fragment)
    if isinstance(tree, str):
        return set()
    return {x.name for d in tree.find_all(exp.Distinct) for x in d.find_all(exp.Column)}


def divides(fragment: str) -> bool:
    """Whether a fragment divides, which the database does in floating point."""
    from sqlglot import exp

    tree = parsed(fragment)
    return not isinstance(tree, str) and tree.find(exp.Div) is not None


def listing(columns: Collection[str]) -> str:
    """The columns there are, as a remedy."""
    return f"the columns are {', '.join(sorted(columns))}"


def sentence_of(error: Exception) -> str:
    """The words of sqlglot, in one line and without its marks."""
    words = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).splitlines()[0]
    return words.partition(". Line")[0].rstrip(".").lower() or "it cannot be parsed"
