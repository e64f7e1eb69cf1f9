"""Where in a face the model sees what speaks for each expression."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.errors import ModelFileError
from mien.results import Frame
from mien.vision.classify import Classifier
from mien.vision.crop import crop_for_model
from mien.vision.detection.detector import Detection


@dataclass(frozen=True, eq=False)
class FaceExplanation:
    """What the model was shown of one face, and where it looked.

    Attributes
    ----------
    crop : ndarray of shape (height, width) or (height, width, 3), uint8
        The face crop, grey or RGB, of the card's input size.
    maps : dict of str to ndarray of shape (height, width), float32
        By expression, pixel for pixel of the crop: 0 where nothing speaks for it, 1 at the place
        that speaks for it most. Strengths of different maps cannot be compared.
    """

    crop: NDArray[np.uint8]
    maps: dict[str, NDArray[np.float32]]

    @property
    def rgb(self) -> NDArray[np.uint8]:
        """The crop as RGB, whether it is grey or not: ``(height, width, 3)`` uint8."""
        return np.repeat(self.crop[:, :, None], 3, axis=2) if self.crop.ndim == 2 else self.crop


def explain_faces(
    classifier: Classifier, image: NDArray[np.uint8], frame: Frame
) -> tuple[FaceExplanation, ...]:
    """Class activation maps of the faces of a frame, by ONNX Runtime alone.

    Parameters
    ----------
    classifier : Classifier
    image : ndarray of shape (H, W, 3), uint8
        The upright picture that the frame is of.
    frame : Frame

    Returns
    -------
    tuple of FaceExplanation
        One a face, in the frame's order.

    Raises
    ------
    ModelFileError
        If the model file has no such output.
    """
    detections = [Detection(face.xyxy, face.score, face.landmarks) for face in frame.faces]
    return explain_crops(classifier, crop_for_model(image, detections, classifier.card))


def explain_crops(classifier: Classifier, crops: NDArray[np.uint8]) -> tuple[FaceExplanation, ...]:
    """``explain_faces`` of faces that have been cut out already.

    Parameters
    ----------
    classifier : Classifier
    crops : ndarray of shape (n, *card.input_shape), uint8

    Raises
    ------
    ModelFileError
        If the model file has no such output.
    """
    card = classifier.card
    maps = classifier.activation_maps(crops)
    if maps is None or card.activation_maps is None:
        raise ModelFileError(
            "the file has no activation maps inside",
            where=classifier.path,
            hint="name a model that has them, as the default one; files in int8 have none",
        )
    labels = next(iter(card.heads.values())).labels
    side = card.activation_maps.side
    return tuple(
        FaceExplanation(crop, dict(zip(labels, _placed(found, crop.shape, side), strict=True)))
        for crop, found in zip(crops, maps, strict=True)
    )


def _placed(
    maps: NDArray[np.float32], shape: tuple[int, ...], side: int
) -> list[NDArray[np.float32]]:
    """``(labels, h, w)`` enlarged to the central ``side`` pixels of a crop, scaled to 0 to 1."""
    height, width = shape[:2]
    top, left = (height - side) // 2, (width - side) // 2
    placed = []
    for values in maps:
        whole = np.zeros((height, width), np.float32)
        highest = max(float(values.max()), 1e-12)
        # Cubic interpolation overshoots at the edges of a peak.
        fine = cv2.resize(values / highest, (side, side), interpolation=cv2.INTER_CUBIC)
        whole[top : top + side, left : left + side] = np.clip(fine, 0, 1)
        placed.append(whole)
    return placed
