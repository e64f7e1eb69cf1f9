"""Contact sheets: many images side by side in one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SHEET_COLUMNS = 8

_GAP = 2
_GAP_GREY = 128


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
