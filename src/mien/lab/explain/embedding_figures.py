"""Figures of the embedding map."""

from __future__ import annotations

from matplotlib.figure import Figure

from mien.lab.explain.embedding_map import EmbeddingMap
from mien.lab.pages.figures import RED, SKY, colour_of_class, new_figure

_MARKERS = "osD^vPX*<>hp"


def draw_labels(found: EmbeddingMap) -> Figure:
    """The points by label: another colour and another marker for each."""
    figure = new_figure(5.4, 5.4)
    axes = figure.add_subplot()
    for position, label in enumerate(found.names):
        points = found.points[found.labels == position]
        axes.scatter(
            points[:, 0],
            points[:, 1],
            s=14,
            marker=_MARKERS[position % len(_MARKERS)],
            color=colour_of_class(label, position),
            edgecolors="black",
            linewidths=0.25,
            label=f"{label} ({len(points)})",
            rasterized=True,
        )
    _finish(figure, columns=4)
    return figure


def draw_answers(found: EmbeddingMap) -> Figure:
    """The same points by whether the network's answer is the label."""
    figure = new_figure(5.4, 5.4)
    axes = figure.add_subplot()
    for right, marker, colour, name in (
        (True, "o", SKY, "right"),
        (False, "X", RED, "wrong"),
    ):
        points = found.points[found.right == right]
        axes.scatter(
            points[:, 0],
            points[:, 1],
            s=14,
            marker=marker,
            color=colour,
            edgecolors="black",
            linewidths=0.2,
            label=f"{name} ({len(points)})",
            rasterized=True,
        )
    _finish(figure, columns=2)
    return figure


def _finish(figure: Figure, columns: int) -> None:
    (axes,) = figure.axes
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_aspect("equal", adjustable="datalim")
    figure.legend(loc="outside lower center", ncols=columns, fontsize=8.5, frameon=False)
