"""A name that was asked for, or which ones are near."""

import difflib
from collections.abc import Iterable

from pipelines.errors import OkraError


class UnknownNameError(OkraError):
    """Nothing has the name that was asked for; the text names those that are near."""


def known(what: str, name: str, names: Iterable[str]) -> str:
    """`name`, where it is one of `names`. Raises `UnknownNameError`."""
    names = sorted(names)
    if name in names:
        return name
    near = difflib.get_close_matches(name, names)
    if near:
        raise UnknownNameError(f"no {what} is called {name}; did you mean {' or '.join(near)}?")
    rest = ", ".join(names[:20]) + (" and more" if len(names) > 20 else "")
    raise UnknownNameError(f"no {what} is called {name}; there are {rest or 'none'}")
