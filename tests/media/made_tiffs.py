"""TIFFs of every kind, written by hand: bits, planes, photometric and sample format."""

from __future__ import annotations

import struct

import numpy as np

GREY_WHITE_IS_ZERO, GREY, RGB, PALETTE, CMYK, YCBCR, LAB = 0, 1, 2, 3, 5, 6, 8
UNSIGNED, SIGNED, FLOAT = 1, 2, 3


def tiff(
    samples: np.ndarray,
    photometric: int,
    *,
    bits: int | None = None,
    sample_format: int | None = None,
    planar: bool = False,
    order: str = "<",
    extra: tuple[int, ...] = (),
    further: dict[int, tuple[int, ...]] | None = None,
) -> bytes:
    """An uncompressed TIFF.

    Parameters
    ----------
    samples : ndarray of shape (H, W, S)
        Their dtype says bits and format, unless they are given; fewer bits than 8 are packed.
    """
    height, width, count = samples.shape
    bits = bits or samples.dtype.itemsize * 8
    sample_format = sample_format or {"u": UNSIGNED, "i": SIGNED, "f": FLOAT}[samples.dtype.kind]
    planes = np.moveaxis(samples, 2, 0) if planar else samples[None]
    if bits < 8 or bits == 12:
        digits = (planes.reshape(len(planes), height, -1, 1) >> np.arange(bits)[::-1]) & 1
        digits = digits.reshape(len(planes), height, -1).astype(np.uint8)
        strips = [np.packbits(plane, axis=1).tobytes() for plane in digits]
    else:
        strips = [plane.astype(samples.dtype.newbyteorder(order)).tobytes() for plane in planes]
    places, at = [], 8
    for strip in strips:
        places.append(at)
        at += len(strip)
    entries: dict[int, tuple[str, tuple[int, ...]]] = {
        256: ("I", (width,)),
        257: ("I", (height,)),
        258: ("H", (bits,) * count),
        259: ("H", (1,)),
        262: ("H", (photometric,)),
        273: ("I", tuple(places)),
        277: ("H", (count,)),
        278: ("I", (height,)),
        279: ("I", tuple(map(len, strips))),
        284: ("H", (2 if planar else 1,)),
        339: ("H", (sample_format,) * count),
    }
    if extra:
        entries[338] = ("H", extra)
    entries |= {tag: ("H", values) for tag, values in (further or {}).items()}
    content = {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(order + "I", at + at % 2)
    content += b"".join(strips) + bytes(at % 2)
    directory, after = struct.pack(order + "H", len(entries)), b""
    end = len(content) + 2 + 12 * len(entries) + 4
    for tag, (form, values) in sorted(entries.items()):
        raw = struct.pack(f"{order}{len(values)}{form}", *values)
        directory += struct.pack(order + "HHI", tag, 3 if form == "H" else 4, len(values))
        if len(raw) <= 4:
            directory += raw.ljust(4, b"\0")
        else:
            directory += struct.pack(order + "I", end + len(after))
            after += raw
    return content + directory + bytes(4) + after


def directory_first(content: bytes) -> bytes:
    """A TIFF as scanners write it: its one directory before its strips, so that a cut spares it.

    Parameters
    ----------
    content : bytes
        Of Pillow: little-endian, with strips, the directory anywhere.
    """
    sizes = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1}
    (at,) = struct.unpack_from("<I", content, 4)
    (number,) = struct.unpack_from("<H", content, at)
    values = {}
    for place in range(at + 2, at + 2 + 12 * number, 12):
        tag, kind, many = struct.unpack_from("<HHI", content, place)
        size = sizes[kind] * many
        begin = place + 8 if size <= 4 else struct.unpack_from("<I", content, place + 8)[0]
        values[tag] = (kind, many, content[begin : begin + size])
    forms = {3: "H", 4: "I"}
    places, lengths = (
        struct.unpack(f"<{values[tag][1]}{forms[values[tag][0]]}", values[tag][2])
        for tag in (273, 279)
    )
    values[273] = (4, len(places), bytes(4 * len(places)))
    strips = b"".join(content[p : p + n] for p, n in zip(places, lengths, strict=True))
    head = 8 + 2 + 12 * len(values) + 4
    start = head + sum(len(raw) + len(raw) % 2 for _, _, raw in values.values() if len(raw) > 4)
    begins = [start + sum(lengths[:row]) for row in range(len(lengths))]
    values[273] = (4, len(places), struct.pack(f"<{len(begins)}I", *begins))
    entries, after = struct.pack("<H", len(values)), b""
    for tag, (kind, many, raw) in sorted(values.items()):
        inline = raw.ljust(4, b"\0") if len(raw) <= 4 else struct.pack("<I", head + len(after))
        entries += struct.pack("<HHI", tag, kind, many) + inline
        after += raw + bytes(len(raw) % 2) if len(raw) > 4 else b""
    return b"II*\0" + struct.pack("<I", 8) + entries + bytes(4) + after + strips
