"""`okra close`: the grades of a period are frozen in a record, and its missed goals go on with `--carry`."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from connectors.lake.atomic_files import replace
from pipelines.commands.carry import carried_files
from pipelines.commands.console import Output
from pipelines.inputs.day import Day
from pipelines.okr.kpi.periods import FiscalYear, Period, PeriodError, parse_period
from pipelines.publishing.language.language import Language
from pipelines.publishing.review.closing import NotClosedError, later_scores, review_of
from pipelines.publishing.review.record import Review, read_record, record_path, write_record
from pipelines.publishing.review.words import key_result_line, markdown
from pipelines.settings import Settings, shown


@dataclass(frozen=True, slots=True)
class Closing:
    """What is asked of a closing."""

    period: str
    """As an OKR file writes it, or `2026-02-01..2026-06-30`."""
    carry: bool = False
    as_it_stands: bool = False
    dry_run: bool = False


def close(settings: Settings, asked: Closing, output: Output) -> None:
    """Close a period, or show what was closed and what became known since. A second call writes nothing.

    Raises:
        NotClosedError: where the period is not over, no objective runs for it, or figures are still to come.
        RecordError: where the record of a closed period cannot be read.
    """
    period = period_of(asked.period, settings.fiscal_year)
    path = record_path(settings.reviews_path, period.label)
    language = Language(settings.locale, settings.fiscal_year)
    closed = read_record(path)
    review = closed or review_of(
        settings.published_path,
        period,
        settings.today(),
        settings.zone,
        language,
        with_open=asked.as_it_stands,
    )
    later = {} if closed is None else later_scores(settings.published_path, review)
    if output.as_json:
        output.json(
            {
                "closed": review.model_dump(mode="json"),
                "known_since": {
                    name: {key: row[key] for key in ("actual", "score", "status", "as_of")}
                    for name, row in later.items()
                },
            }
        )
    else:
        for objective in review.objectives:
            for result in objective.key_results:
                line = key_result_line(result, language, later.get(result.id))
                output.out.print(line, markup=False, highlight=False, soft_wrap=True)
    if closed is not None:
        output.note(
            f"{period.label} was closed on {closed.closed_on}; {shown(path)} stays as it is"
        )
    else:
        if not asked.dry_run:
            write_record(review, path, markdown(review, language))
        would = "would write" if asked.dry_run else "wrote"
        output.note(f"{would} {shown(path)} and {shown(path.with_suffix('.md'))}")
    if asked.carry:
        carry(settings, review, period, output, dry_run=asked.dry_run)


def carry(
    settings: Settings, review: Review, period: Period, output: Output, *, dry_run: bool
) -> None:
    """Write the next period's files of what was missed; a file that is there stays as it is."""
    carried = carried_files(Day(settings, settings.today()), review, period)
    for line in carried.notes:
        output.note(line)
    for path, text in carried.files.items():
        if not dry_run:
            replace(path, partial(_write, text))
        output.note(f"{'would write' if dry_run else 'wrote'} {shown(path)}")
    if not carried.files and not carried.notes:
        output.note("nothing to carry")


def _write(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8")


def period_of(written: str, fiscal_year: FiscalYear) -> Period:
    """The period that is meant. Raises `NotClosedError`."""
    first, dots, last = written.partition("..")
    try:
        return parse_period({"start": first, "end": last} if dots else written, fiscal_year)
    except PeriodError as error:
        raise NotClosedError(f"{error.what}; {error.remedy}") from None
