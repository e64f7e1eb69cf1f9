"""What to say of photos and folders that are no longer where they were indexed."""

from __future__ import annotations

import os
import shlex
from collections import Counter
from collections.abc import Iterable

from mien.album.taking.listing import shown_path
from mien.wording import count

HOW_MOVED = "if it was moved, index its new place: mien album index FOLDER"

_NAMED = 3


def missing_notes(missing: Iterable[bytes]) -> list[str]:
    """Of photos that are left out of the hits: where they were, and which command helps.

    One line for each of the places with the most of them; a place is the highest folder that is
    not there, or the file itself.
    """
    places = Counter(highest_missing(path) for path in missing)
    named = places.most_common(_NAMED)
    lines = [
        f"{count(number, 'photo')} left out: {shown_path(os.fsdecode(place))} is no longer there; "
        f"{HOW_MOVED}; or take it out of the album: {forget_command(place)}"
        for place, number in named
    ]
    rest = places.total() - sum(number for _, number in named)
    if rest:
        lines.append(f"{count(rest, 'photo')} more left out that are no longer where they were")
    return lines


def forget_command(path: bytes) -> str:
    """The command that takes a file or folder out of the album, for a shell."""
    return f"mien album forget {shlex.quote(shown_path(os.fsdecode(path)))}"


def highest_missing(path: bytes) -> bytes:
    """The highest folder above a path that is not there, or the path itself."""
    while True:
        above = os.path.dirname(path)  # noqa: PTH120 (bytes)
        if above == path or os.path.lexists(above):
            return path
        path = above
