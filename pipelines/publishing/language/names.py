"""What an objective or a key result is called where all of them stand in one list."""

from pipelines.publishing.language.language import Language
from pipelines.publishing.published import Row
from pipelines.publishing.standings import Standing


def name_in_list(standing: Standing, language: Language) -> str:
    """Its name; of an objective whose name others have too, with its period: `Ship (Q4 2026)`."""
    return with_period(standing.row, language) if standing.has_namesakes else standing.name


def with_period(row: Row, language: Language) -> str:
    """The name of an objective and its period."""
    return f"{row['name']} ({language.span(row['period_start'], row['deadline'])})"
