"""The windows of a stream, in words."""

from decimal import Decimal

from pipelines.publishing.language.language import Language
from pipelines.publishing.published import StreamWindows


def windows_pulled(stream: StreamWindows, language: Language) -> str:
    """`24 windows from Jan 1, 2026 to Nov 24, 2026, 1,200 rows, last pulled … UTC. 1 may still be restated.`"""
    words = language.text(
        "source.windows",
        stream.windows,
        first=language.day(stream.first_window),
        last=language.day(stream.data_through),
        rows=language.number(Decimal(stream.rows or 0)),
        pulled=language.moment(stream.pulled_at),
    )
    if not stream.open_windows:
        return words
    return f"{words} {language.text('source.unsettled', stream.open_windows)}"
