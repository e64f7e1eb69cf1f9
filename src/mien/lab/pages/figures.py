"""How all figures of the lab look: size, colours, spines, grid."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import AbstractPathEffect, Normal, Stroke

from mien.emotions import COLOURS

BLUE, ORANGE, RED, SKY, GREY = "#0072B2", "#E69F00", "#D55E00", "#56B4E9", "#444444"

PALETTE = (BLUE, ORANGE, RED, "#009E73", "#CC79A7", SKY, GREY)
"""Of Okabe and Ito's palette, which the colour-blind can tell apart; vary line styles as well."""

LINE_STYLES = ("-", "--", "-.", ":")


_EDGE = "#222222"


def colour_of_class(label: str, position: int) -> str:
    """The colour of an expression everywhere in Mien; another of the palette for other classes."""
    return COLOURS.get(label, PALETTE[position % len(PALETTE)])


def outlined(width: float) -> list[AbstractPathEffect]:
    """A dark edge for lines of ``width`` points: yellow and grey are seen on white, too."""
    return [Stroke(linewidth=width + 1.2, foreground=_EDGE), Normal()]


def new_figure(width: float = 6.4, height: float = 4.4) -> Figure:
    """An empty figure of ``width`` × ``height`` inches whose parts do not overlap."""
    return Figure(figsize=(width, height), dpi=100, layout="constrained")


def tidy(axes: Axes) -> None:
    """A faint grid, no box around it."""
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
