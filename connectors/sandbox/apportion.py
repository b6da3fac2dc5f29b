"""Exact totals from uneven parts: how the sample company's figures come out to the unit."""

import hashlib
from collections.abc import Sequence

import numpy as np


def dice(*what: object) -> np.random.Generator:
    """A random generator whose seed is `what` the numbers are for: order, clock and machine do not matter."""
    digest = hashlib.sha256(repr(what).encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))


def spread(total: int, weights: Sequence[float] | np.ndarray) -> list[int]:
    """Whole numbers that sum to `total`, in proportion to `weights` (largest remainder; ties by place).

    `weights` are non-negative and not all zero.
    """
    shares = np.asarray(weights, dtype=float)
    exact = shares / shares.sum() * total
    floors = np.floor(exact).astype(int)
    missing = total - int(floors.sum())
    order = np.lexsort((np.arange(len(exact)), floors - exact))
    floors[order[:missing]] += 1
    return [int(part) for part in floors]
