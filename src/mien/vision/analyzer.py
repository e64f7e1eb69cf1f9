"""``Analyzer``: detect, crop, classify."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mien.card import ModelCard
from mien.emotions import FERPLUS
from mien.packaged import find_model
from mien.results import Face, Frame
from mien.vision.classify import Classifier
from mien.vision.crop import crop_faces
from mien.vision.detection.detector import DEFAULT_DETECTOR, Detection, Detector, check_image
from mien.vision.detection.detectors import create_detector


class Analyzer:
    """Finds the faces in a picture and says what each expresses.

    Parameters
    ----------
    model : Path or str, optional
        A model file of Mien, or a packaged model by role or name (``"small"``); the packaged
        default when None.
    detector : str or Detector
        A registered name (``"centerface"``, ``"haar"``), or any object with a ``name`` and
        ``detect(image)``; the next four parameters are for detectors given by name.
    min_face : float, optional
        Shortest side in pixels of a face's box; the detector's default when None.
    score_threshold : float, optional
        Lowest detector score of a face, 0 to 1; the detector's default when None.
    rotate : bool
        Also look for faces rolled up to 90°, at several times the cost.
    threads : int
        CPU threads for detector and classifier, at least 1.
    faces : {"all", "largest"}
        Whether to read every face or only the largest one.
    balanced : bool
        Take the model's second operating point: rare expressions (disgust, fear) are found more
        often, and overall accuracy is lost; the card has the scores of both.

    Raises
    ------
    ModelFileError
        If a model file cannot be used, or has no second operating point when one is wanted.
    UsageError
        If the model or the detector is unknown, or an option is out of range.
    """

    def __init__(
        self,
        model: Path | str | None = None,
        *,
        detector: str | Detector = DEFAULT_DETECTOR,
        min_face: float | None = None,
        score_threshold: float | None = None,
        rotate: bool = False,
        threads: int = 1,
        faces: Literal["all", "largest"] = "all",
        balanced: bool = False,
    ) -> None:
        self.classifier = Classifier(find_model(model), threads=threads, balanced=balanced)
        self.detector: Detector = (
            create_detector(
                detector,
                threads=threads,
                min_face=min_face,
                score_threshold=score_threshold,
                rotate=rotate,
            )
            if isinstance(detector, str)
            else detector
        )
        self.faces = faces

    @property
    def card(self) -> ModelCard:
        """The card of the expression model."""
        return self.classifier.card

    def analyze(self, image: NDArray[np.uint8], *, path: str | None = None) -> Frame:
        """Read one picture.

        Parameters
        ----------
        image : ndarray of shape (H, W, 3), uint8
            RGB and upright; ``mien.read_image`` gives one.
        path : str, optional
            Where the picture came from, for the result.

        Returns
        -------
        Frame
            Faces largest first; none when none was found.

        Raises
        ------
        UsageError
            If the image has another shape or dtype.
        """
        detections = self.detector.detect(check_image(image))
        if self.faces == "largest":
            detections = detections[:1]
        return Frame(
            path=path,
            width=image.shape[1],
            height=image.shape[0],
            faces=self.read_faces(image, detections),
            detector=self.detector.name,
            model=self.card.name,
        )

    def read_faces(self, image: NDArray[np.uint8], detections: list[Detection]) -> tuple[Face, ...]:
        """What faces that have been found already express, all in one batch, in their order."""
        card = self.card
        crops = crop_faces(
            image, detections, card.crop, height=card.input_height, width=card.input_width
        )
        by_head = self.classifier.classify(crops)
        main = next(iter(card.heads))
        faces = []
        for position, detection in enumerate(detections):
            named = {
                head: dict(zip(card.heads[head].labels, values[position].tolist(), strict=True))
                for head, values in by_head.items()
            }
            faces.append(
                Face(
                    xyxy=detection.xyxy,
                    score=detection.score,
                    landmarks=detection.landmarks,
                    probabilities=named[main],
                    ferplus=named.get(FERPLUS.name, {}),
                    unsure=max(named[main].values()) < card.unsure_below,
                )
            )
        return tuple(faces)
