"""The outlines of a face's mesh: oval, brows, eyes, irises, lips."""

from __future__ import annotations

import math

from PIL import ImageDraw

from mien.face_signs import FaceSigns

_RGB = tuple[int, int, int]

# fmt: off
_OVAL = (10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
         152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109, 10)
_LINES = (
    _OVAL,
    (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185, 61),
    (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191, 78),
    (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466, 263),
    (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246, 33),
    (276, 283, 282, 295, 285), (300, 293, 334, 296, 336),
    (46, 53, 52, 65, 55), (70, 63, 105, 66, 107),
    (474, 475, 476, 477, 474), (469, 470, 471, 472, 469),
)
# fmt: on


def draw_contours(draw: ImageDraw.ImageDraw, signs: FaceSigns, colour: _RGB, edge: _RGB) -> None:
    """Draw the outlines in ``colour``, set off from the picture by a wider line in ``edge``."""
    across = float(signs.points[:, 0].max() - signs.points[:, 0].min())
    width = max(1, round(across * 0.006))
    places = [
        [(math.floor(x), math.floor(y)) for x, y in signs.points[list(line), :2].tolist()]
        for line in _LINES
    ]
    # On a small face the edges would cover the eyes.
    passes = ((edge, width + 2), (colour, width)) if width > 1 else ((colour, width),)
    for line_colour, line_width in passes:
        for line in places:
            draw.line(line, fill=line_colour, width=line_width, joint="curve")
