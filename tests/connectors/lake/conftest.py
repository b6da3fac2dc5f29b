"""A lake in each place where one can be."""

import pytest

from connectors.lake.lake import Lake
from tests.object_store.places import Folder, InBucket, Place, lake_in


@pytest.fixture(params=["folder", "s3"])
def place(request: pytest.FixtureRequest) -> Place:
    """Where the test's lake is."""
    if request.param == "folder":
        return Folder(request.getfixturevalue("tmp_path") / "lake")
    return InBucket(request.getfixturevalue("bucket"))


@pytest.fixture
def lake(place: Place) -> Lake:
    """An empty lake."""
    return lake_in(place)
