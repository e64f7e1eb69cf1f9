"""The annotated picture: a box and a label on every face."""

from __future__ import annotations

import functools
import io
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage
from PIL import ImageColor, ImageDraw, ImageFont

from mien.emotions import COLOURS, OTHER_COLOUR, UNSURE
from mien.errors import OutputError, UsageError
from mien.media.drawing.contours import draw_contours
from mien.media.drawing.label_layout import place_labels
from mien.media.drawing.skeleton import draw_skeleton
from mien.media.image import Image
from mien.media.results.output import open_output
from mien.options import file_path, kind_of
from mien.results import Face, Frame, TrackState
from mien.vision.detection.detector import check_image

_RGB = tuple[int, int, int]
_Pixels = tuple[int, int, int, int]

_FORMATS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WEBP"}
_SIGNS_TOLD = 3
_DARK: _RGB = (17, 17, 17)
_LIGHT: _RGB = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class _Mark:
    """A face to draw: the outer edge of its box in pixels of the picture, and the line's width."""

    face: Face
    outer: _Pixels
    line: int

    @property
    def rim(self) -> int:
        """Width of the dark edge that sets the line off from a background of its own colour."""
        return max(1, self.line // 4)

    @property
    def shown(self) -> Face | TrackState:
        """What the label tells of: in a video the person over time, otherwise the face."""
        return self.face.track or self.face

    @property
    def colour(self) -> _RGB:
        return colour_of(UNSURE if self.shown.unsure else self.shown.label)


@dataclass(frozen=True, slots=True)
class _Label:
    """One way to write what a face expresses: a text at a size, and the room that it takes."""

    text: str
    font: ImageFont.FreeTypeFont
    padding: int
    width: int
    height: int
    further: tuple[str, ...] = ()
    small: ImageFont.FreeTypeFont | None = None


def annotate(image: Image, frame: Frame) -> Image:
    """Draw the results of a frame onto a copy of its picture.

    Every face gets a box in its label's colour (``mien.emotions.COLOURS``) and a plate with the
    label and the confidence. A face that is *unsure* has a dashed white box, and its plate says
    ``unsure`` and the best guess with a question mark, so that nothing hangs on colour alone.
    In a video the plate tells the person's number and smoothed label (``2: happy 87%``).
    Lines and letters grow with the picture and the face, so that both a thumbnail and a
    24-megapixel photo can be read; plates stay inside the picture and, as long as there is room,
    clear of one another. Where the signs of a face were read, the outlines of its mesh are drawn,
    and up to three signs and the distance stand on the plate, if there is room for them.

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
        If ``image`` is not ``uint8 (H, W, 3)``, or ``frame`` is no frame.
    """
    check_image(image)
    if not isinstance(frame, Frame):
        raise UsageError(
            f"the frame is {kind_of(frame)}", hint="give what Analyzer.analyze says of one picture"
        )
    height, width = image.shape[:2]
    marks = [mark for face in frame.faces if (mark := _mark(face, width, height)) is not None]
    if not marks:
        return image.copy()
    canvas = PillowImage.fromarray(image)
    draw = ImageDraw.Draw(canvas)
    # The largest face comes first in a frame; drawn last, its box is not crossed by others.
    for mark in reversed(marks):
        if mark.face.signs is not None:
            draw_contours(draw, mark.face.signs, mark.colour, _DARK)
            if mark.face.signs.body is not None:
                draw_skeleton(draw, mark.face.signs.body, mark.colour, _DARK)
        _draw_box(draw, mark)
    labels = [_labels(mark, width, height) for mark in marks]
    sizes = [[(label.width, label.height) for label in ways] for ways in labels]
    placements = place_labels([mark.outer for mark in marks], sizes, (width, height))
    for mark, ways, placement in zip(marks, labels, placements, strict=True):
        corner = (round(placement.left), round(placement.top))
        _draw_label(draw, mark, ways[placement.choice], corner)
    return np.array(canvas)


def write_image(path: str | os.PathLike[str], image: NDArray[np.uint8]) -> None:
    """Write a picture, whole or not at all.

    Parameters
    ----------
    path : str or Path
        Its suffix names the format: ``.png``, ``.jpg``, ``.jpeg`` or ``.webp``.
    image : ndarray of uint8, shape (H, W, 3) or (H, W)
        RGB, or grey.

    Raises
    ------
    UsageError
        If the suffix is another one, or ``image`` no such array.
    OutputError
        If the picture cannot be written there, or is too large for the format. A file that was
        there before stays as it was.
    """
    if isinstance(path, np.ndarray):
        raise UsageError("the path comes first", hint='write_image("out.png", image)')
    path = file_path("the path", path)
    if not (isinstance(image, np.ndarray) and image.ndim == 2 and image.dtype == np.uint8):
        check_image(image)
    if not image.size:
        raise UsageError(f"the image has no pixels: {image.shape}")
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


def _mark(face: Face, width: int, height: int) -> _Mark | None:
    """What to draw for a face in a picture of this size; None when nothing of it is inside."""
    if not all(map(math.isfinite, face.xyxy)):
        return None
    left, top, right, bottom = face.xyxy
    x0, x1 = sorted(round(min(max(x, 0), width)) for x in (left, right))
    y0, y1 = sorted(round(min(max(y, 0), height)) for y in (top, bottom))
    if x0 == x1 or y0 == y1:
        return None
    shorter, side = min(width, height), min(x1 - x0, y1 - y0)
    line = min(max(side * 0.018, shorter * 0.005), shorter * 0.007, max(2, side * 0.1))
    line = max(1, round(line))
    return _Mark(face, _grown((x0, y0, x1, y1), line - line // 2, width, height), line)


def _grown(box: _Pixels, by: int, width: int, height: int) -> _Pixels:
    left, top, right, bottom = box
    return max(0, left - by), max(0, top - by), min(width, right + by), min(height, bottom + by)


def _draw_box(draw: ImageDraw.ImageDraw, mark: _Mark) -> None:
    line, rim = mark.line, mark.rim
    for strip in _strips(_grown(mark.outer, rim, *draw.im.size), line + 2 * rim):
        _fill(draw, strip, _DARK)
    for strip in _strips(mark.outer, line, 5 * line if mark.shown.unsure else None):
        _fill(draw, strip, mark.colour)


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


def _labels(mark: _Mark, width: int, height: int) -> list[_Label]:
    """Ways to write the label of a face, from the best to the smallest."""
    face, shorter = mark.shown, min(width, height)
    smallest = max(10.0, shorter * 0.016)
    face_height = mark.outer[3] - mark.outer[1]
    size = min(max(face_height * 0.16, smallest * 1.25), max(14.0, shorter * 0.045))
    name = f"unsure: {face.top_emotion}?" if face.unsure else face.label
    full = f"{name} {face.confidence:.0%}"
    short = f"{face.top_emotion}?" if face.unsure else face.label
    if isinstance(face, TrackState):
        full, short = f"{face.id}: {full}", f"{face.id} {short}"
    told = _told(mark.face)
    with_signs = _label(full, max(4, round(size)), told) if told else None
    fits = with_signs and with_signs.width <= width * 0.9 and with_signs.height <= height * 0.4
    return [
        *([with_signs] if with_signs and fits else []),
        _fitted(full, size, width, height),
        _fitted(full, smallest, width, height),
        _fitted(short, smallest, width, height),
        _fitted(short, smallest * 0.8, width, height),
    ]


def _told(face: Face) -> tuple[str, ...]:
    """The lines that stand under the word: what is visible, and how far away the face is."""
    if face.signs is None:
        return ()
    away, body = face.signs.distance, face.signs.body
    postures = () if body is None else body.sentences[:_SIGNS_TOLD]
    far = (f"about {away.metres:.1f} m away",) if away.is_likely else ()
    return (*face.signs.sentences[:_SIGNS_TOLD], *postures, *far)


def _fitted(text: str, size: float, width: int, height: int) -> _Label:
    """The label at this size, or at the largest one at which it fits into the picture."""
    label = _label(text, max(4, round(size)))
    scale = min(width / label.width, height / label.height)
    return label if scale >= 1 else _label(text, max(4, math.floor(label.font.size * scale)))


def _label(text: str, size: int, further: tuple[str, ...] = ()) -> _Label:
    font, small = _font(size), _font(max(4, round(size * 0.7)))
    padding = max(1, round(size * 0.3))
    width = max(font.getlength(text), *(small.getlength(line) for line in further), 0.0)
    height = sum(font.getmetrics()) + len(further) * sum(small.getmetrics())
    return _Label(
        text,
        font,
        padding,
        math.ceil(width) + 2 * padding,
        height + 2 * (padding // 3),
        further,
        small,
    )


@functools.lru_cache(maxsize=64)
def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font


def _draw_label(
    draw: ImageDraw.ImageDraw, mark: _Mark, label: _Label, corner: tuple[int, int]
) -> None:
    left, top = corner
    plate = (left, top, left + label.width, top + label.height)
    _draw_leader(draw, plate, mark)
    _fill(draw, _grown(plate, mark.rim, *draw.im.size), _DARK)
    _fill(draw, plate, mark.colour)
    ascent = label.font.getmetrics()[0]
    place = (left + label.padding, top + label.padding // 3 + ascent)
    ink = readable_on(mark.colour)
    draw.text(place, label.text, fill=ink, font=label.font, anchor="ls")
    if label.small is None:
        return
    ascent, descent = label.small.getmetrics()
    below = top + label.padding // 3 + sum(label.font.getmetrics())
    for number, line in enumerate(label.further):
        place = (left + label.padding, below + number * (ascent + descent) + ascent)
        draw.text(place, line, fill=ink, font=label.small, anchor="ls")


def _draw_leader(draw: ImageDraw.ImageDraw, plate: _Pixels, mark: _Mark) -> None:
    """A line from the plate to its box, when they do not touch."""
    box = mark.outer
    gap_x = max(box[0] - plate[2], plate[0] - box[2], 0)
    gap_y = max(box[1] - plate[3], plate[1] - box[3], 0)
    if gap_x <= 1 and gap_y <= 1:
        return
    x = (max(plate[0], box[0]) + min(plate[2], box[2])) // 2
    y = (max(plate[1], box[1]) + min(plate[3], box[3])) // 2
    start = (min(max(x, plate[0]), plate[2]), min(max(y, plate[1]), plate[3]))
    end = (min(max(x, box[0]), box[2]), min(max(y, box[1]), box[3]))
    draw.line((start, end), fill=_DARK, width=mark.line + 2 * mark.rim)
    draw.line((start, end), fill=mark.colour, width=mark.line)


def colour_of(label: str) -> _RGB:
    """A label's colour, red, green, blue from 0 to 255; grey for one that has none."""
    return ImageColor.getcolor(COLOURS.get(label, OTHER_COLOUR), "RGB")  # type: ignore[return-value]


def readable_on(colour: _RGB) -> _RGB:
    """Dark or light letters, whichever has more contrast (WCAG 2.2, relative luminance)."""
    linear = [
        value / 12.92 if (value := channel / 255) <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for channel in colour
    ]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return _DARK if luminance > 0.179 else _LIGHT
