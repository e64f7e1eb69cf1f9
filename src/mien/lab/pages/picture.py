"""Pictures as a page shows them: a data URI, words for those who do not see it, a caption."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from mien.lab.beside import write_beside

_DPI = 100


@dataclass(frozen=True)
class Picture:
    """A picture with its caption.

    Attributes
    ----------
    uri : str
        As a data URI.
    alt : str
        What it shows, for those who do not see it.
    caption : tuple of str
        Lines below it.
    width, height : int
        In pixels.
    """

    uri: str
    alt: str
    caption: tuple[str, ...]
    width: int
    height: int


def picture_of(image: NDArray[np.uint8], alt: str, *caption: str) -> Picture:
    """A ``Picture`` of a grey ``(h, w)`` or RGB ``(h, w, 3)`` image, uint8."""
    height, width = image.shape[:2]
    return Picture(png_data_uri(image), alt, caption, width, height)


def picture_of_figure(figure: Figure, alt: str, *caption: str) -> Picture:
    """A ``Picture`` of a matplotlib figure: SVG, so that it is sharp on paper.

    Draw clouds of more than a few hundred points with ``rasterized=True``.
    """
    stream = io.BytesIO()
    # No date and fixed ids: the same figure gives the same bytes.
    import matplotlib

    with matplotlib.rc_context({"svg.hashsalt": "mien"}):
        figure.savefig(stream, format="svg", dpi=2 * _DPI, metadata={"Date": None})
    width, height = (round(side * _DPI) for side in figure.get_size_inches())
    return Picture(_data_uri(stream.getvalue(), "image/svg+xml"), alt, caption, width, height)


def write_figure(figure: Figure, path: Path) -> None:
    """Write a figure as PNG beside ``path``, then rename it.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    FigureCanvasAgg(figure)
    write_beside(path, lambda partial: figure.savefig(partial, format="png"))


def png_data_uri(image: NDArray[np.uint8]) -> str:
    """A grey ``(h, w)`` or RGB ``(h, w, 3)`` image, uint8, as ``data:image/png;base64,…``."""
    return _data_uri(_png(image), "image/png")


def _png(image: NDArray[np.uint8]) -> bytes:
    pixels = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    _, encoded = cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    return encoded.tobytes()


def _data_uri(content: bytes, kind: str) -> str:
    return f"data:{kind};base64," + base64.b64encode(content).decode("ascii")
