"""How the suite is run: the longest tests first, so that no process waits for another at the end."""

import uuid
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.object_store.buckets import Bucket
from tests.object_store.server import ObjectStore, object_store

# exact arithmetic and a busy machine take their time, which is no fault of what is tested
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

collect_ignore = [
    "bi",  # a suite of its own, which needs the package registries: make bi
    "deploy",  # another, which starts services: make deploy
    "docs/test_followed.py",  # another, which takes minutes: make docs
    "object_store",  # another, which takes minutes: make object-store
    "scale",  # another, which needs Java and the extra `spark`: make scale
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole runs of the command before everything else."""
    items.sort(key=lambda item: "end_to_end" not in item.path.parts)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[ObjectStore]:
    """A server that speaks S3's protocol; each test has a bucket of its own."""
    with object_store() as store:
        yield store


@pytest.fixture
def bucket(s3_server: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """An empty bucket, which the environment leads to."""
    for name, value in s3_server.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    yield Bucket(s3_server, f"lake-{uuid.uuid4().hex[:12]}")
    s3_server.reply = lambda environ: None
    s3_server.before = lambda environ: None
