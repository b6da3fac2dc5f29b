"""How the suite is run: the longest tests first, so that no process waits for another at the end."""

import os
import uuid
from collections.abc import Iterator
from itertools import chain, islice

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
    """Let each test process begin with whole runs of the command, and with other ones than the next process.

    pytest-xdist hands each process an equal share of the tests, in their order.
    """
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    runs: list[list[pytest.Item]] = [[] for _ in range(processes)]
    for item in items:
        if "end_to_end" in item.path.parts:
            runs[place_of_runs(item) % processes].append(item)
    others = (item for item in items if "end_to_end" not in item.path.parts)
    share = len(items) // processes
    shares = [[*own, *islice(others, max(0, share - len(own)))] for own in runs]
    items[:] = [*chain(*shares), *others]


def place_of_runs(item: pytest.Item) -> int:
    """Which process a test of whole runs belongs to: together with those that share its run."""
    needed = getattr(item, "fixturenames", ())
    return 0 if "sample" in needed else 1 if "new_home" in needed else 2


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
