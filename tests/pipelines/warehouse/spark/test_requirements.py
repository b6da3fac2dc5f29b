"""Where Spark or Java is missing, a run says so in a line, and what to do."""

from pathlib import Path

import pytest

from pipelines.warehouse.spark import requirements
from pipelines.warehouse.spark.requirements import SparkMissingError, java_version, require_spark


def java(folder: Path, version: str) -> None:
    """A Java that says it is of `version`, and is the one that would be started."""
    program = folder / "bin" / "java"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-01-01' >&2\n")
    program.chmod(0o755)


@pytest.fixture
def packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requirements, "find_spec", lambda _: object())


def test_without_its_packages_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requirements, "find_spec", lambda _: None)
    with pytest.raises(SparkMissingError, match=r"pip install 'okra\[spark\]'"):
        require_spark()


@pytest.mark.usefixtures("packages")
def test_without_java_its_version_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(SparkMissingError, match="needs Java 17 or later, and no Java is found"):
        require_spark()


@pytest.mark.usefixtures("packages")
def test_a_java_that_is_too_old_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    java(tmp_path, "11.0.2")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(SparkMissingError, match="Java here is 11"):
        require_spark()


@pytest.mark.usefixtures("packages")
def test_a_java_that_is_new_enough_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    java(tmp_path, "21.0.1")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    require_spark()
    assert java_version() == 21
