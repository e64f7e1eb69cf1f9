"""Face crops: the square around a detection, turned upright, as the model was trained to see it."""

from __future__ import annotations

import math

import cv2
import numpy as np

from mien.card import Colour, CropGeometry, ModelCard
from mien.vision.detection.detector import Detection, Image

# Warping reads four pixels for each one it writes, so a face is first brought down by area
# averaging to at most this many source pixels for each crop pixel.
_OVERSAMPLING = 2


def roll_of(detection: Detection) -> float:
    """Angle of the eye line in degrees, positive clockwise; 0 without landmarks."""
    if detection.landmarks is None:
        return 0.0
    (left_x, left_y), (right_x, right_y) = detection.landmarks[:2]
    return math.degrees(math.atan2(right_y - left_y, right_x - left_x))


def crop_square(
    detection: Detection, geometry: CropGeometry
) -> tuple[tuple[float, float], float, float]:
    """Centre (x, y) and side in pixels, and roll in degrees, of the square to cut out."""
    left, top, right, bottom = detection.xyxy
    roll = 0.0
    if geometry.align_roll:
        seen = roll_of(detection)
        # What is within the tolerance is as much the landmarks' error as the face's roll.
        roll = math.copysign(max(abs(seen) - geometry.roll_tolerance, 0.0), seen)
    # A box around a tilted face is taller and wider than the face by the tilt; the geometric mean
    # of its sides changes least with it.
    size = math.sqrt(detection.width * detection.height)
    down = geometry.shift_y * size
    radians = math.radians(roll)
    centre = (
        (left + right) / 2 - math.sin(radians) * down,
        (top + bottom) / 2 + math.cos(radians) * down,
    )
    return centre, max(geometry.scale * size, 1.0), roll


def crop_face(
    image: Image,
    detection: Detection,
    geometry: CropGeometry,
    *,
    height: int,
    width: int,
    colour: Colour = "grey",
) -> np.ndarray:
    """Cut one face out of a photo.

    Parameters
    ----------
    image : ndarray of shape (H, W, 3), uint8, RGB
    detection : Detection
        Box and landmarks in pixels of ``image``.
    geometry : CropGeometry
        From the model's card.
    height, width : int
        Size of the crop in pixels, from the model's card.
    colour : {"grey", "rgb"}
        From the model's card.

    Returns
    -------
    ndarray of shape (height, width) or (height, width, 3), uint8
        Grey (ITU-R BT.601 luma), or RGB. Where the square leaves the photo its edge pixels are
        repeated.
    """
    (centre_x, centre_y), side, roll = crop_square(detection, geometry)
    # A turned square reaches up to sqrt(2) further than an upright one.
    reach = side * 0.71 + 2
    x0, y0 = max(0, math.floor(centre_x - reach)), max(0, math.floor(centre_y - reach))
    x1 = min(image.shape[1], math.ceil(centre_x + reach))
    y1 = min(image.shape[0], math.ceil(centre_y + reach))
    if x1 <= x0 or y1 <= y0:  # the square lies outside: repeat the nearest edge
        x0, y0 = min(x0, image.shape[1] - 1), min(y0, image.shape[0] - 1)
        x1, y1 = max(x1, x0 + 1), max(y1, y0 + 1)
    region: cv2.typing.MatLike = np.ascontiguousarray(image[y0:y1, x0:x1])
    if colour == "grey":
        region = cv2.cvtColor(region, cv2.COLOR_RGB2GRAY)

    shrink = side / (_OVERSAMPLING * max(height, width))
    if shrink > 1:
        small = (
            max(1, round(region.shape[1] / shrink)),
            max(1, round(region.shape[0] / shrink)),
        )
        scale_x, scale_y = small[0] / region.shape[1], small[1] / region.shape[0]
        region = cv2.resize(region, small, interpolation=cv2.INTER_AREA)
    else:
        scale_x = scale_y = 1.0

    fine = _OVERSAMPLING if side > max(height, width) else 1
    out_width, out_height = width * fine, height * fine
    cosine, sine = math.cos(math.radians(roll)), math.sin(math.radians(roll))
    step_x, step_y = side / out_width, side / out_height
    # Maps crop pixels to region pixels; pixel centres lie at half-integers in both.
    matrix = np.array([[cosine * step_x, -sine * step_y], [sine * step_x, cosine * step_y]])
    origin = np.array([centre_x - x0, centre_y - y0]) - matrix @ [out_width / 2, out_height / 2]
    to_region = np.diag([scale_x, scale_y])
    matrix, origin = to_region @ matrix, to_region @ (origin + matrix @ [0.5, 0.5]) - 0.5
    crop = cv2.warpAffine(
        region,
        np.column_stack([matrix, origin]),
        (out_width, out_height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    if fine > 1:
        crop = cv2.resize(crop, (width, height), interpolation=cv2.INTER_AREA)
    return crop


def crop_faces(
    image: Image,
    detections: list[Detection],
    geometry: CropGeometry,
    *,
    height: int,
    width: int,
    colour: Colour = "grey",
) -> np.ndarray:
    """``crop_face`` for each detection: ``(n, height, width[, 3])`` uint8, n may be 0."""
    channels = (3,) if colour == "rgb" else ()
    crops = np.empty((len(detections), height, width, *channels), dtype=np.uint8)
    for position, detection in enumerate(detections):
        crops[position] = crop_face(
            image, detection, geometry, height=height, width=width, colour=colour
        )
    return crops


def crop_for_model(image: Image, detections: list[Detection], card: ModelCard) -> np.ndarray:
    """``crop_faces`` as the model of ``card`` takes them: ``(n, *card.input_shape)`` uint8."""
    return crop_faces(
        image,
        detections,
        card.crop,
        height=card.input_height,
        width=card.input_width,
        colour=card.colour,
    )
