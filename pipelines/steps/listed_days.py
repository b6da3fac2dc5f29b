"""Days in words: those that follow each other are named by the first and the last."""

from collections.abc import Sequence
from datetime import date, timedelta


def listed_days(days: Sequence[date]) -> str:
    """`2026-11-03, 2026-11-05 to 2026-11-09`, of days in order."""
    runs: list[list[date]] = []
    for day in days:
        if runs and day == runs[-1][-1] + timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(f"{run[0]}" if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs)
