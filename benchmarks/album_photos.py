"""Made photos of camera size, reproducibly: one portrait, many times, on scenes of coloured clouds.

A scene has the spectrum of a photo (its amplitude falls with frequency) and the noise of a sensor,
so that its JPEG is as large, and as slow to decode, as a camera's. Nothing is downloaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from mien.media.image import read_image
from mien.packaged import ASTRONAUT, packaged_path

Pixels = npt.NDArray[np.uint8]

SCENES = 8
SENSOR_NOISE = 3.5
LARGEST_ROLL = 15
MOST_FACES = 4
ORIENTATIONS = (1, 1, 1, 1, 1, 6, 8, 3)
"""How cameras are held, as EXIF says it."""

FACE_SHARE = (0.02, 0.12)
"""Width of a face as a share of the photo's width: a group at some distance to a portrait."""

_FACE_IN_PORTRAIT = 0.29
"""Width of the detector's box as a share of the portrait's side."""


@dataclass(frozen=True)
class MadePhoto:
    """A file, and the faces in it.

    Attributes
    ----------
    path : Path
    centres : float ndarray of shape (faces, 2)
        Of the faces, x and y in pixels of the upright photo.
    sizes : float ndarray of shape (faces,)
        Their widths in pixels.
    """

    path: Path
    centres: npt.NDArray[np.float64]
    sizes: npt.NDArray[np.float64]


def make_photos(folder: Path, count: int, megapixels: float) -> list[MadePhoto]:
    """Write ``count`` JPEGs of 4:3 with up to four faces each, some with none."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    height = round((megapixels * 1e6 * 3 / 4) ** 0.5 / 16) * 16
    width = height * 4 // 3
    scenes = [_scene(rng, height, width) for _ in range(SCENES)]
    noise = rng.normal(0, SENSOR_NOISE, (height, width, 1)).round().astype(np.int16)
    portrait = read_image(packaged_path(ASTRONAUT))[:320, 66:386]
    return [
        _photo(folder / f"photo-{number:05d}.jpg", number, scenes, noise, portrait)
        for number in range(count)
    ]


def _scene(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Clouds of all sizes, each half as strong as those of twice its size, in three colours."""
    clouds = np.zeros((height, width, 3), np.float32)
    side, strength = 4, 40.0
    while side < height // 2:
        # The finest are grey, as the details of most things are.
        tones = rng.normal(0, strength, (side, side * 4 // 3, 3 if side < 64 else 1))
        layer = cv2.resize(tones.astype(np.float32), (width, height))
        clouds += layer if layer.ndim == 3 else layer[..., None]
        side, strength = side * 2, strength / 2
    return np.clip(clouds + 120, 0, 255).astype(np.uint8)


def _photo(
    path: Path, number: int, scenes: list[Pixels], noise: npt.NDArray[np.int16], portrait: Pixels
) -> MadePhoto:
    rng = np.random.default_rng([1, number])
    scene = scenes[number % len(scenes)]
    scene = np.roll(scene, rng.integers(0, 1000, 2), (0, 1))[:: rng.choice([-1, 1])]
    picture = np.ascontiguousarray(scene)
    orientation = ORIENTATIONS[rng.integers(len(ORIENTATIONS))]
    upright = {6: 1, 8: 3, 3: 2}.get(orientation, 0)
    picture = np.ascontiguousarray(np.rot90(picture, -upright))
    height, width = picture.shape[:2]
    faces = int(rng.integers(0, MOST_FACES + 1))
    centres, sizes = [], []
    for place in range(faces):
        size = width * float(np.exp(rng.uniform(*np.log(FACE_SHARE))))
        side = min(round(size / _FACE_IN_PORTRAIT), height, width)
        left = min(place * width // faces, width - side)
        top = int(rng.integers(0, height - side + 1))
        x, y = _paste(picture[top : top + side, left : left + side], portrait, rng)
        # The next portrait may lie over this face.
        hidden = [abs(left + x - a) < side / 2 and abs(top + y - b) < side / 2 for a, b in centres]
        centres = [c for c, gone in zip(centres, hidden, strict=True) if not gone]
        sizes = [s for s, gone in zip(sizes, hidden, strict=True) if not gone]
        centres.append((left + x, top + y))
        sizes.append(side * _FACE_IN_PORTRAIT)
    picture = np.ascontiguousarray(np.rot90(picture, upright))
    picture = np.clip(picture + noise, 0, 255).astype(np.uint8)
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif.get_ifd(0x8769)[36867] = f"2019:07:{1 + number % 28:02d} 12:{number // 28 % 60:02d}:00"
    Image.fromarray(picture).save(path, exif=exif, quality=int(rng.integers(90, 96)))
    return MadePhoto(path, np.array(centres).reshape(-1, 2), np.array(sizes))


def _paste(place: Pixels, portrait: Pixels, rng: np.random.Generator) -> tuple[float, float]:
    """Lay the portrait over a square, in its own light and roll; where the face's centre lies."""
    side = place.shape[0]
    mirrored = bool(rng.integers(2))
    roll = float(rng.uniform(-LARGEST_ROLL, LARGEST_ROLL))
    turn = cv2.getRotationMatrix2D((160, 120), roll, side / 320)
    turn[:, 2] += [side / 2 - 160, side * 0.375 - 120]
    source = portrait[:, ::-1] if mirrored else portrait
    light = rng.uniform(0.6, 1.2)
    source = np.clip(source * light, 0, 255).astype(np.uint8)
    shape = cv2.ellipse(np.zeros((320, 320), np.float32), (160, 150), (125, 140), 0, 0, 360, 1, -1)
    mask = cv2.warpAffine(cv2.GaussianBlur(shape, (0, 0), 6), turn, (side, side))[..., None]
    face = cv2.warpAffine(source, turn, (side, side), borderMode=cv2.BORDER_REPLICATE)
    place[:] = (face * mask + place * (1 - mask)).astype(np.uint8)
    x, y = turn @ [320 - _FACE_X if mirrored else _FACE_X, _FACE_Y, 1]
    return float(x), float(y)


_FACE_X, _FACE_Y = 160.0, 117.0
"""Centre of the detector's box in the portrait."""
