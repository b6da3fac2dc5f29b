"""The review of a period in words: a line a key result for the terminal, and a page for people."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from pipelines.okr.kpi.kpi import PERCENT
from pipelines.okr.kpi.numbers import decimals_of
from pipelines.publishing.language.language import Language
from pipelines.publishing.published import Row
from pipelines.publishing.review.record import ClosedKeyResult, ClosedObjective, Review

_BRIER_PLACES = 2


def key_result_line(closed: ClosedKeyResult, language: Language, later: Row | None = None) -> str:
    """`ship/units: missed, 812 pieces, at least 982 pieces, score 82%, odds 78% → 3%, Brier 0.21; now 790 pieces`."""
    parts = [
        language.status(closed.status),
        *([amount(closed.actual, closed.unit, language), closed.goal] if closed.kpi else []),
        language.text("review.score", score=language.share(closed.score)),
        *_odds(closed.odds, closed.brier, language),
    ]
    line = f"{closed.id}: {', '.join(parts)}"
    return line if later is None else f"{line}; {later_words(later, language)}"


def later_words(later: Row, language: Language) -> str:
    """What is known now of a key result that was closed with another figure."""
    return language.text(
        "review.now",
        actual=amount(later["actual"], later["unit"], language),
        status=language.status(later["status"]),
        score=language.share(later["score"]),
    )


def amount(value: Decimal | None, unit: str | None, language: Language) -> str:
    """A figure with all the decimals that were published."""
    places = 0 if value is None else decimals_of(value.normalize())
    return language.amount(value, unit, max(places, 2) if unit == PERCENT else places)


def markdown(review: Review, language: Language) -> str:
    """The review as a page in Markdown."""
    return "\n".join(_page(review, language)) + "\n"


def _page(review: Review, language: Language) -> Iterator[str]:
    span = language.span(review.start, review.end)
    yield f"# {_safe(language.text('review.title', period=span))}"
    yield ""
    yield language.text(
        "review.closed_on",
        day=language.day(review.closed_on),
        as_of=language.day(review.as_of),
        run=review.run_id,
    )
    for objective in review.objectives:
        yield ""
        yield f"## {_safe(objective.name)}"
        yield ""
        yield _objective_line(objective, language)
        yield ""
        for closed in objective.key_results:
            yield from _key_result(closed, language)
        for measure in objective.measures:
            begun = language.text("measure.since", day=language.day(measure.start))
            yield f"- {_safe(f'{measure.measure} ({begun}). {measure.words}')}"


def _objective_line(objective: ClosedObjective, language: Language) -> str:
    parts = [
        language.status(objective.status),
        language.text("review.score", score=language.share(objective.score)),
        *_odds(objective.odds, objective.brier, language),
        objective.owner or language.text("objective.no_owner"),
    ]
    return _safe(", ".join(parts)) + "."


def _key_result(closed: ClosedKeyResult, language: Language) -> Iterator[str]:
    yield f"- **{_safe(closed.name)}** ({_safe(key_result_line(closed, language))})"
    yield f"  - {_safe(closed.why)}"
    if closed.trust != "ok":
        flags = "; ".join(language.trust_flags(closed.trust))
        yield f"  - {_safe(language.text('trust.title'))}: {_safe(flags)}"
    said = closed.said
    if said is not None:
        who = f"{said.by}, " if said.by else ""
        words = [
            language.text("check_in.sure", confidence=language.share(said.confidence))
            if said.confidence is not None
            else "",
            said.note or "",
        ]
        text = " ".join(word for word in words if word)
        yield f"  - {_safe(f'{who}{language.day(said.day)}: {text}')}"
    for line in closed.restated:
        yield f"  - {_safe(language.text('review.restated', line=line))}"


def _odds(odds: Mapping[date, Decimal], brier: Decimal | None, language: Language) -> Iterator[str]:
    if odds:
        course = " → ".join(language.odds(odds[day]) for day in sorted(odds))
        yield language.text("review.odds", course=course)
    if brier is not None:
        yield language.text("review.brier", brier=language.number(brier, _BRIER_PLACES))


def _safe(text: str) -> str:
    """A text from outside in one line, that Markdown shows as it is."""
    plain = " ".join(text.split())
    for mark in "\\`*_[]<>|#":
        plain = plain.replace(mark, f"\\{mark}")
    return plain
