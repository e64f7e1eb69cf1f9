"""The segments of a JPEG up to its first scan (ITU-T T.81, annex B)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

START = b"\xff\xd8"
END = b"\xff\xd9"

_SCAN, _ADOBE = 0xDA, 0xEE
# Start of frame: all from SOF0 to SOF15 but DHT, JPG and DAC, which lie among them.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_HUFFMAN_FRAMES = {0xC0, 0xC1, 0xC2}
_RESTARTS = range(0xD0, 0xD8)

_YCCK_MARKER = b"\xff\xee\x00\x0eAdobe" + struct.pack(">HHHB", 100, 0, 0, 2)


@dataclass(frozen=True, slots=True)
class JpegHeader:
    """What a JPEG states before its first scan.

    Attributes
    ----------
    width, height : int
        In pixels, as stored.
    bits : int
        Of a sample.
    components : tuple of (int, int)
        Name and sampling factors (a byte, four bits each) of every component.
    ordinary : bool
        Whether it is coded as photos are: with losses, in Huffman's code.
    has_adobe : bool
        Whether Adobe's marker says how its colours are stored.
    scan : int
        Where the first scan begins.
    """

    width: int
    height: int
    bits: int
    components: tuple[tuple[int, int], ...]
    ordinary: bool
    has_adobe: bool
    scan: int


def jpeg_header(content: bytes | memoryview, start: int = 0) -> JpegHeader | None:
    """The header of the JPEG that begins at ``start``; None when there is no whole one."""
    if bytes(content[start : start + 2]) != START:
        return None
    at, frame, adobe = start + 2, None, False
    while at + 4 <= len(content):
        if content[at] != 0xFF:
            return None
        kind = content[at + 1]
        if kind == 0xFF:  # Fill bytes may stand before a marker.
            at += 1
            continue
        length = int.from_bytes(content[at + 2 : at + 4], "big")
        body = bytes(content[at + 4 : at + 2 + length])
        if length < 2 or len(body) < length - 2:
            return None
        if kind == _SCAN:
            return None if frame is None else _header(*frame, adobe=adobe, scan=at)
        if kind in _FRAMES:
            frame = kind, body
        adobe |= kind == _ADOBE and body.startswith(b"Adobe")
        at += 2 + length
    return None


def _header(kind: int, body: bytes, *, adobe: bool, scan: int) -> JpegHeader | None:
    if len(body) < 6 or len(body) < 6 + 3 * body[5]:
        return None
    bits, height, width, count = struct.unpack_from(">BHHB", body)
    components = tuple((body[6 + 3 * n], body[7 + 3 * n]) for n in range(count))
    ordinary = kind in _HUFFMAN_FRAMES and bits == 8
    return JpegHeader(width, height, bits, components, ordinary, adobe, scan)


def marked_as_ycck(content: bytes) -> bytes | None:
    """A JPEG of four components with Adobe's marker put back, if it had said YCCK; None if not.

    Without the marker decoders take four components for CMYK. But only of YCCK the two of colour
    are stored in fewer pixels than the two others.
    """
    header = jpeg_header(content)
    if header is None or header.has_adobe or len(header.components) != 4:
        return None
    names = bytes(name for name, _ in header.components)
    luma, blue, red, black = (sampling for _, sampling in header.components)
    if names == b"CMYK" or not luma == black > blue == red:
        return None
    return content[:2] + _YCCK_MARKER + content[2:]


def scan_starts(content: bytes, first: int) -> list[int]:
    """Where the scans of a JPEG begin, the first of which is known."""
    return [at for at, kind, _ in _segments_from(content, first) if kind == _SCAN]


def without_half_a_segment(content: bytes, first_scan: int) -> tuple[bytes, bool]:
    """The JPEG up to a segment between its scans that is cut off, and whether there was none."""
    for at, _, end in _segments_from(content, first_scan):
        if end > len(content):
            return content[:at], False
    return content, True


def _segments_from(content: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Begin, kind and end of the segments from the first scan on; the coded data lies between."""
    while at >= 0:
        kind = content[at + 1] if at + 1 < len(content) else 0
        if kind == END[1]:
            return
        if kind == 0 or kind in _RESTARTS:  # A byte 255 of the data, or a place to restart.
            at = content.find(b"\xff", at + 2)
            continue
        if kind == 0xFF:
            at += 1
            continue
        end = at + 2 + max(2, int.from_bytes(content[at + 2 : at + 4], "big"))
        if len(content) < at + 4:
            end = at + 4
        yield at, kind, end
        at = content.find(b"\xff", end)
