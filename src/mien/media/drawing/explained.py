"""A picture of why: each face as the model was shown it, and where it looked."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont

from mien.media.image import Image
from mien.results import Face, Frame
from mien.vision.explain import FaceExplanation

_SIDE, _GAP, _TEXT = 240, 16, 20
_INK, _SOFT, _PAPER = (27, 31, 36), (86, 94, 104), (255, 255, 255)
_MOST = 2
"""Expressions shown of a face: the most likely, and the next one if it is likely enough."""

_LIKELY = 0.1


def draw_explanation(frame: Frame, explanations: tuple[FaceExplanation, ...]) -> Image:
    """One row a face: the crop, then where the model sees its two most likely expressions.

    Parameters
    ----------
    frame : Frame
        With at least one face.
    explanations : tuple of FaceExplanation
        Of its faces.

    Returns
    -------
    ndarray of shape (H, W, 3), uint8, RGB
    """
    # No wider than the row with the most pictures.
    most = 1 + max(len(_ranked(face)) for face in frame.faces)
    rows = [
        _row(face, explanation, number, len(frame.faces), most)
        for number, (face, explanation) in enumerate(zip(frame.faces, explanations, strict=True), 1)
    ]
    width = rows[0].shape[1]
    note = PillowImage.new("RGB", (width, 2 * _TEXT + 2 * _GAP), _PAPER)
    ImageDraw.Draw(note).multiline_text(
        (_GAP, _GAP // 2),
        "Yellow: speaks most for the expression. Dark: does not speak for it.\n"
        "It says what the model looks at, not what the person feels.",
        fill=_SOFT,
        font=_font(15),
        spacing=6,
    )
    return np.vstack([*rows, np.array(note)])


def heat(crop: NDArray[np.uint8], strength: NDArray[np.float32]) -> Image:
    """A crop with a map over it.

    Parameters
    ----------
    crop : ndarray of shape (h, w) or (h, w, 3), uint8
        Grey, or RGB.
    strength : ndarray of shape (h, w), float32
        0 to 1.

    Returns
    -------
    ndarray of shape (h, w, 3), uint8, RGB
        The stronger, the more of the colours of inferno, dark purple to yellow, over the crop.
    """
    colours = cv2.applyColorMap((strength * 255).astype(np.uint8), cv2.COLORMAP_INFERNO)
    colours = cv2.cvtColor(colours, cv2.COLOR_BGR2RGB)
    alpha = 0.3 + 0.5 * strength[:, :, None]
    below = crop[:, :, None] if crop.ndim == 2 else crop
    mixed: Image = ((1 - alpha) * below + alpha * colours).astype(np.uint8)
    return mixed


def _ranked(face: Face) -> list[tuple[str, float]]:
    """The expressions that are shown of a face, and their probabilities."""
    ranked = sorted(face.probabilities.items(), key=lambda item: -item[1])[:_MOST]
    return ranked[:1] + [other for other in ranked[1:] if other[1] >= _LIKELY]


def titles(face: Face, number: int, of: int) -> list[str]:
    """What stands above the pictures of a face, the ``number``-th of ``of``; no wider than they."""
    shown = "what the model is shown" if of == 1 else f"face {number}, what it is shown"
    found = [shown, *(f"{name} {share:.0%}" for name, share in _ranked(face))]
    if face.unsure:
        found[1] += " (unsure)"
    return found


def _row(face: Face, explanation: FaceExplanation, number: int, of: int, most: int) -> Image:
    ranked = _ranked(face)
    pictures = [explanation.rgb]
    pictures += [heat(explanation.crop, explanation.maps[name]) for name, _ in ranked]
    height = _TEXT + _GAP + _SIDE + _GAP // 2
    canvas = PillowImage.new("RGB", (_GAP + most * (_SIDE + _GAP), height), _PAPER)
    draw = ImageDraw.Draw(canvas)
    above = titles(face, number, of)
    for position, (picture, title) in enumerate(zip(pictures, above, strict=True)):
        left = _GAP + position * (_SIDE + _GAP)
        draw.text((left, _GAP // 2), title, fill=_INK, font=_font(18))
        large = cv2.resize(picture, (_SIDE, _SIDE), interpolation=cv2.INTER_CUBIC)
        canvas.paste(PillowImage.fromarray(large), (left, _TEXT + _GAP))
    return np.array(canvas)


def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font
