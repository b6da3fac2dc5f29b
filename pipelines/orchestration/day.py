"""The day being played, as a Dagster resource."""

from datetime import date

import dagster as dg
from pydantic import PrivateAttr

from pipelines import settings as okra_settings
from pipelines.inputs.day import Day


class DayResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Gives the same `Day` to all steps of a run that share a process."""

    as_of: str = ""
    """The day to play, an ISO date; empty for today."""
    _day: Day | None = PrivateAttr(None)

    def read(self) -> Day:
        """The day. Raises `SettingsError`, and ValueError when `as_of` is not an ISO date."""
        if self._day is None:
            settings = okra_settings.load()
            as_of = date.fromisoformat(self.as_of) if self.as_of else settings.today()
            self._day = Day(settings, as_of)
        return self._day
