"""The scale a series is smoothed on: logarithms where it is positive, roots of counts, else its own level."""

from dataclasses import dataclass

import numpy as np

from pipelines.okr.forecast.training_series import Exact, Floats, Ints, Truth

_NEGLIGIBLE = 0.05
_MAX_NEGLIGIBLE_SHARE = 0.02
_EPSILON = 1e-12


@dataclass(frozen=True, eq=False, slots=True)
class Scale:
    """How each of n series is measured; the arrays have the shape (n, 1).

    Growth, seasons and noise are shares of the level in most series of a business, so logarithms
    make them steady. One that is often (nearly) zero has roots, as the noise of counts grows with the
    root of their level. One that is negative at times stays as it is.
    """

    unit: Exact
    logarithmic: Truth
    root: Truth

    def forward(self, values: Exact) -> Floats:
        """The values (n, steps) as multiples of the series' middle, the logarithms or roots of those."""
        shares = values / self.unit
        logs = np.log(np.maximum(shares, _NEGLIGIBLE))
        roots = np.where(self.root, np.sqrt(np.maximum(shares, 0)), shares)
        return np.where(self.logarithmic, logs, roots).astype(np.float32)

    def back(self, paths: Floats, rows: slice) -> Floats:
        """Paths (steps, rows, paths) of some of the series in the series' own unit."""
        scales = (side[rows, 0] for side in (self.unit, self.logarithmic, self.root))
        for i, (unit, logarithmic, root) in enumerate(zip(*scales, strict=True)):
            of_series = paths[:, i]
            if logarithmic:
                np.exp(of_series, out=of_series)
            elif root:
                of_series *= np.abs(of_series)
            of_series *= np.float32(unit)
        return paths


def scale_of(values: Exact, starts: Ints) -> Scale:
    """The scale of each series (n, steps), which begins at its place in `starts`."""
    middle, spread, negligible, least = (np.empty((len(values), 1)) for _ in range(4))
    for row, start in enumerate(starts.tolist()):
        own = values[row, start:]
        middle[row] = np.median(own)
        spread[row] = np.abs(own).mean()
        negligible[row] = (own <= _NEGLIGIBLE * middle[row]).mean()
        least[row] = own.min()
    logarithmic: Truth = (middle > 0) & (negligible < _MAX_NEGLIGIBLE_SHARE)
    root: Truth = ~logarithmic & (least >= 0)
    unit = np.where(logarithmic, middle, np.maximum(spread, _EPSILON))
    return Scale(unit, logarithmic, root)
