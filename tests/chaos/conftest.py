"""What tests of faults share."""

from tests.models.conftest import parsed, session_folder

__all__ = ["parsed", "session_folder"]
