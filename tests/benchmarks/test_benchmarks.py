"""The benchmarks measure what is there, and write what they measured into the page."""

import re
import time
from importlib import import_module
from pathlib import Path

import pytest

from pipelines.settings import BUILT_IN
from tests.benchmarks import cpu_parts, report
from tests.benchmarks.cpu_parts import DOORS, Measurement
from tests.benchmarks.report import Section, options_of, present
from tests.benchmarks.runs import medians


def busy(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


@pytest.mark.parametrize("module", DOORS)
def test_each_function_that_begins_a_part_is_there(module: str) -> None:
    for door in DOORS[module]:
        owner = import_module(module)
        for name in door.split("."):
            owner = getattr(owner, name)
        assert callable(owner)


def test_time_within_two_parts_belongs_to_the_inner_one() -> None:
    measurement = Measurement(is_dbt=False)
    with measurement.part("outer"):
        busy(0.02)
        with measurement.part("inner"):
            busy(0.06)
        busy(0.02)
    cpu = measurement.document()["cpu"]
    assert cpu["outer"] == pytest.approx(0.04, abs=0.02)
    assert cpu["inner"] == pytest.approx(0.06, abs=0.02)


def test_the_time_of_nodes_that_run_at_once_is_divided_among_them() -> None:
    measurement = Measurement(is_dbt=False)
    with measurement.node(cpu_parts.MODELS, "model"):
        busy(0.02)
        with measurement.node(cpu_parts.TESTS, "test"):
            busy(0.08)
    nodes = measurement.document()["nodes"]
    assert nodes["model"] == pytest.approx(0.02 + 0.08 / 2, abs=0.02)
    assert nodes["test"] == pytest.approx(0.08 / 2, abs=0.02)


def test_the_parts_of_a_process_sum_to_its_processor_time() -> None:
    measurement = Measurement(is_dbt=False)
    with measurement.part("a part"):
        busy(0.02)
    assert sum(measurement.document()["cpu"].values()) == pytest.approx(
        time.process_time(), abs=0.1
    )


def test_a_part_that_a_run_had_not_is_none_of_its_time() -> None:
    assert medians([{"pull": 3.0}, {"pull": 1.0, "digest": 4.0}, {"pull": 2.0}]) == {
        "pull": 2.0,
        "digest": 0.0,
    }


def test_a_benchmark_replaces_its_own_part_of_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# Page\n<!-- a: begin -->old<!-- a: end -->\n<!-- b: begin -->kept<!-- b: end -->\n"
    )
    monkeypatch.setattr(report, "PAGE", page)
    monkeypatch.setattr("sys.argv", ["a", "--repeats", "2", "--write-page"])
    present("a", [Section("Sums", ("", "s"), [("one", "1.5")])], options_of("").parse_args())
    text = page.read_text()
    assert "python -m tests.benchmarks.a --repeats 2 --write-page" in text
    assert "|  | s |\n|---|---:|\n| one | 1.5 |" in text
    assert "old" not in text
    assert "kept" in text


def test_the_page_has_a_place_for_each_benchmark_of_make_bench() -> None:
    makefile = (BUILT_IN / "Makefile").read_text("utf-8")
    [names] = re.findall(r"^BENCHMARKS \?= (.+)$", makefile, re.MULTILINE)
    text = report.PAGE.read_text("utf-8")
    for name in names.split():
        assert f"<!-- {name}: begin -->" in text
        assert f"<!-- {name}: end -->" in text
