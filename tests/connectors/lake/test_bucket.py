"""A lake in a bucket: what it asks of the store, and what it says when the store does not do it."""

import os
import subprocess
import sys
from datetime import date

import pytest

from connectors.lake.lake import Lake
from connectors.lake.places import open_bucket, probe
from connectors.lake.store import LakeError
from tests.connectors.lake.test_lake import DAY, ids, manifest, table
from tests.limits import HANG_SECONDS
from tests.object_store.buckets import Bucket
from tests.object_store.server import SECRET

SLOW_DOWN = ("503 Slow Down", "<Error><Code>SlowDown</Code></Error>")


@pytest.fixture
def lake(bucket: Bucket) -> Lake:
    """An empty lake in a bucket."""
    return Lake(f"s3://{bucket.name}/lake")


def refusing(status: str, code: str):
    """A store that answers everything so, and repeats the key and the secret as it does."""
    body = f"<Error><Code>{code}</Code><Message>AKIDOFATEST {SECRET}</Message></Error>"
    return lambda environ: (status, body)


def fault(bucket: Bucket, address: str = "") -> LakeError:
    """What is said of the lake when it is asked for something, in one line and without a secret."""
    with pytest.raises(LakeError) as raised:
        probe(address or f"s3://{bucket.name}/lake")
    assert "\n" not in str(raised.value)
    assert SECRET not in str(raised.value)
    assert "AKIDOFATEST" not in str(raised.value)
    return raised.value


def test_a_window_is_committed_by_three_requests_also_where_it_has_no_news(lake, s3_server):
    before = s3_server.asked.copy()
    lake.commit(manifest(date(2026, 4, 2)), [table("a")])
    # the first of its month looks for windows that are committed one by one, as they were before
    assert s3_server.asked - before == {"GET": 1, "LIST": 1, "PUT": 2}
    before = s3_server.asked.copy()
    lake.commit(manifest(), [table("a")])
    assert s3_server.asked - before == {"GET": 1, "PUT": 2}
    before = s3_server.asked.copy()
    lake.commit(manifest(), [table("a")])
    # it looks whether the rows are still there
    assert s3_server.asked - before == {"GET": 1, "LIST": 1, "PUT": 1}


def test_a_manifest_is_asked_for_once_and_again_when_it_is_another(bucket, s3_server, tmp_path):
    def opened() -> Lake:
        return Lake(f"s3://{bucket.name}/lake", cache=tmp_path / "cache.sqlite")

    days = [DAY.replace(day=day) for day in range(1, 21)]
    for day in days:
        opened().commit(manifest(day), [table("a")])
    assert [*opened().manifests("shop", "orders")] == days
    opened().commit(manifest(days[3], run_id="later"), [table("b")])
    before = s3_server.asked.copy()
    manifests = opened().manifests("shop", "orders")
    assert s3_server.asked - before == {"LIST": 1, "GET": 1}
    assert [day for day, x in manifests.items() if x.run_id == "later"] == [days[3]]


def test_a_broken_memory_of_what_was_read_is_made_anew(bucket, tmp_path):
    cache = tmp_path / "cache.sqlite"
    cache.write_bytes(b"no database" * 1000)
    lake = Lake(f"s3://{bucket.name}/lake", cache=cache)
    written = lake.commit(manifest(), [table("a")])
    for _ in range(3):
        assert lake.manifests("shop", "orders") == {DAY: written}


def test_more_than_a_page_of_keys_is_listed_whole(bucket, lake, monkeypatch, s3_server):
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "10")
    keys = [f"raw/shop/orders/window={n:02}/x" for n in range(25)]
    for key in keys:
        bucket.write(f"lake/{key}", b"")
    before = s3_server.asked.copy()
    assert [*lake.store.list("raw/shop/orders")] == keys
    assert s3_server.asked - before == {"LIST": 3}
    assert [*lake.store.list("raw/shop/orders", after=keys[22])] == keys[23:]


def test_a_store_that_is_overloaded_at_times_is_asked_again(lake, s3_server):
    asked = []

    def every_other(environ):
        asked.append(environ)
        return SLOW_DOWN if len(asked) % 2 else None

    s3_server.reply = every_other
    written = lake.commit(manifest(), [table("a", "b")])
    assert ids(lake) == ["a", "b"]
    assert lake.survey().manifests == {("shop", "orders"): {DAY: written}}


@pytest.mark.parametrize("last", [".parquet", "manifests.json"])
def test_a_process_killed_while_it_replaces_a_window_leaves_it_as_it_was(
    lake, bucket, s3_server, last
):
    before = lake.commit(manifest(), [table("a")])
    script = (
        "from tests.connectors.lake.test_lake import *\n"
        f"Lake({lake.root!r}).commit(manifest(), [table('b')])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": "."}
    )

    def kill(environ):
        if environ["REQUEST_METHOD"] == "PUT" and environ["PATH_INFO"].endswith(last):
            process.kill()
            return ("500 Internal Server Error", "")
        return None

    s3_server.reply = kill
    assert process.wait(HANG_SECONDS) == -9
    s3_server.reply = lambda environ: None
    assert lake.manifests("shop", "orders") == {DAY: before}
    assert ids(lake) == ["a"]


def test_a_lost_file_of_a_committed_window_is_named_and_never_read_as_no_rows(lake, bucket):
    (place,) = lake.commit(manifest(), [table("a")]).files
    key = f"raw/shop/orders/{place}"
    bucket.client.delete_object(Bucket=bucket.name, Key=f"lake/{key}")
    with pytest.raises(LakeError, match=f"{key} is committed and is not in the lake"):
        ids(lake)


@pytest.mark.parametrize(
    ("status", "code", "said", "remedy"),
    [
        ("404 Not Found", "NoSuchBucket", "no such bucket", "correct OKRA_LAKE"),
        ("403 Forbidden", "AccessDenied", "may not do this", "allow it to list the bucket"),
        ("403 Forbidden", "InvalidAccessKeyId", "does not know the access key", "AWS_ACCESS_KEY_ID"),
        ("403 Forbidden", "SignatureDoesNotMatch", "secret does not fit", "AWS_SECRET_ACCESS_KEY"),
        ("400 Bad Request", "ExpiredToken", "token has expired", "AWS_SESSION_TOKEN"),
        ("401 Unauthorized", "Unauthorized", "not accepted", "AWS_ACCESS_KEY_ID"),
        ("403 Forbidden", "RequestTimeTooSkewed", "clock is wrong", "time server"),
        ("301 Moved Permanently", "PermanentRedirect", "another region", "AWS_DEFAULT_REGION"),
        ("503 Slow Down", "SlowDown", "does not answer", "run again"),
        ("418 I'm a teapot", "Teapot", "refuses (Teapot)", "the store's own log"),
    ],
)  # fmt: skip
def test_what_a_store_refuses_is_told_in_a_line_with_what_to_do(
    bucket, s3_server, status, code, said, remedy
):
    s3_server.reply = refusing(status, code)
    error = fault(bucket)
    assert error.message.startswith(f"the lake at s3://{bucket.name}/lake: ")
    assert said in error.message
    assert remedy in error.remedy


def test_a_bucket_that_is_missing_is_no_empty_lake(bucket):
    assert "no such bucket" in fault(bucket, "s3://missing/lake").message
    nowhere = Lake("s3://missing/lake")
    for ask in (nowhere.survey, lambda: nowhere.commit(manifest(), [table("a")])):
        with pytest.raises(LakeError, match="no such bucket"):
            ask()


def test_a_store_without_conditional_writes_is_refused(lake, s3_server):
    def reply(environ):
        conditional = "HTTP_IF_NONE_MATCH" in environ
        return ("501 N", "<Error><Code>NotImplemented</Code></Error>") if conditional else None

    s3_server.reply = reply
    fail_fast = open_bucket(str(lake.root), None, fail_fast=True)
    with pytest.raises(LakeError, match="knows no conditional writes; use one that does"):
        fail_fast.swap("raw/a/manifest.json", b"{}", None)


def test_an_endpoint_that_nobody_listens_at_is_told_soon(bucket, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    error = fault(bucket)
    assert "does not answer" in error.message
    assert "AWS_ENDPOINT_URL" in error.remedy


def test_an_endpoint_elsewhere_is_not_spoken_to_unencrypted(bucket, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://store.example")
    error = fault(bucket)
    assert "unencrypted at store.example" in error.message
    assert "https" in error.remedy


def test_a_profile_is_used_as_the_tools_of_s3_do(bucket, monkeypatch, tmp_path):
    keys = tmp_path / "credentials"
    keys.write_text("[acme]\naws_access_key_id = OFACME\naws_secret_access_key = x\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(keys))
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    signed = []
    bucket.store.before = lambda environ: signed.append(environ["HTTP_AUTHORIZATION"])
    monkeypatch.setenv("AWS_PROFILE", "acme")
    probe(f"s3://{bucket.name}/lake")
    assert "Credential=OFACME/" in signed[0]
    monkeypatch.setenv("AWS_PROFILE", "missing")
    assert "profile that AWS_PROFILE names cannot be used" in fault(bucket).message


def test_a_client_that_is_not_installed_is_told_with_the_command_that_installs_it(
    bucket, monkeypatch
):
    monkeypatch.delitem(sys.modules, "connectors.lake.bucket", raising=False)
    monkeypatch.delitem(sys.modules, "connectors.lake.s3", raising=False)
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    error = fault(bucket)
    assert "needs obstore" in error.message
    assert error.remedy == "pip install 'okra[s3]'"
