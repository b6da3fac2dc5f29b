"""The bytes of one file: on this machine, at a web address, or wherever fsspec reaches.

    kpis/team.csv  /srv/kpis/team.xlsx        a path; relative ones start at the project
    https://example.com/team.csv              https anywhere, http on this machine only
    s3://bucket/team.csv  gs://…  abfs://…    through fsspec, with the credentials its driver finds

An address may hold a key in its query (a signed link), so only the file's name is shown.
"""

from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import requests

from connectors.lake.addresses import on_loopback
from connectors.sdk.bounded_answers import LARGEST, BoundedAdapter, body_of
from connectors.sdk.errors import PermissionDenied, Rejected, Unavailable
from connectors.sdk.http import TIMEOUT, Answer, fault_of_status
from connectors.sdk.inner_network import leads_inside, refuse_inside
from connectors.sdk.project import current_project
from connectors.sdk.trust import authorities

MAX_REDIRECTS = 5
"""Links to shared files redirect once or twice."""
UNENCRYPTED = {"ftp", "tftp"}
"""Schemes that fsspec reads without encryption."""


def file_name(location: str) -> str:
    """The file's name, all of a location that may be shown."""
    path = urlsplit(location).path if "://" in location else location
    return unquote(path.rstrip("/").rpartition("/")[2]) or "the file"


def read_file(location: str, option: str) -> bytes:
    """The file at `location`, a value of `option`. Raises `SourceError`."""
    scheme = urlsplit(location).scheme if "://" in location else ""
    if scheme in {"http", "https"}:
        return from_web(location, option)
    return from_fsspec(location, option) if scheme else from_disk(location, option)


def from_disk(location: str, option: str) -> bytes:
    """A file on this machine."""
    name, path = file_name(location), current_project() / Path(location).expanduser()
    try:
        # a pipe would be waited for, a device read without an end
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise Rejected(f"{option} names {name}, which is no file", f"correct {option}")
        if path.exists() and path.stat().st_size > LARGEST:
            raise too_large(name)
        return path.read_bytes()
    except FileNotFoundError:
        raise Rejected(
            f"{option} names {name}, which is not there",
            f"put it at {location}, or correct {option}",
        ) from None
    except PermissionError:
        raise PermissionDenied(f"{name} may not be read", "let Okra's user read the file") from None
    except OSError as error:
        raise Unavailable(
            f"{name} cannot be read ({type(error).__name__})",
            f"check that {option} names a file, and the disk that it is on",
        ) from None


def from_fsspec(location: str, option: str) -> bytes:
    """A file in a bucket, on a share or on a server, read by a driver of fsspec."""
    import fsspec  # type: ignore[import-untyped]

    name, scheme = file_name(location), urlsplit(location).scheme
    if scheme in UNENCRYPTED or "::" in location.partition("://")[0]:
        raise Rejected(
            f"{name} would come over {location.partition('://')[0]}, which may not be encrypted",
            "use https, sftp or a bucket",
        )
    try:
        with fsspec.open(location, "rb") as file:
            content: bytes = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise Rejected(f"{option} names {name}, which is not there", f"correct {option}") from None
    except PermissionError:
        raise PermissionDenied(
            f"{name} may not be read", "give the credentials of its driver read access"
        ) from None
    except (ImportError, ValueError):
        raise Rejected(
            f"{name}: nothing here reads {scheme}:// addresses",
            f"install fsspec's driver for {scheme}, or use https",
        ) from None
    except Exception as error:
        # each driver has exceptions of its own, and their texts hold addresses
        raise Unavailable(
            f"{name} cannot be read ({type(error).__name__})",
            "check the address, and the credentials that its driver finds",
        ) from None
    if len(content) > LARGEST:
        raise too_large(name)
    return content


def too_large(name: str) -> Rejected:
    """The fault of a file that no sheet is as large as."""
    return Rejected(f"{name} has more than {LARGEST // 2**20} MiB", "keep less in it")


def from_web(location: str, option: str) -> bytes:
    """A file at a web address. Follows redirects."""
    name, is_public = file_name(location), not leads_inside(location)
    with requests.Session() as session:
        session.auth = lambda request: request  # keeps .netrc from adding a credential
        session.trust_env = not on_loopback(location)
        session.verify = authorities() or True
        session.mount("https://", BoundedAdapter())
        session.mount("http://", BoundedAdapter())
        for _ in range(MAX_REDIRECTS):
            if leads_inside(location) and not on_loopback(location):
                refuse_inside(location, name, option)
            answer = answer_of(session, usable_link(location, option), name)
            if not 300 <= answer.status < 400 or "location" not in answer.headers:
                return file_in(answer, name)
            location = urljoin(location, answer.headers["location"])
            if is_public and leads_inside(location):
                raise Rejected(
                    f"{name} leads from the internet into this network, and is not followed there",
                    f"correct {option}",
                )
    raise Rejected(f"{name} leads from address to address without an end", f"correct {option}")


def usable_link(location: str, option: str) -> str:
    """`location`. Raises `Rejected` when it is unencrypted and not on this machine, or holds a password."""
    parts = urlsplit(location)
    if not parts.hostname or parts.username or parts.password:
        raise Rejected(
            f"{option} has an address that cannot be used",
            "write https://host/file, without a user",
        )
    if parts.scheme == "https" or (parts.scheme == "http" and on_loopback(location)):
        return location
    raise Rejected(
        f"{file_name(location)} would come unencrypted from {parts.hostname}",
        "use https; http is for this machine only (localhost, 127.0.0.1)",
    )


def answer_of(session: requests.Session, location: str, name: str) -> Answer:
    """One answer, which may be a redirect."""
    try:
        response = session.get(location, timeout=TIMEOUT, allow_redirects=False, stream=True)
        body = body_of(response, f"GET {name}")
    except requests.RequestException as error:
        # the class alone: the text holds the whole address
        raise Unavailable(
            f"GET {name} broke off ({type(error).__name__})", "check the network and the address"
        ) from None
    return Answer(f"GET {name}", response.status_code, response.headers, body)


def file_in(answer: Answer, name: str) -> bytes:
    """The body of an answer that is a file."""
    if fault := fault_of_status(answer):
        raise fault
    if answer.body.lstrip()[:14].lower().startswith((b"<!doctype html", b"<html")):
        raise PermissionDenied(
            f"{name} is a web page and no sheet: most likely a sign-in",
            "share the file by a link that downloads it to anyone who has the link",
        )
    return answer.body
