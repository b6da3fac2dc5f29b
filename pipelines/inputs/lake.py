"""Opens the lake of this installation."""

import os

from connectors.lake.addresses import is_in_bucket
from connectors.lake.lake import Lake
from connectors.lake.places import probe
from pipelines.settings import Settings

S3_VARIABLE_PREFIX = "AWS_"
"""Prefix of the environment variables that configure S3."""


def open_lake(settings: Settings) -> Lake:
    """The lake. Raises `LakeError` when it cannot be opened."""
    if is_in_bucket(settings.lake_location):
        # obstore and dbt's process read the environment only, not .env
        for name, value in settings.environment.items():
            if name.startswith(S3_VARIABLE_PREFIX):
                os.environ.setdefault(name, value)
    return Lake(settings.lake_location, cache=settings.state_path / "lake-seen.sqlite")


def check_lake(settings: Settings) -> None:
    """Raises `LakeError` within a short time when a lake in a bucket cannot be reached."""
    open_lake(settings)
    probe(settings.lake_location)
