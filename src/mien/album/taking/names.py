"""Names of hits, by rank, that any system takes."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

LONGEST = 240
"""Bytes of a name in UTF-8. File systems take 255; what is made beside it needs some."""

_NOT_ON_WINDOWS = frozenset('<>:"/\\|?*')


def ranked_name(rank: int, digits: int, path: str) -> str:
    """``001 beach.jpg``: the file's own name behind its rank, cut if it would be too long."""
    name = Path(path).name
    front = f"{rank:0{digits}d} "
    stem, suffix = os.path.splitext(name)  # noqa: PTH122 (a name, not a path)
    room = LONGEST - len(front) - len(os.fsencode(suffix))
    while len(os.fsencode(stem)) > room:
        stem = stem[:-1]
    return f"{front}{stem}{suffix}"


def portable(name: str) -> str:
    """The name with ``_`` for all that Windows has no names with, and valid Unicode.

    Its device names (``CON``) need a rank in front.
    """
    # Zip archives are to have the composed form; macOS's file system gives the other one.
    plain = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8"))
    letters = (
        char if char.isprintable() and char not in _NOT_ON_WINDOWS else "_" for char in plain
    )
    # Windows drops dots and blanks at the end.
    kept = "".join(letters)
    bare = kept.rstrip(". ")
    return bare + "_" * (len(kept) - len(bare))
