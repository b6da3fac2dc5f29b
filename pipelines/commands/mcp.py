"""`okra mcp`: the published figures for assistants, over the Model Context Protocol."""

from pipelines.mcp_server.questions import Questions
from pipelines.mcp_server.server import serve
from pipelines.publishing.language.language import Language
from pipelines.settings import Settings


def mcp(settings: Settings) -> None:
    """Serve the published file on standard input and output. Raises `MissingExtraError`."""
    language = Language(settings.locale, settings.fiscal_year)
    serve(Questions(settings.published_path, language))
