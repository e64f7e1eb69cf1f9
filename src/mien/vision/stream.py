"""``StreamAnalyzer``: the faces of a video or a camera, frame by frame, with who is who."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mien.body_signs import BodySigns
from mien.card import ModelCard
from mien.face_signs import FaceSigns
from mien.options import at_least_zero, finite, flag, whole_number
from mien.results import Frame, TrackState
from mien.vision.detection.detector import (
    DEFAULT_DETECTOR,
    Detection,
    Detector,
    check_image,
    sure_score_of,
)
from mien.vision.detection.detectors import create_detector
from mien.vision.detection.near_first import NearFirst
from mien.vision.pixel_analyzer import PixelAnalyzer, refuse_options_of_names
from mien.vision.reading import Readings
from mien.vision.signs.rest import RestingFace
from mien.vision.signs.signs_reader import with_signs
from mien.vision.tracking.flow import follow, grey_for_flow
from mien.vision.tracking.smooth import Smoothed, smooth
from mien.vision.tracking.tracker import TrackedFace, Tracker

DETECT_EVERY = 3
SMOOTH_SECONDS = 0.6

AUTO = "auto"
"""The name of the detector that is fast while people are near."""

LONGEST_WITHOUT = 0.25
"""Seconds after which faces are looked for again, however few frames have come since."""

SHORTEST_BETWEEN = 0.09
"""Seconds before which faces are not looked for again, at the usual ``DETECT_EVERY``: of more than
some thirty frames a second, each moves a face less, and flow follows it over more of them."""

_MOST_FRAMES = 3 * DETECT_EVERY
"""After so many frames faces are looked for in any case."""


class StreamAnalyzer:
    """Reads the frames of one video, or of one camera, in order.

    It can be pickled, if its detector can, with all that it remembers of the frames before.

    Faces are looked for every few frames and followed between; all faces of a frame are read in
    one batch; what they express is smoothed for each person over time.

    Parameters
    ----------
    model : Path or str, optional
        A model file of Mien; the packaged default when None.
    detector : str or Detector
        A registered name; ``"auto"`` for CenterFace with BlazeFace in its place while that sees all
        the faces (see ``NearFirst``), which is faster where people are near; or any object with a
        ``name`` and ``detect(image)``. The options that follow ``smooth_seconds`` are for detectors
        given by name.
    detect_every : int
        Look for faces in every so many frames, 1 or more; and at least every 0.25 seconds. At the
        usual 3, in fewer of more than 30 frames a second: every 0.09 seconds.
    smooth_seconds : float
        Time constant of the smoothing, 0 (none) or more.
    min_face : float, optional
        Shortest side in pixels of a face's box; the detector's default when None.
    rotate : bool
        Also look for faces rolled up to 90°, at several times the cost.
    threads : int
        CPU threads for detector and classifier, at least 1.
    size : int, optional
        Longest side in pixels of the picture that the detector is shown, for a picture of 4:3 (for
        other shapes one of the same area); smaller is faster and finds fewer small faces. The
        detector's default when None. Only for detectors that have the option.
    reading : str, optional
        As in ``PixelAnalyzer``; what it gives is smoothed.
    signs : bool
        Whether to say what is visible in each face, too (``Face.signs``). What a face shows all
        along is learnt for each person, and then no longer told.
    body : bool
        Whether to say also what is visible of each body (``Face.signs.body``).
    focal : float, optional
        As in ``PixelAnalyzer``.

    Raises
    ------
    ModelFileError
        If a model file cannot be used.
    UsageError
        If the detector is unknown or an option is out of range.
    """

    def __init__(
        self,
        model: Path | str | None = None,
        *,
        detector: str | Detector = DEFAULT_DETECTOR,
        detect_every: int = DETECT_EVERY,
        smooth_seconds: float = SMOOTH_SECONDS,
        min_face: float | None = None,
        rotate: bool = False,
        threads: int = 1,
        size: int | None = None,
        reading: str | None = None,
        signs: bool = False,
        body: bool = False,
        focal: float | None = None,
    ) -> None:
        fast = None
        if isinstance(detector, str):
            if detector == AUTO:
                detector = DEFAULT_DETECTOR
                fast = create_detector("blazeface", min_face=min_face, threads=threads)
            detector = create_detector(
                detector,
                min_face=min_face,
                rotate=rotate,
                threads=threads,
                size=size,
                sensitive=True,
            )
        else:
            refuse_options_of_names(min_face=min_face, rotate=flag("rotate", rotate), size=size)
        analyzer = PixelAnalyzer(
            model,
            detector=detector,
            threads=threads,
            reading=reading,
            signs=signs,
            body=body,
            focal=focal,
        )
        self._begin(analyzer, fast, detect_every, smooth_seconds, analyzer.signs)

    @classmethod
    def like(cls, other: StreamAnalyzer) -> Self:
        """One for another video, with the options and on the loaded networks of ``other``.

        Both may be used at once from different threads, unless the detector is ``"haar"``, whose
        cascade is for one thread at a time.
        """
        fresh = cls.__new__(cls)
        fresh._begin(
            other.analyzer, other.fast, other.detect_every, other.smooth_seconds, other.signs
        )
        return fresh

    def _begin(
        self,
        analyzer: PixelAnalyzer,
        fast: Detector | None,
        detect_every: int,
        smooth_seconds: float,
        signs: bool,
    ) -> None:
        self.analyzer = analyzer
        """Reads single photos with the same networks."""
        self.fast = fast
        """What looks for near faces first; None for one detector."""
        self._detector = NearFirst(fast, analyzer.detector) if fast else analyzer.detector
        self._tracker = Tracker(sure_score_of(analyzer.detector))
        self._smoothed: dict[int, Smoothed] = {}
        self._rests: dict[int, RestingFace] = {}
        self._bodies: dict[int, BodySigns] = {}
        self._since_detection = 0
        self._detected_at: float | None = None
        self._time: float | None = None
        self._shape: tuple[int, int] | None = None
        self._grey: NDArray[np.uint8] | None = None
        self.configure(detect_every=detect_every, smooth_seconds=smooth_seconds, signs=signs)

    @property
    def card(self) -> ModelCard:
        """The card of the expression model."""
        return self.analyzer.card

    def configure(
        self,
        *,
        detect_every: int | None = None,
        smooth_seconds: float | None = None,
        signs: bool | None = None,
    ) -> None:
        """Change options between two frames; None leaves one as it is.

        ``detect_every``, ``smooth_seconds`` and ``signs`` are as when it was made.

        Raises
        ------
        UsageError
            If a value is out of range; nothing is changed then.
        """
        if detect_every is not None:
            detect_every = whole_number("detect_every", detect_every, least=1)
        if smooth_seconds is not None:
            smooth_seconds = at_least_zero("smooth_seconds", smooth_seconds)
        if signs is not None:
            self.signs = flag("signs", signs)
        if detect_every is not None:
            self.detect_every = detect_every
        if smooth_seconds is not None:
            self.smooth_seconds = smooth_seconds

    def reset(self) -> None:
        """Begin another scene: all people are forgotten, and their numbers are not given again."""
        self._tracker.clear()
        self._smoothed.clear()
        self._rests.clear()
        self._bodies.clear()
        self._detected_at = self._time = self._shape = self._grey = None

    def analyze(
        self,
        image: NDArray[np.uint8],
        time: float,
        *,
        path: str | None = None,
        number: int | None = None,
        bgr: bool = False,
    ) -> Frame:
        """Read the next frame.

        Parameters
        ----------
        image : ndarray of shape (H, W, 3), uint8
            RGB and upright. It may have another size than the frames before.
        time : float
            In seconds, on any clock. A time before that of the last frame begins another scene.
        path : str, optional
            Where the video came from, for the result.
        number : int, optional
            The frame's number in the video, for the result.
        bgr : bool
            Whether the channels are in the order of OpenCV's, blue first.

        Returns
        -------
        Frame
            Faces largest first, each with ``track``.

        Raises
        ------
        UsageError
            If the image has another shape or dtype, or the time is no number.
        """
        height, width = check_image(image).shape[:2]
        if flag("bgr", bgr):
            image = np.ascontiguousarray(image[..., ::-1])
        time = finite("time", time)
        if self._time is not None and time < self._time:
            self.reset()
        if self._shape is not None and self._shape != (height, width):
            self._tracker.rescale(width / self._shape[1], height / self._shape[0])
        self._time, self._shape = time, (height, width)
        tracked = self._track(image, time)
        tracked.sort(key=lambda each: (-each.detection.area, each.id))
        detections = [each.detection for each in tracked]
        look = self.analyzer.look(self.analyzer.cut_out(image, detections))
        faces = tuple(
            replace(face, track=self._follow(each, look.readings.of(at), time))
            for at, (each, face) in enumerate(zip(tracked, look.faces(detections), strict=True))
        )
        faces = with_signs(faces, self._look_close(image, tracked, time))
        known = self._tracker.ids
        self._smoothed = {key: value for key, value in self._smoothed.items() if key in known}
        self._rests = {key: value for key, value in self._rests.items() if key in known}
        return Frame(
            path=path,
            width=width,
            height=height,
            faces=faces,
            detector=self.analyzer.detector.name,
            model=self.card.name,
            time=time,
            number=number,
            reading=self.analyzer.reader.name,
        )

    def _look_close(
        self, image: NDArray[np.uint8], tracked: list[TrackedFace], time: float
    ) -> list[FaceSigns | str]:
        """What is visible in each face beyond its rest; [] if not asked for."""
        if not self.signs:
            return []
        rests = [self._rests.setdefault(each.id, RestingFace()) for each in tracked]
        found = self.analyzer.look_close(
            image,
            [each.detection for each in tracked],
            rests=[rest.blendshapes for rest in rests],
            before=[self._bodies.get(each.id) for each in tracked],
        )
        self._bodies = {
            each.id: signs.body
            for each, signs in zip(tracked, found, strict=True)
            if isinstance(signs, FaceSigns) and signs.body is not None
        }
        for signs, rest in zip(found, rests, strict=True):
            if isinstance(signs, FaceSigns):
                rest.see(signs, time)
        return found

    def _is_due(self, time: float) -> bool:
        """Whether faces are to be looked for, and not only followed."""
        if self._detected_at is None or time - self._detected_at >= LONGEST_WITHOUT:
            return True
        if self._since_detection < self.detect_every:
            return False
        return (
            self.detect_every != DETECT_EVERY
            or time - self._detected_at >= SHORTEST_BETWEEN
            or self._since_detection >= _MOST_FRAMES
        )

    def _track(self, image: NDArray[np.uint8], time: float) -> list[TrackedFace]:
        self._since_detection += 1
        if self._is_due(time):
            self._since_detection, self._detected_at = 0, time
            tracked = self._tracker.update(self._detector.detect(image), time)
            self._grey = grey_for_flow(image) if tracked and self.detect_every > 1 else None
            return tracked
        height, width = image.shape[:2]
        return [
            each
            for each in self._tracker.carry(time, self._followed(image))
            if _centre_is_inside(each.detection, width, height)
        ]

    def _followed(self, image: NDArray[np.uint8]) -> dict[int, Detection]:
        """The faces of the frame before that can be followed into this one, by track."""
        places = self._tracker.places
        if self._grey is None or not places:
            return {}
        now = grey_for_flow(image)
        if now.shape != self._grey.shape:
            return {}
        found = follow(self._grey, now, list(places.values()), image.shape[1])
        self._grey = now
        return {key: place for key, place in zip(places, found, strict=True) if place is not None}

    def _follow(self, each: TrackedFace, readings: Readings, time: float) -> TrackState:
        reader = self.analyzer.reader
        labels = reader.labels
        state = smooth(
            self._smoothed.get(each.id),
            readings,
            time,
            seconds=self.smooth_seconds,
            reader=reader,
        )
        self._smoothed[each.id] = state
        return TrackState(
            id=each.id,
            probabilities=dict(zip(labels, state.readings.probabilities[0].tolist(), strict=True)),
            unsure=state.unsure,
            since=each.since,
            detected=each.detected,
            emotion=labels[state.leading],
        )


def _centre_is_inside(detection: Detection, width: int, height: int) -> bool:
    left, top, right, bottom = detection.xyxy
    return 0 <= (left + right) / 2 < width and 0 <= (top + bottom) / 2 < height
