"""What Dagster's processes are told before they start."""

import threading
from pathlib import Path

import pytest
from dagster._core import telemetry_upload

from pipelines import settings as okra_settings
from pipelines.orchestration.instance import InstanceError, prepare_environment


@pytest.fixture(autouse=True)
def _environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that says nothing of Dagster, and where Okra's files are to be."""
    for name in (
        "DAGSTER_HOME",
        "OKRA_DAGSTER_STORAGE",
        "DAGSTER_EVENT_BATCH_SIZE",
        "DAGSTER_DISABLE_TELEMETRY",
    ):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("OKRA_HOME", str(tmp_path / "home"))


class Once(threading.Event):
    """Stops a loop that waits at the end of each round."""

    def wait(self, timeout: float | None = None) -> bool:
        self.set()
        return True


def test_no_log_of_ours_is_sent_to_the_makers_of_dagster(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DAGSTER_DISABLE_TELEMETRY")
    prepare_environment(okra_settings.load())

    # as the web server does when it starts; nobody listens on that port
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    monkeypatch.setenv("DAGSTER_TELEMETRY_URL", "http://127.0.0.1:9/actions")
    log = tmp_path / "logs" / "dbt.log"
    log.parent.mkdir()
    log.write_text("select amount from customers")
    telemetry_upload.upload_logs(Once())
    assert log.exists()
    assert not (tmp_path / ".logs_queue").exists()


@pytest.fixture
def dagster_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that OKRA_DAGSTER_HOME names."""
    monkeypatch.setenv("OKRA_DAGSTER_HOME", str(tmp_path))
    return tmp_path


def test_a_variable_that_dagsters_configuration_needs_is_named(
    dagster_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (dagster_home / "dagster.yaml").write_text(
        "storage: {postgres: {postgres_url: {env: A_SERVERS_ADDRESS}}}\nsome: [{base_dir: {env: OKRA_DAGSTER_STORAGE}}]"
    )
    monkeypatch.delenv("A_SERVERS_ADDRESS", raising=False)
    with pytest.raises(InstanceError, match=r"dagster\.yaml needs A_SERVERS_ADDRESS; set it"):
        prepare_environment(okra_settings.load())
    monkeypatch.setenv("A_SERVERS_ADDRESS", "postgresql://somewhere")
    prepare_environment(okra_settings.load())


def test_a_folder_without_configuration_is_not_taken_in_silence(dagster_home: Path) -> None:
    with pytest.raises(InstanceError, match=r"dagster\.yaml is missing; set OKRA_DAGSTER_HOME"):
        prepare_environment(okra_settings.load())


def test_a_folder_in_which_dagster_cannot_keep_databases_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OKRA_HOME", str(tmp_path / "why?"))
    with pytest.raises(InstanceError, match=r"why\?.*cannot keep databases .* set OKRA_HOME"):
        prepare_environment(okra_settings.load())
    monkeypatch.setenv("OKRA_HOME", str(tmp_path / "100% [1] #2 & *"))
    prepare_environment(okra_settings.load())
