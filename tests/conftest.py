"""How the suite is run: the longest tests first, so that no process waits for another at the end."""

import pytest
from hypothesis import settings

# exact arithmetic and a busy machine take their time, which is no fault of what is tested
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

collect_ignore = [
    "bi",  # a suite of its own, which needs the package registries: make bi
    "deploy",  # another, which starts services: make deploy
    "docs/test_followed.py",  # another, which takes minutes: make docs
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole runs of the command before everything else."""
    items.sort(key=lambda item: "end_to_end" not in item.path.parts)
