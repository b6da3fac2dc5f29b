"""What a server can do wrong, done to each question of each source that is read over HTTP."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from connectors.sandbox.http_server import Reply, Request
from connectors.sandbox.served import Served
from connectors.sdk.engine import StreamReport
from tests.conformance.case import Case, Pull, errors, secrets
from tests.conformance.proxy import Break, Proxy, by_way_of

HTML = b"<!doctype html><title>Sign in</title><p>This network asks you to sign in first.</p>"
Puller = Callable[[str], Pull]


def says(status: int, body: bytes = b'{"message": "no"}', **headers: str) -> Break:
    """Answers this, whatever is asked."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request, reply: Reply(status, body, named)


def soon(request: Request, reply: Reply) -> Reply:
    """A 429 that says by date to come back in 40 seconds."""
    until = datetime.now(UTC) + timedelta(seconds=40)
    return Reply(429, b"{}", {"Retry-After": format_datetime(until, usegmt=True)})


def cut_off(request: Request, reply: Reply) -> Reply:
    """The answer, broken off in the middle."""
    return Reply(reply.status, reply.body, reply.headers, cut_off=True)


@pytest.mark.parametrize(
    "broken",
    [
        says(429),
        says(429, Retry_After="7"),
        soon,
        says(500),
        says(503, HTML),
        says(503, Retry_After="3"),
        says(200, HTML),
        cut_off,
    ],
    ids=[
        "429",
        "429 with seconds",
        "429 with a date",
        "500",
        "503 with HTML",
        "503 with seconds",
        "200 with HTML",
        "cut off",
    ],
)
def test_every_question_may_fail_once_and_nothing_is_lost(
    case: Case, served: Served, proxy: Proxy, puller: Puller, broken: Break
) -> None:
    clean, tried = puller("clean"), puller("tried")
    assert errors(clean(case.source, by_way_of(proxy, served.values))) == {}
    proxy.forget()
    proxy.break_once = broken
    assert errors(tried(case.source, by_way_of(proxy, served.values))) == {}
    assert tried.stored(case.source) == clean.stored(case.source)
    assert proxy.broke > 0
    wait = {7: 7, 40: 40}.get(asked_to_wait(broken))
    if wait:
        assert any(wait - 3 < waited < wait + 3 for waited in tried.waits)


def asked_to_wait(broken: Break) -> int:
    """The seconds that a 429 asks for; 0 when it does not say."""
    if broken is soon:
        return 40
    headers = broken(Request("GET", "/", (), {}), Reply(200, b"")).headers
    return int(headers.get("Retry-After", 0))


def test_the_vendors_own_words_for_too_fast_are_waited_out(
    case: Case, served: Served, proxy: Proxy, puller: Puller
) -> None:
    if not case.too_fast:
        pytest.skip(f"{case.source.name} says it with the HTTP status alone")
    clean = puller("clean")
    clean(case.source, by_way_of(proxy, served.values))
    for number, reply in enumerate(case.too_fast):
        tried = puller(f"tried-{number}")
        proxy.forget()
        proxy.break_once = lambda request, passed, reply=reply: reply  # type: ignore[misc]
        assert errors(tried(case.source, by_way_of(proxy, served.values))) == {}
        assert tried.stored(case.source) == clean.stored(case.source)


def test_a_spent_budget_is_not_asked_for_again(
    case: Case, served: Served, proxy: Proxy, pulled: Pull
) -> None:
    if not case.spent:
        pytest.skip(f"{case.source.name} has no word for a budget of hours")
    for reply in case.spent:
        proxy.break_all = lambda request, passed, reply=reply: reply  # type: ignore[misc]
        reports = pulled(case.source, by_way_of(proxy, served.values))
        assert kinds(reports) == {"quota"}
        assert nothing_is_there(pulled, case, reports)
    asked = {(request.method, request.path, request.query, request.body) for request in proxy.asked}
    assert len(proxy.asked) == len(asked) * len(case.spent)


@pytest.mark.parametrize(
    ("broken", "kind"),
    [
        (says(401), "credential"),
        (says(403), "permission"),
        (says(429), "throttled"),
        (says(503), "unavailable"),
        (says(200, HTML), "unavailable"),
        (says(404), "rejected"),
    ],
    ids=["401", "403", "429", "503", "200 with HTML", "404"],
)
def test_what_lasts_is_told_and_is_not_an_empty_day(
    case: Case, served: Served, proxy: Proxy, pulled: Pull, broken: Break, kind: str
) -> None:
    proxy.break_all = broken
    reports = pulled(case.source, by_way_of(proxy, served.values))
    assert kinds(reports) == {kind}
    assert nothing_is_there(pulled, case, reports)
    assert {attempt.outcome for attempt in pulled.lake.survey().attempts} == {kind}
    assert len(proxy.asked) < 100


def test_a_refusal_that_repeats_the_secret_does_not_spread_it(
    case: Case, served: Served, proxy: Proxy, pulled: Pull
) -> None:
    hidden = secrets(case.source, served.values)
    if not any(option.secret for option in case.source.options):
        pytest.skip(f"{case.source.name} has no secret among its settings")
    assert hidden
    echo = " and ".join(hidden)
    for status in (400, 401, 403, 404, 429, 500):
        for body in (
            f"{echo} is wrong",
            f'{{"error": {{"code": 1, "message": "{echo} is wrong"}}}}',
        ):
            proxy.break_all = says(status, body.encode())
            reports = pulled(case.source, by_way_of(proxy, served.values))
            assert kinds(reports) != {"ok"}
            for report in reports.values():
                told = f"{report.error!r} {report.error} {report.error.__cause__!r}"
                assert not [secret for secret in hidden if secret in told]
    written = pulled.written()
    assert not [secret for secret in hidden if secret.encode() in written]
    # nor is it ever part of an address, that servers on the way write down
    asked = " ".join(f"{request.path} {request.query}" for request in proxy.asked)
    assert not [secret for secret in hidden if secret in asked]


def kinds(reports: Mapping[str, StreamReport]) -> set[str]:
    """The kinds of fault that the streams ended with; `ok` for none."""
    return {report.error.kind if report.error else "ok" for report in reports.values()}


def nothing_is_there(pulled: Pull, case: Case, reports: Mapping[str, StreamReport]) -> bool:
    """Whether no window was committed."""
    stored = pulled.stored(case.source)
    return not any(stored.values()) and not any(r.committed for r in reports.values())
