"""Following faces from frame to frame: ByteTrack (Zhang et al. 2022), with times in seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mien.results import Box
from mien.vision.detection.detector import Detection
from mien.vision.tracking.association import associate
from mien.vision.tracking.kalman import BoxState, begin, predict, resize, update

KEPT_SECONDS = 1.0
"""How long a face that is not found any more keeps its track, as in ByteTrack."""

PAUSE_SECONDS = 10.0
"""After a longer pause between two frames nobody is taken for somebody from before."""

DOUBT_A_SECOND = 0.6
"""A face may have slowed down or turned since it was found: a second after, its box is compared as
if it were larger by this many of its own sides on every side (Yang et al. 2023, C-BIoU)."""

CLEAR_SCORE = 0.85
"""Boxes with a lower score are believed less, with a standard deviation that grows with the square
of this over the score (after Du et al. 2021, "NSA Kalman"): while a face vanishes behind another,
the box of what is left of it jumps and would spoil the speed."""


@dataclass(frozen=True, slots=True)
class TrackedFace:
    """A face in a frame, and whose it is.

    Attributes
    ----------
    id : int
        Number of the track, from 1.
    since : float
        Time in seconds of the track's first frame.
    detection : Detection
        As detected in this very frame, or moved on from the last detection.
    detected : bool
        Which of the two.
    """

    id: int
    since: float
    detection: Detection
    detected: bool


@dataclass(slots=True)
class _Track:
    id: int
    since: float
    state: BoxState
    """At the time ``at``, when the face lay as in ``place``."""
    at: float
    place: Detection
    detected_at: float
    lost: bool = False

    def box(self, time: float) -> Box:
        """Where the face should be; nobody goes straight on for longer than a second."""
        return predict(self.state, min(max(0.0, time - self.at), KEPT_SECONDS)).xyxy


class Tracker:
    """Gives detections of a video the numbers of the people they belong to.

    Call ``update`` for frames in which faces were looked for, ``carry`` for those between. Times
    are in seconds and never run backwards.

    Parameters
    ----------
    sure : float
        Detector's score from which a detection may begin a track. Lower ones only go on with one.
    kept_seconds : float
        How long a track that is not found waits for its face to come back.
    """

    def __init__(self, sure: float, *, kept_seconds: float = KEPT_SECONDS) -> None:
        self.sure = sure
        self.kept_seconds = kept_seconds
        self._tracks: list[_Track] = []
        self._last_id = 0

    @property
    def ids(self) -> frozenset[int]:
        """Numbers of the tracks that are followed or waited for."""
        return frozenset(track.id for track in self._tracks)

    def update(self, detections: Sequence[Detection], time: float) -> list[TrackedFace]:
        """Take in the detections of a frame; those that belong to a track come back, by its id."""
        self._drop_old(time)
        found = associate(
            # The filter is slow to notice a turn; who turns is still near the last place.
            [(track.box(time), track.place.xyxy) for track in self._tracks],
            [not track.lost for track in self._tracks],
            [detection.xyxy for detection in detections],
            [detection.score >= self.sure for detection in detections],
            margins=[DOUBT_A_SECOND * min(time - track.at, KEPT_SECONDS) for track in self._tracks],
        )
        for track in self._tracks:
            track.lost = True
        for track_index, detection_index in found.pairs:
            track = self._tracks[track_index]
            self._place(track, detections[detection_index], time)
            track.detected_at, track.lost = time, False
        for index in found.new:
            self._last_id += 1
            state = begin(detections[index].xyxy)
            self._tracks.append(_Track(self._last_id, time, state, time, detections[index], time))
        return self._visible(detected=True)

    def carry(
        self, time: float, followed: Mapping[int, Detection] | None = None
    ) -> list[TrackedFace]:
        """Where the faces that were found the last time are in a frame without detections.

        Parameters
        ----------
        time : float
        followed : mapping of int to Detection, optional
            By track, faces whose place is known otherwise (``mien.vision.tracking.flow``); the
            others are where the filter expects them.
        """
        self._drop_old(time)
        for track in self._tracks:
            if track.lost:
                continue
            place = (followed or {}).get(track.id)
            if place is None:
                place = _expected(track, time)
                track.state = predict(track.state, max(0.0, time - track.at))
                track.place, track.at = place, time
            else:
                self._place(track, place, time)
        return self._visible(detected=False)

    @property
    def places(self) -> dict[int, Detection]:
        """Where the faces of the last frame were, by track."""
        return {track.id: track.place for track in self._tracks if not track.lost}

    def rescale(self, across: float, down: float) -> None:
        """Go on in a picture that is ``across`` times as wide and ``down`` times as high."""
        for track in self._tracks:
            track.state = resize(track.state, across, down)
            left, top, right, bottom = track.place.xyxy
            track.place = replace(
                track.place,
                xyxy=(left * across, top * down, right * across, bottom * down),
                landmarks=track.place.landmarks
                and tuple((x * across, y * down) for x, y in track.place.landmarks),
            )

    def clear(self) -> None:
        """Forget all tracks. Their numbers are not given again."""
        self._tracks.clear()

    def _visible(self, *, detected: bool) -> list[TrackedFace]:
        return [
            TrackedFace(track.id, track.since, track.place, detected)
            for track in self._tracks
            if not track.lost
        ]

    def _place(self, track: _Track, place: Detection, time: float) -> None:
        now = predict(track.state, max(0.0, time - track.at))
        doubt = max(1.0, CLEAR_SCORE / max(place.score, 1e-3)) ** 2
        track.state = update(now, place.xyxy, doubt=doubt)
        track.place, track.at = place, time

    def _drop_old(self, time: float) -> None:
        """Drop what was looked for in vain for long enough, and everything after a long pause."""
        self._tracks = [
            track
            for track in self._tracks
            if time - track.detected_at <= (self.kept_seconds if track.lost else PAUSE_SECONDS)
        ]


def _expected(track: _Track, time: float) -> Detection:
    """The face as it lay, moved and grown as the filter expects of its box."""
    before, now = track.state.xyxy, track.box(time)
    growth = (now[3] - now[1]) / (before[3] - before[1])
    x0, y0 = (before[0] + before[2]) / 2, (before[1] + before[3]) / 2
    x1, y1 = (now[0] + now[2]) / 2, (now[1] + now[3]) / 2

    def move(x: float, y: float) -> tuple[float, float]:
        return x1 + growth * (x - x0), y1 + growth * (y - y0)

    left, top, right, bottom = track.place.xyxy
    landmarks = track.place.landmarks
    return Detection(
        (*move(left, top), *move(right, bottom)),
        track.place.score,
        None if landmarks is None else tuple(move(x, y) for x, y in landmarks),
    )
