"""What a reader has to know of single days of a chart: marks on the chart, and a text beside it for each."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from itertools import groupby

from pipelines.okr.kpi.periods import Cadence, containing
from pipelines.publishing.language.language import Amounts, Language
from pipelines.publishing.language.measures import measure
from pipelines.publishing.published import Row, Rows
from pipelines.publishing.scorecard.axes import TOP, Mark

MAX_ANNOTATIONS = 6
"""Annotations of a chart, the latest: with more the marks would hide the figures."""
_MAX_STRETCHES = 4
_NEXT_TO = 15.0
"""Marks that are nearer to each other stand one below the other."""


@dataclass(frozen=True)
class Annotation:
    """What happened on a day, in words. `kind` (`restated`, `missing`, `failed`, `measure`) is its mark's class."""

    day: date
    kind: str
    text: str


@dataclass(frozen=True)
class Annotations:
    """The annotations of one chart in their order, which numbers them; `others` are those left out."""

    shown: Sequence[Annotation]
    others: int

    def marks(self, place: Callable[[date], float]) -> list[Mark]:
        """Their marks, where `place` has the place of a day."""
        marks: list[Mark] = []
        for number, annotation in enumerate(self.shown, 1):
            x = place(annotation.day)
            before = marks[-1] if marks and x - marks[-1].x < _NEXT_TO else None
            y = TOP - 6 if before is None else round(before.y + _NEXT_TO, 1)
            marks.append(Mark(x, y, str(number), annotation.kind, annotation.text))
        return marks


def between(annotations: Sequence[Annotation], first: date, last: date) -> Annotations:
    """The annotations of these days, the latest of them."""
    own = sorted(
        (annotation for annotation in annotations if first <= annotation.day <= last),
        key=lambda annotation: (annotation.day, annotation.kind, annotation.text),
    )
    shown = own[-MAX_ANNOTATIONS:]
    return Annotations(shown, len(own) - len(shown))


def of_restatements(events: Rows, cadence: str, amounts: Amounts) -> Iterator[Annotation]:
    """One for each moment at which figures of that cadence became others, on the latest of these figures."""
    language = amounts.language
    for event in events:
        if event["period"] != cadence:
            continue
        yield Annotation(
            event["period_start"],
            "restated",
            language.text(
                "annotations.restated",
                event["figures"],
                day=language.day(event["restated_at"].astimezone(UTC).date()),
                first=language.span(event["first_start"], event["first_end"]),
                last=language.span(event["period_start"], event["period_end"]),
                old=amounts.text(event["old_value"]),
                new=amounts.text(event["new_value"]),
            ),
        )


def of_missing_days(stretches: Rows, cadence: Cadence, language: Language) -> Iterator[Annotation]:
    """One for each stretch of days that were not delivered, on its first; those of a longer period together."""

    def period(stretch: Row) -> date:
        return containing(stretch["first_day"], cadence, language.fiscal_year).start

    for _, own in groupby(stretches, key=period):
        gaps = list(own)
        days = [language.span(x["first_day"], x["last_day"]) for x in gaps[:_MAX_STRETCHES]]
        if len(gaps) > _MAX_STRETCHES:
            days.append(language.text("kpi.others", len(gaps) - _MAX_STRETCHES))
        text = language.text("annotations.missing", days="; ".join(days))
        yield Annotation(gaps[0]["first_day"], "missing", text)


def of_failed_pulls(kpi: Row, failed: Sequence[str], language: Language) -> Iterator[Annotation]:
    """One for each source whose last pull failed, on the last day that is known."""
    last = kpi.get("data_through")
    if last is None:
        return
    for source in failed:
        words = language.text("annotations.failed", source=source, day=language.day(last))
        yield Annotation(last, "failed", words)


def of_measures(measures: Rows, today: date, amounts: Amounts) -> Iterator[Annotation]:
    """One for each measure on the day on which it begins, with what came of it, and one on the day it ends."""
    language = amounts.language
    for row in measures:
        if row["start"] <= today:
            words = language.text("measure.begins", measure=measure(row, amounts, today))
            yield Annotation(row["start"], "measure", words)
        if row["ends"] is not None and row["ends"] < today:
            words = language.text("measure.ended", measure=row["measure"])
            yield Annotation(row["ends"], "measure", words)
