"""The scale a series is smoothed on: logarithms where it is positive, else its own level."""

from dataclasses import dataclass

import numpy as np

from pipelines.okr.forecast.training_series import Exact, Floats

_NEGLIGIBLE = 0.05
_MAX_NEGLIGIBLE_SHARE = 0.02
_EPSILON = 1e-12


@dataclass(frozen=True)
class Scale:
    """How each of n series is measured; the arrays have the shape (n, 1).

    Growth, seasons and noise are shares of the level in most series of a business, so logarithms
    make them steady. A series that is often (nearly) zero or negative stays as it is.
    """

    unit: Exact
    logarithmic: Exact

    def forward(self, values: Exact) -> Floats:
        """The values (n, steps), as multiples of the series' middle or the logarithms of those."""
        shares = values / self.unit
        logs = np.log(np.maximum(shares, _NEGLIGIBLE))
        return np.where(self.logarithmic, logs, shares).astype(np.float32)

    def back(self, paths: Floats) -> Floats:
        """Paths (steps, n, paths) in the series' own unit."""
        for i, (unit, logarithmic) in enumerate(
            zip(self.unit[:, 0], self.logarithmic[:, 0], strict=True)
        ):
            of_series = paths[:, i]
            if logarithmic:
                np.exp(of_series, out=of_series)
            of_series *= np.float32(unit)
        return paths


def scale_of(values: Exact) -> Scale:
    """The scale of each series (n, steps)."""
    middle = np.median(values, axis=1, keepdims=True)
    negligible = (values <= _NEGLIGIBLE * middle).mean(axis=1, keepdims=True)
    logarithmic = (middle > 0) & (negligible < _MAX_NEGLIGIBLE_SHARE)
    spread = np.abs(values).mean(axis=1, keepdims=True)
    unit = np.where(logarithmic, middle, np.maximum(spread, _EPSILON))
    return Scale(unit, logarithmic)
