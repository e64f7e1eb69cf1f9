"""Small pictures out of a photo: a face cut out, scaled, encoded."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from mien.album.indexing.photo import Photo
from mien.results import Box

FACE_SIDE = 160
"""Pixels of a face that is cut out."""

_FACE_MARGIN = 0.25
_QUALITY = 82

Pixels = npt.NDArray[np.uint8]


def cut_face(photo: Photo, xyxy: Box | Sequence[float]) -> Pixels:
    """A square around a face, with some margin.

    Parameters
    ----------
    photo : Photo
    xyxy : sequence of 4 float
        In pixels of the upright photo at its full size.

    Returns
    -------
    ndarray of shape (160, 160, 3), uint8
        RGB.
    """
    height, width = photo.image.shape[:2]
    left, top, right, bottom = (value * width / photo.width for value in xyxy)
    side = max(right - left, bottom - top) * (1 + 2 * _FACE_MARGIN)
    side = max(1.0, min(side, height, width))
    x = min(max((left + right - side) / 2, 0.0), width - side)
    y = min(max((top + bottom - side) / 2, 0.0), height - side)
    whole = max(1, round(side))
    x0, y0 = min(round(x), width - whole), min(round(y), height - whole)
    square = photo.image[y0 : y0 + whole, x0 : x0 + whole]
    return scaled(square, FACE_SIDE / whole)


def scaled(image: Pixels, scale: float) -> Pixels:
    """``(h, w, 3)`` uint8 made smaller or larger; the image itself for 1."""
    if scale == 1:
        return image
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(image, size, interpolation=method).astype(np.uint8, copy=False)


def jpeg_uri(jpeg: bytes) -> str:
    """A JPEG file as ``data:image/jpeg;base64,…``."""
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode('ascii')}"


def encode_jpeg(image: Pixels) -> bytes:
    """RGB ``(h, w, 3)`` uint8 as a JPEG without any metadata."""
    bgr = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2BGR)
    _, encoded = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return encoded.tobytes()
