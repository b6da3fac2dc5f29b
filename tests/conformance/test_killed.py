"""What a kill leaves behind, and how much memory many rows take: of the engine, that all sources share."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from connectors.lake.lake import Lake
from connectors.sdk.engine import pull
from tests.conformance.generated import NOW, TICKS, days, generated

ROOT = Path(__file__).parents[2]


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """What the generated source came to in a process of its own."""
    command = [sys.executable, "-m", "tests.conformance.generated", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def windows(lake: Lake) -> dict[str, tuple[int, str]]:
    """Of every committed window the rows that can be read, and the checksum."""
    manifests = lake.manifests("generated", "ticks")
    return {
        f"{day}": (lake.read("generated", TICKS, day).num_rows, manifest.checksum)
        for day, manifest in manifests.items()
    }


@pytest.mark.parametrize(
    "moment", ["page", "before .parquet", "after .parquet", "before .json", "after .json"]
)
def test_a_process_that_is_killed_leaves_whole_windows_and_is_caught_up_with(
    tmp_path: Path, moment: str
) -> None:
    lake, clean = Lake(tmp_path / "lake"), Lake(tmp_path / "clean")
    pull(generated(3_000), {}, clean, days(15), now=lambda: NOW)
    assert run("kill", lake.root, moment).returncode == -signal.SIGKILL
    left = windows(lake)
    assert 0 < len(left) < 15
    assert left.items() <= windows(clean).items()
    (report,) = pull(generated(3_000), {}, lake, days(15), now=lambda: NOW)
    assert len(report.committed) == 15 - len(left)  # what was there is not asked for again
    assert windows(lake) == windows(clean)


@pytest.mark.large
def test_a_million_rows_take_no_more_memory_than_a_fifth_of_them(tmp_path: Path) -> None:
    few, few_kb, few_arrow = map(int, run("memory", tmp_path / "few", 20).stdout.split())
    many, many_kb, many_arrow = map(int, run("memory", tmp_path / "many", 100).stdout.split())
    assert (few, many) == (200_000, 1_000_000)
    # 800,000 rows that are kept take 30 MB as columns and ten times as much as rows; how often both workers
    # are at their peak together is chance, and is worth up to 9 MB
    assert many_arrow < few_arrow + 15_000
    assert many_kb < few_kb + 100_000
