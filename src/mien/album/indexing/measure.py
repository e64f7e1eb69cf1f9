"""Numbers of a picture and of a face that need no network: sharpness, brightness, likeness."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

_LEAST_CONTRAST = 16.0
_BRIGHT_PERCENTILE = 95
_SIDE = 48
"""Pixels a side at which sharpness is measured, whatever the model takes."""


def sharpness(crop: npt.NDArray[np.uint8]) -> float:
    """How sharp a face crop is, whatever its light and contrast.

    The variance of the Laplacian (Pech-Pacheco et al. 2000, "Diatom autofocusing in brightfield
    microscopy") over the variance of the grey levels. Crops are brought to 48 pixels a side, the
    input of the packaged models, so that a number means the same whichever model reads the album.

    Parameters
    ----------
    crop : ndarray of shape (h, w) or (h, w, 3), uint8
        Grey, or RGB.

    Returns
    -------
    float
        0 or more; a sharp face has about 0.2 and more, an even surface 0.
    """
    if crop.ndim == 3:
        crop = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False)
    if max(crop.shape) > _SIDE:
        crop = cv2.resize(crop, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(
            np.uint8, copy=False
        )
    laplacian = cv2.Laplacian(crop, cv2.CV_32F)
    # A face in near darkness has little but noise in it, which would look sharp.
    return float(laplacian.var() / max(float(crop.var()), _LEAST_CONTRAST))


def brightness(crop: npt.NDArray[np.uint8]) -> float:
    """How much light is on a face: the grey level that 95 % of its crop do not exceed, 0 to 1.

    The mean would be lower for darker skin and a dark background; the lights on a face are there
    on any skin, unless the photo is nearly black.

    Parameters
    ----------
    crop : ndarray of shape (h, w), uint8
        Grey.
    """
    return float(np.percentile(crop, _BRIGHT_PERCENTILE)) / 255


def difference_hash(image: npt.NDArray[np.uint8]) -> int:
    """64 bits that are nearly the same for nearly the same picture.

    The picture is brought to 9 × 8 grey pixels; each bit says whether a pixel is brighter than
    its right neighbour (Krawetz 2013, "Kind of like that").

    Parameters
    ----------
    image : ndarray of shape (H, W, 3), uint8, RGB

    Returns
    -------
    int
        As a signed 64-bit number, as SQLite keeps it.
    """
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (9, 8), interpolation=cv2.INTER_AREA)
    bits = np.packbits(small[:, :-1] > small[:, 1:])
    return int(bits.view(">i8")[0])
