"""What the album page lets people take with them: lists, a gallery, the photos themselves."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

from mien.album.asking.hits import Hit
from mien.album.asking.question import Question
from mien.album.database import open_album
from mien.album.originals import (
    Original,
    OriginalError,
    check_original,
    find_original,
    read_original,
)
from mien.album.taking.gallery import gallery_page
from mien.album.taking.listing import to_csv, to_json, to_paths
from mien.album.taking.names import portable, ranked_name
from mien.server.album.answer_forms import ExportLimits
from mien.server.error_answers import ApiError

LIMITS = ExportLimits(lists=20_000, gallery=200, zip=500, zip_bytes=1_000_000_000)
_MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "paths": "text/plain",
    "paths0": "application/octet-stream",
    "gallery": "text/html; charset=utf-8",
    "zip": "application/zip",
}


class Kind(StrEnum):
    """Kinds of exports."""

    CSV = "csv"
    JSON = "json"
    PATHS = "paths"
    PATHS0 = "paths0"
    GALLERY = "gallery"
    ZIP = "zip"

    @property
    def media_type(self) -> str:
        """Of the file."""
        return _MEDIA_TYPES[self.value]

    @property
    def file_name(self) -> str:
        """What the browser calls the file."""
        ending = {"paths": "txt", "paths0": "paths0", "gallery": "html"}.get(self.value, self.value)
        return f"mien-album.{ending}"

    @property
    def most(self) -> int:
        """Photos in it."""
        return {"gallery": LIMITS.gallery, "zip": LIMITS.zip}.get(self.value, LIMITS.lists)


def make_list(hits: Sequence[Hit], kind: Kind, question: Question, *, place: bool) -> bytes:
    """A CSV, JSON or list of paths, as ``mien album top`` writes them."""
    if kind is Kind.CSV:
        return to_csv(hits, place=place)
    if kind is Kind.JSON:
        return to_json(hits, question.to_dict())
    return to_paths(hits, ending=b"\0" if kind is Kind.PATHS0 else b"\n")


def make_gallery(database: Path, hits: Sequence[Hit], question: Question) -> bytes:
    """The page that ``mien album top --gallery`` writes.

    Photos whose originals cannot be shown (see ``mien.album.originals``) are left out, and the
    page says how many.
    """
    shown: list[Hit] = []
    with open_album(database) as connection:
        for hit in hits:
            try:
                path = check_original(find_original(connection, hit.picture))
            except OriginalError:
                continue
            shown.append(replace(hit, rank=len(shown) + 1, path=str(path)))
    weights = [name for name, weight in question.weights if weight > 0]
    wanted = ", ".join(weights)
    subtitle = f"Chosen on the album page; the score is by the rule “{question.rule}”."
    if len(shown) < len(hits):
        subtitle += f" {len(hits) - len(shown)} left out: their files have gone or changed."
    page = gallery_page(
        shown,
        title=f"{len(shown)} photos: {wanted}",
        subtitle=subtitle,
        emotion=weights[0] if weights else "",
    )
    return "".join(page).encode()


def check_size(originals: Sequence[Original]) -> None:
    """Raise ``ApiError`` 413 if the originals have too many bytes together for a ZIP."""
    if sum(original.files[0][1].size for original in originals) > LIMITS.zip_bytes:
        raise ApiError(
            413,
            f"the photos have more than {LIMITS.zip_bytes // 1_000_000:,} MB together",
            "choose fewer, or take the list of paths",
        )


def zip_pieces(originals: Sequence[Original]) -> Iterator[bytes]:
    """A ZIP of the originals, unchanged, piece by piece; one photo at a time is in memory.

    Names have the rank in front. A photo that cannot be shown has a text file with the reason in
    its place.
    """
    out = _Pieces()
    digits = max(3, len(str(len(originals))))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for number, original in enumerate(originals, start=1):
            try:
                path, content = read_original(original)
                name = portable(ranked_name(number, digits, path.name))
            except OriginalError as error:
                name, content = f"{number:0{digits}d} missing.txt", f"{error}\n".encode()
            archive.writestr(name, content)
            yield out.take()
    yield out.take()


class _Pieces:
    """A file that can only be written to, and gives away what was written."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing is open."""

    def take(self) -> bytes:
        taken, self._parts = b"".join(self._parts), []
        return taken
