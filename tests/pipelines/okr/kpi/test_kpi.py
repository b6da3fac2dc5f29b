"""What a KPI declares, as text."""

import os
import subprocess
import sys

import pytest

DECLARED = """
from pipelines.okr.kpi.conversion import Conversion
from pipelines.okr.kpi.kpi import Kpi
conversion = Conversion("booking", frozenset({"numerator", "denominator"}))
print(Kpi("return", "ratio", "times", conversion=conversion).as_text)
"""


@pytest.fixture(scope="module")
def texts() -> set[str]:
    """The text in processes that hash names in different ways."""
    return {
        subprocess.run(
            [sys.executable, "-c", DECLARED],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2", "3")
    }


def test_a_declaration_reads_the_same_in_every_process(texts: set[str]) -> None:
    """What is kept by it, such as factors and targets, would else be worked out anew in every other run."""
    [text] = texts
    assert "['denominator', 'numerator']" in text
