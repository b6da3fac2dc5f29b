"""`okra board`: the goals on at most two printed pages."""

from pathlib import Path

from pipelines.commands.console import Output
from pipelines.file_modes import readable_by
from pipelines.publishing.board.printing import print_page
from pipelines.publishing.board.writing import write_board
from pipelines.publishing.language.language import Language
from pipelines.settings import Settings


def board(settings: Settings, output: Output, pdf: Path | None, *, appendix: bool) -> None:
    """Write the page of the latest day, print it to `pdf` if one is given, and say where it is.

    Raises `NothingPublishedError` or `PrintingError`.
    """
    language = Language(settings.locale, settings.fiscal_year)
    with readable_by(settings.readers):
        write_board(settings.published_path, settings.board_path, language, appendix=appendix)
    if pdf is not None:
        print_page(settings.board_path, pdf.resolve())
    output.out.print(str(pdf or settings.board_path), markup=False, highlight=False, soft_wrap=True)
