"""The lake of this installation, opened; and what is needed for it in the environment."""

import os

from connectors.lake.lake import Lake
from connectors.lake.store import is_far, reach
from pipelines.settings import Settings

OF_S3 = "AWS_"
"""How the variables begin that lead to S3."""


def open_lake(settings: Settings) -> Lake:
    """The lake. Raises `LakeError` when it cannot be spoken to from here at all."""
    if is_far(settings.lake_location):
        # obstore and dbt's process read the environment, which .env is not in
        for name, value in settings.environment.items():
            if name.startswith(OF_S3):
                os.environ.setdefault(name, value)
    return Lake(settings.lake_location, seen=settings.state_path / "lake-seen.sqlite")


def check_lake(settings: Settings) -> None:
    """Raises `LakeError`, soon, when a lake far away cannot be reached."""
    open_lake(settings)
    reach(settings.lake_location)
