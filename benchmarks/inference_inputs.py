"""The inputs of ``inference.py``, made from Mien's own demo photo: nothing is downloaded.

    python inference_inputs.py FOLDER

writes ``faces.npy``, the photos as arrays and as files, and prints as JSON what Mien runs.
"""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
import sys
from importlib.metadata import version
from pathlib import Path

import cv2
import numpy as np

import mien
from mien.packaged import ASTRONAUT, CENTERFACE, packaged_path
from mien.vision.classify import Classifier

FACES = 32
FACE_CENTRE, FACE_SIDE = (224, 116), 112
"""The astronaut's face, in pixels of her photo."""

HEAD = (slice(2, 222), slice(114, 334))
"""Rows and columns of her head with hair and some of the background."""

CANVAS = (667, 1000)
HEADS = ((150, 170, 1.0), (440, 150, 0.75), (720, 190, 1.4), (270, 470, 1.6), (620, 500, 0.6))
"""Centre x, y and scale of each pasted head; faces are 57 to 152 pixels wide."""

LARGE = (4248, 2832)


def face_crops(photo: np.ndarray) -> np.ndarray:
    """``FACES`` grey crops of 48×48 around her face, each placed and lit a little differently."""
    grey = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)
    generator = np.random.default_rng(0)
    crops = []
    for index in range(FACES):
        half = round(FACE_SIDE / 2 * generator.uniform(0.9, 1.15))
        x, y = (round(at + generator.uniform(-6, 6)) for at in FACE_CENTRE)
        crop = cv2.resize(
            grey[y - half : y + half, x - half : x + half], (48, 48), interpolation=cv2.INTER_AREA
        )
        crop = crop[:, ::-1] if index % 2 else crop
        crops.append(np.clip(crop * generator.uniform(0.7, 1.2), 0, 255).astype(np.uint8))
    return np.stack(crops)


def five_faces(photo: np.ndarray) -> np.ndarray:
    """A picture of 1000×667 with her head pasted five times, by soft edges, on a gradient."""
    height, width = CANVAS
    down = np.linspace(150, 90, height)[:, None, None]
    across = np.linspace(-15, 15, width)[None, :, None]
    picture = (down + across + np.array([0.0, 8.0, 18.0])).astype(np.float32)
    head = photo[HEAD].astype(np.float32)
    side = head.shape[0]
    rows, columns = np.mgrid[0:side, 0:side] / (side - 1) * 2 - 1
    mask = np.clip((1 - np.hypot(rows, columns)) * 6, 0, 1).astype(np.float32)[..., None]
    for index, (x, y, scale) in enumerate(HEADS):
        size = round(side * scale)
        pasted = cv2.resize(head[:, ::-1] if index % 2 else head, (size, size))
        weight = cv2.resize(mask, (size, size))[..., None]
        top, left = y - size // 2, x - size // 2
        part = picture[top : top + size, left : left + size]
        part[:] = weight * pasted + (1 - weight) * part
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


def main() -> None:
    folder = Path(sys.argv[1])
    original = packaged_path(ASTRONAUT)
    one = mien.read_image(original)
    five = five_faces(one)
    large = cv2.resize(five, LARGE, interpolation=cv2.INTER_CUBIC)
    np.save(folder / "faces.npy", face_crops(one))
    np.save(folder / "one.npy", one)
    np.save(folder / "five.npy", five)
    shutil.copyfile(original, folder / "one.png")
    for name, picture in (("five.jpg", five), ("large.jpg", large)):
        cv2.imwrite(str(folder / name), picture[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])
    classifier = Classifier()
    card = classifier.card
    print(
        json.dumps(
            {
                "model": f"{card.name} ({card.parameters:,} parameters, "
                f"{card.macs / 1e6:.0f} MMAC, SHA-256 {sha256(classifier.path)})",
                "detector": f"centerface (SHA-256 {sha256(packaged_path(CENTERFACE))})",
                "versions": f"Python {platform.python_version()}, "
                + ", ".join(
                    f"{name} {version(name)}"
                    for name in ("numpy", "opencv-python-headless", "onnxruntime", "pillow")
                ),
            }
        )
    )


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12] + "…"


if __name__ == "__main__":
    main()
