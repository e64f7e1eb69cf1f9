"""How far a face is from the camera, from the iris's width or the head's size."""

from __future__ import annotations

import math
from dataclasses import dataclass

from mien.face_signs import Distance
from mien.options import positive

IRIS_METRES = 0.0117
"""Width of the human iris, 11.7 ± 0.5 mm (white-to-white; Rüfer et al., Cornea 24(3), 2005)."""

ASSUMED_FOCAL = 0.8
"""Focal length over the picture's longer side where nobody knows it: that side sees 64°, as phones'
main cameras and most webcams about do."""

# Relative standard deviations of what a distance is reckoned from.
_IRIS_OF_PEOPLE = 0.043
_IRIS_MEASURED = (
    0.05  # against the head's size over 657 frontal photos, heads' own spread taken out
)
_IRIS_PIXELS = 0.5  # pixels of the picture by which a width is wrong at least
_HEAD_OF_ADULTS = 0.06
_FOCAL_ASSUMED, _FOCAL_EXIF = 0.4, 0.03

_HEAD_SCALE = 1 / 0.965
"""The mesh lies a little smaller than it is, by made turns at known distances."""

_AGREE = 0.25
"""Where iris and head disagree by more, one of both irises was not seen: the head is taken."""

_NINETY = 1.645  # standard deviations of a normal distribution to either side of 90 %


@dataclass(frozen=True, slots=True)
class Focal:
    """A focal length in pixels of the picture, and whether it was given, in EXIF, or assumed."""

    pixels: float
    known_from: str


def focal_length(
    width: int, height: int, *, given: float | None = None, exif_35mm: float | None = None
) -> Focal:
    """The focal length to reckon with.

    Parameters
    ----------
    width, height : int
        Of the picture, in pixels.
    given : float, optional
        In pixels of the picture, above 0.
    exif_35mm : float, optional
        EXIF's ``FocalLengthIn35mmFilm``: millimetres for a picture of 43.27 mm from corner to
        corner.

    Raises
    ------
    UsageError
        If ``given`` is not above 0.
    """
    if given is not None:
        return Focal(positive("focal", given), "given")
    if exif_35mm:
        return Focal(exif_35mm / 43.27 * math.hypot(width, height), "exif")
    return Focal(ASSUMED_FOCAL * max(width, height), "assumed")


def distance(
    focal: Focal, *, iris_pixels: float, head_scale: float, irises_seen: bool
) -> tuple[Distance, float]:
    """The distance, and the metres for one pixel at the face.

    Parameters
    ----------
    focal : Focal
    iris_pixels : float
        Width of the iris.
    head_scale : float
        Pixels for one centimetre of the mean face.
    irises_seen : bool
        False with the eyes closed.
    """
    by_head = 0.01 / (head_scale * _HEAD_SCALE)
    metres_a_pixel, spread, by = by_head, _HEAD_OF_ADULTS, "head"
    if irises_seen and iris_pixels > 0:
        by_iris = IRIS_METRES / iris_pixels
        if abs(math.log(by_iris / by_head)) < _AGREE:
            measured = max(_IRIS_MEASURED, _IRIS_PIXELS / iris_pixels)
            metres_a_pixel, spread, by = by_iris, math.hypot(_IRIS_OF_PEOPLE, measured), "iris"
    of_focal = {"assumed": _FOCAL_ASSUMED, "exif": _FOCAL_EXIF, "given": 0.0}[focal.known_from]
    factor = math.exp(_NINETY * math.hypot(spread, of_focal))
    metres = focal.pixels * metres_a_pixel
    found = Distance(metres, metres / factor, metres * factor, by, focal.pixels, focal.known_from)
    return found, metres_a_pixel
