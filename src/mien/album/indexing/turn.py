"""Which way up a photo is, by its faces, where its file does not say."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

import numpy as np

from mien.media.image import Image
from mien.vision.crop import roll_of
from mien.vision.detection.detector import DEFAULT_DETECTOR, Detection, Detector
from mien.vision.detection.detectors import create_detector

TURNS = (90, 270, 180)
"""Degrees clockwise. Scans and pictures whose EXIF was lost lie on their side more often than on
their head."""

SURE_UPRIGHT = 0.8
"""CenterFace's score, times the cosine of the roll that its eyes show, is higher for nearly all
upright faces that it sees well, and was under 0.7 for faces of press photos that were turned by
90 or 180 degrees: the score alone reaches 0.93 for a face on its side."""

LEAST_GAIN = 0.1

TRIED_SIZE = 320
"""Longest side of what the detector is shown of turned pictures: with a quarter of the usual pixels
three looks take about as long as the first. Smaller pictures would be enlarged again."""


def needed_turn(view: Image, found: Sequence[Detection]) -> int:
    """Degrees clockwise, 0, 90, 180 or 270, by which a picture is to be turned to be upright.

    A picture is turned only if one of its faces is surely upright then, and none was before.

    Parameters
    ----------
    view : ndarray of shape (H, W, 3), uint8
        The picture, RGB, as it was looked at.
    found : sequence of Detection
        What was found in it.
    """
    best, turn = _best(found), 0
    if best >= SURE_UPRIGHT:
        return turn
    least = max(SURE_UPRIGHT, best + LEAST_GAIN)
    for degrees in TURNS:
        score = _best(_quick_detector().detect(turned_image(view, degrees)))
        if score >= least:
            least, turn = score, degrees
    return turn


def turned_image(image: Image, degrees: int) -> Image:
    """The image turned clockwise by 0, 90, 180 or 270 degrees."""
    return np.ascontiguousarray(np.rot90(image, -degrees // 90)) if degrees else image


@functools.cache
def _quick_detector() -> Detector:
    return create_detector(DEFAULT_DETECTOR, size=TRIED_SIZE)


def _best(found: Sequence[Detection]) -> float:
    """How surely the most upright of the faces is upright, 0 to 1."""
    return max((e.score * math.cos(math.radians(roll_of(e))) for e in found), default=0.0)
