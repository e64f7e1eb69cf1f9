"""The lines of a body between the points that are seen."""

from __future__ import annotations

import numpy as np
from PIL import ImageDraw

from mien.body_signs import BODY_POINTS, LEAST_VISIBILITY, BodySigns

_RGB = tuple[int, int, int]

_LINES = (
    *(("left_shoulder", "right_shoulder"), ("left_hip", "right_hip")),
    *(
        (f"{side}_{one}", f"{side}_{other}")
        for side in ("left", "right")
        for one, other in (
            ("shoulder", "elbow"),
            ("elbow", "wrist"),
            ("wrist", "index"),
            ("shoulder", "hip"),
            ("hip", "knee"),
            ("knee", "ankle"),
            ("ankle", "foot_index"),
        )
    ),
)
_AT = {name: number for number, name in enumerate(BODY_POINTS)}


def draw_skeleton(draw: ImageDraw.ImageDraw, body: BodySigns, colour: _RGB, edge: _RGB) -> None:
    """Draw the lines in ``colour``, set off from the picture by a wider line in ``edge``."""
    shoulders = body.points[[_AT["left_shoulder"], _AT["right_shoulder"]], :2]
    width = max(2, round(float(np.hypot(*(shoulders[0] - shoulders[1]))) * 0.02))
    lines = [
        [tuple(body.points[_AT[name], :2].tolist()) for name in line]
        for line in _LINES
        if all(body.visibility[_AT[name]] >= LEAST_VISIBILITY for name in line)
    ]
    for line_colour, line_width in ((edge, width + max(2, width // 2)), (colour, width)):
        for line in lines:
            draw.line(line, fill=line_colour, width=line_width)
    for line in lines:
        for x, y in line:
            draw.ellipse((x - width, y - width, x + width, y + width), fill=colour, outline=edge)
