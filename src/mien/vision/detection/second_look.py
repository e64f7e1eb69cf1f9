"""A second look at doubtful faces: close up a face scores again, and what looked like one not."""

from __future__ import annotations

from collections.abc import Callable

from mien.vision.detection.boxes import overlap_fraction
from mien.vision.detection.detector import Detection, Image

Region = tuple[int, int, int, int]
"""Left, top, right, bottom in whole pixels of the image."""

DOUBTFUL_FROM = 0.05
"""Lowest score of a box that is worth a second look."""

CERTAIN_FROM = 0.75
"""Score from which no second look is needed."""

SEEN_HEIGHTS = (128.0, 200.0)
"""Heights in pixels of the network's input at which the box is shown again."""

REACH = 0.75
"""How far around the box's centre the close-up reaches, in lengths of the box's longer side."""

_SAME = 0.4
"""Least intersection over union of a box found close up with the first one."""


def look_again(
    image: Image,
    detection: Detection,
    look: Callable[[Image, Region, float], list[Detection]],
) -> float:
    """The mean score of a doubtful face over the first look and the close-ups.

    Chosen by measuring, see docs/decisions/0008: cut out anew, the box lies elsewhere on the
    network's grid and among less clutter.

    Parameters
    ----------
    image : uint8 ndarray of shape (H, W, 3)
    detection : Detection
    look : callable
        Detections, in pixels of the image, that the network finds in a region of it when the
        region is enlarged by a factor.

    Returns
    -------
    float
        0 to 1. A close-up in which the face is not found counts as 0, and when the first one has
        nothing there is no second.
    """
    left, top, right, bottom = detection.xyxy
    reach = REACH * max(detection.width, detection.height)
    x, y = (left + right) / 2, (top + bottom) / 2
    height, width = image.shape[:2]
    region = (
        max(0, round(x - reach)),
        max(0, round(y - reach)),
        min(width, round(x + reach)),
        min(height, round(y + reach)),
    )
    total = detection.score
    for seen_height in SEEN_HEIGHTS:
        found = look(image, region, seen_height / detection.height)
        score = max((f.score for f in found if overlap_fraction(f, detection) > _SAME), default=0.0)
        if not score:
            break
        total += score
    return total / (1 + len(SEEN_HEIGHTS))
