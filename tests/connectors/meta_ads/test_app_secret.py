"""An app can require a proof of its secret with every request."""

from datetime import date
from urllib.parse import parse_qsl

import pytest

from connectors.sandbox.graph_api import APP_SECRET, error
from connectors.sandbox.meta_ads import TOKEN
from connectors.sdk.errors import CredentialError
from connectors.sdk.windows import Range

ONE_DAY = Range(date(2026, 10, 1), date(2026, 10, 1))
PROOF = "6c3d33254a10ec73c6a861238330eedbb7277409e3fd2d48121c868ee8d071e7"
"""By `printf EAAsampleads | openssl dgst -sha256 -hmac 5f1d0c37a9b24e6f8c11d2e3f4a5b6c7`."""


def test_every_request_has_the_proof_and_none_the_secret(account) -> None:
    server = account.serve(requires_proof=True)
    report = account.pulled(server, ONE_DAY, META_ADS_APP_SECRET=APP_SECRET)
    assert (report.error, report.rows) == (None, 3)
    for asked in server.asked:
        sent = asked.params | dict(parse_qsl(asked.body.decode()))
        assert sent["appsecret_proof"] == PROOF
        assert APP_SECRET not in f"{asked.query}{asked.body!r}{asked.headers}"


def test_without_a_secret_no_proof_is_sent(account) -> None:
    server = account.serve()
    assert account.pulled(server, ONE_DAY).error is None
    assert all("appsecret_proof" not in f"{x.query}{x.body!r}" for x in server.asked)


def test_an_app_that_requires_a_proof_says_what_to_set(account) -> None:
    report = account.pulled(account.serve(requires_proof=True), ONE_DAY)
    assert isinstance(report.error, CredentialError)
    assert "the app requires a proof of its secret (Require App Secret)" in str(report.error)
    assert report.error.remedy.startswith("set META_ADS_APP_SECRET to the app's secret")


def test_the_secret_of_another_app_is_named_as_such(account) -> None:
    wrong = "0" * 32
    report = account.pulled(account.serve(), ONE_DAY, META_ADS_APP_SECRET=wrong)
    assert isinstance(report.error, CredentialError)
    assert "not that of the app that made the token" in str(report.error)
    assert "META_ADS_APP_SECRET" in report.error.remedy
    assert wrong not in str(report.error)


@pytest.mark.parametrize("number", [1, 2, 3, 5], ids=["account", "begin", "status", "rows"])
def test_secret_proof_and_token_are_masked_in_what_meta_says(account, number: int) -> None:
    refusal = error(400, 100, f"odd: {APP_SECRET} {PROOF} {TOKEN}")
    server = account.serve(replies={number: refusal})
    report = account.pulled(server, ONE_DAY, META_ADS_APP_SECRET=APP_SECRET)
    assert "odd: *** *** ***" in str(report.error)


def test_a_secret_that_cannot_be_one_is_refused_unseen(account) -> None:
    server = account.serve()
    report = account.pulled(server, ONE_DAY, META_ADS_APP_SECRET="two words")
    assert isinstance(report.error, CredentialError)
    assert "META_ADS_APP_SECRET" in str(report.error)
    assert "two words" not in str(report.error)
    assert server.asked == []


def test_no_part_of_a_secret_gets_into_a_file(account) -> None:
    account.pulled(account.serve(), ONE_DAY, META_ADS_APP_SECRET=APP_SECRET)
    paths = [path for path in account.lake.root.rglob("*") if path.is_file()]
    written = b"".join(path.read_bytes() for path in paths)
    assert len(paths) > 1
    assert APP_SECRET.encode() not in written
    assert PROOF.encode() not in written
