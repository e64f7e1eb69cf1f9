"""Which regions of a face can be seen: the mesh draws a mouth under every mask.

The network is Mien's own (``benchmarks/visible_regions.py``), trained on FER2013 faces with made
covers.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from mien.packaged import VISIBLE_REGIONS
from mien.vision.network import PackagedNetwork

REGIONS = ("mouth", "left_eye", "right_eye", "left_brow", "right_brow")
"""What the network tells of, in this order; the person's own left and right."""

SIDE = 48
"""Side in pixels of the face that it is shown."""

LEAST_SEEN = 0.5
"""Below this a region counts as covered."""


class RegionNetwork(PackagedNetwork):
    """The network; see ``PackagedNetwork``."""

    file = VISIBLE_REGIONS

    def read(self, crops: Sequence[npt.NDArray[np.uint8]]) -> npt.NDArray[np.float32]:
        """How surely each region is seen: ``(n, 5)``, 0 to 1, in the order of ``REGIONS``.

        Parameters
        ----------
        crops : sequence of ndarray of shape (256, 256, 3), uint8, RGB
            What the mesh's network was shown of each face.
        """
        if not crops:
            return np.empty((0, len(REGIONS)), np.float32)
        faces = np.stack([small_face(crop) for crop in crops])
        (seen,) = self._session.run(None, {"faces": faces})
        return np.asarray(seen, np.float32)


def small_face(crop: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """What the network is shown of a crop: ``(48, 48)`` uint8, grey."""
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)
