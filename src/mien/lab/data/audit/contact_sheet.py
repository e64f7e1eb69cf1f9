"""Pictures for the page: single images and contact sheets as PNG data URIs."""

from __future__ import annotations

import base64

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.lab.data.faces import FaceData

SHEET_IMAGES = 24
SHEET_COLUMNS = 8

_GAP = 2
_GAP_GREY = 128


def sample_rows(data: FaceData, label: str, count: int = SHEET_IMAGES) -> NDArray[np.int64]:
    """Rows of a label drawn at random, the same ones every time, ascending.

    Returns
    -------
    ndarray of shape (up to count,), int64
    """
    rows = np.flatnonzero(data.labels == data.label_set.index(label))
    chosen = np.random.default_rng(0).permutation(rows)[:count]
    return np.sort(chosen)


def contact_sheet(images: NDArray[np.uint8], columns: int = SHEET_COLUMNS) -> NDArray[np.uint8]:
    """Images side by side in rows of ``columns``, with grey between them.

    Parameters
    ----------
    images : ndarray of shape (n, h, w), uint8
        At least one.

    Returns
    -------
    ndarray of shape (H, W), uint8
    """
    count, height, width = images.shape
    columns = min(columns, count)
    lines = -(-count // columns)
    sheet = np.full(
        (lines * (height + _GAP) - _GAP, columns * (width + _GAP) - _GAP), _GAP_GREY, dtype=np.uint8
    )
    for position, image in enumerate(images):
        line, column = divmod(position, columns)
        y, x = line * (height + _GAP), column * (width + _GAP)
        sheet[y : y + height, x : x + width] = image
    return sheet


def png_data_uri(image: NDArray[np.uint8]) -> str:
    """A grey image, ``(h, w)`` uint8, as ``data:image/png;base64,…``."""
    _, encoded = cv2.imencode(".png", image, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    return "data:image/png;base64," + base64.b64encode(encoded.tobytes()).decode("ascii")
