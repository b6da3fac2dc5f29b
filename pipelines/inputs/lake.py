"""The lake of this installation, opened; and what is needed for it in the environment."""

import os

from connectors.lake.addresses import is_in_bucket
from connectors.lake.lake import Lake
from connectors.lake.places import probe
from pipelines.settings import Settings

OF_S3 = "AWS_"
"""How the variables begin that lead to S3."""


def open_lake(settings: Settings) -> Lake:
    """The lake. Raises `LakeError` when it cannot be opened."""
    if is_in_bucket(settings.lake_location):
        # obstore and dbt's process read the environment, which .env is not in
        for name, value in settings.environment.items():
            if name.startswith(OF_S3):
                os.environ.setdefault(name, value)
    return Lake(settings.lake_location, cache=settings.state_path / "lake-seen.sqlite")


def check_lake(settings: Settings) -> None:
    """Raises `LakeError`, soon, when a lake in a bucket cannot be reached."""
    open_lake(settings)
    probe(settings.lake_location)
