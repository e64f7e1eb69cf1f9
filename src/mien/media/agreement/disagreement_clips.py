"""Disagreements as short videos, to look at who is right."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont

from mien.media.agreement.disagreements import Disagreement
from mien.media.agreement.read_rows import ReadRecording
from mien.media.drawing.draw import colour_of
from mien.media.image import Image
from mien.media.results.output import make_folder
from mien.media.video.open_video import open_video
from mien.media.video.video_sink import AnnotatedVideo

BEFORE_AND_AFTER = 1.0
"""Seconds that are shown around a disagreement; its own have a bright frame."""

LONGEST = 20.0
"""Seconds of a disagreement that are shown."""

_DARK, _LIGHT, _PALE = (17, 17, 17), (255, 255, 255), (150, 150, 150)


def cut_clip(disagreement: Disagreement, read: ReadRecording, target: Path) -> None:
    """Write a clip, without sound: the face's box, and below what people said and what Mien.

    Parameters
    ----------
    disagreement : Disagreement
    read : ReadRecording
        Of the same recording: where the face was.
    target : Path
        ``.mp4``; its folder is made.

    Raises
    ------
    VideoError
        If the recording cannot be read.
    OutputError
        If the clip cannot be written.
    MissingExtraError
        If PyAV is not installed.
    """
    make_folder(target.parent)
    start = max(0.0, disagreement.start - BEFORE_AND_AFTER)
    end = min(disagreement.end, disagreement.start + LONGEST) + BEFORE_AND_AFTER
    with (
        open_video(disagreement.path, start=start, end=end) as frames,
        AnnotatedVideo(target, rate=frames.rate, start=start) as clip,
    ):
        for picture in frames:
            inside = disagreement.start <= picture.time < disagreement.end
            clip.write(
                _drawn(picture.image, picture.time, inside, disagreement, read), picture.time
            )


def _drawn(
    image: Image, time: float, inside: bool, said: Disagreement, read: ReadRecording
) -> Image:
    height, width = image.shape[:2]
    size = max(12, round(min(height, width) * 0.045))
    font = ImageFont.load_default(size)
    lines = (
        f"people: {said.people}",
        f"Mien: {said.mien}" + ("" if said.confidence is None else f" {said.confidence:.0%}"),
        f"{said.recording}  {time:.2f} s",
    )
    pitch = round(size * 1.35)
    # Below the picture, so that no part of a face is hidden.
    bar = pitch * len(lines) + size // 2
    canvas = PillowImage.new("RGB", (width, height + bar + (height + bar) % 2), _DARK)
    canvas.paste(PillowImage.fromarray(image))
    draw = ImageDraw.Draw(canvas)
    at = int(np.abs(read.times - time).argmin())
    line = max(2, round(min(height, width) * 0.006))
    colour = colour_of(said.mien) if inside else _PALE
    if abs(float(read.times[at]) - time) <= read.step and np.isfinite(read.boxes[at]).all():
        draw.rectangle(tuple(read.boxes[at].tolist()), outline=colour, width=line)
    if inside:
        draw.rectangle((0, 0, width - 1, height - 1), outline=_LIGHT, width=line)
    ink = _LIGHT if inside else _PALE
    for number, text in enumerate(lines):
        draw.text(
            (size // 2, height + size // 4 + number * pitch),
            text,
            fill=ink,
            font=font,
        )
    return np.array(canvas)
