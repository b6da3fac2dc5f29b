"""A faster way for dbt to look up names of macros. It is the only part of dbt that is replaced (docs/decisions/0047).

For each node, dbt writes the names of all macros twice into a context of Jinja's, and looks each of some 600 up in five
dictionaries, one after the other. Here they are one dictionary.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def flat(namespace: Any) -> dict[str, Any]:
    """All names of a namespace of dbt's, made when it is first read.

    The dictionaries are joined in reverse order, so that the one that dbt looks in first wins.
    """
    names: dict[str, Any] | None = namespace.__dict__.get("_flat")
    if names is None:
        names = {
            **namespace.global_project_namespace,
            "dbt": namespace.global_project_namespace,
            **namespace.packages,
            **namespace.global_namespace,
            **namespace.local_namespace,
        }
        namespace._flat = names
    return names


@contextmanager
def flat_names() -> Iterator[None]:
    """Have dbt look macros up in one dictionary, until the end of the block."""
    # here, because dbt's import takes a second
    from dbt.context.macros import MacroNamespace

    before = MacroNamespace.__getitem__, MacroNamespace.__iter__
    MacroNamespace.__getitem__ = lambda self, name: flat(self)[name]  # type: ignore[method-assign]
    MacroNamespace.__iter__ = lambda self: iter(flat(self))  # type: ignore[method-assign]
    try:
        yield
    finally:
        MacroNamespace.__getitem__, MacroNamespace.__iter__ = before  # type: ignore[method-assign]
