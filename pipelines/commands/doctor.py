"""`okra doctor`: would a run get what it asks for? One small real question to each stream of each source."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from connectors.sdk.checkup import Checkup, StreamCheckup
from connectors.sdk.contract import ONE_DAY, Source, Stream, midnight
from connectors.sdk.errors import SourceError
from connectors.sdk.source_settings import days_in_words
from pipelines.commands.console import Output, note_sample_company
from pipelines.commands.terminal import plain_table
from pipelines.inputs.lake import check_lake
from pipelines.settings import Settings
from pipelines.steps.pull import check_source, due

MAX_PARALLEL_SOURCES = 4
COLUMNS = ("Stream", "Answer", "Due", "From", "To", "Look-back", "Days of", "Clock", "Quota left")


def doctor(settings: Settings, sources: Sequence[Source], output: Output) -> bool:
    """Show how each of `sources` answers and what a run would pull. Returns whether all are well.

    Raises `LakeError` when the lake cannot be reached.
    """
    note_sample_company(settings, output)
    check_lake(settings)
    with (
        output.err.status("Asking the sources ..."),
        ThreadPoolExecutor(MAX_PARALLEL_SOURCES, thread_name_prefix="doctor") as pool,
    ):
        answers = pool.map(lambda source: check_source(settings, source, due(settings)), sources)
        checkups = [checkup for checkup in answers if checkup]
    if output.as_json:
        output.json([document(settings, checkup) for checkup in checkups])
    else:
        rows = [row for checkup in checkups for row in rows_of(checkup)]
        output.out.print(plain_table("How the sources answer", *filled(COLUMNS, rows)))
        for line in notes(settings, checkups):
            output.note(line)
    for line in complaints(checkups):
        output.warn(line)
    return all(checkup.is_well for checkup in checkups)


def filled(
    columns: Sequence[str], rows: Sequence[Sequence[object]]
) -> tuple[list[str], list[list[object]]]:
    """Columns and rows without the columns that no row fills: a narrow terminal has room for the names then."""
    places = [n for n in range(len(columns)) if any(str(row[n]) for row in rows)]
    return [columns[n] for n in places], [[row[n] for n in places] for row in rows]


def rows_of(checkup: Checkup) -> Iterator[tuple[object, ...]]:
    """A line a stream; the first of a source has what holds for the whole source."""
    of_source: tuple[str, ...] = (checkup.zone, clock(checkup), checkup.vitals.quota)
    for answer in checkup.streams:
        yield (
            f"{checkup.source.instance}.{answer.stream.name}",
            answer.error.kind if answer.error else "ok",
            *extent(answer),
            look_back(checkup.source, answer.stream),
            *of_source,
        )
        of_source = ("", "", "")
    for name, error in checkup.left_out.items():
        yield (f"{checkup.source.instance}.{name}", error.kind, "", "", "", "", *of_source)
        of_source = ("", "", "")


def extent(answer: StreamCheckup) -> tuple[object, object, object]:
    """How many windows a run would pull of a stream, and the first days of the first and the last of them."""
    if answer.plan is None or not answer.plan.slices:
        return "" if answer.plan is None else 0, "", ""
    return answer.plan.windows, answer.plan.slices[0].first, answer.plan.slices[-1].last


def look_back(source: Source, stream: Stream) -> str:
    """`28 days`; empty where a window is final once it is pulled."""
    length = source.look_back(stream)
    return days_in_words(length) if length else ""


def clock(checkup: Checkup) -> str:
    """`ok`, or how far the source's clock is from ours; empty when it tells no time."""
    ahead = checkup.vitals.clock_ahead
    if ahead is None:
        return ""
    return "ok" if checkup.clock_is_right else time_ahead(ahead)


def time_ahead(ahead: timedelta) -> str:
    """`2:00:00 ahead` or `0:05:00 behind`, to the second."""
    seconds = round(ahead.total_seconds())
    return f"{timedelta(seconds=abs(seconds))} {'ahead' if seconds > 0 else 'behind'}"


def complaints(checkups: Iterable[Checkup]) -> Iterator[str]:
    """A line for each fault. A fault that all streams of a source share is reported once."""
    for checkup in checkups:
        name = checkup.source.instance
        errors = {str(answer.error) for answer in checkup.streams}
        if len(errors) == 1 and checkup.streams[0].error:
            yield f"{name}: {checkup.streams[0].error}"
        else:
            for answer in checkup.streams:
                if answer.error:
                    yield f"{name}.{answer.stream.name}: {answer.error}"
        yield from (f"{name}.{stream}: {error}" for stream, error in checkup.left_out.items())
        if not checkup.clock_is_right:
            yield (
                f"{name}: its clock is {clock(checkup)} of this machine's; set this machine's by a time "
                "server, for by the wrong time a day is pulled too early or too late"
            )


def notes(settings: Settings, checkups: Iterable[Checkup]) -> Iterator[str]:
    """What is worth knowing although nothing is wrong."""
    for checkup in checkups:
        if checkup.zone and not same_days(ZoneInfo(checkup.zone), settings.zone, settings.today()):
            yield (
                f"{checkup.source.instance} counts its days in {checkup.zone}, "
                f"the business (OKRA_TIMEZONE) in {settings.timezone}"
            )
        yield from (f"{checkup.source.instance}: {remark}" for remark in checkup.remarks)


def same_days(zone: ZoneInfo, other: ZoneInfo, today: date) -> bool:
    """Whether the days of the year up to `today` begin at the same instants in both zones."""
    year = (today - timedelta(days=n) for n in range(366))
    return all(midnight(day, zone) == midnight(day, other) for day in year)


def document(settings: Settings, checkup: Checkup) -> dict[str, object]:
    """How a source is, for machines."""
    ahead = checkup.vitals.clock_ahead
    return {
        "source": checkup.source.instance,
        "ok": checkup.is_well,
        "zone": checkup.zone or None,
        "business_zone": settings.timezone,
        "clock_ahead_seconds": None if ahead is None else round(ahead.total_seconds()),
        "quota_left": checkup.vitals.quota or None,
        "requests_per_second": {x.bucket: round(x.per_second, 3) for x in checkup.source.limits},
        "remarks": [*checkup.remarks],
        "streams": [
            *(document_of_stream(checkup.source, answer) for answer in checkup.streams),
            *({"stream": name, **document_of_error(e)} for name, e in checkup.left_out.items()),
        ],
    }


def document_of_stream(source: Source, answer: StreamCheckup) -> dict[str, object]:
    """How a stream answered, for machines."""
    count, first, last = extent(answer)
    return {
        "stream": answer.stream.name,
        "look_back_days": source.look_back(answer.stream) / ONE_DAY,
        **document_of_error(answer.error),
        "windows_due": count if answer.plan else None,
        "from": first or None,
        "to": last or None,
        "left_alone": dict(answer.plan.skipped) if answer.plan else None,
    }


def document_of_error(error: SourceError | None) -> dict[str, object]:
    """What keeps a stream from being pulled, for machines."""
    return {
        "error": error.kind if error else None,
        "message": error.message if error else None,
        "remedy": (error.remedy or None) if error else None,
    }
