"""Who on this machine may read what Okra writes: only the user who runs it, and of what is published, whoever
OKRA_READERS names.
"""

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import Literal

Readers = Literal["nobody", "group", "everybody"]
"""Who may read beside the user who writes."""

_REFUSED: Mapping[Readers, int] = MappingProxyType(
    {"nobody": 0o077, "group": 0o027, "everybody": 0o022}
)
"""The permissions that new files do not have (umask)."""
_ENTERED: Mapping[Readers, int] = MappingProxyType(
    {"nobody": 0, "group": 0o010, "everybody": 0o011}
)
"""The permissions by which a folder can be passed through and not be listed."""


def keep_private() -> None:
    """Have this process and its children make files of mode 0600 and folders of mode 0700 from now on."""
    os.umask(_REFUSED["nobody"])


@contextmanager
def readable_by(readers: Readers) -> Iterator[None]:
    """Have this process make files that `readers` may read, and nobody else but its own user, for a while."""
    before = os.umask(_REFUSED[readers])
    try:
        yield
    finally:
        os.umask(before)


def share(published: Iterable[Path], home: Path, readers: Readers) -> None:
    """Give files and folders that were made before, with all in them, the modes for `readers`, who may enter `home`.

    What belongs to another user stays as it is: that user says who may read it.
    """
    allowed = 0o777 & ~_REFUSED[readers]

    def readable(mode: int) -> int:
        """The mode of a file, which is as writable for its user as it was: okra.duckdb is not."""
        return allowed & 0o444 | mode & stat.S_IWUSR

    _change(home, lambda mode: mode | _ENTERED[readers])
    for root in published:
        for folder, _, files in os.walk(root):
            _change(Path(folder), lambda _: allowed)
            for name in files:
                _change(Path(folder, name), readable)
        if root.is_file():
            _change(root, readable)


def close(private: Iterable[Path]) -> None:
    """Take the rights of all others from files and folders that an earlier version made.

    What is in a folder need not be changed, as nobody else can enter it.
    """
    for path in private:
        _change(path, lambda mode: mode & ~_REFUSED["nobody"])


def _change(path: Path, wanted: Callable[[int], int]) -> None:
    with suppress(OSError):  # it is another user's, or another process has replaced it
        mode = stat.S_IMODE(path.stat().st_mode)
        if wanted(mode) != mode:
            path.chmod(wanted(mode))


def is_on_read_only_disk(path: Path) -> bool:
    """Whether a file or folder lies on a disk that is mounted read-only, such as that of a backup.

    What is not there lies where its folder does.
    """
    while not path.exists() and path != path.parent:
        path = path.parent
    return bool(os.statvfs(path).f_flag & os.ST_RDONLY)
