"""Is the word better with a second opinion from the visible signs? Measured, before it is mixed in.

    python benchmarks/second_opinion.py PHOTOS [--data fer2013] [--every 2]

A logistic regression of the label on blendshapes and head pose is fitted on FER2013's Training
images (every second one), as the mesh sees them enlarged. On photos that nobody trained on (in a
folder with ``labels.csv``: file, label, person; and ``images/``) its probabilities are put together
with the everyday reading's, as a mean of logarithms, at several weights: mean of the classes'
recalls, and the gain with its 95 % interval, persons drawn.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import cv2
import numpy as np
from sklearn.linear_model import LogisticRegression

from mien import read_image
from mien.lab.data.faces import SPLITS
from mien.lab.data.store import load_faces
from mien.vision.pixel_analyzer import PixelAnalyzer
from mien.vision.signs.blendshapes import BlendshapeNetwork
from mien.vision.signs.geometry import place_mean_face
from mien.vision.signs.mesh import MeshNetwork, Square

WORDS = ("neutral", "happy", "surprise", "sad", "angry")
WEIGHTS = (0.05, 0.1, 0.15, 0.2, 0.3)


def features(blendshapes: np.ndarray, head) -> np.ndarray:
    """Blendshapes by their square root, as most are near 0, and the head's angles."""
    angles = np.array([head.yaw, head.pitch, head.roll]) / 45
    return np.concatenate([np.sqrt(np.clip(blendshapes, 0, 1)), angles])


def training_features(data: str, split: str, every: int) -> tuple[np.ndarray, np.ndarray]:
    """Features and labels of a split's images, enlarged for the mesh."""
    faces = load_faces(data)
    mesher, network = MeshNetwork(), BlendshapeNetwork()
    values, labels = [], []
    for row in np.flatnonzero(faces.splits == SPLITS.index(split))[::every]:
        grey = cv2.resize(faces.images[row], (192, 192), interpolation=cv2.INTER_CUBIC)
        grey = cv2.copyMakeBorder(grey, 48, 48, 48, 48, cv2.BORDER_REPLICATE)
        image = np.ascontiguousarray(np.dstack([grey] * 3))
        (mesh,) = mesher.read(image, [Square(144, 144, 250, 0)])
        if mesh.presence > 0.9:
            head = place_mean_face(mesh.points).head
            values.append(features(network.read(mesh.upright), head))
            labels.append(faces.label_set.labels[faces.labels[row]])
    return np.array(values), np.array(labels)


def photo_features(folder: Path) -> tuple[np.ndarray, ...]:
    """Of each photo: features, the everyday reading's probabilities, label, person."""
    analyzer = PixelAnalyzer(signs=True)
    found = []
    with (folder / "labels.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["label"] in WORDS]
    for row in rows:
        faces = analyzer.analyze(read_image(folder / "images" / row["file"])).faces
        if faces and faces[0].signs is not None:
            face = faces[0]
            blendshapes = np.fromiter(face.signs.blendshapes.values(), np.float64)
            found.append(
                (
                    features(blendshapes, face.signs.head),
                    list(face.probabilities.values()),
                    row["label"],
                    row["person"],
                )
            )
    labels = list(faces[0].probabilities) if faces else []
    return (*(np.array(part) for part in zip(*found, strict=True)), np.array(labels))


def mean_recall(probabilities: np.ndarray, labels: np.ndarray, names: np.ndarray) -> float:
    words = names[probabilities.argmax(axis=1)]
    return float(np.mean([(words[labels == word] == word).mean() for word in WORDS]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("photos", type=Path)
    parser.add_argument("--data", default="fer2013")
    parser.add_argument("--every", type=int, default=2)
    options = parser.parse_args()
    values, labels = training_features(options.data, "Training", options.every)
    model = LogisticRegression(C=0.3, max_iter=2000).fit(values, labels)
    public = training_features(options.data, "PublicTest", 1)
    seen, everyday, truth, persons, names = photo_features(options.photos)
    order = [list(model.classes_).index(name) for name in names]
    signs = model.predict_proba(seen)[:, order]
    print(f"{len(values)} faces; signs alone: {model.score(*public):.1%} of PublicTest's labels,")
    print(f"mean of five on {len(truth)} photos {mean_recall(signs, truth, names):.1%};")
    print(f"the everyday reading alone {mean_recall(everyday, truth, names):.1%}\n")
    rows_of = {person: np.flatnonzero(persons == person) for person in np.unique(persons)}
    rng = np.random.default_rng(0)
    people = list(rows_of)
    print("| weight of the signs | mean of five | gain (95 %, persons drawn) |")
    print("| ---: | ---: | ---: |")
    for weight in WEIGHTS:
        fused = np.exp((1 - weight) * np.log(everyday + 1e-6) + weight * np.log(signs + 1e-6))
        gains = []
        for _ in range(500):
            drawn = np.concatenate(
                [rows_of[people[at]] for at in rng.integers(0, len(people), len(people))]
            )
            both = (mean_recall(each[drawn], truth[drawn], names) for each in (fused, everyday))
            gains.append(next(both) - next(both))
        low, high = np.percentile(gains, [2.5, 97.5]) * 100
        now = mean_recall(fused, truth, names)
        gain = (now - mean_recall(everyday, truth, names)) * 100
        print(f"| {weight} | {now:.1%} | {gain:+.1f} ({low:+.1f} to {high:+.1f}) |")


if __name__ == "__main__":
    main()
