"""The types of settings. Each says of a text that it cannot take what is wrong and how to write it."""

import difflib
import re
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from babel import Locale, UnknownLocaleError
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

from connectors.lake.addresses import checked_location
from connectors.lake.store import LakeError
from connectors.sdk.contract import zone_named
from connectors.sdk.currencies import CURRENCIES
from connectors.sdk.errors import Rejected
from pipelines.okr.kpi.periods import parse_day
from pipelines.settings.languages import languages
from pipelines.settings.working_days import checked_closed_days, checked_place

_MEMORY = re.compile(r"[1-9]\d*(\.\d+)? ?[MGT]i?B|[1-9]\d?%", re.IGNORECASE)
"""Amounts of memory that DuckDB understands, or a share below all of it."""


def known_currency(text: str) -> str:
    """The code of a currency of ISO 4217 that the models know. Raises ValueError, with the remedy, for what is none."""
    if text in CURRENCIES:
        return text
    close = difflib.get_close_matches(text.strip().upper(), CURRENCIES, n=1)
    remedy = f"did you mean {close[0]}?" if close else "write its code, like EUR"
    raise ValueError(f"{text!r} is no currency (three letters, ISO 4217); {remedy}")


def _split_at_commas(value: object) -> object:
    if isinstance(value, str):
        return tuple(name.strip() for name in value.split(",") if name.strip())
    return value


def _split_at_blanks(value: object) -> object:
    return tuple(value.split()) if isinstance(value, str) else value


def _expanded(value: Path) -> Path:
    try:
        return value.expanduser()
    except RuntimeError:
        raise ValueError(f"{value} is in the home of nobody known; write the path out") from None


def _parsed_day(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return parse_day(value.strip())
    except ValueError:
        raise ValueError(f"{value!r} is no day; write it like 2026-01-31") from None


def _checked_month(value: object) -> object:
    if isinstance(value, str) and value.strip() not in map(str, range(1, 13)):
        raise ValueError(f"{value!r} is no month; write a number from 1 to 12")
    return value


def _read_share(value: object) -> Decimal:
    """`0.7` or `70 %`, above 0 and at most 1."""
    text = str(value).strip()
    number = text.removesuffix("%").strip()
    try:
        share = Decimal(number) / (100 if text.endswith("%") else 1)
    except InvalidOperation:
        share = Decimal("NaN")
    if not share.is_finite() or not 0 < share <= 1:
        raise ValueError(f"{text!r} is no share; write one like 0.7 or 70 %")
    return share


def _checked_odds(share: Decimal) -> Decimal:
    if share == 1:
        raise ValueError("odds of 1 are those of what is settled; write a share below 1, like 0.7")
    return share


def _checked_version(value: str) -> str:
    if not re.fullmatch(r"v\d+\.\d+\.\d+|latest", value):
        raise ValueError(f"{value!r} is no version of DuckDB; write it like v1.2.0")
    return value


def _checked_lake(value: str) -> str:
    try:
        return checked_location(value.strip())
    except LakeError as error:
        raise ValueError(str(error)) from None


def _checked_memory(value: str) -> str:
    amount = value.strip()
    if not _MEMORY.fullmatch(amount):
        raise ValueError(f"{value!r} is no amount of memory; write one like 1GB, 800MB or 50%")
    return amount


def _checked_zone(value: str) -> str:
    try:
        zone_named(value, "the zone", "")
    except Rejected:
        raise ValueError(f"{value!r} is no time zone; write one like Europe/Madrid") from None
    return value


def _checked_site(value: str) -> str:
    address = value.strip().rstrip("/")
    try:
        parts = urlsplit(address)
        valid = parts.scheme in ("https", "http") and parts.hostname and parts.port != 0
    except ValueError:
        valid = False
    if not valid or any(x.isspace() for x in address):
        raise ValueError("not the address of a site; write one like https://okr.example.com")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("the address has a login, ? or #; write it without, as links show it")
    return address


def _checked_locale(value: str) -> str:
    try:
        language = Locale.parse(value, sep="-" if "-" in value else "_").language
    except (ValueError, UnknownLocaleError):
        language = ""
    if language not in languages():
        written = " or ".join(languages())
        raise ValueError(f"{value!r} is none of the languages of Okra; write {written}")
    return value


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split_at_commas)]
ClosedDays = Annotated[Names, AfterValidator(checked_closed_days)]
HolidaysOf = Annotated[str, AfterValidator(checked_place)]
Secrets = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_split_at_blanks)]
FilePath = Annotated[Path, AfterValidator(_expanded)]
Day = Annotated[date, BeforeValidator(_parsed_day)]
Month = Annotated[int, Field(ge=1, le=12), BeforeValidator(_checked_month)]
Share = Annotated[Decimal, BeforeValidator(_read_share)]
"""Above 0, at most 1."""
Odds = Annotated[Share, AfterValidator(_checked_odds)]
"""Above 0 and below 1."""
Currency = Annotated[str, AfterValidator(known_currency)]
StorageVersion = Annotated[str, AfterValidator(_checked_version)]
LakeLocation = Annotated[str, AfterValidator(_checked_lake)]
Memory = Annotated[str, AfterValidator(_checked_memory)]
Zone = Annotated[str, AfterValidator(_checked_zone)]
SiteAddress = Annotated[str, AfterValidator(_checked_site)]
"""Without a slash at its end."""
LocaleName = Annotated[str, AfterValidator(_checked_locale)]
