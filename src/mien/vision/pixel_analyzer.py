"""``PixelAnalyzer``: detect, crop, classify."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mien.card import ModelCard
from mien.emotions import FERPLUS
from mien.errors import UsageError
from mien.options import choice, flag
from mien.packaged import find_model
from mien.results import Face, Frame
from mien.vision.classify import Classifier
from mien.vision.crop import crop_faces
from mien.vision.detection.detector import (
    DEFAULT_DETECTOR,
    Detection,
    Detector,
    check_detections,
    check_detector,
    check_image,
)
from mien.vision.detection.detectors import create_detector


class PixelAnalyzer:
    """Finds the faces in pixels and says what each expresses.

    What ``mien.Analyzer`` (which reads files and much else, too), the album and the server have in
    common. It can be pickled, if its detector can: it opens its files anew.

    Parameters
    ----------
    model : Path or str, optional
        A model file of Mien, or a packaged model by role or name (``"small"``); the packaged
        default when None.
    detector : str or Detector
        A registered name (``"centerface"``, ``"haar"``), or any object with a ``name`` and
        ``detect(image)``; the next three parameters are for detectors given by name.
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
        self.faces = choice("faces", faces, ("all", "largest"))
        self.classifier = Classifier(find_model(model), threads=threads, balanced=balanced)
        if isinstance(detector, str):
            self.detector: Detector = create_detector(
                detector,
                threads=threads,
                min_face=min_face,
                score_threshold=score_threshold,
                rotate=rotate,
            )
        else:
            self.detector = check_detector(detector)
            refuse_options_of_names(
                min_face=min_face, score_threshold=score_threshold, rotate=flag("rotate", rotate)
            )

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
        detections = self.find_faces(image)
        return Frame(
            path=path,
            width=image.shape[1],
            height=image.shape[0],
            faces=self.read_faces(image, detections),
            detector=self.detector.name,
            model=self.card.name,
        )

    def find_faces(self, image: NDArray[np.uint8]) -> list[Detection]:
        """The faces that are to be read, as the detector gives them.

        Raises
        ------
        UsageError
            If the image has another shape or dtype, or the detector does not keep to its contract.
        """
        detections = check_detections(self.detector.detect(check_image(image)), self.detector.name)
        return detections[:1] if self.faces == "largest" else detections

    def read_faces(self, image: NDArray[np.uint8], detections: list[Detection]) -> tuple[Face, ...]:
        """What faces that have been found already express, all in one batch, in their order."""
        return self.read_crops(self.cut_out(image, detections), detections)

    def cut_out(self, image: NDArray[np.uint8], detections: list[Detection]) -> NDArray[np.uint8]:
        """The faces as the model sees them: ``(n, height, width)`` grey, of the card's size."""
        card = self.card
        return crop_faces(
            image, detections, card.crop, height=card.input_height, width=card.input_width
        )

    def read_crops(self, crops: NDArray[np.uint8], detections: list[Detection]) -> tuple[Face, ...]:
        """What faces that have been cut out already express, in their order.

        They may be of several pictures: the model reads them in batches.
        """
        card = self.card
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


def refuse_options_of_names(**options: object) -> None:
    """Raise ``UsageError`` for options, other than None and False, that nothing would listen to.

    They are for detectors that are made by name.
    """
    for name, value in options.items():
        if value is not None and value is not False:
            raise UsageError(
                f"{name} is for a detector given by name", hint="give it to the detector itself"
            )
