"""What a run is told about the day it plays."""

from datetime import date

import dagster as dg

from pipelines.settings import Settings


class Day(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The day being played: data up to the day before it, with the best knowledge there is now."""

    as_of: str = ""
    """An ISO date; empty for today."""

    def as_of_date(self, settings: Settings) -> date:
        """The day. Raises ValueError when it is no ISO date."""
        return date.fromisoformat(self.as_of) if self.as_of else settings.today()
