"""What the operating system and the databases say of a disk or a file, as one sentence: what, where, what to do."""

import errno
import re
from collections.abc import Iterator
from pathlib import Path

_ROOM = "free some space there and run again; what was written before is as it was"
_OWNER = "let the user of this process own it, or set OKRA_HOME to a folder that it may write"
_NO_FOLDER = ("is no folder", "remove the file that is in its place")
_IS_THERE = ("is there already", "move it away and run again")
_BY_NUMBER = {
    errno.ENOSPC: ("the disk is full", _ROOM),
    errno.EDQUOT: ("the quota of this user's disk is used up", _ROOM),
    errno.EROFS: ("the disk is read-only", "mount it writable, or set OKRA_HOME to another"),
    errno.EACCES: ("no permission", _OWNER),
    errno.EPERM: ("no permission", _OWNER),
    errno.EMFILE: ("too many files are open", "raise the limit, as with `ulimit -n 4096`"),
    errno.ENFILE: ("too many files are open on this machine", "close other programs"),
    errno.ENOMEM: ("there is not enough memory", "close other programs, or lower OKRA_MEMORY"),
    errno.EAGAIN: (
        "no more processes or threads are allowed",
        "raise the limit, as with `ulimit -u`",
    ),
    errno.E2BIG: ("the environment is too long for a process", "unset what is not needed in it"),
    errno.EADDRINUSE: ("the port is taken by another program", "choose another port"),
    errno.ENAMETOOLONG: ("the name is too long for the disk", "choose a shorter one"),
    errno.ELOOP: (
        "is a link that leads to itself",
        "remove it, or have it lead to a folder or file",
    ),
    errno.EIO: ("the disk cannot be read", "look at the disk, and run `okra verify`"),
    errno.ENOTDIR: _NO_FOLDER,
    errno.EEXIST: _IS_THERE,
    errno.EISDIR: ("is a folder", "remove the folder that is in the place of a file"),
}
_DAMAGED = ("is damaged", "`okra repair` sets it aside and makes it again")
_BY_WORDS = (
    (
        r"No space left on device|database or disk is full|Could not write all required bytes|disk quota exceeded",
        ("the disk is full", _ROOM),
    ),
    (
        r"Read-only file system|readonly database|read-only mode",
        _BY_NUMBER[errno.EROFS],
    ),
    (r"Permission denied|unable to open database file", ("no permission", _OWNER)),
    (r"Too many open files", _BY_NUMBER[errno.EMFILE]),
    (
        r"not a valid DuckDB database|file is not a database|database disk image is malformed|Corrupt(ed)? database"
        r"|computed checksum|Could not read enough bytes|Failure while replaying WAL",
        _DAMAGED,
    ),
    (
        r"Could not set lock on file|database is locked",
        ("is open in another process", "wait until it is done, or close what reads it"),
    ),
    (r"Out of Memory|std::bad_alloc|Cannot allocate memory", _BY_NUMBER[errno.ENOMEM]),
    (r"disk I/O error", _BY_NUMBER[errno.EIO]),
    (r"Is a directory", _BY_NUMBER[errno.EISDIR]),
    (r"Not a directory", _NO_FOLDER),
    (r"\[Errno 17\] File exists", _IS_THERE),
)
_PLACE = re.compile(r"[\"']((?:/|[\w.-]+/)[^\"'\n]+)[\"']|file: (/\S+)")
_RENAMED = re.compile(r"' -> ('[^'\n]+')")
"""What the message of a rename or a link ends with: the place that could not be taken."""


def plain_sentence(error: BaseException) -> str | None:
    """What is wrong, where, and what to do; None where it is no fault of a disk, a file or a limit."""
    for cause in causes(error):
        if isinstance(cause, OSError) and cause.errno in _BY_NUMBER:
            what, remedy = _BY_NUMBER[cause.errno]
            place = str(cause.filename2 or cause.filename or "")
            if is_in_place_of_folder(what, place, is_link=bool(cause.filename2)):
                what, remedy = _NO_FOLDER
            return in_words(what, place, remedy)
        if isinstance(cause, MemoryError):
            return in_words(_BY_NUMBER[errno.ENOMEM][0], "", _BY_NUMBER[errno.ENOMEM][1])
    for cause in causes(error):
        if sentence := plain_text(str(cause)):
            return sentence
    return None


def plain_text(message: str) -> str | None:
    """The same of a message alone."""
    for words, (what, remedy) in _BY_WORDS:
        if re.search(words, message, re.IGNORECASE):
            renamed = _RENAMED.search(message)
            match = _PLACE.search(renamed[1] if renamed else message)
            place = (match[1] or match[2]) if match else ""
            if is_in_place_of_folder(what, place, is_link=bool(renamed)):
                what, remedy = _NO_FOLDER
            return in_words(what, place, remedy)
    return None


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error, and what it was raised from."""
    seen = set[int]()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def in_words(what: str, place: str, remedy: str) -> str:
    """`/srv/data/okra.duckdb: the disk is full; free some space there`, or without a place; `a file is damaged`."""
    if what == _NO_FOLDER[0]:
        place = in_place_of_folder(place)
    named = f"{place or 'a file'} {what}" if what.startswith("is ") else what
    if place and named == what:
        named = f"{place}: {what}"
    return f"{named}; {remedy}"


def is_in_place_of_folder(what: str, place: str, *, is_link: bool) -> bool:
    """Whether what is there already is a file where a folder was to be made: no link was to be made there."""
    return what == _IS_THERE[0] and not is_link and bool(place) and Path(place).is_file()


def in_place_of_folder(place: str) -> str:
    """The file that a path leads through as if it were a folder; the path itself where there is none."""
    path = Path(place)
    return next((str(x) for x in (path, *path.parents) if place and x.is_file()), place)
