"""Whole runs of `okra` with a lake in a bucket: a separate suite, because it takes minutes.

pytest tests/object_store
"""

from tests.end_to_end.conftest import sample, shared_folder

__all__ = ["sample", "shared_folder"]
