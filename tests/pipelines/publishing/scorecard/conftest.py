"""A company whose published file a test makes by hand."""

from pathlib import Path

import pytest

from tests.pipelines.publishing.scorecard.company import Company


@pytest.fixture
def bare(tmp_path: Path) -> Company:
    """A company with nothing in it."""
    return Company(tmp_path)


@pytest.fixture
def company(bare: Company) -> Company:
    """A company with a run, an objective, a KPI and its source; the key results are the test's."""
    bare.run()
    bare.objective()
    bare.kpi()
    bare.window()
    return bare
