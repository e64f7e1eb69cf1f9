"""Videos for a browser's fake camera: people whose faces are the demo's photo."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.media.image import read_image
from mien.packaged import ASTRONAUT, packaged_path

WIDTH, HEIGHT, FPS = 640, 480, 30
HALF = HEIGHT // 2
"""The faces of one person are above this row, those of the other below it."""

_PORTRAIT = (slice(20, 250), slice(120, 330))


def crossing(seconds: float) -> list[NDArray[np.uint8]]:
    """Two people who pass one another and come back.

    Parameters
    ----------
    seconds : float
        Until they are where they began; they pass at a quarter and at three quarters of it.

    Returns
    -------
    list of uint8 ndarray of shape (480, 640, 3)
        RGB, 30 a second. One person goes right in the upper half, a smaller mirrored one left in
        the lower half.
    """
    portrait = read_image(packaged_path(ASTRONAUT))[_PORTRAIT]
    other = cv2.resize(portrait[:, ::-1], None, fx=0.8, fy=0.8, interpolation=cv2.INTER_AREA)
    number = round(seconds * FPS)
    frames = []
    for index in range(number):
        way = 0.5 - 0.5 * np.cos(2 * np.pi * index / number)
        frame = np.full((HEIGHT, WIDTH, 3), (120, 130, 140), np.uint8)
        for person, x, y in ((portrait, 30 + way * 370, 5), (other, 440 - way * 400, 275)):
            height, width = person.shape[:2]
            frame[y : y + height, int(x) : int(x) + width] = person
        frames.append(frame)
    return frames


def write_mjpeg(path: Path, frames: list[NDArray[np.uint8]]) -> Path:
    """Write the frames as JPEGs one after the other, as Chromium's fake camera reads them."""
    with path.open("wb") as stream:
        for frame in frames:
            _, jpeg = cv2.imencode(".jpg", np.ascontiguousarray(frame[:, :, ::-1]))
            stream.write(jpeg.tobytes())
    return path
