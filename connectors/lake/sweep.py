"""What may be removed from a lake: data files that no manifest has named for a day.

Each data file has a name that no other write ever used, so one that its window's manifest does not name was
replaced or left behind by a killed run, and cannot be named again. It stays for a day, for a run that is at
work may still name it, or still read it.
"""

from collections.abc import Mapping
from datetime import timedelta

from connectors.lake.store import MANIFEST, Entry

GRACE = timedelta(days=1)


def orphans(listed: Mapping[str, Entry], named: Mapping[str, set[str]]) -> list[str]:
    """The keys to remove of all that is `listed`.

    named: by the folder of each committed window, the names of its files. A day has passed when the newest
    file is a day younger: the place's own clock counts, and nothing is replaced while nothing is written.
    """
    if not listed:
        return []
    old = max(entry.modified for entry in listed.values()) - GRACE
    found = []
    for key, entry in listed.items():
        window, _, name = key.rpartition("/")
        if "/window=" not in window or name == MANIFEST or entry.modified > old:
            continue
        manifest = listed.get(f"{window}/{MANIFEST}")
        if manifest is None or (manifest.modified <= old and name not in named.get(window, {name})):
            found.append(key)
    return found
