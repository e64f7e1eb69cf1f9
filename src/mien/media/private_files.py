"""Files that only their owner can read: databases, thumbnails, keys."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path


def make_private_file(path: Path) -> None:
    """Make an empty file of mode 0600, and the folders above it, unless it is there.

    Raises
    ------
    OSError, ValueError
        If it cannot be made.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def write_private(path: Path, content: bytes) -> None:
    """Write a file of mode 0600 whole: beside it first, then renamed.

    Raises
    ------
    OSError
        If it cannot be written; what was there before stays.
    """
    beside = path.with_name(f".mien-{secrets.token_hex(6)}.part")
    try:
        with os.fdopen(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
