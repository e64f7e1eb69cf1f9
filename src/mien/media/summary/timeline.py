"""The picture of a video's summary: each person's labels and valence over time."""

from __future__ import annotations

import functools
import math

import numpy as np
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont

from mien.emotions import COLOURS, OTHER_COLOUR
from mien.media.drawing.draw import colour_of, readable_on
from mien.media.image import Image
from mien.media.summary.summary import GAP_SECONDS, PersonSummary, VideoSummary

_WIDTH, _MARGIN, _NAMES = 1400, 40, 190
_BAR, _CURVE, _ROW = 44, 72, 176
_HEAD, _AXIS = 96, 64
_INK, _SOFT, _FAINT, _PAPER = (27, 31, 36), (86, 94, 104), (222, 226, 230), (255, 255, 255)
_MOST_PEOPLE = 40
"""Rows of the picture; further people are in the data only."""


def draw_timeline(summary: VideoSummary) -> Image:
    """Draw the timeline of a video.

    Every person has a bar, coloured by label (``mien.emotions.COLOURS``) with the words in it where
    they fit, and below it the valence over time. A legend names all colours that occur.

    Returns
    -------
    ndarray of shape (H, W, 3), uint8, RGB
        1400 pixels wide.
    """
    people = summary.people[:_MOST_PEOPLE]
    legend = _legend(summary)
    height = _HEAD + len(legend) * 34 + max(1, len(people)) * _ROW + _AXIS + 40
    canvas = PillowImage.new("RGB", (_WIDTH, height), _PAPER)
    draw = ImageDraw.Draw(canvas)
    _draw_head(draw, summary, legend)
    top = _HEAD + len(legend) * 34
    if not people:
        text = "Nobody was seen for a second or longer."
        draw.text((_MARGIN, top + 60), text, fill=_SOFT, font=_font(22))
        top += _ROW
    for person in people:
        _draw_person(draw, person, summary, top)
        top += _ROW
    _draw_axis(draw, summary, top)
    _draw_foot(draw, summary, top + _AXIS)
    return np.array(canvas)


def _legend(summary: VideoSummary) -> list[list[str]]:
    """The labels that occur, in rows that fit the width."""
    used = [
        label
        for label in summary.labels
        if any(person.share[label] > 0 for person in summary.people[:_MOST_PEOPLE])
    ]
    rows: list[list[str]] = [[]]
    room = _WIDTH - 2 * _MARGIN
    for label in used:
        room -= _legend_width(label)
        if room < 0:
            rows.append([])
            room = _WIDTH - 2 * _MARGIN - _legend_width(label)
        rows[-1].append(label)
    return rows if used else []


def _legend_width(label: str) -> int:
    return 28 + 8 + math.ceil(_font(18).getlength(label)) + 28


def _draw_head(draw: ImageDraw.ImageDraw, summary: VideoSummary, legend: list[list[str]]) -> None:
    name = summary.path.replace("\\", "/").rsplit("/", 1)[-1]
    title = f"Expressions over time: {name}"
    draw.text((_MARGIN, 24), _cut(title, 28, _WIDTH - 2 * _MARGIN), fill=_INK, font=_font(28))
    note = "What faces look like to others, smoothed over time; not what people feel."
    draw.text((_MARGIN, 62), note, fill=_SOFT, font=_font(18))
    top = _HEAD + 6
    for row in legend:
        left = _MARGIN
        for label in row:
            _fill(draw, (left, top, left + 28, top + 18), COLOURS.get(label))
            draw.text((left + 36, top + 9), label, fill=_INK, font=_font(18), anchor="lm")
            left += _legend_width(label)
        top += 34


def _draw_person(
    draw: ImageDraw.ImageDraw, person: PersonSummary, summary: VideoSummary, top: int
) -> None:
    _draw_name(draw, person, top)
    bar = top + 22
    left, right = _MARGIN + _NAMES, _WIDTH - _MARGIN
    draw.rectangle((left, bar, right, bar + _BAR), fill=(245, 246, 248), outline=_FAINT)
    for bout in person.bouts:
        x0, x1 = _x(bout.start, summary), _x(bout.end, summary)
        _fill(draw, (x0, bar, max(x1, x0 + 1), bar + _BAR), COLOURS.get(bout.label))
        if _font(18).getlength(bout.label) + 12 <= x1 - x0:
            draw.text(
                ((x0 + x1) / 2, bar + _BAR / 2),
                bout.label,
                fill=readable_on(colour_of(bout.label)),
                font=_font(18),
                anchor="mm",
            )
    _draw_curve(draw, person, summary, bar + _BAR + 10)


def _draw_name(draw: ImageDraw.ImageDraw, person: PersonSummary, top: int) -> None:
    label = max(person.share, key=person.share.__getitem__)
    draw.text((_MARGIN, top + 22), f"person {person.id}", fill=_INK, font=_font(22))
    for line, text in enumerate(
        (f"seen {person.seconds:.1f} s", f"{label} {person.share[label]:.0%}")
    ):
        draw.text((_MARGIN, top + 52 + 24 * line), text, fill=_SOFT, font=_font(18))
    text = f"valence {person.valence:+.2f}"
    draw.text((_MARGIN, top + 100), text, fill=_SOFT, font=_font(18))


def _draw_curve(
    draw: ImageDraw.ImageDraw, person: PersonSummary, summary: VideoSummary, top: int
) -> None:
    left, right = _MARGIN + _NAMES, _WIDTH - _MARGIN
    middle = top + _CURVE / 2
    draw.line((left, middle, right, middle), fill=_FAINT, width=1)
    for sign, at in (("+", top + 8), ("-", top + _CURVE - 8)):
        draw.text((left - 8, at), sign, fill=_SOFT, font=_font(18), anchor="rm")
    points: list[tuple[float, float]] = []
    longest = GAP_SECONDS + 2 * _spacing(person)
    before = -math.inf
    for point in person.curve:
        if point.time - before > longest:
            _polyline(draw, points)
            points = []
        y = middle - point.valence * (_CURVE / 2 - 2)
        points.append((_x(point.time, summary), y))
        before = point.time
    _polyline(draw, points)


def _spacing(person: PersonSummary) -> float:
    gaps = [b.time - a.time for a, b in zip(person.curve, person.curve[1:], strict=False)]
    return min(gaps, default=0.0)


def _polyline(draw: ImageDraw.ImageDraw, points: list[tuple[float, float]]) -> None:
    if len(points) > 1:
        draw.line(points, fill=_INK, width=2, joint="curve")
    elif points:
        x, y = points[0]
        draw.ellipse((x - 2, y - 2, x + 2, y + 2), fill=_INK)


def _draw_axis(draw: ImageDraw.ImageDraw, summary: VideoSummary, top: int) -> None:
    left, right = _MARGIN + _NAMES, _WIDTH - _MARGIN
    draw.line((left, top, right, top), fill=_SOFT, width=1)
    step = tick_step(summary.end - summary.start, most=10)
    for number in range(math.ceil(summary.start / step - 1e-9), math.floor(summary.end / step) + 1):
        x = _x(number * step, summary)
        draw.line((x, top, x, top + 6), fill=_SOFT, width=1)
        text = clock(number * step, step)
        draw.text((x, top + 12), text, fill=_SOFT, font=_font(18), anchor="ma")


def _draw_foot(draw: ImageDraw.ImageDraw, summary: VideoSummary, top: int) -> None:
    parts = []
    if summary.others is not None:
        count = summary.others.people
        people = "1 other person was" if count == 1 else f"{count} others were"
        parts.append(f"{people} seen for under a second.")
    hidden = len(summary.people) - _MOST_PEOPLE
    if hidden > 0:
        parts.append(f"{hidden} more are in summary.json.")
    if summary.people:
        parts.append("Line: valence, from negative (-) to positive (+).")
    draw.text((_MARGIN, top), " ".join(parts), fill=_SOFT, font=_font(18))


def tick_step(seconds: float, *, most: int) -> float:
    """The smallest round step in seconds that divides a time into at most ``most`` parts."""
    for step in (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600):
        if seconds / step <= most:
            return float(step)
    return 3600.0 * math.ceil(seconds / most / 3600)


def clock(seconds: float, step: float) -> str:
    """A time as people write it: ``0.5 s``, ``1:05``, ``1:00:05``."""
    if step < 1:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _x(time: float, summary: VideoSummary) -> float:
    left, right = _MARGIN + _NAMES, _WIDTH - _MARGIN
    return left + (right - left) * (time - summary.start) / max(summary.end - summary.start, 1e-9)


def _fill(
    draw: ImageDraw.ImageDraw, box: tuple[float, float, float, float], code: str | None
) -> None:
    # An outline, since white (unsure) would not be seen on paper.
    x0, y0, x1, y1 = (round(value) for value in box)
    draw.rectangle((x0, y0, max(x0, x1 - 1), y1 - 1), fill=code or OTHER_COLOUR)
    draw.line((x0, y0, x1 - 1, y0), fill=_SOFT)
    draw.line((x0, y1 - 1, x1 - 1, y1 - 1), fill=_SOFT)
    if x1 - x0 > 8:
        draw.line((x1 - 1, y0, x1 - 1, y1 - 1), fill=_SOFT)
        draw.line((x0, y0, x0, y1 - 1), fill=_SOFT)


def _cut(text: str, size: int, width: int) -> str:
    """The text, its end cut off where it is too long."""
    if _font(size).getlength(text) <= width:
        return text
    while text and _font(size).getlength(text + "…") > width:
        text = text[:-1]
    return text + "…"


@functools.lru_cache(maxsize=8)
def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font
