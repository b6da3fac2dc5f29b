"""Which sources the models of the dbt project stand on, and which models have nothing to read.

The SQL is read as text, as it may be broken, and as dbt takes seconds to parse it.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache

Texts = Mapping[str, str]
"""The SQL of models, by the model's name."""
_REFERENCE = re.compile(
    r"""\bref\(\s*(?:['"]\w+['"]\s*,\s*)?['"](\w+)['"]"""
    r"""|\b(?:newest_versions|rows_to_take)\(\s*['"](\w+)['"]"""
)
_OPTIONAL = re.compile(r"""\brows_or_none\(\s*['"](\w+)['"]""")
_SOURCE = re.compile(r"""\b(?:source|read_lake)\(\s*['"](\w+)['"]\s*,\s*['"](\w+)['"]""")
CATALOG = "lake"
"""The dbt source of the lake's own catalog, which is there whatever is pulled."""
MOST_TEXTS = 4_096
"""So many models are remembered: a process asks for the same ones again and again."""


@lru_cache(MOST_TEXTS)
def references(sql: str) -> frozenset[str]:
    """The models without which this one cannot be built."""
    return frozenset(name or other for name, other in _REFERENCE.findall(sql))


@lru_cache(MOST_TEXTS)
def optional_references(sql: str) -> frozenset[str]:
    """The models of which this one reads the rows if they are there."""
    return frozenset(_OPTIONAL.findall(sql))


@lru_cache(MOST_TEXTS)
def streams_read(sql: str) -> frozenset[tuple[str, str]]:
    """The streams that a model reads itself, as source and stream."""
    return frozenset(
        (source, stream) for source, stream in _SOURCE.findall(sql) if source != CATALOG
    )


def sources_below(texts: Texts) -> dict[str, frozenset[str]]:
    """The sources that each model reads, by itself or through other models, needed or not."""
    return {
        model: frozenset(source for source, _ in streams)
        for model, streams in streams_below(texts).items()
    }


def streams_below(texts: Texts) -> dict[str, frozenset[tuple[str, str]]]:
    """The same by stream, as source and stream."""
    below: dict[str, frozenset[tuple[str, str]]] = {}

    def of(model: str, path: frozenset[str]) -> frozenset[tuple[str, str]]:
        if model in below or model in path or model not in texts:
            return below.get(model, frozenset())
        sql = texts[model]
        read = set(streams_read(sql))
        for parent in references(sql) | optional_references(sql):
            read |= of(parent, path | {model})
        below[model] = frozenset(read)
        return below[model]

    for model in texts:
        of(model, frozenset())
    return below


def off_models(
    texts: Texts, off: Collection[str], kept: Collection[str] = ()
) -> dict[str, frozenset[str]]:
    """The models that have nothing to read, each with the sources that it lacks.

    A model lacks what any of the models lacks that it needs. One that reads others only if they are there has nothing
    to read where all of its sources are off. `off`: the sources that are off. `kept`: models that do without any.
    """
    lacking: dict[str, frozenset[str]] = {}
    reading = sources_below(texts)

    def of(model: str, path: frozenset[str]) -> frozenset[str]:
        if model in lacking or model in path or model in kept or model not in texts:
            return lacking.get(model, frozenset())
        sql = texts[model]
        lack = {source for source, _ in streams_read(sql) if source in off}
        for parent in references(sql):
            lack |= of(parent, path | {model})
        optional = optional_references(sql) & texts.keys()
        if not lack and optional and reading[model] and reading[model] <= set(off):
            lack |= reading[model]
        lacking[model] = frozenset(lack)
        return lacking[model]

    for model in texts:
        of(model, frozenset())
    return {model: sources for model, sources in lacking.items() if sources}


def macros_defined(text: str) -> Iterator[tuple[str, str]]:
    """Each macro or test in a file of macros: its kind and name, and the text that defines it."""
    for block in _MACRO.finditer(text):
        yield f"{block['kind']} {block['name']}", block[0]


_MACRO = re.compile(
    r"\{%-?\s*(?P<kind>macro|test)\s+(?P<name>\w+)\b.*?\{%-?\s*end(?P=kind)\s*-?%\}\n?", re.DOTALL
)
