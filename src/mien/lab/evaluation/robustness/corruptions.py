"""What cameras, light and covers do to a face crop, in kinds and strengths.

After the way of Hendrycks and Dietterich (2019, "Benchmarking Neural Network Robustness to Common
Corruptions and Perturbations", arXiv 1903.12261): each kind in rising strengths, always the same
pictures for the same seed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.lab.data.faces import IMAGE_SIZE

Faces = NDArray[np.uint8]
"""``uint8 (n, side, side)``, grey, or ``(n, side, side, 3)``, RGB."""


@dataclass(frozen=True)
class Corruption:
    """One kind of change.

    Attributes
    ----------
    name : str
    unit : str
        What its strengths are measured in.
    strengths : tuple of float
        From mild to strong.
    apply : callable
        Faces, strength and generator to changed faces of the same shape.
    """

    name: str
    unit: str
    strengths: tuple[float, ...]
    apply: Callable[[Faces, float, np.random.Generator], Faces]


def corrupt(faces: Faces, kind: Corruption, strength: float, seed: int = 0) -> Faces:
    """Changed copies of ``faces``; the same for the same seed."""
    return kind.apply(faces, strength, np.random.default_rng(seed))


def _to_bytes(values: NDArray[np.floating]) -> Faces:
    changed: Faces = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return changed


def _noise(faces: Faces, strength: float, rng: np.random.Generator) -> Faces:
    return _to_bytes(faces + rng.normal(0, strength, faces.shape))


def _jpeg(faces: Faces, strength: float, rng: np.random.Generator) -> Faces:
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(strength)]
    return np.stack([_through_jpeg(face, quality) for face in faces])


def _through_jpeg(face: NDArray[np.uint8], quality: list[int]) -> NDArray[np.uint8]:
    # OpenCV has blue first.
    colour = face.ndim == 3
    encoded = cv2.imencode(".jpg", face[..., ::-1] if colour else face, quality)[1]
    decoded = cv2.imdecode(encoded, cv2.IMREAD_COLOR if colour else cv2.IMREAD_GRAYSCALE)
    assert decoded is not None
    found = decoded.astype(np.uint8, copy=False)
    return found[..., ::-1] if colour else found


def _blur(faces: Faces, strength: float, rng: np.random.Generator) -> Faces:
    sigma = strength * faces.shape[1] / IMAGE_SIZE
    blurred = [cv2.GaussianBlur(face, (0, 0), sigma) for face in faces]
    return np.stack(blurred).astype(np.uint8, copy=False)


def _low_resolution(faces: Faces, strength: float, rng: np.random.Generator) -> Faces:
    side, small = faces.shape[1], (int(strength), int(strength))
    coarse = [
        cv2.resize(cv2.resize(face, small, interpolation=cv2.INTER_AREA), (side, side))
        for face in faces
    ]
    return np.stack(coarse).astype(np.uint8, copy=False)


def _gamma(faces: Faces, strength: float, rng: np.random.Generator) -> Faces:
    return _to_bytes(255 * (faces / 255.0) ** strength)


def _light_from_one_side(faces: Faces, strength: float, rng: np.random.Generator) -> Faces:
    side = faces.shape[1]
    across = np.linspace(1 - strength, 1, side)
    ramps = np.where(rng.random(len(faces))[:, None] < 0.5, across, across[::-1])
    light = ramps[:, None, :] if faces.ndim == 3 else ramps[:, None, :, None]
    return _to_bytes(faces.astype(np.float64) * light)


def _band(
    top: float, bottom: float, left: float, right: float, grey: float
) -> Callable[..., Faces]:
    """Cover a part of the face, in shares of its side; ``strength`` is how much the cover hides."""

    def cover(faces: Faces, strength: float, rng: np.random.Generator) -> Faces:
        side = faces.shape[1]
        rows, columns = (
            slice(round(low * side), round(high * side))
            for low, high in ((top, bottom), (left, right))
        )
        changed = faces.astype(np.float64)
        hidden = changed[:, rows, columns]
        changed[:, rows, columns] = (1 - strength) * hidden + strength * grey
        return _to_bytes(changed)

    return cover


def _hand(faces: Faces, strength: float, rng: np.random.Generator) -> Faces:
    """A patch of the face's own mean colour over a lower corner, ``strength`` of the side wide."""
    side = faces.shape[1]
    size = round(strength * side)
    changed = faces.copy()
    starts = rng.integers(0, side - size + 1, len(faces))
    for face, start in zip(changed, starts, strict=True):
        face[side - size :, start : start + size] = np.rint(face.mean(axis=(0, 1)))
    return changed


def upside_down(faces: Faces) -> Faces:
    """The faces turned by half a turn."""
    return np.ascontiguousarray(faces[:, ::-1, ::-1])


CORRUPTIONS = (
    Corruption("noise", "standard deviation of 255", (5, 10, 20, 40), _noise),
    Corruption("JPEG", "quality", (50, 30, 20, 10), _jpeg),
    Corruption("blur", "σ in pixels of 48", (0.7, 1, 1.5, 2), _blur),
    Corruption("low resolution", "pixels a side", (32, 24, 16, 12), _low_resolution),
    Corruption("dark", "gamma", (1.5, 2, 3, 4), _gamma),
    Corruption("bright", "gamma", (0.7, 0.5, 0.35, 0.25), _gamma),
    Corruption("light from one side", "share lost", (0.3, 0.5, 0.7, 0.9), _light_from_one_side),
    Corruption("sunglasses", "darkness", (0.4, 0.7, 1), _band(0.22, 0.46, 0.08, 0.92, 20)),
    Corruption("mask", "cover", (0.4, 0.7, 1), _band(0.58, 1, 0.12, 0.88, 190)),
    Corruption("hand", "share of the side", (0.2, 0.35, 0.5), _hand),
)
"""Every kind, the mildest strength first."""
