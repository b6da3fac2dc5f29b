"""Whole runs of the command on a lake in a bucket: a suite of its own, as it takes minutes.

pytest tests/object_store
"""

from tests.end_to_end.conftest import sample, shared_folder

__all__ = ["sample", "shared_folder"]
