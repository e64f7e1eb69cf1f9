"""Where the labels of points go, so that none lies on another, on a point or on its bar."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

_DISTANCES = (9, 15, 22, 30, 40, 52, 66)
_ANGLES = tuple(range(0, 360, 30))
# From this distance on a line leads from the label to its point.
_FAR = 15
_MARGIN = 1.5


def spread_apart(places: Sequence[float], least: float) -> list[float]:
    """Places moved as little as needed to be ``least`` apart, their order kept.

    Neighbours that are too near are joined and spread evenly about the mean of their places, again
    and again until none are.
    """
    order = np.argsort(places, kind="stable")
    groups: list[list[int]] = []
    for position in order:
        groups.append([int(position)])
        while len(groups) > 1 and _left(groups[-1], places, least) < (
            _right(groups[-2], places, least) + least
        ):
            last = groups.pop()
            groups[-1] += last
    found = [0.0] * len(places)
    for group in groups:
        first = _left(group, places, least)
        for number, position in enumerate(group):
            found[position] = first + number * least
    return found


def _left(group: list[int], places: Sequence[float], least: float) -> float:
    mean = sum(places[position] for position in group) / len(group)
    return mean - least * (len(group) - 1) / 2


def _right(group: list[int], places: Sequence[float], least: float) -> float:
    return _left(group, places, least) + least * (len(group) - 1)


def place_labels(
    axes: Axes,
    points: Sequence[tuple[float, float]],
    texts: Sequence[str],
    obstacles: Sequence[tuple[tuple[float, float], tuple[float, float]]],
) -> bool:
    """Write each text near its point, in the first free place around it.

    Parameters
    ----------
    axes : Axes
        Drawn in full but for the labels; its limits must not change any more.
    points : sequence of (x, y)
        In data coordinates.
    obstacles : sequence of ((x, y), (x, y))
        Two corners, in data coordinates, of what must stay free, for example error bars.

    Returns
    -------
    bool
        False, and nothing is written, where there is no room for them all.
    """
    figure = axes.get_figure(root=True)
    assert figure is not None
    # Measured in pixels, written in points: a figure is drawn at other resolutions too.
    pixel = 72 / figure.dpi
    figure.draw_without_rendering()
    inside = axes.get_window_extent()
    to_pixels = axes.transData.transform
    taken = [_padded(Bbox([to_pixels(a), to_pixels(b)]), 2) for a, b in obstacles]
    taken += [_padded(Bbox([to_pixels(point)] * 2), 5) for point in points]
    written: list[Annotation] = []
    for point, text in zip(points, texts, strict=True):
        label = axes.annotate(text, point, (0, 0), textcoords="offset points", fontsize=9)
        label.set_in_layout(False)
        written.append(label)
        size = label.get_window_extent()
        free = _free_place(to_pixels(point), size.width, size.height, inside, taken)
        if free is None:
            for made in written:
                made.remove()
            return False
        offset, box, distance = free
        label.set_position((offset[0] * pixel, offset[1] * pixel))
        taken.append(box)
        if distance >= _FAR:
            nearest = np.clip(to_pixels(point), box.min, box.max)
            line = axes.annotate(
                "",
                point,
                (nearest - to_pixels(point)) * pixel,
                textcoords="offset points",
                arrowprops={"arrowstyle": "-", "color": "0.6", "lw": 0.7, "shrinkB": 4},
            )
            line.set_in_layout(False)
            written.append(line)
    return True


def _free_place(
    point: NDArray[np.float64], width: float, height: float, inside: Bbox, taken: list[Bbox]
) -> tuple[tuple[float, float], Bbox, float] | None:
    for distance in _DISTANCES:
        for angle in _ANGLES:
            across, up = math.cos(math.radians(angle)), math.sin(math.radians(angle))
            # The label's edge or corner that faces the point is what is ``distance`` away.
            x = distance * across + (across - 1) / 2 * width
            y = distance * up + (up - 1) / 2 * height
            low = point + np.array([x, y])
            box = _padded(Bbox([low, low + np.array([width, height])]), _MARGIN)
            within = inside.contains(*box.min) and inside.contains(*box.max)
            if within and not box.count_overlaps(taken):
                return (x, y), box, distance
    return None


def _padded(box: Bbox, margin: float) -> Bbox:
    return Bbox([np.minimum(box.p0, box.p1) - margin, np.maximum(box.p0, box.p1) + margin])
