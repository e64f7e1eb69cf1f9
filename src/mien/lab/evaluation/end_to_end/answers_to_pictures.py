"""What a user is shown of labelled pictures: found, read and judged as in ``mien analyze``."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.emotions import UNSURE
from mien.errors import ImageError
from mien.lab.evaluation.end_to_end.labelled_pictures import LabelledPictures
from mien.media.image import read_image
from mien.results import Face
from mien.vision.detection.boxes import overlap_fraction
from mien.vision.detection.detector import Detection
from mien.vision.pixel_analyzer import PixelAnalyzer

MISSED = "missed"
"""In place of a word: no face was found, or the picture could not be read."""

_ONE_FACE = 0.3
"""Two boxes that share more than this of the smaller one may be of one face."""


@dataclass(frozen=True)
class PictureAnswers:
    """What was shown of the largest face of each picture.

    Attributes
    ----------
    pictures : LabelledPictures
    shown, top : ndarray of shape (n,), str
        The word shown (``"unsure"`` among them), and the one with the highest probability;
        ``"missed"`` where no face was found.
    confidence : ndarray of shape (n,), float64
        Of ``top``; NaN where no face was found.
    overlapping : ndarray of shape (n,), bool
        Whether two boxes of the picture lie on each other, so that a face may be there twice.
    unreadable : tuple of str
        One line a picture that could not be read.
    model, detector, reading : str
    """

    pictures: LabelledPictures
    shown: NDArray[np.str_]
    top: NDArray[np.str_]
    confidence: NDArray[np.float64]
    overlapping: NDArray[np.bool_]
    unreadable: tuple[str, ...]
    model: str
    detector: str
    reading: str


def ask_about(
    analyzer: PixelAnalyzer,
    pictures: LabelledPictures,
    on_picture: Callable[[int], object] = lambda done: None,
) -> PictureAnswers:
    """Analyse every picture as ``mien analyze`` does; of each, the largest face counts."""
    shown, top, confidence, overlapping, unreadable = [], [], [], [], []
    for done, path in enumerate(pictures.paths, 1):
        faces: tuple[Face, ...] = ()
        try:
            faces = analyzer.analyze(read_image(path)).faces
        except ImageError as error:
            unreadable.append(str(error))
        main = faces[0] if faces else None
        shown.append(MISSED if main is None else main.label)
        top.append(MISSED if main is None else main.top_emotion)
        confidence.append(np.nan if main is None else main.confidence)
        overlapping.append(_overlap(faces))
        on_picture(done)
    return PictureAnswers(
        pictures=pictures,
        shown=np.array(shown),
        top=np.array(top),
        confidence=np.array(confidence),
        overlapping=np.array(overlapping),
        unreadable=tuple(unreadable),
        model=analyzer.card.name,
        detector=analyzer.detector.name,
        reading=analyzer.reader.name,
    )


def _overlap(faces: tuple[Face, ...]) -> bool:
    boxes = [Detection(face.xyxy, face.score) for face in faces]
    return any(
        overlap_fraction(one, other, of_smaller=True) > _ONE_FACE
        for at, one in enumerate(boxes)
        for other in boxes[:at]
    )


def to_csv(answers: PictureAnswers) -> str:
    """A line a picture: its label, what was shown, and its other columns."""
    pictures = answers.pictures
    people = {} if pictures.persons is None else {"person": pictures.persons}
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(
        [
            "file",
            "label",
            "shown",
            "top_emotion",
            "confidence",
            "unsure",
            "overlapping",
            *people,
            *pictures.groups,
        ]
    )
    for at, picture in enumerate(pictures.paths):
        found = answers.confidence[at]
        writer.writerow(
            [
                picture.name,
                pictures.labels[at],
                answers.shown[at],
                answers.top[at],
                "" if np.isnan(found) else f"{found:.6f}",
                answers.shown[at] == UNSURE,
                bool(answers.overlapping[at]),
                *(values[at] for values in (*people.values(), *pictures.groups.values())),
            ]
        )
    return stream.getvalue()
