"""Walking a folder for photos, with the state of each file, fast enough for 100,000 of them."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mien.album.records import FileStat, stat_of
from mien.album.store import path_range
from mien.media.excluded import Excludes
from mien.media.image import HEIC_SUFFIXES, IMAGE_SUFFIXES
from mien.media.kinds.not_looked_at import kind_passed_over

_SUFFIXES = frozenset(os.fsencode(suffix) for suffix in IMAGE_SUFFIXES)
_NO_LONGER_A_PHOTO = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
"""It went away, or is a link in a circle."""

_HEIC = frozenset(os.fsencode(suffix) for suffix in HEIC_SUFFIXES)


@dataclass(frozen=True, slots=True)
class Found:
    """One photo's file: its absolute path as bytes, and its state."""

    path: bytes
    stat: FileStat


@dataclass(frozen=True, slots=True)
class Closed:
    """A folder that cannot be looked into, or a link that is not followed, and why."""

    path: bytes
    reason: str


@dataclass(frozen=True, slots=True)
class Heic:
    """A HEIC photo that nothing installed here can read."""

    path: bytes


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A folder or a photo that a pattern excludes."""

    pattern: str


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A raw photo, a video or another kind that albums do not hold."""

    kind: str


LEADS_OUT = "it is a link that leads out of the folders that were allowed"


def scan(
    folder: bytes, *, heic: bool, excludes: Excludes, inside: Sequence[bytes] | None = None
) -> Iterator[Found | Closed | Heic | PassedOver | LeftOut]:
    """All photos in and below a folder, by suffix.

    As ``mien.media.sources.find_images`` does it: what is excluded is left out, links are
    followed, each real folder once, so that loops end. Here each file comes with its state, which
    the folder's listing often has at no further cost, and names are bytes, so that any encoding
    will do.

    Parameters
    ----------
    folder : bytes
        Absolute.
    heic : bool
        Whether HEIC photos can be read.
    excludes : Excludes
    inside : sequence of bytes, optional
        Real folders out of which no link is followed; what such a link leads to is ``Closed``.
    """
    suffixes = _SUFFIXES | _HEIC if heic else _SUFFIXES
    folders, visited = [folder], set()
    while folders:
        here = folders.pop()
        real = os.path.realpath(here)
        if real in visited:
            continue
        visited.add(real)
        if inside is not None and not lies_inside(real, inside):
            yield Closed(here, LEADS_OUT)
            continue
        try:
            with os.scandir(here) as entries:
                listing = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            yield Closed(here, error.strerror or type(error).__name__)
            continue
        below = []
        for entry in listing:
            suffix = os.path.splitext(entry.name)[1].lower()  # noqa: PTH122 (bytes)
            try:
                is_folder = entry.is_dir()
                pattern = excludes.match(
                    os.fsdecode(entry.name), _below(entry.path, folder), folder=is_folder
                )
                if pattern is not None:
                    if is_folder or suffix in suffixes:
                        yield LeftOut(pattern)
                elif is_folder:
                    below.append(entry.path)
                elif (kind := kind_passed_over(os.fsdecode(suffix))) and entry.is_file():
                    yield PassedOver(kind)
                elif suffix in suffixes and entry.is_file():
                    if inside is not None and _leads_out(entry, inside):
                        yield Closed(entry.path, LEADS_OUT)
                        continue
                    yield Found(entry.path, stat_of(entry.stat()))
                elif suffix in _HEIC and entry.is_file():
                    yield Heic(entry.path)
            except OSError as error:
                if error.errno in _NO_LONGER_A_PHOTO:
                    continue
                # A folder may list its names and not let anybody at its files.
                yield Closed(here, error.strerror or type(error).__name__)
                break
        folders.extend(reversed(below))


def lies_inside(real: bytes, folders: Sequence[bytes]) -> bool:
    """Whether a real path is one of some real folders, or lies below one."""
    return any(real == folder or real.startswith(path_range(folder)[0]) for folder in folders)


def _leads_out(entry: os.DirEntry[bytes], inside: Sequence[bytes]) -> bool:
    return entry.is_symlink() and not lies_inside(os.path.realpath(entry.path), inside)


def _below(path: bytes, top: bytes) -> str:
    """The path below the folder that was named, with ``/`` between its names."""
    below = os.fsdecode(path[len(top) :])
    return below.replace(os.sep, "/").lstrip("/")
