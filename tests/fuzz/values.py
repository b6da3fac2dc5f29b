"""Values that an answer should not have where it has a number, a text, a day or an object."""

from collections.abc import Mapping
from copy import deepcopy
from random import Random
from typing import Any

STRANGE: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 2**64, -(2**63) - 1, 10**400, 0.1, -0.0, 1e308, float("inf"),
    float("nan"), "", " ", "0", "1,5", "1e400", "NaN", "Infinity", "-", "é", "\u202e", "\x00", "\ud800", "a" * 5000,
    "9" * 5000, "2026-02-30", "2026-11-24", "0000-00-00", "9999-12-31T23:59:59Z", "2026-11-24T25:00:00Z",
    "2026-11-24T10:00:00+99:00", "1970-01-01T00:00:00Z", "EUR", "eur", [], [None], [[]], {}, {"": ""}, {"id": None},
    [{"id": 1}], "total", "=1+1", "<script>",
)  # fmt: skip


def changed(random: Random, answer: Any) -> Any:
    """A copy of an answer with a few places changed: another value, one that is gone, one that is new."""
    answer = deepcopy(answer)
    for _ in range(random.choice((1, 1, 2, 4))):
        place = random_place(random, answer)
        if place is None:
            return strange(random)
        holder, key = place
        action = random.random()
        if action < 0.75:
            holder[key] = strange(random)
        elif isinstance(holder, dict):
            del holder[key]
        else:
            holder.insert(random.randrange(len(holder) + 1), strange(random))
    return answer


def strange(random: Random) -> Any:
    """One of the values; a copy, as it may be changed in its turn."""
    return deepcopy(random.choice(STRANGE))


def random_place(random: Random, answer: Any) -> tuple[Any, Any] | None:
    """A mapping or a list somewhere in an answer, and a key or place in it; None where there is none."""
    place: tuple[Any, Any] | None = None
    value = answer
    while True:
        if isinstance(value, Mapping) and value:
            place = (value, random.choice(list(value)))
        elif isinstance(value, list) and value:
            place = (value, random.randrange(len(value)))
        else:
            return place
        if random.random() < 0.3:
            return place
        value = place[0][place[1]]


def torn(random: Random, content: bytes) -> bytes:
    """A file that breaks off, or some of whose bytes are others."""
    if not content or random.random() < 0.3:
        return content[: random.randrange(len(content) + 1)]
    other = bytearray(content)
    for _ in range(random.choice((1, 2, 8))):
        other[random.randrange(len(other))] = random.randrange(256)
    return bytes(other)
