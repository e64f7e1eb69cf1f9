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
    images : ndarray of shape (n, h, w) or (n, h, w, 3), uint8
        At least one.

    Returns
    -------
    ndarray of shape (H, W) or (H, W, 3), uint8
    """
    count, height, width = images.shape[:3]
    columns = min(columns, count)
    lines = -(-count // columns)
    size = (lines * (height + _GAP) - _GAP, columns * (width + _GAP) - _GAP)
    sheet = np.full((*size, *images.shape[3:]), _GAP_GREY, dtype=np.uint8)
    for position, image in enumerate(images):
        line, column = divmod(position, columns)
        y, x = line * (height + _GAP), column * (width + _GAP)
        sheet[y : y + height, x : x + width] = image
    return sheet
