"""What a face detector is, and the registry through which detectors are made by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from mien.errors import UsageError, did_you_mean
from mien.results import Box, Point

Image = npt.NDArray[np.uint8]
"""``uint8 (H, W, 3)``, RGB."""

FloatArray = npt.NDArray[np.float32]

DEFAULT_DETECTOR = "centerface"


@dataclass(frozen=True, slots=True)
class Detection:
    """One face that a detector found.

    Attributes
    ----------
    xyxy : tuple of 4 float
        Left, top, right, bottom in pixels of the image that was searched, clipped to it.
    score : float
        The detector's confidence, 0 to 1. Scores of different detectors are not comparable.
    landmarks : tuple of 5 (x, y) or None
        In the order of ``mien.results.LANDMARK_NAMES``, in pixels; they may lie outside the image.
        None when the detector gives none.
    """

    xyxy: Box
    score: float
    landmarks: tuple[Point, ...] | None = None

    @property
    def width(self) -> float:
        """Width of the box in pixels."""
        return self.xyxy[2] - self.xyxy[0]

    @property
    def height(self) -> float:
        """Height of the box in pixels."""
        return self.xyxy[3] - self.xyxy[1]

    @property
    def area(self) -> float:
        """Area of the box in square pixels."""
        return self.width * self.height


class Detector(Protocol):
    """Anything that finds faces in an image."""

    @property
    def name(self) -> str:
        """Name under which the detector is registered."""
        ...

    def detect(self, image: Image) -> list[Detection]:
        """Find the faces in ``image``, ``uint8 (H, W, 3)`` RGB; largest first, [] for none."""
        ...


DetectorFactory = Callable[..., Detector]
_FACTORIES: dict[str, DetectorFactory] = {}


def register_detector(name: str) -> Callable[[DetectorFactory], DetectorFactory]:
    """Register a factory under ``name``; use as a decorator.

    The factory takes keyword arguments only, among them ``threads``, ``min_face`` and
    ``score_threshold``.
    """

    def register(factory: DetectorFactory) -> DetectorFactory:
        if name in _FACTORIES:
            raise ValueError(f"a detector called {name!r} is already registered")
        _FACTORIES[name] = factory
        return factory

    return register


def detector_names() -> tuple[str, ...]:
    """Names that ``create_detector`` knows, sorted."""
    _register_own()
    return tuple(sorted(_FACTORIES))


def create_detector(
    name: str = DEFAULT_DETECTOR,
    *,
    threads: int = 1,
    min_face: float | None = None,
    score_threshold: float | None = None,
    rotate: bool = False,
    **options: Any,
) -> Detector:
    """Make a detector by name.

    Parameters
    ----------
    name : str
        ``"centerface"``, ``"haar"`` or a registered name.
    threads : int
        CPU threads of the detector, at least 1.
    min_face : float, optional
        Shortest side in pixels of a box that is kept; the detector's own default when None.
    score_threshold : float, optional
        Lowest score of a face, 0 to 1; the detector's own default when None.
    rotate : bool
        Also look at rotated copies of the image: see ``mien.vision.detection.rotated``.
    **options
        Passed to the detector.

    Raises
    ------
    UsageError
        If the name is unknown or a value is out of range.
    ModelFileError
        If the detector's weights are missing or damaged.
    """
    _register_own()
    factory = _FACTORIES.get(name)
    if factory is None:
        raise UsageError(f"unknown detector {name!r}", hint=did_you_mean(name, detector_names()))
    if threads < 1:
        raise UsageError(f"threads is {threads}, expected at least 1")
    if min_face is not None:
        if not min_face > 0:
            raise UsageError(f"min_face is {min_face}, expected more than 0 pixels")
        options["min_face"] = min_face
    if score_threshold is not None:
        if not 0 < score_threshold < 1:
            raise UsageError(f"score_threshold is {score_threshold}, expected between 0 and 1")
        options["score_threshold"] = score_threshold
    detector = factory(threads=threads, **options)
    if not rotate:
        return detector
    from mien.vision.detection.rotated import RotatedDetector

    return RotatedDetector(detector)


def check_image(image: Image) -> Image:
    """Return ``image`` when it is ``uint8 (H, W, 3)``; raises ``UsageError`` otherwise."""
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise UsageError(
            f"the image is {image.dtype} {image.shape}, expected uint8 (height, width, 3) in RGB"
        )
    return image


def finish(
    detections: Iterable[Detection], *, width: int, height: int, min_face: float
) -> list[Detection]:
    """Clip boxes to the image, drop those with a side under ``min_face`` px, sort by area."""
    kept = []
    for detection in detections:
        left, top, right, bottom = detection.xyxy
        clipped = (
            min(max(left, 0.0), float(width)),
            min(max(top, 0.0), float(height)),
            min(max(right, 0.0), float(width)),
            min(max(bottom, 0.0), float(height)),
        )
        shortest = min(clipped[2] - clipped[0], clipped[3] - clipped[1])
        if shortest > 0 and shortest >= min_face:
            kept.append(Detection(clipped, detection.score, detection.landmarks))
    return sorted(kept, key=lambda detection: (-detection.area, -detection.score, detection.xyxy))


def suppress_overlaps(xyxy: FloatArray, scores: FloatArray, iou_threshold: float) -> list[int]:
    """Greedy non-maximum suppression.

    Parameters
    ----------
    xyxy : float32 ndarray of shape (n, 4)
    scores : float32 ndarray of shape (n,)
    iou_threshold : float
        Of two boxes whose intersection over union is above it, the one with the lower score goes.

    Returns
    -------
    list of int
        Indices of the boxes that stay, best score first.
    """
    areas = (xyxy[:, 2] - xyxy[:, 0]) * (xyxy[:, 3] - xyxy[:, 1])
    waiting = np.argsort(-scores, kind="stable")
    kept: list[int] = []
    while waiting.size:
        best, rest = waiting[0], waiting[1:]
        kept.append(int(best))
        low = np.maximum(xyxy[best, :2], xyxy[rest, :2])
        high = np.minimum(xyxy[best, 2:], xyxy[rest, 2:])
        overlap = np.prod(np.clip(high - low, 0, None), axis=1)
        union = areas[best] + areas[rest] - overlap
        waiting = rest[overlap <= iou_threshold * union]
    return kept


def overlap_fraction(one: Detection, other: Detection, *, of_smaller: bool = False) -> float:
    """Intersection over union of two boxes, or over the smaller box; 0 to 1."""
    width = min(one.xyxy[2], other.xyxy[2]) - max(one.xyxy[0], other.xyxy[0])
    height = min(one.xyxy[3], other.xyxy[3]) - max(one.xyxy[1], other.xyxy[1])
    if width <= 0 or height <= 0:
        return 0.0
    overlap = width * height
    if of_smaller:
        return overlap / min(one.area, other.area)
    return overlap / (one.area + other.area - overlap)


def same_face(one: Detection, other: Detection) -> bool:
    """Whether two boxes are of one face: much alike, or one lies mostly inside the other."""
    return overlap_fraction(one, other) > 0.4 or overlap_fraction(one, other, of_smaller=True) > 0.7


def _register_own() -> None:
    import mien.vision.detection.centerface
    import mien.vision.detection.haar  # noqa: F401
