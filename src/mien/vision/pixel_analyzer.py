"""``PixelAnalyzer``: detect, crop, classify."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mien.body_signs import BodySigns
from mien.card import ModelCard
from mien.emotions import FERPLUS
from mien.errors import UsageError
from mien.face_signs import FaceSigns
from mien.options import choice, flag, positive
from mien.packaged import find_model
from mien.results import Face, Frame
from mien.vision.classify import Classifier
from mien.vision.crop import crop_for_model
from mien.vision.detection.detector import (
    DEFAULT_DETECTOR,
    Detection,
    Detector,
    check_detections,
    check_detector,
    check_image,
)
from mien.vision.detection.detectors import create_detector
from mien.vision.reading import Reader, Readings, make_reader
from mien.vision.signs.distance import focal_length
from mien.vision.signs.signs_reader import SignsReader, with_signs


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
    reading : str, optional
        How the model's outputs become what is shown: ``"everyday"``, the default of models that
        have it; a head's own answer (``"fer2013"``), as benchmarks want it; or ``"balanced"``, at
        which rare expressions are found more often, at some cost in accuracy. See
        ``mien.vision.reading``.
    signs : bool
        Whether to say what is visible in each face, too (``Face.signs``); some 10 ms a face.
    body : bool
        Whether to say also what is visible of each body (``Face.signs.body``); as long again.
    focal : float, optional
        The camera's focal length in pixels of the picture, from which distances are reckoned. Where
        it is not given it is what EXIF says, or else assumed.

    Raises
    ------
    ModelFileError
        If a model file cannot be used.
    UsageError
        If the model, the detector or the reading is unknown, or an option is out of range.
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
        reading: str | None = None,
        signs: bool = False,
        body: bool = False,
        focal: float | None = None,
    ) -> None:
        self.body = flag("body", body)
        self.signs = flag("signs", signs) or self.body
        self._signs_reader = SignsReader(threads=threads)
        self.focal = None if focal is None else positive("focal", focal, unit="pixels")
        self.faces = choice("faces", faces, ("all", "largest"))
        self.classifier = Classifier(find_model(model), threads=threads)
        # A wrong name is refused here; the reader itself is made anew wherever a pickle is opened.
        self._reading = make_reader(self.classifier.card, reading).name
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

    @cached_property
    def reader(self) -> Reader:
        """How the model's outputs become what is shown."""
        return make_reader(self.card, self._reading)

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key != "reader"}

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
        return self.read_pixels(image, path=path)

    def read_pixels(
        self,
        image: NDArray[np.uint8],
        *,
        path: str | None = None,
        exif_focal: float | None = None,
        signs: bool | None = None,
    ) -> Frame:
        """Read one picture, as ``analyze`` does.

        ``exif_focal`` is its focal length as EXIF has it, in millimetres for 35 mm film; ``signs``
        whether to say what is visible, if that is to differ from the analyzer's own.
        """
        wanted = self.signs if signs is None else signs
        detections = self.find_faces(image)
        return Frame(
            path=path,
            width=image.shape[1],
            height=image.shape[0],
            faces=with_signs(
                self.read_faces(image, detections),
                self.look_close(image, detections, exif_focal) if wanted else [],
            ),
            detector=self.detector.name,
            model=self.card.name,
            reading=self.reader.name,
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
        """The faces as the model sees them: ``(n, *card.input_shape)`` uint8."""
        return crop_for_model(image, detections, self.card)

    def read_crops(self, crops: NDArray[np.uint8], detections: list[Detection]) -> tuple[Face, ...]:
        """What faces that have been cut out already express, in their order.

        They may be of several pictures: the model reads them in batches.
        """
        return self.look(crops).faces(detections)

    def look_close(
        self,
        image: NDArray[np.uint8],
        detections: list[Detection],
        exif_focal: float | None = None,
        rests: Sequence[Mapping[str, float]] = (),
        before: Sequence[BodySigns | None] = (),
    ) -> list[FaceSigns | str]:
        """What is visible in faces that have been found, or why nothing is, in their order.

        ``rests``: for each face its blendshapes at rest, ``before``: its body in the frame before,
        as far as known.
        """
        height, width = image.shape[:2]
        focal = focal_length(width, height, given=self.focal, exif_35mm=exif_focal)
        return self._signs_reader.read(
            image, detections, focal, rests=rests, body=self.body, before=before
        )

    def look(self, crops: NDArray[np.uint8]) -> CropReadings:
        """All that the model says of crops ``(n, *card.input_shape)``: see ``read_crops``."""
        return read_crops(self.classifier, self.reader, crops)


@dataclass(frozen=True)
class CropReadings:
    """What the model says of ``n`` crops.

    Attributes
    ----------
    reader : Reader
    readings : Readings
    ferplus : ndarray of shape (n, 8), float32, or None
        Probabilities of the FER+ head; None for a model without.
    embeddings : ndarray of shape (n, D), float32, or None
        None for a model file that gives none.
    """

    reader: Reader
    readings: Readings
    ferplus: NDArray[np.float32] | None
    embeddings: NDArray[np.float32] | None

    def faces(self, detections: list[Detection]) -> tuple[Face, ...]:
        """One a crop, with where it was found."""
        reasons = self.reader.why_unsure(self.readings)
        return tuple(
            Face(
                xyxy=detection.xyxy,
                score=detection.score,
                landmarks=detection.landmarks,
                probabilities=_named(self.reader.labels, self.readings.probabilities[at]),
                ferplus={} if self.ferplus is None else _named(FERPLUS.labels, self.ferplus[at]),
                unsure=reasons[at] is not None,
                unsure_because=reasons[at],
            )
            for at, detection in enumerate(detections)
        )


def read_crops(classifier: Classifier, reader: Reader, crops: NDArray[np.uint8]) -> CropReadings:
    """Ask a model about crops ``(n, height, width)``, each run through it once.

    And its mirror image, where the reading wants it.
    """
    by_head, embeddings = classifier.classify_and_embed(crops)
    mirrored = None
    if reader.mirrored:
        mirrored = classifier.classify(np.ascontiguousarray(crops[:, :, ::-1]))
    readings = reader.read(by_head, mirrored, embeddings)
    return CropReadings(reader, readings, by_head.get(FERPLUS.name), embeddings)


def _named(labels: tuple[str, ...], values: NDArray[np.floating]) -> dict[str, float]:
    return dict(zip(labels, values.tolist(), strict=True))


def refuse_options_of_names(**options: object) -> None:
    """Raise ``UsageError`` for options, other than None and False, that nothing would listen to.

    They are for detectors that are made by name.
    """
    for name, value in options.items():
        if value is not None and value is not False:
            raise UsageError(
                f"{name} is for a detector given by name", hint="give it to the detector itself"
            )
