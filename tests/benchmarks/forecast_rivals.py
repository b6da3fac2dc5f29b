"""Forecasters of other libraries, on the cases of a backtest; imported only when they are compared.

pip install statsmodels==0.15.0 statsforecast==2.1.1
"""

import warnings
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from statsforecast.models import AutoCES, AutoETS, AutoTheta
from statsmodels.tsa.statespace.structural import UnobservedComponents

from pipelines.backtest_cases import Case
from pipelines.backtest_methods import Method
from pipelines.okr.forecast.history import Exact, History

PATHS = 400
LONGEST = 400

Continue = Callable[[Exact, History, int], Exact]


def rivals() -> dict[str, Method]:
    """Each method by the name it has in the table."""
    return {
        "statsmodels UC AR(2)": _method(_components(autoregressive=2, level="fixed intercept")),
        "statsmodels UC walk+AR": _method(_components(autoregressive=2, level="rwalk")),
        "statsmodels UC level": _method(_components(autoregressive=None, level="llevel")),
        "statsforecast ETS": _method(_statsforecast(AutoETS)),
        "statsforecast Theta": _method(_statsforecast(AutoTheta)),
        "statsforecast CES": _method(_statsforecast(AutoCES)),
    }


def _method(continued: Continue) -> Method:
    def method(found: Sequence[Case]) -> Iterator[tuple[int, Exact]]:
        for place, case in enumerate(found):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield (
                    place,
                    case.outcomes([_own_scale(continued, side, case) for side in case.sides]),
                )

    return method


def _own_scale(continued: Continue, side: History, case: Case) -> Exact:
    """Logarithms where the series is positive, as any practitioner would; a failed fit is flat."""
    values = side.values[-LONGEST:]
    positive = values.min() > 0
    try:
        paths = continued(np.log(values) if positive else values, side, case.steps)
        if not np.isfinite(paths).all():
            raise ValueError("not finite")
    except Exception:  # a rival that fails is not left out: it says that nothing changes
        paths = np.full(
            (PATHS, case.steps), (np.log(values) if positive else values)[-side.season :].mean()
        )
    if positive:
        top, low = np.log(values.max()), np.log(values.min())
        paths = np.exp(np.minimum(paths, top + 3 * (top - low)))
    return paths


def _components(autoregressive: int | None, level: str) -> Continue:
    def continued(values: Exact, side: History, steps: int) -> Exact:
        model = UnobservedComponents(
            values,
            level=level,
            seasonal=side.season if side.season > 1 else None,
            autoregressive=autoregressive,
        )
        fit = model.fit(disp=False, maxiter=100)
        paths = fit.simulate(steps, anchor="end", repetitions=PATHS, rng=np.random.default_rng(0))
        return np.asarray(paths).reshape(steps, PATHS).T

    return continued


def _statsforecast(model: type) -> Continue:
    def continued(values: Exact, side: History, steps: int) -> Exact:
        fitted = model(season_length=side.season).fit(values)
        return np.asarray(fitted.simulate(h=steps, n_paths=PATHS, seed=0))

    return continued
