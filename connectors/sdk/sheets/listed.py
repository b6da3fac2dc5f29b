"""The sheets that a setting lists: by path or address, or as the link of a document of Google Sheets."""

from collections.abc import Collection, Mapping
from zoneinfo import ZoneInfo

from connectors.sdk import google_sign_in
from connectors.sdk.contract import Calls, Limit, Option, zone_named
from connectors.sdk.errors import Rejected
from connectors.sdk.option_values import usable_address
from connectors.sdk.remote_files import file_name, read_file
from connectors.sdk.sheets.cells import Grid
from connectors.sdk.sheets.files import grid_of
from connectors.sdk.sheets.google import BUCKET, GoogleSheets, is_google_sheet

FILES = "files"
DEFAULT_GOOGLE_BASE = "https://sheets.googleapis.com"
OPTIONS = (
    *google_sign_in.OPTIONS,
    Option("GOOGLE_SHEETS_API_BASE", "Address of the Sheets API", default=DEFAULT_GOOGLE_BASE),
    Option("OKRA_TIMEZONE", "Zone in which the business counts its days", default="UTC"),
)
"""The settings of each source that reads sheets."""
LIMITS = (
    # 60 reads a minute, user and project; 300 a minute and project
    Limit(BUCKET, 1, burst=10, most_per_second=5, by_minute=True),
    Limit(FILES, 10, burst=10, by_minute=True),
)


def business_zone(values: Mapping[str, str]) -> ZoneInfo:
    """The zone in which people date what they write. Raises `Rejected`."""
    return zone_named(
        values.get("OKRA_TIMEZONE", "").strip() or "UTC",
        "OKRA_TIMEZONE is",
        "set it to a name such as Europe/Berlin",
    )


class ListedSheets:
    """The sheets of one setting, read when they are asked for."""

    def __init__(self, option: str, values: Mapping[str, str], calls: Calls) -> None:
        """`option` is the setting. Raises `SourceError` where it lists none, or Google cannot be signed in to."""
        listed = [part.strip() for part in values.get(option, "").split(",")]
        self._locations = [location for location in listed if location]
        if not self._locations:
            raise Rejected(f"{option} names no sheet", "write the path or the link of each")
        self._option = option
        self._calls = calls
        self._google: GoogleSheets | None = None
        if any(is_google_sheet(location) for location in self._locations):
            base = values.get("GOOGLE_SHEETS_API_BASE") or DEFAULT_GOOGLE_BASE
            base = usable_address(base, "GOOGLE_SHEETS_API_BASE")
            self._google = GoogleSheets(base, values, calls)

    def grids(self, header: Collection[str]) -> list[Grid]:
        """The cells of each. `header`: the names by which the header of a text file is known. Raises `SourceError`."""
        return [self._grid(location, header) for location in self._locations]

    def close(self) -> None:
        """Close the sockets."""
        if self._google:
            self._google.close()

    def _grid(self, location: str, header: Collection[str]) -> Grid:
        if self._google and is_google_sheet(location):
            return self._google.grid(location)
        place, _, tab = location.partition("#")
        try:
            content = self._calls(FILES, lambda: read_file(place, self._option))
        except (ValueError, RuntimeError):
            # a path with a NUL or with the home of a user that there is not, an address that is none
            raise Rejected(
                f"{self._option} has a place that is neither a path nor an address",
                "write the path or the link of each sheet",
            ) from None
        return grid_of(content, file_name(place), tab, header)
