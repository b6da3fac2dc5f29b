"""The lake of this installation, opened; and what is needed for it in the environment."""

import os

from connectors.lake.addresses import is_in_bucket
from connectors.lake.lake import Lake
from connectors.lake.places import probe
from pipelines.settings import Settings

S3_VARIABLE_PREFIX = "AWS_"
"""What the names of S3's own environment variables begin with."""


def open_lake(settings: Settings) -> Lake:
    """The lake. Raises `LakeError` when it cannot be opened."""
    if is_in_bucket(settings.lake_location):
        # obstore and dbt's process read the environment, which .env is not in
        for name, value in settings.environment.items():
            if name.startswith(S3_VARIABLE_PREFIX):
                os.environ.setdefault(name, value)
    return Lake(settings.lake_location, cache=settings.state_path / "lake-seen.sqlite")


def check_lake(settings: Settings) -> None:
    """Raises `LakeError`, soon, when a lake in a bucket cannot be reached."""
    open_lake(settings)
    probe(settings.lake_location)
