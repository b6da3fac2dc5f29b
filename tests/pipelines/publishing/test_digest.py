"""What the digest says, and whom it reaches: through Apprise to a real service on loopback."""

import json
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from pipelines.publishing.delivery import Channel
from pipelines.publishing.digest import digest_of
from pipelines.publishing.published import PublishedScorecard
from pipelines.settings import Settings
from pipelines.steps.digest import due, send

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)


def card(
    day: date,
    status: str = "on_track",
    trust: str = "ok",
    odds: str = "0.826",
    score: str = "0.9",
) -> PublishedScorecard:
    shared = {"score": Decimal(score), "status": status, "why": "It goes well.", "trust": trust}
    goal = {"objective_id": "sales", "name": "Sell more", "parent_id": None}
    return PublishedScorecard(
        day,
        [shared | goal | {"probability": Decimal(odds)}],
        [shared | {"key_result_id": "sales/deals", "name": "Sixty deals"}],
    )


def text_of(now: PublishedScorecard, before: PublishedScorecard | None = None) -> str:
    return digest_of(now, before, sample_company=False, scorecard_page="data/scorecard.html").text


def test_the_title_counts_the_key_results_by_status() -> None:
    digest = digest_of(card(MONDAY), None, sample_company=False, scorecard_page="x")
    assert digest.title == "OKRs on 2026-11-23: 1 on track"


def test_an_objective_with_trust_flags_does_not_stand_like_an_ordinary_one() -> None:
    line = "- Sell more: on track (90 %, odds 83 %, not fully reliable)"
    assert line in text_of(card(MONDAY, trust="late:stripe"))


def test_every_objective_stands_with_its_status_score_and_odds() -> None:
    assert "- Sell more: on track (90 %, odds 83 %)" in text_of(card(MONDAY))


def test_a_score_that_lacks_a_little_is_not_said_to_be_whole() -> None:
    assert "- Sell more: missed (99 %, odds 83 %)" in text_of(
        card(MONDAY, "missed", score="0.9999")
    )


def test_odds_that_are_not_settled_are_never_said_to_be_none() -> None:
    assert "odds under 1 %" in text_of(card(MONDAY, odds="0.001"))
    assert "odds over 99 %" in text_of(card(MONDAY, odds="0.999"))


def test_a_changed_status_comes_first_with_its_reason() -> None:
    text = text_of(card(TUESDAY, "at_risk"), card(MONDAY))
    assert text.startswith(
        "**Changed since 2026-11-23**\n\n- Sell more: on track → **at risk**. It goes well."
    )


def test_what_is_not_to_be_trusted_is_said() -> None:
    assert "- Sixty deals: late:stripe, missing_days" in text_of(
        card(MONDAY, trust="late:stripe,missing_days")
    )


def test_the_first_findings_are_told_and_the_others_counted() -> None:
    findings = [{"message": f"row {number} is wrong; mend it"} for number in range(1, 8)]
    text = digest_of(
        card(MONDAY), None, sample_company=False, scorecard_page="x", findings=findings
    ).text
    assert "**7 findings**\n\n- row 1 is wrong; mend it\n" in text
    assert "- row 5 is wrong; mend it\n- and 2 more; the table findings has all" in text
    assert "row 6" not in text
    assert "finding" not in text_of(card(MONDAY))


class Service:
    """Something that takes messages, as Apprise's json:// posts them."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.code = 200
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                service.taken.append(json.loads(self.rfile.read(length)))
                self.send_response(service.code)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"json://someone:hunter2secret@127.0.0.1:{self.server.server_port}/hook-secret-9"


@pytest.fixture
def service() -> Iterator[Service]:
    found = Service()
    thread = threading.Thread(target=found.server.serve_forever, args=(0.01,))
    thread.start()
    yield found
    found.server.shutdown()
    found.server.server_close()
    thread.join()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, home=tmp_path, sandbox_today=MONDAY)


def digest(day: date, status: str = "on_track") -> Any:
    return digest_of(
        card(day, status), card(day - timedelta(days=1)), sample_company=False, scorecard_page="x"
    )


def test_a_digest_arrives_and_is_kept_as_delivered(service: Service, settings: Settings) -> None:
    channel = Channel(service.url)
    settings.history_path.parent.mkdir(parents=True)
    delivery = send(settings, digest(MONDAY), channel, "weekly")
    assert (delivery.outcome, delivery.message) == ("delivered", "")
    [message] = service.taken
    assert message["title"] == "OKRs on 2026-11-23: 1 on track"
    assert "Where the objectives stand" in message["message"]


def test_one_a_day_and_channel(service: Service, settings: Settings) -> None:
    channel = Channel(service.url)
    settings.history_path.parent.mkdir(parents=True)
    assert due(settings, digest(MONDAY), channel) == "weekly"
    send(settings, digest(MONDAY), channel, "weekly")
    assert due(settings, digest(MONDAY, "at_risk"), channel) is None
    assert due(settings, digest(MONDAY), Channel(service.url + "x")) == "weekly"


def test_within_the_week_only_a_change_is_told(service: Service, settings: Settings) -> None:
    channel = Channel(service.url)
    settings.history_path.parent.mkdir(parents=True)
    send(settings, digest(MONDAY), channel, "weekly")
    assert due(settings, digest(TUESDAY), channel) is None
    assert due(settings, digest(TUESDAY, "at_risk"), channel) == "change"
    assert due(settings, digest(MONDAY + timedelta(days=7)), channel) == "weekly"


def test_a_weekly_one_that_had_no_run_on_its_day_goes_out_with_the_next(
    service: Service, settings: Settings
) -> None:
    channel = Channel(service.url)
    settings.history_path.parent.mkdir(parents=True)
    send(settings, digest(MONDAY - timedelta(days=7)), channel, "weekly")
    assert due(settings, digest(TUESDAY), channel) == "weekly"


def test_a_failed_one_is_kept_tried_again_and_tells_no_secret(
    service: Service, settings: Settings
) -> None:
    service.code = 500
    channel = Channel(service.url)
    settings.history_path.parent.mkdir(parents=True)
    failed = send(settings, digest(MONDAY), channel, "weekly")
    assert failed.outcome == "failed"
    assert failed.message
    for secret in ("hunter2secret", "hook-secret-9"):
        assert secret not in failed.message + failed.channel
        assert secret.encode() not in settings.history_path.read_bytes()
    assert due(settings, digest(MONDAY), channel) == "weekly"


def test_an_address_that_apprise_does_not_know_is_a_failure(settings: Settings) -> None:
    settings.history_path.parent.mkdir(parents=True)
    failed = send(settings, digest(MONDAY), Channel("nosuch://x"), "weekly")
    assert "no such address" in failed.message
