"""Which way up a photo is, by its faces, where its file does not say."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from mien.media.image import Image
from mien.vision.crop import roll_of
from mien.vision.detection.detector import Detection, Detector

TURNS = (90, 270, 180)
"""Degrees clockwise. Scans and pictures whose EXIF was lost lie on their side more often than on
their head."""

SURE_UPRIGHT = 0.8
"""CenterFace's score, times the cosine of the roll that its eyes show, is higher for nearly all
upright faces that it sees well, and was under 0.7 for faces of press photos that were turned by
90 or 180 degrees: the score alone reaches 0.93 for a face on its side."""

LEAST_GAIN = 0.1


def needed_turn(detector: Detector, small: Image, found: Sequence[Detection]) -> int:
    """Degrees clockwise, 0, 90, 180 or 270, by which a picture is to be turned to be upright.

    A picture is turned only if one of its faces is surely upright then, and none was before.

    Parameters
    ----------
    detector : Detector
    small : ndarray of shape (H, W, 3), uint8
        The picture, RGB, as it is looked at turned.
    found : sequence of Detection
        What was found in the picture as it is.
    """
    best, turn = _best(found), 0
    if best >= SURE_UPRIGHT:
        return turn
    least = max(SURE_UPRIGHT, best + LEAST_GAIN)
    for degrees in TURNS:
        score = _best(detector.detect(turned_image(small, degrees)))
        if score >= least:
            least, turn = score, degrees
    return turn


def turned_image(image: Image, degrees: int) -> Image:
    """The image turned clockwise by 0, 90, 180 or 270 degrees."""
    return np.ascontiguousarray(np.rot90(image, -degrees // 90)) if degrees else image


def _best(found: Sequence[Detection]) -> float:
    """How surely the most upright of the faces is upright, 0 to 1."""
    return max((e.score * math.cos(math.radians(roll_of(e))) for e in found), default=0.0)
