"""Keeps what the KPI tables say in the history, with the time since when."""

from pipelines.history.noted_settings import OF_FIGURES
from pipelines.history.recording import fill_known_from, record_kpis
from pipelines.history.restatements import create_restatements, log_restatements
from pipelines.history.restoring import ensure_history
from pipelines.inputs.day import Day
from pipelines.inputs.facts import day_modelled
from pipelines.inputs.lake import open_lake


def write_kpi_history(day: Day) -> int | None:
    """Record the KPI tables and log what was restated. To be called with the warehouse's lock.

    Returns how many restatements the log holds; None where a past day is played, whose tables are not what is
    believed now. Raises `NoFactsError`, `HistoryError`.
    """
    settings = day.settings
    warehouse, history = settings.warehouse_path, settings.history_path
    lake = open_lake(settings).store
    ensure_history(history, settings.published_path, settings.now(), lake)
    is_present = day.is_today and day.as_of == day_modelled(warehouse)
    if is_present:
        sound = not day.declared.faults
        record_kpis(
            history,
            warehouse,
            settings.now(),
            all_declared=sound,
            settings={name: str(getattr(settings, name)) for name in OF_FIGURES},
            lake=lake,
        )
    elif not history.exists():
        create_restatements(warehouse)
        return None
    fill_known_from(history, warehouse)
    restatements = log_restatements(history, warehouse)
    return restatements if is_present else None
