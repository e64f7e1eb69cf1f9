"""How a face crop must be cut so that the model sees what it was trained on.

Pastes FER2013 PublicTest faces into larger pictures, finds them again with a detector, cuts them
out by many crop geometries and classifies them. A face that is not found counts as wrong, so the
figures are end to end. The plain crops, never pasted, are the ceiling.

    python benchmarks/crop_geometry.py MODEL.onnx [--faces 1000] [--one-look] [--card-only]

Needs mien[lab] and the data set imported as "fer2013".
"""

from __future__ import annotations

import argparse
import itertools
import math
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from mien.card import CropGeometry
from mien.lab.data.store import load_faces
from mien.vision.classify import Classifier
from mien.vision.crop import crop_face
from mien.vision.detection.detector import Detection
from mien.vision.detection.detectors import create_detector

CANVAS = (360, 480)
FACE_SIDES = (72, 112, 176)
SCALES = (0.9, 1.0, 1.05, 1.1, 1.15, 1.2, 1.3)
SHIFTS = (-0.05, 0.0, 0.03, 0.05)
TOLERANCE = 6.0
TURNS = {
    "as is": {"align_roll": False},
    "turned": {"align_roll": True},
    f"from {TOLERANCE:g}°": {"align_roll": True, "roll_tolerance": TOLERANCE},
}


def paste(face: np.ndarray, side: int, roll: float, generator: np.random.Generator):
    """A picture with one face in it; returns it with the true centre of the face's square.

    The surroundings are the face's own edge pixels, spread outwards and blurred: nothing in them
    looks like a face, and no frame shows where the crop ends.
    """
    height, width = CANVAS
    reach = side * 0.75
    centre = np.array(
        [generator.uniform(reach, width - reach), generator.uniform(reach, height - reach)]
    )
    scale = side / face.shape[0]
    cosine, sine = math.cos(math.radians(roll)) * scale, math.sin(math.radians(roll)) * scale
    linear = np.array([[cosine, -sine], [sine, cosine]])
    offset = centre - linear @ [face.shape[1] / 2, face.shape[0] / 2] + linear @ [0.5, 0.5] - 0.5
    matrix = np.column_stack([linear, offset])

    def warp(image, border):
        return cv2.warpAffine(
            image, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=border
        )

    spread = cv2.GaussianBlur(warp(face, cv2.BORDER_REPLICATE), (0, 0), side / 8)
    inside = warp(np.full_like(face, 255), cv2.BORDER_CONSTANT)
    mask = cv2.GaussianBlur(inside, (0, 0), side / 60)[..., None] / 255
    grey = mask[..., 0] * warp(face, cv2.BORDER_REPLICATE) + (1 - mask[..., 0]) * spread
    image = np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[..., None], 3, axis=2)
    return image, centre


def nearest(detections: list[Detection], centre: np.ndarray, side: float) -> Detection | None:
    """The detection whose box centre lies nearest to the pasted face, if it lies within it."""
    best, best_distance = None, 0.35 * side
    for detection in detections:
        left, top, right, bottom = detection.xyxy
        distance = math.hypot((left + right) / 2 - centre[0], (top + bottom) / 2 - centre[1])
        if distance < best_distance:
            best, best_distance = detection, distance
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--faces", type=int, default=1000)
    parser.add_argument("--detector", default="centerface")
    parser.add_argument("--one-look", action="store_true", help="CenterFace without second look")
    parser.add_argument("--card-only", action="store_true", help="only the card's own geometry")
    parser.add_argument("--roll", type=float, default=15.0, help="faces are turned by up to this")
    arguments = parser.parse_args()

    data = load_faces("fer2013")
    generator = np.random.default_rng(0)
    rows = generator.permutation(data.rows("PublicTest"))[: arguments.faces]
    labels = data.labels[rows].astype(int)
    classifier = Classifier(arguments.model)
    options = {"second_look": False} if arguments.one_look else {}
    detector = create_detector(arguments.detector, **options)
    main_head = next(iter(classifier.card.heads))

    def accuracy(crops: np.ndarray, keep: np.ndarray) -> float:
        right = classifier.classify(crops)[main_head].argmax(1) == labels[keep]
        return float(right.sum() / len(rows))

    def end_to_end(geometry: CropGeometry, pictures: list, found: list) -> float:
        """Of all faces, the share that is found and read right."""
        keep = np.flatnonzero([detection is not None for detection in found])
        crops = [crop_face(pictures[at], found[at], geometry, height=48, width=48) for at in keep]
        return accuracy(np.stack(crops), keep)

    console = Console(width=140)
    plain = accuracy(data.images[rows], np.arange(len(rows)))
    console.print(
        f"{classifier.card.name}: {len(rows)} PublicTest faces, {arguments.detector}; "
        f"plain crops {plain:.1%}"
    )
    for roll_limit in dict.fromkeys((0.0, arguments.roll)):
        pictures, found, ratios = [], [], []
        for row in rows:
            side = int(generator.choice(FACE_SIDES))
            roll = float(generator.uniform(-roll_limit, roll_limit))
            image, centre = paste(data.images[row], side, roll, generator)
            detection = nearest(detector.detect(image), centre, side)
            pictures.append(image)
            found.append(detection)
            if detection is not None:
                unit = math.sqrt(detection.width * detection.height)
                left, top, right, bottom = detection.xyxy
                ratios.append(
                    (
                        side / unit,
                        (centre[0] - (left + right) / 2) / unit,
                        (centre[1] - (top + bottom) / 2) / unit,
                    )
                )
        quartiles = np.quantile(np.array(ratios), [0.25, 0.5, 0.75], axis=0)
        console.print(
            f"\nroll up to {roll_limit:g}°: {len(ratios) / len(rows):.1%} found; true square in "
            "box units, quartiles: side "
            + "/".join(f"{v:.2f}" for v in quartiles[:, 0])
            + ", right "
            + "/".join(f"{v:+.2f}" for v in quartiles[:, 1])
            + ", down "
            + "/".join(f"{v:+.2f}" for v in quartiles[:, 2])
        )
        console.print(
            f"the card's geometry ({classifier.card.crop}): "
            f"{end_to_end(classifier.card.crop, pictures, found):.1%} end to end"
        )
        if arguments.card_only:
            continue
        table = Table(title=f"accuracy end to end, roll up to {roll_limit:g}°")
        table.add_column("scale")
        columns = list(itertools.product(TURNS, SHIFTS))
        for turn, shift in columns:
            table.add_column(f"{turn} {shift:+.2f}", justify="right")
        for scale in SCALES:
            cells = []
            for turn, shift in columns:
                geometry = CropGeometry(scale=scale, shift_y=shift, **TURNS[turn])
                cells.append(f"{end_to_end(geometry, pictures, found):.1%}")
            table.add_row(f"{scale:.2f}", *cells)
        console.print(table)


if __name__ == "__main__":
    main()
