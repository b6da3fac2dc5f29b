"""What has changed in how a goal stands since the day that is compared with, in few words."""

from collections.abc import Iterable

from pipelines.publishing.language.language import Language
from pipelines.publishing.standings import Standing


def status_change(line: Standing, language: Language) -> list[str]:
    """`was on track`, where the status is another one."""
    if line.status_before is None or line.status_before == line.status:
        return []
    before = language.status(line.status_before).lower()
    return [language.text("change.status", status=before)]


def share_changes(line: Standing, columns: Iterable[str], language: Language) -> list[str]:
    """`score +4 points`, `odds −12 points`: of these columns those that moved by a point or more."""
    changes = ((column, line.change(column)) for column in columns)
    points = ((column, language.points(change)) for column, change in changes if change is not None)
    return [language.text(f"change.{column}", change=words) for column, words in points if words]
