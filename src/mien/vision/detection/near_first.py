"""A fast detector for near faces first, and a thorough one where that is not enough."""

from __future__ import annotations

from mien.vision.detection.boxes import same_face
from mien.vision.detection.detector import Detection, Detector, Image

LOOKS_TRUSTED = 4
"""How often the fast detector is believed after the thorough one has seen no face more."""


class NearFirst:
    """Looks with a fast detector as long as it sees what a thorough one saw.

    The thorough one looks first; again after every ``LOOKS_TRUSTED`` looks; and at once whenever
    the fast one does not see as many faces as were there before. So a face that only the thorough
    one can see is found at most so many looks late. It remembers the look before, so that every
    video needs its own.

    Parameters
    ----------
    fast, thorough : Detector
    """

    def __init__(self, fast: Detector, thorough: Detector) -> None:
        self.name = thorough.name
        self._fast, self._thorough = fast, thorough
        self._trusted = self._count = 0

    def detect(self, image: Image) -> list[Detection]:
        """Find the faces in ``image``, ``uint8 (H, W, 3)`` RGB; largest first, [] for none."""
        near = self._fast.detect(image)
        if self._trusted and near and len(near) == self._count:
            self._trusted -= 1
            return near
        found = self._thorough.detect(image)
        seen = all(any(same_face(each, other) for other in near) for each in found)
        self._trusted = LOOKS_TRUSTED if found and seen and len(near) == len(found) else 0
        self._count = len(found)
        return found
