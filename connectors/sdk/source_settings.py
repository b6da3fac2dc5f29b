"""Two settings that every source has: how long its streams are restated, and how many requests it is sent.

The defaults are the figures that the source declares, which are its vendor's:

    META_ADS_RESTATES_DAYS=28                  one figure for all streams
    HUBSPOT_RESTATES_DAYS=deals:1,calls:7      or by stream; one that is not named keeps its default
    ZENDESK_REQUESTS_PER_MINUTE=export:10,api:300
                                               by the minute where the source counts so, else by the second

After a longer look-back is set, windows that settled too early for it are pulled again. After a shorter one, fewer
windows are.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

from connectors.sdk.contract import ONE_DAY, Limit, Option, Source
from connectors.sdk.errors import Rejected

MOST_DAYS = 1_095
"""Three years. Each run asks again for as many days as are set."""
FEWEST_PER_MINUTE = 1
"""A source that may be asked less often than once a minute would keep a run waiting for hours."""
NUMBER = re.compile(r"[0-9]{1,7}(\.[0-9]{1,6})?")
Figures = Mapping[str, float]
"""Days by stream, or requests by bucket."""


def settings_of(source: Source) -> tuple[Option, ...]:
    """Every setting of a source: its own options, and its look-back and rate."""
    return (*source.options, *(option for option, _ in declared(source)))


def declared(source: Source) -> Iterator[tuple[Option, Figures]]:
    """The look-back and the rate of a source as settings, each with the default figures."""
    if restated := restatement(source):
        listed = ", or by stream" if len(restated) > 1 else ""
        yield (
            Option(
                days_name(source),
                f"Days for which {source.title} still changes a day that is over{listed}",
                default=text_of(restated),
            ),
            restated,
        )
    if rates := rates_of(source):
        listed = ", or by kind" if len(rates) > 1 else ""
        unit = "minute" if by_minute(source) else "second"
        yield (
            Option(
                rate_name(source),
                f"Requests that {source.title} is sent in a {unit} at most{listed}",
                default=text_of(rates),
            ),
            rates,
        )


def as_set(source: Source, values: Mapping[str, str]) -> Source:
    """`source` with the look-backs and limits that `values` say. Raises `Rejected`, naming the setting and a remedy.

    Its streams stay the objects that the connector declared, as a connector may tell them apart by that.
    """
    days = figures_set(days_name(source), restatement(source), values)
    if too_long := [name for name, number in days.items() if number > MOST_DAYS]:
        raise Rejected(
            f"{days_name(source)} is more than {MOST_DAYS} for {too_long[0]}",
            f"set it to {MOST_DAYS} at most; `okra backfill` pulls older days again",
        )
    rates = figures_set(rate_name(source), rates_of(source), values)
    if too_slow := [x for x, number in rates.items() if number < fewest(source)]:
        raise Rejected(
            f"{rate_name(source)} is less than {FEWEST_PER_MINUTE} a minute for {too_slow[0]}",
            "set it higher, or leave the source out (OKRA_SOURCES)",
        )
    return replace(
        source,
        look_backs={name: timedelta(days=number) for name, number in days.items()},
        limits=tuple(
            limit_of(limit, rates[limit.bucket] / seconds_in(source))
            if limit.bucket in rates
            else limit
            for limit in source.limits
        ),
    )


def remarks(
    source: Source,
    values: Mapping[str, str],
    of_account: Mapping[str, timedelta] = MappingProxyType({}),
) -> Iterator[str]:
    """A warning for each figure that is allowed but probably a mistake. Raises as `as_set` does.

    `of_account`: by stream, how long a window may change, where the account says so itself.
    """
    tuned = as_set(source, values)
    for stream in source.streams:
        longest = of_account.get(stream.name, stream.restates_for)
        if stream.name in tuned.look_backs and tuned.look_back(stream) < longest:
            yield (
                f"{days_name(source)} has {stream.name} pulled again for {days_in_words(tuned.look_back(stream))}, and "
                f"{source.title} may change it for {days_in_words(longest)}: later changes are missed"
            )
    unit = "minute" if by_minute(source) else "second"
    for limit in tuned.limits:
        most = limit.most_per_second
        if most is not None and limit.per_second > most * 1.000001:
            asked, granted = (x * seconds_in(source) for x in (limit.per_second, most))
            yield (
                f"{rate_name(source)} has {asked:g} {limit.bucket} requests a {unit}, and {source.title} grants "
                f"{granted:g} at most: the others are refused and sent again"
            )


def days_name(source: Source) -> str:
    """The name of the setting of how long the source is restated."""
    return f"{source.name.upper()}_RESTATES_DAYS"


def rate_name(source: Source) -> str:
    """The name of the setting of how often the source is asked."""
    return f"{source.name.upper()}_REQUESTS_PER_{'MINUTE' if by_minute(source) else 'SECOND'}"


def by_minute(source: Source) -> bool:
    """Whether the source counts requests by the minute."""
    return any(limit.by_minute for limit in source.limits)


def seconds_in(source: Source) -> int:
    """The seconds of the unit that the source's requests are counted in."""
    return 60 if by_minute(source) else 1


def fewest(source: Source) -> float:
    """The fewest requests, in the unit of the source."""
    return FEWEST_PER_MINUTE / 60 * seconds_in(source)


def restatement(source: Source) -> Figures:
    """The days for which each stream is restated: of those that are, and are not read whole by each run anyway."""
    return {
        stream.name: stream.restates_for / ONE_DAY
        for stream in source.streams
        if stream.restates_for and not stream.reread
    }


def rates_of(source: Source) -> Figures:
    """The requests of each bucket, in the unit of the source."""
    return {limit.bucket: limit.per_second * seconds_in(source) for limit in source.limits}


def limit_of(limit: Limit, per_second: float) -> Limit:
    """`limit` at another rate. Its burst stands for the vendor's interval, and grows and shrinks with the rate."""
    burst = math.floor(limit.burst * per_second / limit.per_second + 1e-9)
    return replace(limit, per_second=per_second, burst=max(1, burst))


def text_of(figures: Figures) -> str:
    """The figures as the text of a setting: a single number where all are equal."""
    if len({*figures.values()}) == 1:
        return f"{next(iter(figures.values())):g}"
    return ",".join(f"{name}:{number:g}" for name, number in figures.items())


def figures_set(setting: str, defaults: Figures, values: Mapping[str, str]) -> dict[str, float]:
    """The figures that `values` set, also those that equal their defaults. Raises `Rejected`."""
    text = "".join(values.get(setting, "").split())
    if not text or not defaults:
        return {}
    if NUMBER.fullmatch(text):
        return dict.fromkeys(defaults, float(text))
    figures: dict[str, float] = {}
    for part in text.split(","):
        name, _, number = part.partition(":")
        if name not in defaults or name in figures or not NUMBER.fullmatch(number):
            raise Rejected(
                f"{setting} is {text!r}, of which {part!r} cannot be read",
                f"write a number, or by name as in {example(defaults)}; the default is {text_of(defaults)}",
            )
        figures[name] = float(number)
    return figures


def example(figures: Figures) -> str:
    """The figures with their names, even where all are equal."""
    return ",".join(f"{name}:{number:g}" for name, number in figures.items())


def days_in_words(length: timedelta) -> str:
    """`1 day`, `28 days`."""
    number = length / ONE_DAY
    return f"{number:g} day{'' if number == 1 else 's'}"
