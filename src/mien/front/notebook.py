"""Frames in notebooks: HTML that needs nothing else, and plots by matplotlib."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from PIL import Image as PillowImage

from mien.errors import MienError, MissingExtraError, UsageError
from mien.media.drawing.draw import annotate, colour_of
from mien.media.image import Image
from mien.options import whole_number
from mien.results import Face, Frame, TrackState, printable_path
from mien.templates import template_environment

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHOWN_FRAMES = 12
"""Frames that are shown of many."""

SHOWN_FACES = 20
"""Faces in a frame's table."""

ONE_SIDE, OF_MANY_SIDE = 480, 240
"""Longest side in pixels of the picture of one frame, and of each among many: a notebook keeps all
that it shows in its file."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the template says of a frame."""

    title: str
    size: str
    faces: list[dict[str, Any]]
    further: int
    png: str | None
    gone: str


def drawn(frame: Frame, pixels: Image, side: int | None = None) -> Image:
    """The annotated picture of a frame; made smaller first, so that its letters can be read.

    Parameters
    ----------
    frame : Frame
    pixels : ndarray of shape (H, W, 3), uint8
        RGB, upright.
    side : int, optional
        Most pixels of the longest side; the picture's own size when None.
    """
    height, width = pixels.shape[:2]
    scale = 1.0 if side is None else side / max(height, width)
    if scale >= 1:
        return annotate(pixels, frame)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    return annotate(small, replace(frame, faces=tuple(_smaller(face, scale) for face in frame)))


def _smaller(face: Face, scale: float) -> Face:
    left, top, right, bottom = face.xyxy
    return replace(face, xyxy=(left * scale, top * scale, right * scale, bottom * scale))


def frames_html(frames: Sequence[Frame]) -> str:
    """The first frames as HTML: the annotated picture of each, where it is there, and its faces.

    No script, no address, no style but its own; all text is escaped.
    """
    side = ONE_SIDE if len(frames) == 1 else OF_MANY_SIDE
    template = template_environment("mien.front").get_template("frames.html.jinja")
    return template.render(
        frames=[_shown(frame, side) for frame in frames[:SHOWN_FRAMES]],
        pictures=len(frames),
        faces=sum(len(frame.faces) for frame in frames),
        further=max(0, len(frames) - SHOWN_FRAMES),
    )


def plot_frames(
    frames: Sequence[Frame], *, columns: int = 4, axes: Sequence[Axes] | None = None
) -> list[Axes]:
    """Draw frames into ``axes``, or side by side into a new figure.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    UsageError
        If there is no frame, or the picture of one is not there any more.
    """
    try:
        from matplotlib import pyplot
    except ImportError as error:
        raise MissingExtraError(
            "matplotlib is not installed",
            hint="pip install matplotlib; or write a picture: "
            'mien.write_image("faces.png", frame.annotated())',
        ) from error
    columns = whole_number("columns", columns, least=1)
    if not frames:
        raise UsageError("there is no frame to plot")
    pictures = [drawn(frame, _pixels(frame)) for frame in frames]
    if axes is None:
        across = min(columns, len(frames))
        down = -(-len(frames) // across)
        figure = pyplot.figure(figsize=(6.4, 4.8) if across == 1 else (3 * across, 3 * down))
        axes = [figure.add_subplot(down, across, at) for at in range(1, len(frames) + 1)]
    for ax, frame, picture in zip(axes, frames, pictures, strict=True):
        ax.imshow(picture)
        ax.set_axis_off()
        # A dollar sign would begin a formula.
        ax.set_title(_title(frame).replace("$", r"\$"), fontsize=9)
    return list(axes)


def _pixels(frame: Frame) -> Image:
    pixels = getattr(frame, "pixels", None)
    if pixels is None:
        raise UsageError(
            "this frame does not know its picture",
            hint="draw it yourself: mien.annotate(image, frame)",
        )
    found: Image = pixels()
    return found


def _shown(frame: Frame, side: int) -> _Shown:
    png, gone = None, ""
    try:
        content = io.BytesIO()
        PillowImage.fromarray(drawn(frame, _pixels(frame), side)).save(content, "PNG")
        png = base64.b64encode(content.getvalue()).decode()
    except MienError as error:
        gone = str(error)
    faces = [_face(face, number) for number, face in enumerate(frame.faces[:SHOWN_FACES], 1)]
    return _Shown(
        title=_title(frame),
        size=f"{frame.width} × {frame.height}",
        faces=faces,
        further=max(0, len(frame.faces) - SHOWN_FACES),
        png=png,
        gone=gone,
    )


def _face(face: Face, number: int) -> dict[str, Any]:
    shown: Face | TrackState = face.track or face
    ranked = sorted(shown.probabilities.items(), key=lambda item: -item[1])
    best = shown.top_emotion
    second = next(((name, share) for name, share in ranked if name != best), None)
    return {
        "number": number if face.track is None else face.track.id,
        "label": f"unsure: {best}?" if shown.unsure else shown.label,
        "colour": "#{:02x}{:02x}{:02x}".format(*colour_of(shown.label)),
        "confidence": f"{shown.confidence:.0%}",
        "second": "" if second is None else f"{second[0]} {second[1]:.0%}",
        "box": ", ".join(f"{value:.0f}" for value in face.xyxy),
    }


def _title(frame: Frame) -> str:
    name = printable_path(frame.path) or "picture in memory"
    return name if frame.time is None else f"{name}, {frame.time:.2f} s"
