"""Where the faces of a video have to be covered: from before to after they are seen.

A face that the detector loses for a while is still there. So its box is followed on by optical flow
after it was last seen, and back before it was first seen, and grows while nobody knows better.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.media.image import Image
from mien.results import Box, Frame
from mien.vision.detection.detector import Detection
from mien.vision.tracking.flow import follow, grey_for_flow

HOLD_SECONDS = 2.0
"""How long a face is covered before it was first seen and after it was last seen."""

_GROWTH_FOLLOWED, _GROWTH_LOST = 0.01, 0.03
"""Shares of its side by which a box grows at each edge in a frame without the face being found."""

_MOST_GROWTH = 0.6


@dataclass(slots=True)
class _Carried:
    """A box on its way to frames in which its face was not found."""

    box: Box
    seen: float
    grown: float = 0.0

    def step(self, moved: Detection | None, side: float) -> None:
        """Go on by a frame: to where flow says, or stay and grow faster."""
        by = _GROWTH_LOST if moved is None else _GROWTH_FOLLOWED
        by = min(by, _MOST_GROWTH - self.grown)
        self.grown += by
        left, top, right, bottom = self.box if moved is None else moved.xyxy
        self.box = left - by * side, top - by * side, right + by * side, bottom + by * side


@dataclass(frozen=True, slots=True)
class _Kept:
    """A frame that can still be gone back to."""

    at: int
    time: float
    grey: NDArray[np.uint8]
    width: int


class CoverCollector:
    """Takes the frames of a video in order, and keeps the boxes, not the pictures."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self._boxes: list[dict[int, list[Box]]] = []
        self._carried: dict[int, _Carried] = {}
        self._seen: dict[int, float] = {}
        self._recent: deque[_Kept] = deque()

    def add(self, image: Image, frame: Frame) -> None:
        """Take in the next frame.

        Parameters
        ----------
        image : ndarray of shape (H, W, 3), uint8
        frame : Frame
            Its faces with their ``track``.
        """
        time = float(frame.time or 0.0)
        here = {face.track.id: face.xyxy for face in frame.faces if face.track is not None}
        kept = _Kept(len(self.times), time, grey_for_flow(image), image.shape[1])
        self.times.append(time)
        self._boxes.append({key: [box] for key, box in here.items()})
        before = self._recent[-1] if self._recent else None
        if before is not None:
            self._carry_on(before, kept, here)
        for key, box in here.items():
            # New, or found again: where was it in the frames before?
            last = self._seen.get(key)
            if before is not None and (last is None or last < before.time):
                self._go_back(key, box, kept, last)
            self._seen[key] = time
            self._carried[key] = _Carried(box, time)
        self._recent.append(kept)
        while self._recent and time - self._recent[0].time > HOLD_SECONDS:
            self._recent.popleft()

    def covers(self, at: int, *, sharp: Collection[int] = ()) -> list[Box]:
        """The boxes to cover in a frame, by its place; ``sharp`` are the people who are not."""
        return [_hull(boxes) for key, boxes in self._boxes[at].items() if key not in sharp]

    def _carry_on(self, before: _Kept, now: _Kept, here: dict[int, Box]) -> None:
        lost = {
            key: each
            for key, each in self._carried.items()
            if key not in here and now.time - each.seen <= HOLD_SECONDS
        }
        self._carried = lost
        for (key, each), moved in zip(lost.items(), _moved(before, now, lost), strict=True):
            each.step(moved, _side(each.box))
            self._boxes[now.at].setdefault(key, []).append(each.box)

    def _go_back(self, key: int, box: Box, now: _Kept, last: float | None) -> None:
        carried = _Carried(box, now.time)
        after = now
        for earlier in reversed(self._recent):
            if last is not None and earlier.time <= last:
                return
            (moved,) = _moved(after, earlier, {key: carried})
            carried.step(moved, _side(carried.box))
            self._boxes[earlier.at].setdefault(key, []).append(carried.box)
            after = earlier


def _moved(start: _Kept, end: _Kept, carried: dict[int, _Carried]) -> list[Detection | None]:
    if start.grey.shape != end.grey.shape:
        return [None] * len(carried)
    places = [Detection(each.box, 1.0) for each in carried.values()]
    return follow(start.grey, end.grey, places, start.width)


def _side(box: Box) -> float:
    return max(box[2] - box[0], box[3] - box[1])


def _hull(boxes: list[Box]) -> Box:
    """What holds where it went to from before, where it came from, and all between."""
    sides = np.array(boxes)
    left, top = sides[:, :2].min(0)
    right, bottom = sides[:, 2:].max(0)
    return float(left), float(top), float(right), float(bottom)
