"""Forecasters of other libraries, run on the cases of a backtest.

They are used as their documentation describes and as a practitioner would: on logarithms of positive series, with
the length of the season, on the same length of history that Okra smooths. The model with a yearly season gets as
much history as Okra.
"""

import warnings
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from pipelines.backtest.cases import BacktestError, Case
from pipelines.backtest.methods import Method
from pipelines.okr.forecast.fitted import MAX_STEPS_FOR_YEARS
from pipelines.okr.forecast.training_series import Exact, TrainingSeries

PATHS = 400
_MAX_HISTORY = 400
_MIN_YEARS = 1.5
_YEARLY_HARMONICS = 3

Continue = Callable[[Exact, TrainingSeries, int], Exact]


def rivals() -> dict[str, Method]:
    """The methods, by their names in the tables of docs/odds.md.

    Raises:
        BacktestError: if the libraries are not installed.
    """
    try:
        from statsforecast.models import AutoCES, AutoETS, AutoTheta
        from statsmodels.tsa.statespace.structural import UnobservedComponents
    except ImportError as error:
        raise BacktestError(
            f"{error.name} is not installed; `pip install okra[rivals]` installs what --rivals compares with"
        ) from None
    components = _Components(UnobservedComponents)
    return {
        "statsmodels UC AR(2)": _method(components.of("fixed intercept", autoregressive=2)),
        "statsmodels UC walk+AR": _method(components.of("rwalk", autoregressive=2)),
        "statsmodels UC level": _method(components.of("llevel")),
        "statsmodels UC level+year": _method(
            components.of("llevel", year=True), MAX_STEPS_FOR_YEARS
        ),
        "statsforecast ETS": _method(_statsforecast(AutoETS)),
        "statsforecast Theta": _method(_statsforecast(AutoTheta)),
        "statsforecast CES": _method(_statsforecast(AutoCES)),
    }


def _method(continued: Continue, longest: int = _MAX_HISTORY) -> Method:
    def method(cases: Sequence[Case]) -> Iterator[tuple[int, Exact]]:
        for place, case in enumerate(cases):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                futures = [_own_scale(continued, side, case.steps, longest) for side in case.sides]
            yield place, case.outcomes(futures)

    return method


def _own_scale(continued: Continue, side: TrainingSeries, steps: int, longest: int) -> Exact:
    """The paths of `continued`, run on logarithms of a positive series. When the fit fails, the paths are constant."""
    values = side.values[-longest:]
    positive = values.min() > 0
    scaled = np.log(values) if positive else values
    try:
        paths = continued(scaled, side, steps)
        if not np.isfinite(paths).all():
            raise ValueError("not finite")
    except Exception:  # without an answer, a failing rival would be graded on easy cases only
        paths = np.full((PATHS, steps), scaled[-side.season :].mean())
    if positive:
        top, low = scaled.max(), scaled.min()
        paths = np.exp(np.minimum(paths, top + 3 * (top - low)))
    return paths


class _Components:
    """Structural models of statsmodels."""

    def __init__(self, model: type) -> None:
        self._model = model

    def of(self, level: str, autoregressive: int | None = None, year: bool = False) -> Continue:
        """A model with this level, the season of the series and, with enough history, a yearly season."""

        def continued(values: Exact, side: TrainingSeries, steps: int) -> Exact:
            yearly = year and side.year and len(values) >= _MIN_YEARS * side.year
            seasons = [{"period": side.year, "harmonics": _YEARLY_HARMONICS}] if yearly else None
            fit = self._model(
                values,
                level=level,
                seasonal=side.season if side.season > 1 else None,
                autoregressive=autoregressive,
                freq_seasonal=seasons,
                stochastic_freq_seasonal=[False] if yearly else None,
            ).fit(disp=False, maxiter=100)
            draw = np.random.default_rng(0)
            paths = fit.simulate(steps, anchor="end", repetitions=PATHS, rng=draw)
            return np.asarray(paths).reshape(steps, PATHS).T

        return continued


def _statsforecast(model: type) -> Continue:
    def continued(values: Exact, side: TrainingSeries, steps: int) -> Exact:
        fitted = model(season_length=side.season).fit(values)
        return np.asarray(fitted.simulate(h=steps, n_paths=PATHS, seed=0))

    return continued
