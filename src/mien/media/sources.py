"""What a user types, expanded to pictures: files, folders, patterns, standard input."""

from __future__ import annotations

import glob
import os
import re
import stat
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from pathlib import Path

from mien.errors import ImageError
from mien.media.excluded import HIDDEN, Excludes
from mien.media.image import (
    DEFAULT_MAX_PIXELS,
    HEIC_SUFFIXES,
    IMAGE_SUFFIXES,
    ReadPicture,
    open_error,
    read_picture,
)
from mien.media.kinds.not_looked_at import kind_passed_over

STANDARD_INPUT = "-"
"""How a user names standard input. (A file of this name is ``./-``.)"""

_FOLDER_SUFFIXES = IMAGE_SUFFIXES | HEIC_SUFFIXES


@dataclass(frozen=True, slots=True)
class Source:
    """One picture to read, or the reason why there is none.

    Attributes
    ----------
    path : str
        As the user named it, or the folder as the user named it and the path below; ``"-"`` for
        standard input.
    error : ImageError or None
        Why it can't be read, when that is known already: a missing file, a folder that can't be
        opened or has no pictures, a pattern that nothing matches.
    """

    path: str
    error: ImageError | None = None

    def read_all(
        self, *, max_pixels: int = DEFAULT_MAX_PIXELS
    ) -> Iterator[ReadPicture | ImageError]:
        """Read all pictures that the file holds, one after the other; for one that fails, why."""
        if self.error is not None:
            yield self.error
            return
        try:
            standard = self.path == STANDARD_INPUT
            content: str | bytes = _standard_input() if standard else self.path
        except ImageError as error:
            yield error
            return
        name = "standard input" if standard else self.path
        page, pages = 1, 1
        while page <= pages:
            try:
                picture = read_picture(content, name=name, max_pixels=max_pixels, page=page)
                pages = picture.pages or 1
                yield picture
            except ImageError as error:
                of_page = f"page {page}: {error.what}" if page > 1 else error.what
                yield ImageError(of_page, where=error.where, hint=error.hint)
            page += 1

    def read(self, *, max_pixels: int = DEFAULT_MAX_PIXELS) -> ReadPicture:
        """Read the picture as upright RGB, with what there is to say about it.

        Raises
        ------
        ImageError
            ``error`` if there is one, or else as ``mien.media.image.read_picture``.
        """
        found = next(self.read_all(max_pixels=max_pixels))
        if isinstance(found, ImageError):
            raise found
        return found


def find_images(
    paths: Iterable[str | os.PathLike[str]],
    *,
    passed_over: Counter[str] | None = None,
    excludes: Excludes | None = None,
    excluded: Counter[str] | None = None,
    besides: Set[str] = frozenset(),
) -> list[Source]:
    """Expand files, folders, patterns and ``-`` to the pictures they stand for.

    - A *file* is taken whatever its suffix.
    - A *folder* stands for the pictures in it and in the folders below it, by suffix (HEIC too,
      so that such photos are reported and not passed over in silence), each folder's own pictures
      first, in natural order (``img2`` before ``img10``). What ``excludes`` says is left out
      (``mien.media.excluded.DEFAULT_EXCLUDES`` when None, hidden files and folders among them), and
      counted by pattern in ``excluded``. Links are followed, each real folder once, so that loops
      end.
    - A *pattern* (``*``, ``?``, ``[…]``, ``**`` for any depth) that the shell did not expand
      stands for what it matches: folders as above; files by suffix, or all of them when the
      pattern itself ends in a suffix (``*.scan``).
    - The same file named twice comes once, in its first place.

    Nothing is opened but folders. What folders hold besides and people might take for read (raw
    photos, videos, …) is counted by kind in ``passed_over``, if it is given. What
    can't be read becomes a ``Source`` with an error in its place, so that the rest still gets done.
    ``besides`` are suffixes, in lower case, of files that are taken as if they were pictures.

    Returns
    -------
    list of Source
        In the order of ``paths``.
    """
    finder = _Finder(
        Counter() if passed_over is None else passed_over,
        excludes or Excludes(),
        Counter() if excluded is None else excluded,
        besides,
    )
    return [source for path in paths for source in finder.expand(os.fspath(path))]


class _Finder:
    """Remembers what has been found already."""

    def __init__(
        self,
        passed_over: Counter[str],
        excludes: Excludes,
        excluded: Counter[str],
        besides: Set[str],
    ) -> None:
        self._passed_over = passed_over
        self._excludes, self._excluded = excludes, excluded
        self._suffixes = _FOLDER_SUFFIXES | besides
        self._files: set[str] = set()
        self._folders: set[str] = set()
        self._hits = 0

    def expand(self, path: str) -> Iterator[Source]:
        if path == STANDARD_INPUT:
            yield from self._file(path, STANDARD_INPUT)
            return
        try:
            is_folder = stat.S_ISDIR(Path(path).stat().st_mode)
        except (OSError, ValueError) as error:
            if isinstance(error, FileNotFoundError) and glob.has_magic(path):
                yield from self._pattern(path)
            else:
                yield Source(path, open_error(error, path))
            return
        yield from self._folder(path) if is_folder else self._file(path, os.path.realpath(path))

    def _file(self, path: str, identity: str) -> Iterator[Source]:
        self._hits += 1
        if identity not in self._files:
            self._files.add(identity)
            yield Source(path)

    def _pattern(self, pattern: str) -> Iterator[Source]:
        hits = self._hits
        takes_any_suffix = "." in Path(pattern).name
        # Path.glob would look into hidden folders and can't take an absolute pattern.
        matches = glob.glob(pattern, recursive=True)  # noqa: PTH207
        for match in sorted(matches, key=path_order):
            is_folder = Path(match).is_dir()
            if self._is_excluded(match, _literal_part(pattern), folder=is_folder):
                continue
            if is_folder:
                yield from self._walk(match)
            elif takes_any_suffix or suffix_of(match) in self._suffixes:
                yield from self._file(match, os.path.realpath(match))
        if self._hits == hits:
            yield Source(pattern, ImageError("no picture matches this pattern", where=pattern))

    def _is_excluded(self, match: str, above: str, *, folder: bool) -> bool:
        """Whether a part of what a pattern matched is excluded; hidden is what it names itself."""
        parts = _below(match, above).split("/")
        for depth, name in enumerate(parts, start=1):
            is_folder = folder or depth < len(parts)
            found = self._excludes.match(name, "/".join(parts[:depth]), folder=is_folder)
            if found is not None and found != HIDDEN:
                self._excluded[found] += 1
                return True
        return False

    def _folder(self, folder: str) -> Iterator[Source]:
        hits = self._hits
        yield from self._walk(folder)
        if self._hits == hits:
            yield Source(
                folder,
                ImageError(
                    "has no pictures in it",
                    where=folder,
                    hint="in folders files are told by suffix (.jpg, .png, …); "
                    "name a file itself to read it whatever its suffix",
                ),
            )

    def _walk(self, top: str) -> Iterator[Source]:
        folders = [top]
        while folders:
            folder = folders.pop()
            real = os.path.realpath(folder)
            if real in self._folders:
                self._hits += 1
                continue
            self._folders.add(real)
            try:
                with os.scandir(folder) as scan:
                    entries = sorted(scan, key=lambda entry: _natural_order(entry.name))
            except OSError as error:
                self._hits += 1
                yield Source(folder, _folder_error(error, folder))
                continue
            below = []
            for entry in entries:
                is_folder = _is_folder(entry)
                name_below = _below(entry.path, top)
                pattern = self._excludes.match(entry.name, name_below, folder=is_folder)
                if pattern is not None:
                    self._excluded[pattern] += is_folder or suffix_of(entry.name) in self._suffixes
                elif is_folder:
                    below.append(entry.path)
                elif suffix_of(entry.name) in self._suffixes and _is_file(entry):
                    path = entry.path
                    own = os.path.join(real, entry.name)  # noqa: PTH118 (a thousand times faster)
                    yield from self._file(
                        path, os.path.realpath(path) if entry.is_symlink() else own
                    )
                elif (kind := kind_passed_over(suffix_of(entry.name))) and _is_file(entry):
                    self._passed_over[kind] += 1
            folders.extend(reversed(below))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Whether it can be read as a file, or is a broken link, which reading will report."""
    try:
        return entry.is_file() or (entry.is_symlink() and not Path(entry.path).exists())
    except OSError:
        return True


def _below(path: str, top: str) -> str:
    """The path below a folder that was named, with ``/`` between its names."""
    return path.removeprefix(top).replace(os.sep, "/").lstrip("/")


def _literal_part(pattern: str) -> str:
    """The folders with which a pattern begins, before what stands for several names."""
    parts = Path(pattern).parts
    plain = [not glob.has_magic(part) for part in parts]
    literal = parts[: plain.index(False)] if False in plain else parts[:-1]
    return str(Path(*literal)) if literal else ""


def suffix_of(name: str) -> str:
    """The suffix of a file's name or path, in lower case."""
    return os.path.splitext(name)[1].lower()  # noqa: PTH122 (a thousand times faster)


def _natural_order(name: str) -> tuple[list[str | int], str]:
    """Sort key in which ``img2`` comes before ``img10``; the name itself decides ties."""
    parts = re.split(r"(\d+)", name.casefold())
    return [int(part) if index % 2 else part for index, part in enumerate(parts)], name


def path_order(path: str) -> list[tuple[list[str | int], str]]:
    """Sort key of paths: each part in natural order, ``img2`` before ``img10``."""
    return [_natural_order(part) for part in Path(path).parts]


def _folder_error(error: OSError, folder: str) -> ImageError:
    if isinstance(error, PermissionError):
        return ImageError(
            "no permission to look into this folder",
            where=folder,
            hint="change its permissions, or run as its owner",
        )
    return open_error(error, folder)


def _standard_input() -> bytes:
    where = "standard input"
    if sys.stdin is None or sys.stdin.isatty():
        raise ImageError(
            "no picture comes in", where=where, hint="pipe one in: mien analyze - < photo.jpg"
        )
    try:
        return sys.stdin.buffer.read()
    except OSError as error:
        raise open_error(error, where) from error
