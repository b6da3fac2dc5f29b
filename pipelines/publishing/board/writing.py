"""`board.html`: whole in itself, made for print, replaced in one step."""

from datetime import date
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from connectors.lake.atomic_files import replace
from pipelines.publishing.board.board import Board, board_of
from pipelines.publishing.content_policy import content_policy
from pipelines.publishing.language.language import Language
from pipelines.publishing.scorecard.rendering import TEMPLATES as SCORECARD_TEMPLATES
from pipelines.publishing.standings import read_standings

_TEMPLATES = Path(__file__).with_name("templates")


def write_board(
    published: Path,
    target: Path,
    language: Language,
    as_of: date | None = None,
    *,
    appendix: bool = False,
) -> None:
    """Write the board's page of `as_of`, the latest day by default, to `target`.

    The `appendix` says what the figures stand on. Raises `NothingPublishedError`, `duckdb.Error` or `OSError`.
    """
    board = board_of(read_standings(published, as_of), language)
    text = board_html(board, language, appendix=appendix)
    replace(target, lambda temporary: temporary.write_text(text, encoding="utf-8"))


def board_html(board: Board, language: Language, *, appendix: bool = False) -> str:
    """The page."""
    style = _style()
    return (
        _environment()
        .get_template("board.html.jinja")
        .render(
            board=board,
            appendix=appendix,
            language=language,
            t=language.text,
            # ours, not data: the hash in the policy is of these very characters
            style=Markup(style),  # noqa: S704
            policy=content_policy(style),
        )
    )


@cache
def _style() -> str:
    return (_TEMPLATES / "board.css").read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    """The board's template, and the icons of statuses, which are the scorecard's."""
    return Environment(
        loader=FileSystemLoader([_TEMPLATES, SCORECARD_TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
