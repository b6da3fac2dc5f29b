"""One line a window, a stream, a step and a run on standard error, for what collects logs: OKRA_LOG=json or text.

Each line has the id of its run, by which Dagster's UI and the tables `windows` and `runs` know it too.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from dagster import DagsterEvent, DagsterEventType, EventLogEntry

from connectors.sdk.reports import StreamReport

Form = Literal["none", "text", "json"]

_OUTCOMES: Mapping[DagsterEventType, tuple[str, str]] = {
    DagsterEventType.STEP_SUCCESS: ("step", "ok"),
    DagsterEventType.STEP_FAILURE: ("step", "failed"),
    DagsterEventType.STEP_SKIPPED: ("step", "skipped"),
    DagsterEventType.RUN_SUCCESS: ("run", "ok"),
    DagsterEventType.RUN_FAILURE: ("run", "failed"),
    DagsterEventType.RUN_CANCELED: ("run", "stopped"),
}


class _Writer:
    """How this process writes. No logger of Python's: Dagster and dbt configure those anew as they start."""

    form: Form = "none"


def write_as(form: Form) -> None:
    """Have this process write the lines in a form from now on, or none."""
    _Writer.form = form


def text_of(value: object) -> str:
    """A value as it stands after `name=`: in quotes where it has blanks or is empty."""
    text = str(value)
    return text if text and text.isprintable() and not {*' "='} & {*text} else json.dumps(text)


def log_pull(run_id: str, reports: Iterable[StreamReport]) -> None:
    """A line for each window that was committed, and one for each stream."""
    if _Writer.form == "none":
        return
    for report in reports:
        name = {"source": report.source, "stream": report.stream.name}
        for window in report.committed:
            days = {"window": window.window, "data_through": window.data_through}
            size = {"rows": window.rows, "bytes": window.bytes, "settled": window.settled}
            _write("window", run_id, window.pulled_at, {**name, **days, **size})
        counts = {"windows": len(report.committed), "rows": report.rows}
        skipped = sum(report.skipped.values())
        failure = {"message": str(report.error)} if report.error else {}
        outcome = report.error.kind if report.error else "ok"
        told = {**name, "outcome": outcome, **counts, "skipped": skipped, **failure}
        _write("stream", run_id, datetime.now(UTC), told)


def log_events(entries: Iterable[EventLogEntry]) -> None:
    """A line for each of Dagster's events that says how a step or a run ended."""
    if _Writer.form == "none":
        return
    for entry in entries:
        event = entry.dagster_event
        if event is None or event.event_type not in _OUTCOMES:
            continue
        kind, outcome = _OUTCOMES[event.event_type]
        step = {"step": event.step_key} if kind == "step" else {}
        told = {"job": event.job_name, **step, "outcome": outcome, **details_of(event)}
        _write(kind, entry.run_id, datetime.fromtimestamp(entry.timestamp, UTC), told)


def details_of(event: DagsterEvent) -> Mapping[str, Any]:
    """How long a step took, or why it failed."""
    if event.event_type is DagsterEventType.STEP_SUCCESS:
        return {"seconds": round(event.step_success_data.duration_ms / 1000, 3)}
    if event.event_type is DagsterEventType.STEP_FAILURE:
        data = event.step_failure_data
        told = data.user_failure_data.description if data.user_failure_data else None
        message = told or (data.error.message if data.error else "")
        return {"message": " ".join(message.split())}
    return {}


def _write(event: str, run_id: str, at: datetime, document: Mapping[str, Any]) -> None:
    line: dict[str, Any] = {
        "at": at.isoformat(timespec="milliseconds"),
        "event": event,
        "run_id": run_id,
    }
    line |= document
    if _Writer.form == "json":
        text = json.dumps(line, default=str)
    else:
        text = " ".join(f"{name}={text_of(value)}" for name, value in line.items())
    # in one piece, as several processes may share it
    sys.stderr.write(f"{text}\n")
