"""The original of a photo, read only while it is what was indexed and lies where it was indexed."""

from __future__ import annotations

import enum
import hashlib
import os
import sqlite3
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mien.album.records import HASH_BYTES, MOST_BYTES, FileStat, stat_of
from mien.album.store import path_range
from mien.errors import ImageError


class Fault(enum.Enum):
    """Why an original is not shown."""

    UNKNOWN = "is not in the album"
    GONE = "is no longer where it was"
    CHANGED = "has changed since it was indexed"
    OUTSIDE = "lies behind a link that leads out of the indexed folders"


class OriginalError(ImageError):
    """The original of a photo cannot be shown; ``fault`` says why."""

    def __init__(self, fault: Fault) -> None:
        hints = {
            Fault.UNKNOWN: None,
            Fault.OUTSIDE: "index the folder that it really lies in",
        }
        again = "index its folder again: mien album index FOLDER"
        super().__init__(f"the photo {fault.value}", hint=hints.get(fault, again))
        self.fault = fault


@dataclass(frozen=True)
class Original:
    """What the album knows of a photo's files.

    Attributes
    ----------
    picture : int
        Row in the database.
    hash : bytes
        BLAKE2b of the content, 16 bytes.
    files : tuple of (bytes, FileStat)
        Absolute paths of the files that held it, and their states then.
    roots : tuple of bytes
        The indexed folders.
    """

    picture: int
    hash: bytes
    files: tuple[tuple[bytes, FileStat], ...]
    roots: tuple[bytes, ...]


def find_original(connection: sqlite3.Connection, picture: int) -> Original:
    """Look up a photo by its row.

    Raises
    ------
    OriginalError
        If there is no such row, or all its files have gone.
    """
    row = connection.execute("SELECT hash FROM picture WHERE id = ?", (picture,)).fetchone()
    files = connection.execute(
        "SELECT path, size, mtime_ns, inode FROM file WHERE picture = ? AND gone = 0 ORDER BY path",
        (picture,),
    ).fetchall()
    if row is None or not files:
        raise OriginalError(Fault.UNKNOWN)
    roots = connection.execute("SELECT path FROM folder").fetchall()
    return Original(
        picture,
        row[0],
        tuple((path, FileStat(*state)) for path, *state in files),
        tuple(path for (path,) in roots),
    )


def check_original(original: Original) -> Path:
    """Where the original lies now, without reading it unless its file's state has changed.

    Raises
    ------
    OriginalError
        If no file of it is there, inside the indexed folders, with the content that was indexed.
    """
    path, _ = _first_good(original, content=False)
    return path


def read_original(original: Original) -> tuple[Path, bytes]:
    """Where the original lies now, and its content.

    The content is compared with the hash that was indexed: whatever has taken the file's place, it
    is not shown.

    Raises
    ------
    OriginalError
        As ``check_original``.
    """
    return _first_good(original, content=True)


def _first_good(original: Original, *, content: bool) -> tuple[Path, bytes]:
    faults = []
    for path, state in original.files:
        try:
            return _good(path, state, original, content)
        except OriginalError as error:
            faults.append(error)
    # What can be said of one file is more than that another one has gone.
    raise next((error for error in faults if error.fault is not Fault.GONE), faults[0])


def _good(path: bytes, state: FileStat, original: Original, content: bool) -> tuple[Path, bytes]:
    real = os.path.realpath(path)
    if not _is_inside(path, real, original.roots):
        raise OriginalError(Fault.OUTSIDE)
    found = Path(os.fsdecode(real))
    try:
        with open(os.fsdecode(real), "rb", opener=_open_plainly) as file:
            now = os.fstat(file.fileno())
            if not stat.S_ISREG(now.st_mode) or now.st_size != state.size:
                raise OriginalError(Fault.CHANGED)
            if not content and stat_of(now) == state:
                return found, b""
            if now.st_size > MOST_BYTES:
                raise OriginalError(Fault.CHANGED)
            data = file.read(now.st_size + 1)
    except (OSError, ValueError) as error:
        raise OriginalError(Fault.GONE) from error
    if hashlib.blake2b(data, digest_size=HASH_BYTES).digest() != original.hash:
        raise OriginalError(Fault.CHANGED)
    return found, data


def _open_plainly(path: str, flags: int) -> int:
    """Open a file: not through a link that was put there since, and never waiting at a pipe."""
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    return os.open(path, flags)


def _is_inside(path: bytes, real: bytes, roots: Sequence[bytes]) -> bool:
    """Whether ``path``, which leads to ``real``, still leads into an indexed folder."""
    over = [root for root in roots if path.startswith(path_range(root)[0])]
    # A folder is entered when its first index has ended. Until then: not out of the photo's own.
    for root in over or [os.path.dirname(path)]:  # noqa: PTH120 (bytes)
        first, after = path_range(os.path.realpath(root))
        if first <= real < after:
            return True
    return False
