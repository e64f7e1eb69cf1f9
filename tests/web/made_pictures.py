"""Pictures that both languages make alike, out of the demo's photo: patches put on grey.

``web/test/made_pictures.js`` does the same with the recipes in ``tests/golden/browser_*.json``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from mien.media.image import read_image
from mien.packaged import ASTRONAUT, packaged_path

GREY = (120, 130, 140)

Recipe = dict[str, Any]
"""``width``, ``height``, ``patches``; without patches it is the photo itself.

A patch is what ``[left, top, width, height]`` of the photo holds in ``cut``, put with its corner at
``at``; ``every`` takes only every so many pixels, ``mirrored`` turns left and right.
"""


def photo() -> np.ndarray:
    """The astronaut, ``uint8 (512, 512, 3)``."""
    return read_image(packaged_path(ASTRONAUT))


def picture(recipe: Recipe) -> np.ndarray:
    """What a recipe says, ``uint8 (H, W, 3)`` RGB."""
    if "patches" not in recipe:
        return photo()
    whole = photo()
    made = np.full((recipe["height"], recipe["width"], 3), GREY, np.uint8)
    for patch in recipe["patches"]:
        left, top, width, height = patch["cut"]
        every = patch.get("every", 1)
        pixels = whole[top : top + height : every, left : left + width : every]
        if patch.get("mirrored"):
            pixels = pixels[:, ::-1]
        x, y = patch["at"]
        x0, y0 = max(x, 0), max(y, 0)
        x1 = min(x + pixels.shape[1], made.shape[1])
        y1 = min(y + pixels.shape[0], made.shape[0])
        if x1 > x0 and y1 > y0:
            made[y0:y1, x0:x1] = pixels[y0 - y : y1 - y, x0 - x : x1 - x]
    return made


PORTRAIT = [120, 20, 210, 230]


def pictures() -> dict[str, Recipe]:
    """Pictures by name: one face, several of several sizes, at the edge, none."""
    return {
        "the photo": {},
        "two people": {
            "width": 640,
            "height": 480,
            "patches": [
                {"cut": PORTRAIT, "at": [30, 5]},
                {"cut": PORTRAIT, "at": [400, 200], "mirrored": True},
            ],
        },
        "small faces": {
            "width": 640,
            "height": 480,
            "patches": [
                {"cut": PORTRAIT, "at": [300, 60], "every": 2},
                {"cut": PORTRAIT, "at": [60, 300], "every": 2, "mirrored": True},
            ],
        },
        "at the edge": {
            "width": 360,
            "height": 270,
            "patches": [{"cut": PORTRAIT, "at": [-60, -20]}],
        },
        "a tiny picture": {
            "width": 105,
            "height": 115,
            "patches": [{"cut": PORTRAIT, "at": [0, 0], "every": 2}],
        },
        "nobody": {"width": 320, "height": 240, "patches": []},
    }


def clip() -> list[tuple[float, Recipe]]:
    """Two people who pass one another; one goes out of view and another comes."""
    frames = []
    for number in range(48):
        way = 0.5 - 0.5 * np.cos(2 * np.pi * number / 48)
        patches = [{"cut": PORTRAIT, "at": [round(30 + way * 370), 5]}]
        if number < 16 or number >= 36:
            patches.append(
                {
                    "cut": PORTRAIT,
                    "at": [round(420 - way * 400), 260],
                    "mirrored": True,
                }
            )
        frames.append((number / 15, {"width": 640, "height": 480, "patches": patches}))
    return frames
