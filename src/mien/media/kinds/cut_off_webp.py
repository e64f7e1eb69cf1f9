"""WebP whose end is missing (RFC 9649): its decoder takes whole files only, so it gets one."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

import numpy as np
from PIL import Image as PillowImage

from mien.media.kinds.cut_off_rest import GREY, Rest, rows_alike
from mien.media.kinds.upright_rgb import eight_bit_rgb, exif_orientation, upright_pixels

_PIXELS = (b"VP8 ", b"VP8L")
_NOT_READ = (b"ANIM", b"ALPH")
# By some of these the decoder comes to an end that cannot be, and refuses; three will do.
_SEEDS = range(12)
_LEAST_DECODINGS = 3


def webp_lacks_its_end(content: bytes) -> bool:
    """Whether a WebP says that it is longer than it is."""
    (size,) = struct.unpack_from("<I", content, 4)
    return bool(size + 8 > len(content))


def rest_of_webp(content: bytes) -> Rest | None:
    """Decode with different noise in the place of what is missing: where the answers agree, it is
    there. None for animations, pictures with transparency, and what cannot be decoded so.
    """
    chunks = dict(_chunks(content))
    kind = next((kind for kind in _PIXELS if kind in chunks), None)
    if kind is None or any(name in chunks for name in _NOT_READ):
        return None
    found: list[PillowImage.Image] = []
    for seed in _SEEDS:
        noise = np.random.default_rng(seed).integers(0, 256, len(content) + 4096, np.uint8)
        body = chunks[kind] + noise.tobytes()
        body += bytes(len(body) % 2)
        chunk = kind + struct.pack("<I", len(body)) + body
        whole = b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk
        try:
            image = PillowImage.open(io.BytesIO(whole), formats=("WEBP",))
            image.load()
        except OSError:
            continue
        found.append(image)
        if len(found) == _LEAST_DECODINGS:
            break
    if len(found) < _LEAST_DECODINGS:
        return None
    pixels = [np.array(eight_bit_rgb(image)) for image in found]
    rows = rows_alike(pixels)
    pixels[0][rows:] = GREY
    # The EXIF block stands behind the pixels.
    orientation = exif_orientation(found[0])
    upright = upright_pixels(PillowImage.fromarray(pixels[0]), orientation)
    return Rest(upright, rows, len(pixels[0]), whole=rows == len(pixels[0]))


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    while at + 8 <= len(content):
        kind, size = struct.unpack_from("<4sI", content, at)
        yield kind, content[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
