"""A broken OKR file is named with its line and its remedy. That the others are scored: test_failing_sources.py."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Home

SOUND = """\
objective: Sell more
id: sound
period: 2026
key_results:
  - id: widgets
    kpi: units_sold
    where: {product: widget}
    at_least: 18_964
"""
BROKEN = {
    "without a number": (
        "objective: x\nid: broken\nperiod: 2026\nkey_results:\n  - id: a\n    kpi: net_revenue\n",
        5,
        "at_least",
    ),
    "without a deadline": (
        "objective: x\nid: broken\nkey_results:\n  - id: a\n    kpi: net_revenue\n    at_least: 1\n",
        4,
        "by:",
    ),
    "with an unknown KPI": (
        "objective: x\nid: broken\nperiod: 2026\nkey_results:\n"
        "  - id: a\n    kpi: net_revenu\n    at_least: 1\n",
        6,
        "net_revenue",
    ),
    "with another file's id": (SOUND, 2, "another id"),
    "with a parent that is its child": (
        "objective: x\nid: broken\nperiod: 2026\nparent: broken\nkey_results:\n"
        "  - id: a\n    kpi: net_revenue\n    at_least: 1\n",
        4,
        "parent",
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_check_names_file_line_and_remedy(
    new_home: Callable[..., Home], tmp_path: Path, fault: str
) -> None:
    text, line, remedy = BROKEN[fault]
    (tmp_path / "a-sound.yml").write_text(SOUND)
    (tmp_path / "broken.yml").write_text(text)
    done = new_home(OKRA_OKR_DEFINITIONS=str(tmp_path)).ask("check")
    assert done.code == 1
    [said] = [
        line_said for line_said in done.err.splitlines() if f"broken.yml:{line}:" in line_said
    ]
    assert remedy in said.partition(";")[2] + said.partition("; ")[2]
