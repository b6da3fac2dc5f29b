"""What steps print is shown and kept, whoever prints it."""

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.compute_log_manager import ComputeIOType

from pipelines.orchestration import compute_logs
from pipelines.orchestration.compute_logs import copied

OWN = {"module": "pipelines.orchestration.compute_logs", "class": "TeeComputeLogManager"}


def test_what_is_printed_is_shown_and_kept(tmp_path: Path) -> None:
    shown, kept = tmp_path / "shown", tmp_path / "folder" / "kept"
    with shown.open("w") as terminal:
        print("before", file=terminal)
        with copied(terminal, kept):
            print("by Python", file=terminal, flush=True)
            subprocess.run(["echo", "by another program"], stdout=terminal, check=True)
            os.write(terminal.fileno(), b"by a library\n")
            print("without a flush", file=terminal)
        print("after", file=terminal)
    lines = ["by Python", "by another program", "by a library", "without a flush"]
    assert kept.read_text().splitlines() == lines
    assert shown.read_text().splitlines() == ["before", *lines, "after"]


def test_a_step_that_fails_keeps_what_it_printed(tmp_path: Path) -> None:
    shown, kept = tmp_path / "shown", tmp_path / "kept"
    with shown.open("w") as terminal:
        with pytest.raises(ValueError, match="broken"), copied(terminal, kept):
            print("reason", file=terminal)
            raise ValueError("broken")
        print("after", file=terminal)
    assert (kept.read_text(), shown.read_text()) == ("reason\n", "reason\nafter\n")


# Python says of the `tee` that goes on with it that it still runs
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_program_that_goes_on_does_not_hold_the_run_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compute_logs, "MAX_WAIT", 0.05)
    with (tmp_path / "shown").open("w") as terminal:
        with copied(terminal, tmp_path / "kept"):
            going_on = subprocess.Popen(
                ["sh", "-c", "read line; echo $line"], stdin=subprocess.PIPE, stdout=terminal
            )
        assert going_on.poll() is None
        going_on.communicate(b"later\n")
    assert going_on.returncode == 0


def test_the_ui_reads_what_a_run_printed(tmp_path: Path) -> None:
    @dg.op
    def says() -> None:
        sys.stdout.write("said\n")

    @dg.job(executor_def=dg.in_process_executor)
    def talk() -> None:
        says()

    logs = {"compute_logs": {**OWN, "config": {"base_dir": str(tmp_path / "logs")}}}
    with (
        (tmp_path / "shown").open("w") as terminal,
        pytest.MonkeyPatch.context() as patched,
        dg.instance_for_test(logs, temp_dir=str(tmp_path)) as instance,
    ):
        patched.setattr("sys.stdout", terminal)
        run = talk.execute_in_process(instance=instance)
        [captured] = [
            event.logs_captured_data
            for event in run.all_events
            if event.event_type_value == "LOGS_CAPTURED"
        ]
        key = [run.run_id, "compute_logs", captured.file_key]
        manager = instance.compute_log_manager
        text, _ = manager.get_log_data_for_type(key, ComputeIOType.STDOUT, 0, None)
        assert text == b"said\n"
        assert manager.is_capture_complete(key)
    assert "said" in (tmp_path / "shown").read_text()
