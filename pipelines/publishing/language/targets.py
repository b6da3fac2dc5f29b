"""Targets beside what came before, in words."""

from decimal import Decimal

from pipelines.publishing.language.figures import Figures

BESIDE = ("year_before", "best", "present_rate")
"""What a ladder of targets stands beside, by the names of its columns and texts."""


def against(value: Decimal | None, before: Decimal | None, language: Figures) -> str:
    """The change on what came before, `+4.2%`; empty where that is not known or was nothing."""
    if value is None or before is None or before <= 0:
        return ""
    change = value / before - 1
    return language.share(change, 1, signed=True) if change else language.text("change.none")
