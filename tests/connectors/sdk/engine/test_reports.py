"""What is said of a pull: in the manifests, and while it goes on."""

import json

from connectors.sdk.contract import Page
from tests.connectors.sdk.engine.fake_source import (
    VISITS,
    FakeConnection,
    source,
    take,
    visits_of,
)


def test_a_manifest_says_what_was_pulled_by_which_run_and_whether_it_is_final(lake):
    fake = FakeConnection({"visits": lambda piece: iter([Page(visits_of(piece))])})
    take(source(fake, VISITS, version="7"), lake, run_id="tuesday")
    manifests = lake.manifests("fake", "visits")
    assert [m.settled for m in manifests.values()] == [True] * 6 + [False] * 3
    folder = lake.folder("fake", "visits")
    month = json.loads(lake.store.get(f"{folder}/month=2026-04/manifests.json").content)
    written = month["windows"][0]
    assert {k: written[k] for k in ("run_id", "connector_version", "pulled_at", "rows")} == {
        "run_id": "tuesday",
        "connector_version": "7",
        "pulled_at": "2026-04-10T12:00:00+00:00",
        "rows": 1,
    }


def test_progress_is_told_what_is_planned_and_what_is_done(lake):
    class Told:
        def __init__(self) -> None:
            self.windows: dict[str, int] = {}
            self.rows = 0

        def planned(self, source: str, stream: str, windows: int) -> None:
            self.windows[stream] = windows

        def committed(self, source: str, stream: str, windows: int, rows: int) -> None:
            self.windows[stream] -= windows
            self.rows += rows

    told = Told()
    take(
        source(FakeConnection({"visits": lambda p: iter([Page(visits_of(p))])}), VISITS),
        lake,
        progress=told,
    )
    assert (told.windows, told.rows) == ({"visits": 0}, 9)
