"""Stripe's published example of each resource (stripe/openapi, fixtures3.json): which fields an object comes with.

The library's classes leave open whether a field that may be null can also be left out; the examples show that such a
field is there.
"""

from collections.abc import Iterator
from typing import Any

from tests.oracles.specs import document

OBSOLETE = {"invoice": {"subscription"}}
"""Fields that the examples still have, and the classes of the library's newer version have not."""


def gaps(ours: Any, place: str) -> Iterator[str]:
    """The fields that are missing in `ours` and in the objects within it, as the examples of their kinds have them."""
    if isinstance(ours, list):
        for member in ours:
            yield from gaps(member, f"{place}[]")
    if not isinstance(ours, dict):
        return
    kind = ours.get("object")
    example = {} if kind == "list" else document("stripe-fixtures3.json")["resources"].get(kind, {})
    for name in example.keys() - ours.keys() - OBSOLETE.get(kind, set()):
        yield f"{place}.{name} is missing, which Stripe's example has"
    for name, value in ours.items():
        yield from gaps(value, f"{place}.{name}")
