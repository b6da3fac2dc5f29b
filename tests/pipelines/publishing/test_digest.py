"""What the digest says, and whom it reaches: through Apprise to a real service on loopback."""

import email
import email.policy
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from pipelines.publishing.delivery import Channel
from pipelines.publishing.digest.digest import (
    Change,
    Digest,
    Pages,
    changes,
    digest_of,
    direction,
    of_owner_and_below,
)
from pipelines.publishing.language.language import Language
from pipelines.publishing.published import PublishedScorecard
from pipelines.publishing.standings import Standing, Standings
from pipelines.settings import Settings
from pipelines.steps.digest import due, send
from tests.pipelines.publishing import digest_example

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)


DAY_BEFORE = date(2026, 11, 22)
ANA, BEN = "ana@example.com", "ben@example.com"
ODD = "<script>alert(1)</script> *a* _b_ | [x](https://evil.example)"


def goal(
    status: str = "on_track", name: str = "Sixty deals", before: str | None = None, **changed: Any
) -> Standing:
    row = {
        "as_of": MONDAY, "objective_id": "sales", "key_result_id": "sales/deals", "name": name, "owner": ANA,
        "status": status, "probability": Decimal("0.826"), "score": Decimal("0.9"), "trust": "ok",
        "kpi": "deals", "unit": "deals", "precision": 0, "gap": Decimal(7), "comparison": "at_least",
        "deadline": date(2026, 12, 31), "open_window": None,
    } | changed  # fmt: skip
    earlier = {"status": before, "probability": Decimal("0.9")} if before else None
    return Standing(row, earlier, depth=1)


def objective(status: str = "on_track", depth: int = 0, **changed: Any) -> Standing:
    row = {
        "objective_id": "sales", "name": "Sell more", "owner": ANA, "parent_id": None, "status": status,
        "score": Decimal("0.9"), "expected": Decimal("0.95"), "probability": Decimal("0.826"), "trust": "ok",
    } | changed  # fmt: skip
    return Standing(row, depth=depth)


def digest_with(
    *lines: Standing, compared_with: date | None = DAY_BEFORE, locale: str = "en", **others: Any
) -> Digest:
    pages = Pages(
        "https://okr.example.com/scorecard.html", lambda line: f"https://okr.example.com/#{line.id}"
    )
    standings = Standings(MONDAY, compared_with, {}, lines)
    return digest_of(standings, Language(locale), pages, **others)


def test_the_title_counts_the_key_results_by_status() -> None:
    assert digest_with(goal()).title == "OKRs on Nov 23, 2026: 1 on track"


def test_the_first_line_holds_the_counts_against_those_of_the_week_before() -> None:
    lines = (goal("off_track", before="on_track"), goal("on_track", "B", "on_track"))
    text = digest_with(*lines).text
    assert text.startswith(
        "Status: 1 on track (−1), 1 off track (+1). In brackets: the change since Nov 22.\n"
    )


def test_counts_that_are_as_the_week_before_have_nothing_in_brackets() -> None:
    text = digest_with(goal("on_track", "A", "on_track"), goal("off_track", "B", "off_track")).text
    assert text.startswith("Status: 1 on track, 1 off track\n")


def test_an_open_goal_of_which_nobody_spoke_for_two_weeks_is_named() -> None:
    said = {"day": date(2026, 11, 8)}  # 15 days before the digest
    lines = [
        replace(goal(name="Old"), check_in=said),
        replace(goal(name="Recent"), check_in={"day": date(2026, 11, 9)}),
        replace(goal("achieved", name="Over"), check_in=said),
        goal(name="Never"),
    ]
    text = digest_with(*lines).text
    assert "Without a check-in for two weeks\n- Old: the last was 15 days ago\n" in text
    for name in ("Recent", "Over", "Never"):
        assert f"- {name}: the last" not in text


def test_a_measure_that_was_judged_within_the_week_is_named_with_its_verdict() -> None:
    judged = {
        "measure": "More calls", "start": date(2026, 10, 1), "ends": None, "where": None, "unit": "USD",
        "verdict": "not_distinguishable", "reason": None, "better": None, "first_day": date(2026, 10, 1),
        "last_day": date(2026, 11, 25), "effect_share": Decimal("0.02"), "effect_share_low": Decimal("-0.05"),
        "effect_share_high": Decimal("0.09"), "controls": None, "next_look": None,
    }  # fmt: skip
    old = judged | {"measure": "Fewer calls", "last_day": date(2026, 11, 1)}
    text = digest_with(replace(objective(), measures=[judged, old])).text
    assert (
        "Measures that have a verdict now\n- More calls (since Oct 1).: Not distinguishable" in text
    )
    assert "+2% against what was foreseen without it (−5% to +9%)" in text
    assert "Fewer calls" not in text


def test_what_got_worse_and_what_got_better_is_said_with_both_statuses_and_odds() -> None:
    text = digest_with(
        goal("at_risk", "Down", "on_track", probability=Decimal("0.456")),
        goal("achieved", "Up", "on_track", probability=Decimal(1)),
    ).text
    assert "Worse since Nov 22: 1\n- Down: on track → at risk, odds 90% → 45%\n" in text
    assert "Better since Nov 22: 1\n- Up: on track → achieved\n" in text


@pytest.mark.parametrize(
    ("before", "status", "probability", "expected"),
    [
        ("on_track", "on_track", "0.81", 0),
        ("on_track", "on_track", "0.8", -1),  # from 0.9
        ("on_track", "no_data", "0.9", -1),
        ("off_track", "no_data", "0.9", -1),
        ("no_data", "off_track", "0.1", -1),
        ("not_started", "on_track", "0.9", 0),
        ("not_started", "no_data", "0.9", 0),
        ("missed", "off_track", "0.1", 1),
        ("on_track", "missed", "0", -1),
    ],
)
def test_a_goal_got_worse_by_its_status_or_by_ten_points_of_odds(
    before: str, status: str, probability: str, expected: int
) -> None:
    assert direction(goal(status, before=before, probability=Decimal(probability))) == expected


def test_who_has_to_do_what_by_when() -> None:
    text = digest_with(goal("off_track")).text
    assert (
        "To do: 1 key result needs attention\n"
        "- Sixty deals: ana@example.com; off track; 7 deals short; due Dec 31.\n" in text
    )


def test_what_is_to_be_done_is_measured_at_the_end_as_on_the_page() -> None:
    """152,340 visitors today are 2,340 more than needed; the 124,903 that are forecast are 25,097 too few."""
    line = goal(status="off_track", unit="visitors", target=Decimal(150_000), gap=Decimal(-2_340),
                forecast_p50=Decimal(124_903))  # fmt: skip
    assert "off track; 25,097 visitors short; due" in digest_with(line).text


def test_the_first_day_has_nothing_to_compare_with() -> None:
    assert "Worse: no earlier day to compare with" in digest_with(goal(), compared_with=None).text


def test_the_last_line_is_a_link() -> None:
    digest = digest_with(goal())
    assert "Read on: https://okr.example.com/scorecard.html\n" in digest.text
    assert '<a href="https://okr.example.com/scorecard.html" style="color:inherit">' in digest.html


def test_the_tree_is_kept_in_each_form() -> None:
    digest = digest_with(objective(), objective(name="Below", depth=1))
    figures = "on track, score 90%, pace 95%, odds 82%"
    assert f"- Sell more: {figures}\n  - Below: {figures}\n" in digest.text
    assert f"\n  - [Below](https://okr.example.com/#sales): {figures}" in digest.markdown
    assert "padding-left:18px" in digest.html


def test_an_objective_with_trust_flags_does_not_stand_like_an_ordinary_one() -> None:
    text = digest_with(objective(trust="late:stripe")).text
    assert "- Sell more: on track, score 90%, pace 95%, odds 82%, in doubt" in text


def test_a_score_that_lacks_a_little_is_not_said_to_be_whole() -> None:
    line = objective("missed", score=Decimal("0.9999"), expected=Decimal(1))
    assert "- Sell more: missed, score 99%, pace 100%" in digest_with(line).text


def test_odds_that_are_not_settled_are_never_said_to_be_none() -> None:
    assert "odds <1%" in digest_with(objective(probability=Decimal("0.001"))).text
    assert "odds >99%" in digest_with(objective(probability=Decimal("0.999"))).text
    assert "odds &lt;1%" in digest_with(objective(probability=Decimal("0.001"))).html


def test_what_is_not_to_be_trusted_is_said() -> None:
    text = digest_with(goal(trust="late:stripe,missing_snapshot")).text
    assert "Not fully reliable\n- Sixty deals: stripe has not delivered its last day yet" in text


def test_the_first_findings_are_told_and_the_others_counted() -> None:
    findings = [{"message": f"row {number} is wrong; mend it"} for number in range(1, 8)]
    text = digest_with(goal(), findings=findings).text
    assert "7 findings\n- row 1 is wrong; mend it\n" in text
    assert "- row 5 is wrong; mend it\n- and 2 more\n" in text
    assert "row 6" not in text
    assert "finding" not in digest_with(goal()).text


def test_names_are_escaped_in_each_form() -> None:
    digest = digest_with(goal("off_track", ODD), objective(name=ODD + "\n\x1b[31m# Title"))
    assert "<script" not in digest.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; *a*" in digest.html
    assert (
        r"\<script\>alert(1)\</script\> \*a\* \_b\_ \| \[x\](https://evil.example)"
        in digest.markdown
    )
    assert ODD in digest.text
    for form in (digest.html, digest.markdown, digest.text):
        assert "\x1b" not in form
        assert "\n# Title" not in form


def test_the_examples_in_the_docs_are_what_is_sent() -> None:
    for name, content in digest_example.contents().items():
        assert (digest_example.FOLDER / name).read_text("utf-8") == content, name


def test_a_digest_is_in_the_language_of_its_reader() -> None:
    digest = digest_with(objective("off_track"), goal("off_track", before="on_track"), locale="es")
    assert digest.title == "OKR a 23 nov 2026: 1 desviado"
    assert "Qué hacer: 1 resultado clave requiere atención\n" in digest.text
    assert '<html lang="es">' in digest.html


def test_an_owner_reads_of_their_goals_and_of_those_below() -> None:
    lines = [
        objective(objective_id="top", name="Top", owner=BEN),
        objective(objective_id="mine", name="Mine", parent_id="top", depth=1),
        goal(objective_id="mine", name="My deals"),
        objective(objective_id="below", name="Below", owner=BEN, parent_id="mine", depth=2),
        objective(objective_id="other", name="Other", owner=BEN, parent_id="top", depth=1),
    ]
    own = of_owner_and_below(Standings(MONDAY, None, {}, lines), ANA)
    assert [(x.name, x.depth) for x in own.lines] == [("Mine", 0), ("My deals", 1), ("Below", 1)]


def test_a_status_that_changed_since_the_day_before_is_a_change() -> None:
    def card(day: date, status: str) -> PublishedScorecard:
        return PublishedScorecard(
            day, [], [{"key_result_id": "sales/deals", "name": "Sixty", "status": status}]
        )

    now, before = card(MONDAY, "at_risk"), card(DAY_BEFORE, "on_track")
    standings = Standings(MONDAY, None, {}, [goal("at_risk")])
    assert changes(now, before, standings) == [Change("Sixty", "on_track", "at_risk")]
    assert changes(now, before, Standings(MONDAY, None, {}, [])) == []


def test_a_channel_of_an_owner_is_told_from_the_same_address_for_everyone() -> None:
    everyone, hers = Channel.of("json://h/p?a=b"), Channel.of("ana%40example.com=json://h/p?a=b")
    assert (everyone.owner, hers.owner) == ("", ANA)
    assert everyone.url == hers.url == "json://h/p?a=b"
    assert everyone.name != hers.name


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
    made = Service()
    thread = threading.Thread(target=made.server.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, home=tmp_path, sandbox_today=MONDAY)


def digest(day: date, status: str = "on_track") -> Digest:
    changed = [Change("Sixty deals", "on_track", status)] if status != "on_track" else []
    return replace(digest_with(goal(status), changes=changed), as_of=day)


def test_a_digest_arrives_and_is_kept_as_delivered(service: Service, settings: Settings) -> None:
    channel = Channel(service.url)
    settings.history_path.parent.mkdir(parents=True)
    delivery = send(settings, digest(MONDAY), channel, "weekly")
    assert (delivery.outcome, delivery.message) == ("delivered", "")
    [message] = service.taken
    assert message["title"] == "OKRs on Nov 23, 2026: 1 on track"
    assert "**Where the objectives stand**" in message["message"]


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


@pytest.mark.parametrize("form", ["", "&format=html", "&format=markdown"])
def test_names_in_a_mail_are_no_markup(settings: Settings, form: str) -> None:
    settings.history_path.parent.mkdir(parents=True)
    odd = (goal("off_track", ODD), objective(name="<svg onload=alert(1)>"))
    with Mailbox() as mailbox:
        url = f"mailto://127.0.0.1:{mailbox.port}?from=okra@example.com&to=ana@example.com&mode=insecure"
        send(settings, digest_with(*odd), Channel(url + form), "weekly")
    message = email.message_from_bytes(mailbox.content, policy=email.policy.default)
    html = message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "&lt;script&gt;" in html
    assert "&lt;svg onload" in html
    assert "<script" not in html
    assert "<svg" not in html


def test_mail_has_the_html_and_a_text_beside_it(settings: Settings) -> None:
    settings.history_path.parent.mkdir(parents=True)
    with Mailbox() as mailbox:
        url = f"mailto://127.0.0.1:{mailbox.port}?from=okra@example.com&to=ana@example.com&mode=insecure"
        delivery = send(settings, digest(MONDAY), Channel(url), "weekly")
    assert (delivery.outcome, delivery.message) == ("delivered", "")
    message = email.message_from_bytes(mailbox.content, policy=email.policy.default)
    assert message["subject"] == "OKRs on Nov 23, 2026: 1 on track"
    text, html = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
    assert '<h1 style="font-size:19px' in html
    assert "&lt;h1" not in html
    for words in ("Status", "1 on track", "https://okr.example.com/scorecard.html"):
        assert words in text
    assert "<" not in text.replace("<1%", "")


class Mailbox:
    """A mail server on loopback that takes one message."""

    def __init__(self) -> None:
        self.content = b""
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.take, daemon=True)

    def __enter__(self) -> "Mailbox":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.thread.join(10)
        self.listener.close()

    def take(self) -> None:
        connection, _ = self.listener.accept()
        with connection, connection.makefile("rwb") as stream:

            def answer(line: bytes) -> None:
                stream.write(line + b"\r\n")
                stream.flush()

            answer(b"220 mail")
            while line := stream.readline():
                command = line[:4].upper()
                if command == b"DATA":
                    answer(b"354 go on")
                    lines = iter(stream.readline, b".\r\n")
                    self.content = b"".join(x[1:] if x.startswith(b"..") else x for x in lines)
                answer(b"221 bye" if command == b"QUIT" else b"250 ok")
                if command == b"QUIT":
                    return
