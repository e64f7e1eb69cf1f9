"""``AllowedFolders``: what of this computer's folders the page may see and choose."""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mien.album.indexing.scan import LEADS_OUT, lies_inside
from mien.album.taking.listing import shown_path
from mien.media.excluded import Excludes
from mien.media.image import HEIC_SUFFIXES, IMAGE_SUFFIXES
from mien.server.error_answers import ApiError

MOST_LISTED = 500
"""Folders in one answer; the rest is counted."""

LONGEST_KEY = 12_000
"""Characters: a path of 4,096 bytes and more, as Linux takes it, in Base64."""

_SUFFIXES = frozenset((*IMAGE_SUFFIXES, *HEIC_SUFFIXES))
_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True)
class ListedFolder:
    """A folder by the key with which it is asked for, its own name, and why it is refused."""

    key: str
    name: str
    path: bytes
    refused: str | None = None


@dataclass(frozen=True)
class Listing:
    """A folder, those above it that are allowed, and those in it.

    Attributes
    ----------
    above : tuple of ListedFolder
        From the allowed folder down to this one, which is the last; empty for the list of those
        that were allowed.
    folders : tuple of ListedFolder
        In order of their names, numbers by their value.
    photos : int
        Files in the folder itself, not below it, that look like photos by their names.
    left_off : int
        Folders that are there and not listed.
    """

    above: tuple[ListedFolder, ...]
    folders: tuple[ListedFolder, ...]
    photos: int = 0
    left_off: int = 0


class AllowedFolders:
    """The folders that were named when the server was started, and all below them.

    A page never sends a path. It sends keys that it was given: the number of an allowed folder and
    the names below it, in Base64 because names are bytes. What a key leads to is looked at again
    each time: it must really lie in an allowed folder, wherever its links lead.

    Parameters
    ----------
    roots : sequence of Path
        They need not be there (any more).
    """

    def __init__(self, roots: Sequence[Path]) -> None:
        paths = [os.fsencode(os.path.abspath(root)) for root in roots]  # noqa: PTH100 (links stay)
        self._roots = tuple(dict.fromkeys(paths))
        self._excludes = Excludes()

    def __len__(self) -> int:
        return len(self._roots)

    @property
    def real(self) -> tuple[bytes, ...]:
        """Where the allowed folders really lie."""
        return tuple(os.path.realpath(root) for root in self._roots)

    def list_allowed(self) -> Listing:
        """The folders that were named when the server was started."""
        return Listing((), tuple(self._listed(number, b"") for number in range(len(self._roots))))

    def list_folder(self, key: str) -> Listing:
        """What is in a folder.

        Raises
        ------
        ApiError
            403 for a folder outside those that are allowed, 404 for what is no key of a folder
            that is there, or cannot be opened.
        """
        number, below = self._read_key(key)
        here = self._folder(number, below)
        found: list[bytes] = []
        photos = 0
        try:
            with os.scandir(here) as entries:
                for entry in entries:
                    name, is_folder = os.fsdecode(entry.name), _is_folder(entry)
                    path = os.fsdecode(os.path.join(below, entry.name))  # noqa: PTH118 (bytes)
                    if self._excludes.match(name, path.replace(os.sep, "/"), folder=is_folder):
                        continue
                    if is_folder:
                        found.append(entry.name)
                    else:
                        suffix = os.path.splitext(name)[1]  # noqa: PTH122 (text)
                        photos += suffix.lower() in _SUFFIXES
        except OSError as error:
            raise ApiError(
                404, f"the folder cannot be opened ({error.strerror})", "choose another"
            ) from error
        found.sort(key=_order)
        return Listing(
            tuple(self._way(number, below)),
            tuple(
                self._listed(number, os.path.join(below, name))  # noqa: PTH118 (bytes)
                for name in found[:MOST_LISTED]
            ),
            photos,
            max(0, len(found) - MOST_LISTED),
        )

    def find(self, key: str) -> bytes:
        """The absolute path of a folder; raises as ``list_folder``."""
        return self._folder(*self._read_key(key))

    def _folder(self, number: int, below: bytes) -> bytes:
        path = self._path(number, below)
        if not lies_inside(os.path.realpath(path), self.real):
            raise ApiError(403, "the folder lies outside those that were allowed")
        if not os.path.isdir(path):  # noqa: PTH112 (bytes)
            raise ApiError(404, "the folder is no longer there", "choose another")
        return path

    def _path(self, number: int, below: bytes) -> bytes:
        return os.path.join(self._roots[number], below) if below else self._roots[number]  # noqa: PTH118

    def _read_key(self, key: str) -> tuple[int, bytes]:
        number, _, text = key.partition("-")
        try:
            below = base64.b64decode(text.encode("ascii"), b"-_", validate=True)
            root = int(number) if number.isascii() and number.isdecimal() else -1
        except (ValueError, binascii.Error):
            root = -1
        if not 0 <= root < len(self._roots):
            raise ApiError(404, "there is no such folder", "choose one that is offered")
        parts = below.split(os.fsencode(os.sep)) if below else []
        odd = os.path.isabs(below) or os.path.splitdrive(below)[0] or b"\0" in below  # noqa: PTH117
        if odd or any(part in (b"", b".", b"..") for part in parts):
            raise ApiError(403, "the folder lies outside those that were allowed")
        return root, below

    def _way(self, number: int, below: bytes) -> list[ListedFolder]:
        way = [self._listed(number, b"")]
        parts = below.split(os.fsencode(os.sep)) if below else []
        for end in range(1, len(parts) + 1):
            way.append(self._listed(number, os.fsencode(os.sep).join(parts[:end])))
        return way

    def _listed(self, number: int, below: bytes) -> ListedFolder:
        path = self._path(number, below)
        real = os.path.realpath(path)
        refused = None
        if not lies_inside(real, self.real):
            refused = LEADS_OUT
        elif not os.path.isdir(path):  # noqa: PTH112 (bytes)
            refused = "it is not there"
        elif not os.access(path, os.R_OK | os.X_OK):
            refused = "it cannot be opened"
        name = os.path.basename(below) if below else path  # noqa: PTH119 (bytes)
        key = str(number) + (f"-{base64.urlsafe_b64encode(below).decode()}" if below else "")
        return ListedFolder(key, shown_path(os.fsdecode(name)), path, refused)


def _is_folder(entry: os.DirEntry[bytes]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # A link in a circle.
        return False


def _order(name: bytes) -> tuple[list[str], bytes]:
    parts = _DIGITS.split(os.fsdecode(name).casefold())
    return [part.zfill(20) if part.isdecimal() else part for part in parts], name
