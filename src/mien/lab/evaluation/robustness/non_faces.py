"""Crops that no word should be said of: noise, patterns, faces upside down or in pieces."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.lab.evaluation.robustness.corruptions import Faces, upside_down

_PIECES = 4
"""A face is cut into this many pieces a side, which are then shuffled."""


def non_faces(faces: Faces, rng: np.random.Generator) -> dict[str, Faces]:
    """Crops without a readable face, by kind, made from ``faces`` or from nothing.

    Parameters
    ----------
    faces : ndarray of shape (n, side, side) or (n, side, side, 3), uint8
        Real faces, 8 or more.
    rng : numpy.random.Generator

    Returns
    -------
    dict of str to ndarray of shape (m, side, side) or (m, side, side, 3), uint8
        What is made from nothing is grey, whatever the faces are.
    """
    count, side = len(faces), faces.shape[1]

    def as_faces(grey: Faces) -> Faces:
        return grey if faces.ndim == 3 else np.repeat(grey[..., None], 3, axis=3)

    return {
        "upside down": upside_down(faces),
        "on its side": np.ascontiguousarray(np.rot90(faces, 1, (1, 2))),
        "in pieces": np.stack([_shuffled(face, rng) for face in faces]),
        "drowned in noise": _clipped(faces + rng.normal(0, 50, faces.shape)),
        "noise": as_faces(_noise(count, side, rng)),
        "patterns": as_faces(np.stack([_pattern(side, rng) for _ in range(count)])),
    }


def _clipped(values: NDArray[np.floating]) -> Faces:
    clipped: Faces = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return clipped


def _shuffled(face: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    side = face.shape[0]
    size = side // _PIECES
    places = [(row * size, column * size) for row in range(_PIECES) for column in range(_PIECES)]
    changed = face.copy()
    for (row, column), source in zip(places, rng.permutation(len(places)), strict=True):
        from_row, from_column = places[source]
        piece = face[from_row : from_row + size, from_column : from_column + size]
        changed[row : row + size, column : column + size] = piece
    return changed


def _noise(count: int, side: int, rng: np.random.Generator) -> Faces:
    """White noise of several strengths, and noise that is smooth over some pixels."""
    made = []
    for _ in range(count):
        grain = int(rng.choice([3, 6, 12, 24, side]))
        level, spread = rng.uniform(50, 200), rng.uniform(5, 70)
        coarse = rng.normal(level, spread, (grain, grain)).astype(np.float32)
        smooth = cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC)
        made.append(smooth + rng.normal(0, rng.choice([0, 5, 20]), (side, side)))
    return _clipped(np.stack(made))


def _pattern(side: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Stripes, checks, rings, blots or a cloud of 1/f noise, turned and with a little grain."""
    y, x = (np.mgrid[:side, :side] - side / 2) / side
    angle, step = rng.uniform(0, np.pi), rng.uniform(0.04, 0.5)
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    kind = rng.integers(5)
    if kind == 0:
        wave = np.sin(2 * np.pi * along / step)
    elif kind == 1:
        wave = np.sign(np.sin(2 * np.pi * along / step) * np.sin(2 * np.pi * across / step))
    elif kind == 2:
        centre = rng.uniform(-0.4, 0.4, 2)
        wave = np.sin(2 * np.pi * np.hypot(x - centre[0], y - centre[1]) / step)
    elif kind == 3:
        wave = np.zeros((side, side))
        for _ in range(int(rng.integers(3, 40))):
            at, radius = rng.uniform(-0.5, 0.5, 2), rng.uniform(0.02, 0.15)
            wave[np.hypot(x - at[0], y - at[1]) < radius] = rng.uniform(-1, 1)
    else:
        frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(side), np.fft.fftfreq(side)))
        frequency[0, 0] = 1
        spectrum = np.fft.fft2(rng.normal(size=(side, side))) / frequency ** rng.uniform(0.5, 1.6)
        wave = np.fft.ifft2(spectrum).real
        wave /= np.abs(wave).max()
    level, contrast = rng.uniform(60, 190), rng.uniform(20, 120)
    return _clipped(level + contrast * wave + rng.normal(0, rng.uniform(0, 12), (side, side)))
