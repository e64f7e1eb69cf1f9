"""The directories of a TIFF, and of the many files that are built like one (TIFF 6.0, BigTIFF)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_SIZES |= {16: 8, 17: 8, 18: 8}
_INTEGERS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
_SUB_DIRECTORIES = 330
_MOST_DIRECTORIES = 4096
_MOST_ENTRIES = 1000
_MOST_VALUES = 4096


@dataclass(frozen=True, slots=True)
class Directory:
    """The entries of one directory.

    Attributes
    ----------
    values : dict of int to tuple of int, or bytes
        By tag: whole numbers, or the bytes of anything else; long ones are cut.
    level : int
        0 for the pages of the file, 1 for the directories below them.
    """

    values: dict[int, tuple[int, ...] | bytes]
    level: int

    def number(self, tag: int, default: int | None = None) -> int | None:
        """The first number of an entry."""
        found = self.values.get(tag)
        return found[0] if isinstance(found, tuple) and found else default

    def numbers(self, tag: int) -> tuple[int, ...]:
        """The numbers of an entry; none when it is missing."""
        found = self.values.get(tag)
        return found if isinstance(found, tuple) else ()

    def text(self, tag: int) -> str:
        """The text of an entry; empty when it is missing."""
        found = self.values.get(tag)
        return found.split(b"\0")[0].decode("latin-1").strip() if isinstance(found, bytes) else ""


def begins_like_tiff(head: bytes) -> bool:
    """Whether a file begins as TIFF or one of the cameras' own forms of it does."""
    return head[:4] in _MARKS


_MARKS: dict[bytes, str] = {
    b"II*\0": "<",
    b"MM\0*": ">",
    b"II+\0": "<",
    b"MM\0+": ">",
    b"IIRO": "<",  # Olympus
    b"IIRS": "<",
    b"MMOR": ">",
    b"IIU\0": "<",  # Panasonic
}


def tiff_directories(stream: IO[bytes], start: int = 0) -> list[Directory]:
    """All directories, those below a page after it; what is damaged or cut off is left out.

    The stream is left at any place.
    """
    stream.seek(start)
    mark = stream.read(16)
    order = _MARKS.get(mark[:4])
    if order is None:
        return []
    big = mark[2:3] == b"+" or mark[3:4] == b"+"
    reader = _DirectoryReader(stream, start, order, big)
    try:
        first = struct.unpack_from(order + ("Q" if big else "I"), mark, 8 if big else 4)[0]
    except struct.error:
        return []
    return list(reader.chain(first, 0))


class _DirectoryReader:
    """Reads directories, each place of the file once, so that circles end."""

    def __init__(self, stream: IO[bytes], start: int, order: str, big: bool) -> None:
        self._stream, self._start, self._order, self._big = stream, start, order, big
        self._seen: set[int] = set()

    def chain(self, at: int, level: int) -> Iterator[Directory]:
        while at and at not in self._seen and len(self._seen) < _MOST_DIRECTORIES:
            self._seen.add(at)
            try:
                values, at = self._directory(at)
            except struct.error:  # It is cut off.
                return
            found = Directory(values, level)
            yield found
            if level < 2:
                for below in found.numbers(_SUB_DIRECTORIES):
                    yield from self.chain(below, level + 1)

    def _directory(self, at: int) -> tuple[dict[int, Any], int]:
        count_form, entry_form, next_form = (
            ("Q", "HHQ8s", "Q") if self._big else ("H", "HHI4s", "I")
        )
        self._stream.seek(self._start + at)
        (count,) = self._unpack(count_form)
        size = struct.calcsize(self._order + entry_form)
        entries = self._stream.read(size * min(count, _MOST_ENTRIES))
        (after,) = self._unpack(next_form) if count <= _MOST_ENTRIES else (0,)
        values: dict[int, Any] = {}
        for tag, kind, number, raw in struct.iter_unpack(self._order + entry_form, entries):
            values[tag] = self._value(kind, min(number, _MOST_VALUES), raw)
        return values, after

    def _unpack(self, form: str) -> tuple[Any, ...]:
        form = self._order + form
        return struct.unpack(form, self._stream.read(struct.calcsize(form)))

    def _value(self, kind: int, number: int, raw: bytes) -> tuple[int, ...] | bytes:
        size = _SIZES.get(kind, 1) * number
        if size > len(raw):
            place = struct.unpack(self._order + ("Q" if self._big else "I"), raw)[0]
            self._stream.seek(self._start + place)
            raw = self._stream.read(size)
        raw = raw[:size]
        form = _INTEGERS.get(kind)
        if form is None or (kind == 1 and number > 16):
            return raw
        whole = len(raw) // struct.calcsize(form)
        return struct.unpack_from(f"{self._order}{whole}{form}", raw)
