"""52 blendshapes: how far each movement that a face can make is made, from points of its mesh.

The network is MediaPipe's (Grishchenko et al., Blendshapes GHUM, arXiv:2309.05782, 2023). Its names
are those of ARKit; left and right are the person's own.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien.packaged import BLENDSHAPES
from mien.vision.network import PackagedNetwork

# fmt: off
MESH_POINTS = (
    0, 1, 4, 5, 6, 7, 8, 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, 52, 53, 54, 55, 58, 61, 63, 65, 66,
    67, 70, 78, 80, 81, 82, 84, 87, 88, 91, 93, 95, 103, 105, 107, 109, 127, 132, 133, 136, 144,
    145, 146, 148, 149, 150, 152, 153, 154, 155, 157, 158, 159, 160, 161, 162, 163, 168, 172, 173,
    176, 178, 181, 185, 191, 195, 197, 234, 246, 249, 251, 263, 267, 269, 270, 276, 282, 283, 284,
    285, 288, 291, 293, 295, 296, 297, 300, 308, 310, 311, 312, 314, 317, 318, 321, 323, 324, 332,
    334, 336, 338, 356, 361, 362, 365, 373, 374, 375, 377, 378, 379, 380, 381, 382, 384, 385, 386,
    387, 388, 389, 390, 397, 398, 400, 402, 405, 409, 415, 454, 466, 468, 469, 470, 471, 472, 473,
    474, 475, 476, 477,
)
"""Which of the mesh's 478 points the network is given, in this order."""
# fmt: on


class BlendshapeNetwork(PackagedNetwork):
    """The network; see ``PackagedNetwork``."""

    file = BLENDSHAPES

    def read(self, points: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """The blendshapes of one face.

        Parameters
        ----------
        points : ndarray of shape (478, 2 or 3), float32
            The mesh in the crop that it was found in, upright: the network knows no rolled faces.

        Returns
        -------
        ndarray of shape (52,), float32
            0 (not made) to 1, in the order of ``BLENDSHAPE_NAMES``.
        """
        given = np.ascontiguousarray(points[None, MESH_POINTS, :2], np.float32)
        (found,) = self._session.run(None, {"points": given})
        return np.asarray(found, np.float32).clip(0, 1)
