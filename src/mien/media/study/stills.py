"""One still of each person of a recording, so that people can say who is who."""

from __future__ import annotations

import base64
import io

from PIL import Image as PillowImage

from mien.media.image import Image
from mien.results import Face, Frame

SIDE = 180
_MARGIN = 0.35
_BETTER = 1.15
"""A still is only taken anew if the face is so much better, which is seldom."""


class StillCollector:
    """Takes the frames of a recording, and keeps each person's best still: large, and found."""

    def __init__(self) -> None:
        self._best: dict[int, tuple[float, bytes]] = {}

    def add(self, image: Image, frame: Frame) -> None:
        """Take in the next frame, ``uint8 (H, W, 3)`` RGB, and its faces with their ``track``."""
        for face in frame.faces:
            if face.track is None or not face.track.detected:
                continue
            worth = face.area * face.score * (0.3 if face.unsure_because == "illegible" else 1)
            if worth > _BETTER * self._best.get(face.track.id, (0.0, b""))[0]:
                self._best[face.track.id] = worth, _jpeg(image, face)

    def stills(self) -> dict[int, str]:
        """A JPEG of each person in Base64, by number."""
        return {key: base64.b64encode(jpeg).decode() for key, (_, jpeg) in self._best.items()}


def _jpeg(image: Image, face: Face) -> bytes:
    left, top, right, bottom = face.xyxy
    half = (0.5 + _MARGIN) * max(right - left, bottom - top)
    across, down = (left + right) / 2, (top + bottom) / 2
    box = (across - half, down - half, across + half, down + half)
    content = io.BytesIO()
    still = PillowImage.fromarray(image).crop(box).resize((SIDE, SIDE))
    still.save(content, "JPEG", quality=85)
    return content.getvalue()
