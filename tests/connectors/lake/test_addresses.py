"""Where a lake can be: told by its address, and refused where none can be."""

from pathlib import Path

import pytest

from connectors.lake.addresses import checked_location, is_in_bucket
from connectors.lake.lake import Lake
from connectors.lake.store import LakeError


@pytest.mark.parametrize("written", ["data/lake", "/srv/lake", "file:///srv/lake"])
def test_a_folder_is_near(written):
    assert not is_in_bucket(written)


def test_a_file_address_leads_to_its_folder(tmp_path):
    folder = tmp_path / "a lake"
    assert Lake(folder.as_uri()).store.address == str(folder)
    assert Lake(Path("data/lake")).store.address == "data/lake"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("s3://", "cannot be used"),
        ("s3://bucket/*", "cannot be used"),
        ("s3://bucket/a b", "cannot be used"),
        ("s3://bucket/a//b", "cannot be used"),
        ("s3://bucket/lake?versions", "cannot be used"),
        ("s3://AKID:SECRET@bucket/lake", "carries a credential"),
        ("gs://bucket/lake", "cannot be at gs://"),
        ("sftp://host/lake", "cannot be at sftp://"),
        ("file://host/lake", "leads to no folder"),
    ],
)
def test_what_no_lake_can_be_at_is_refused_without_repeating_it(written, said):
    with pytest.raises(LakeError, match=said) as raised:
        checked_location(written)
    assert "SECRET" not in str(raised.value)
    assert "\n" not in str(raised.value)
