"""What has to be installed to run the models on Spark: the extra `spark`, and Java."""

import os
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from pipelines.errors import OkraError

OLDEST_JAVA = 17


class SparkMissingError(OkraError):
    """Spark cannot run here; the text says what to install."""


def require_spark() -> None:
    """Raises `SparkMissingError` where a package of the extra, or a Java that is new enough, is missing."""
    if find_spec("pyspark") is None or find_spec("dbt.adapters.spark") is None:
        raise SparkMissingError(
            "OKRA_ENGINE is spark, and Spark's packages are missing; pip install 'okra[spark]', or unset it"
        )
    version = java_version()
    if version is None or version < OLDEST_JAVA:
        present = f"Java here is {version}" if version else "no Java is found"
        raise SparkMissingError(
            f"OKRA_ENGINE is spark, which needs Java {OLDEST_JAVA} or later, and {present}; "
            "install it, or name its folder in JAVA_HOME"
        )


def java_version() -> int | None:
    """The major version of the Java that Spark would start; None without one."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home, "bin", "java")) if home else shutil.which("java")
    if java is None or not Path(java).exists():
        return None
    answer = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)  # noqa: S603
    version = re.search(r'version "(\d+)', answer.stderr)
    return int(version[1]) if version else None
