"""Removing files that nothing names any more.

They were replaced, moved into a file of a whole month, or left behind by a killed run. No other write ever uses the
name of a data file, so none of them can be named again. Whoever read an older document may still read the files that
it names. So a file goes a day after a sweep has first met it without a name:

    <root>/_sweep.json    {<key>: when it was first met so}

The place's own clock counts: now is when the newest file of the lake was written. While nothing is written, nothing is
removed. Of a month whose document was broken (`connectors.lake.broken`), nothing is.
"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from connectors.lake.broken import broken_months, month_at, read_or_set_aside
from connectors.lake.manifest import as_json
from connectors.lake.month import DOCUMENT, key_of_month
from connectors.lake.store import MANIFEST, Store
from connectors.lake.survey import Survey

LOG = "_sweep.json"
SWEEP_AFTER = timedelta(days=1)
"""A run at work may still name, or read, a file that is younger."""


def sweep(store: Store, survey: Survey) -> int:
    """Remove what nothing has named for a day. Returns how many files."""
    if not survey.files:
        return 0
    now = max(entry.modified for entry in survey.files.values())
    document = store.get(LOG)
    met: dict[str, str] = {}
    if document:
        met = read_or_set_aside(store, LOG, document, lambda x: dict(json.loads(x.content))) or {}
    kept = broken_months(store)
    unnamed = {
        # a younger one may be that of a run at work, which will name it
        key: datetime.fromisoformat(met[key]) if key in met else now
        for key in unnamed_files(survey)
        if survey.files[key].modified <= now - SWEEP_AFTER and month_at(key) not in kept
    }
    removed = [key for key, since in unnamed.items() if since <= now - SWEEP_AFTER]
    store.remove(removed)
    left = {key: since.isoformat() for key, since in unnamed.items() if key not in {*removed}}
    if left != met:
        store.put(LOG, as_json(left))
    return len(removed)


def unnamed_files(survey: Survey) -> Iterator[str]:
    """The data files that no window names, and the manifests of windows whose month has a document."""
    named = set()
    for (source, stream), months in survey.months.items():
        folder = f"raw/{source}/{stream}"
        for month in months.values():
            named |= {f"{folder}/{place}" for place in month.files}
            if not month.has_document:
                named |= {f"{folder}/window={window}/{MANIFEST}" for window in month.windows}
    for key in survey.files:
        is_document = key.endswith(f"/{DOCUMENT}") and key_of_month(key)
        if ("/window=" in key or "/month=" in key) and not is_document and key not in named:
            yield key
