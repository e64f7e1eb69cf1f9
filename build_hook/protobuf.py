"""Protocol buffers, as far as an ONNX file needs them: fields read and written, by number.

The bytes depend on nothing but the values, so that the hash of a prepared file can be pinned.
The format: https://protobuf.dev/programming-guides/encoding.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from build_hook.errors import BuildError

VARINT, LENGTH_DELIMITED, FIXED_32 = 0, 2, 5


def fields(message: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Number, whole field and content (of a number: as it is written) of each field of a message.

    Raises
    ------
    BuildError
        If a field is neither a number nor of a stated length nor four bytes.
    """
    start = 0
    while start < len(message):
        tag, at = read_varint(message, start)
        kind = tag & 7
        if kind == LENGTH_DELIMITED:
            length, at = read_varint(message, at)
            end = at + length
        elif kind == FIXED_32:
            end = at + 4
        elif kind == VARINT:
            _, end = read_varint(message, at)
        else:
            raise BuildError(f"unexpected protobuf field type {kind} at byte {start}")
        yield tag >> 3, message[start:end], message[at:end]
        start = end


def read_varint(message: bytes, at: int) -> tuple[int, int]:
    """The number that begins at byte ``at``, and where it ends."""
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def varint(value: int) -> bytes:
    """A number as it is written; a negative one takes ten bytes."""
    value &= 0xFFFF_FFFF_FFFF_FFFF
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)


def number(field: int, value: int) -> bytes:
    """A field that is a whole number."""
    return varint(field << 3 | VARINT) + varint(value)


def real(field: int, value: float) -> bytes:
    """A field that is a float32."""
    return varint(field << 3 | FIXED_32) + struct.pack("<f", value)


def content(field: int, value: bytes | str) -> bytes:
    """A field that is text, bytes, or a message."""
    body = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | LENGTH_DELIMITED) + varint(len(body)) + body
