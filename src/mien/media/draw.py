"""The annotated picture: a box and a label on every face."""

from __future__ import annotations

import functools
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image as PillowImage
from PIL import ImageColor, ImageDraw, ImageFont

from mien.emotions import COLOURS, UNSURE
from mien.errors import OutputError, UsageError
from mien.media.image import Image
from mien.media.label_layout import place_labels
from mien.media.output import open_output
from mien.results import Face, Frame

_RGB = tuple[int, int, int]
_Pixels = tuple[int, int, int, int]

_FORMATS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WEBP"}
_OTHER_COLOUR = "#BBBBBB"
_DARK: _RGB = (17, 17, 17)
_LIGHT: _RGB = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class _Label:
    """One way to write what a face expresses: a text at a size, and the room that it takes."""

    text: str
    font: ImageFont.FreeTypeFont
    padding: int
    width: int
    height: int


def annotate(image: Image, frame: Frame) -> Image:
    """Draw the results of a frame onto a copy of its picture.

    Every face gets a box in its label's colour (``mien.emotions.COLOURS``) and a plate with the
    label and the confidence. A face that is *unsure* has a dashed white box, and its plate says
    ``unsure`` and the best guess with a question mark, so that nothing hangs on colour alone.
    Lines and letters grow with the picture and the face, so that both a thumbnail and a
    24-megapixel photo can be read; plates stay inside the picture and, as long as there is room,
    clear of one another.

    Parameters
    ----------
    image : ndarray of uint8, shape (H, W, 3)
        RGB, the upright picture that the boxes of ``frame`` are about. Not changed.
    frame : Frame
        Its faces. Boxes are cut to the picture; one that lies outside is left out.

    Returns
    -------
    ndarray of uint8, shape (H, W, 3)
        RGB.

    Raises
    ------
    UsageError
        If ``image`` is not ``uint8 (H, W, 3)``.
    """
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise UsageError(
            f"annotate needs uint8 (H, W, 3) pixels, not {image.dtype} {image.shape}",
            hint="read the picture with mien.media.image.read_image",
        )
    height, width = image.shape[:2]
    faces = [
        (box, face)
        for face in frame.faces
        if (box := _inside(face.xyxy, width, height)) is not None
    ]
    if not faces:
        return image.copy()
    canvas = PillowImage.fromarray(image)
    draw = ImageDraw.Draw(canvas)
    # The largest face comes first in a frame; drawn last, its box is not crossed by others.
    for box, face in reversed(faces):
        _draw_box(draw, box, face, _line_width(box, width, height))
    boxes = [_with_border(box, _line_width(box, width, height), width, height) for box, _ in faces]
    labels = [_labels(face, box, width, height) for box, face in faces]
    sizes = [[(label.width, label.height) for label in ways] for ways in labels]
    for placement, ways, box, (_, face) in zip(
        place_labels(boxes, sizes, (width, height)), labels, boxes, faces, strict=True
    ):
        corner = (round(placement.left), round(placement.top))
        _draw_label(draw, ways[placement.choice], corner, box, face)
    return np.array(canvas)


def write_image(path: Path, image: Image) -> None:
    """Write a picture, whole or not at all.

    Parameters
    ----------
    path : Path
        Its suffix names the format: ``.png``, ``.jpg``, ``.jpeg`` or ``.webp``.
    image : ndarray of uint8, shape (H, W, 3)
        RGB.

    Raises
    ------
    UsageError
        If the suffix is another one.
    OutputError
        If the picture cannot be written there, or is too large for the format. A file that was
        there before stays as it was.
    """
    format = _FORMATS.get(path.suffix.lower())
    if format is None:
        raise UsageError(
            f"pictures are not written as {path.suffix or 'files without a suffix'}",
            where=path,
            hint=f"end the name in {', '.join(_FORMATS)}",
        )
    # Full-resolution colour (4:4:4): JPEG's usual halving smears thin coloured lines.
    options = {} if format == "PNG" else {"quality": 92}
    if format == "JPEG":
        options["subsampling"] = 0
    content = io.BytesIO()
    try:
        PillowImage.fromarray(image).save(content, format, **options)
    except (OSError, ValueError) as error:
        raise OutputError(
            f"cannot be written as {format} ({error})", where=path, hint="write it as .png"
        ) from error
    with open_output(path) as stream:
        stream.write(content.getvalue())


def _inside(xyxy: tuple[float, float, float, float], width: int, height: int) -> _Pixels | None:
    """The box in whole pixels of the picture; None when nothing of it is inside."""
    if not all(map(math.isfinite, xyxy)):
        return None
    left, top, right, bottom = xyxy
    x0, x1 = sorted(round(min(max(x, 0), width)) for x in (left, right))
    y0, y1 = sorted(round(min(max(y, 0), height)) for y in (top, bottom))
    return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None


def _line_width(box: _Pixels, width: int, height: int) -> int:
    shorter = min(width, height)
    face = min(box[2] - box[0], box[3] - box[1])
    return max(1, round(min(max(face * 0.015, shorter * 0.003), shorter * 0.006)))


def _with_border(box: _Pixels, line: int, width: int, height: int) -> _Pixels:
    out = line - line // 2
    left, top, right, bottom = box
    return max(0, left - out), max(0, top - out), min(width, right + out), min(height, bottom + out)


def _draw_box(draw: ImageDraw.ImageDraw, box: _Pixels, face: Face, line: int) -> None:
    outer = _with_border(box, line, *draw.im.size)
    edge = max(1, line // 4)
    # A dark edge on both sides of the line, for backgrounds of the line's own colour.
    rim = _with_border(outer, 2 * edge - 1, *draw.im.size)
    for strip in _strips(rim, line + 2 * edge):
        _fill(draw, strip, _DARK)
    dash = 5 * line if face.unsure else None
    for strip in _strips(outer, line, dash):
        _fill(draw, strip, _colour(face))


def _strips(box: _Pixels, line: int, dash: int | None = None) -> Iterator[_Pixels]:
    """The four sides of a box as rectangles ``line`` thick, or cut into dashes."""
    left, top, right, bottom = box
    line = min(line, right - left, bottom - top)
    for start, end in _runs(left, right, dash):
        yield start, top, end, top + line
        yield start, bottom - line, end, bottom
    for start, end in _runs(top, bottom, dash):
        yield left, start, left + line, end
        yield right - line, start, right, end


def _runs(start: int, end: int, dash: int | None) -> Iterator[tuple[int, int]]:
    """``start`` to ``end``, whole or as dashes with gaps of 0.6 dashes, one at either end."""
    if dash is None or end - start < 3 * dash:
        yield start, end
        return
    gaps = round((end - start - dash) / (1.6 * dash))
    step = (end - start - dash) / gaps
    for index in range(gaps + 1):
        at = round(start + index * step)
        yield at, at + dash


def _fill(draw: ImageDraw.ImageDraw, box: _Pixels, colour: _RGB) -> None:
    """Fill ``[left, right) × [top, bottom)``; Pillow itself counts the last pixel in."""
    left, top, right, bottom = box
    draw.rectangle((left, top, right - 1, bottom - 1), fill=colour)


def _labels(face: Face, box: _Pixels, width: int, height: int) -> list[_Label]:
    """Ways to write the label of a face, from the best to the smallest."""
    shorter = min(width, height)
    smallest = max(10.0, shorter * 0.016)
    size = min(max((box[3] - box[1]) * 0.16, smallest * 1.25), max(14.0, shorter * 0.045))
    name = f"unsure: {face.top_emotion}?" if face.unsure else face.label
    full = f"{name} {face.confidence:.0%}"
    short = f"{face.top_emotion}?" if face.unsure else face.label
    return [
        _fitted(full, size, width, height),
        _fitted(full, smallest, width, height),
        _fitted(short, smallest, width, height),
        _fitted(short, smallest * 0.8, width, height),
    ]


def _fitted(text: str, size: float, width: int, height: int) -> _Label:
    """The label at this size, or at the largest one at which it fits into the picture."""
    label = _label(text, max(4, round(size)))
    scale = min(width / label.width, height / label.height)
    return label if scale >= 1 else _label(text, max(4, math.floor(label.font.size * scale)))


def _label(text: str, size: int) -> _Label:
    font = _font(size)
    ascent, descent = font.getmetrics()
    padding = max(1, round(size * 0.3))
    width = math.ceil(font.getlength(text)) + 2 * padding
    return _Label(text, font, padding, width, ascent + descent + 2 * (padding // 3))


@functools.lru_cache(maxsize=64)
def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font


def _draw_label(
    draw: ImageDraw.ImageDraw, label: _Label, corner: tuple[int, int], box: _Pixels, face: Face
) -> None:
    left, top = corner
    plate = (left, top, left + label.width, top + label.height)
    colour = _colour(face)
    _draw_leader(draw, plate, box, colour, max(1, label.padding // 3))
    _fill(draw, plate, colour)
    ascent = label.font.getmetrics()[0]
    place = (left + label.padding, top + label.padding // 3 + ascent)
    draw.text(place, label.text, fill=_readable_on(colour), font=label.font, anchor="ls")


def _draw_leader(
    draw: ImageDraw.ImageDraw, plate: _Pixels, box: _Pixels, colour: _RGB, line: int
) -> None:
    """A line from the plate to its box, when they do not touch."""
    gap_x = max(box[0] - plate[2], plate[0] - box[2], 0)
    gap_y = max(box[1] - plate[3], plate[1] - box[3], 0)
    if gap_x <= 1 and gap_y <= 1:
        return
    x = (max(plate[0], box[0]) + min(plate[2], box[2])) // 2
    y = (max(plate[1], box[1]) + min(plate[3], box[3])) // 2
    start = (min(max(x, plate[0]), plate[2]), min(max(y, plate[1]), plate[3]))
    end = (min(max(x, box[0]), box[2]), min(max(y, box[1]), box[3]))
    draw.line((start, end), fill=_DARK, width=line + 2)
    draw.line((start, end), fill=colour, width=line)


def _colour(face: Face) -> _RGB:
    code = COLOURS.get(UNSURE if face.unsure else face.label, _OTHER_COLOUR)
    return ImageColor.getcolor(code, "RGB")  # type: ignore[return-value]


def _readable_on(colour: _RGB) -> _RGB:
    """Dark or light letters, whichever has more contrast (WCAG 2.2, relative luminance)."""
    linear = [
        value / 12.92 if (value := channel / 255) <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for channel in colour
    ]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return _DARK if luminance > 0.179 else _LIGHT
