"""Figures of kernels, activations and saliency."""

from __future__ import annotations

from textwrap import fill

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colorbar import Colorbar
from matplotlib.colors import Colormap, Normalize
from matplotlib.figure import Figure, SubFigure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from mien.lab.explain.activations import Activation
from mien.lab.explain.class_saliency import ClassSaliency
from mien.lab.explain.explain import ExplainedImage
from mien.lab.explain.kernels import Kernels
from mien.lab.explain.saliency import Method
from mien.lab.pages.figures import BLUE, RED, SKY, new_figure

MOST_KERNELS = 64

_WIDTH = 5.4
_TILE = 1.05
"""Least width in inches of a channel's map: what its range below it takes."""
_LINE = 60
"""Letters below a figure: what its width takes."""
_CLIPPED = 99.0
"""Percentile of the absolute values that the ends of a signed scale stand for."""

_BETWEEN = "#cfe3f1"
"""Between kernels: a colour, because each grey is a weight."""

_UNITS: dict[Method, str] = {
    "Grad-CAM": "speaks for it, in no unit",
    "integrated gradients": "logits a pixel",
    "occlusion": "logits lost when hidden",
}


def draw_kernels(kernels: Kernels) -> Figure:
    """Up to 64 kernels in reading order, the greatest norm first; grey is 0."""
    shown = kernels.weights[:MOST_KERNELS]
    count, height, width = shown.shape
    columns = _columns(count)
    rows = -(-count // columns)
    cell, gap = 8, 4
    mosaic = np.full(
        (rows * (height * cell + gap) - gap, columns * (width * cell + gap) - gap), np.nan
    )
    for position, kernel in enumerate(shown):
        row, column = divmod(position, columns)
        y, x = row * (height * cell + gap), column * (width * cell + gap)
        large = np.kron(kernel, np.ones((cell, cell)))
        mosaic[y : y + height * cell, x : x + width * cell] = large
    figure = new_figure(_WIDTH, 0.9 + _WIDTH * mosaic.shape[0] / mosaic.shape[1])
    axes = figure.add_subplot()
    largest = float(np.abs(shown).max()) or 1.0
    picture = axes.imshow(mosaic, cmap="gray", vmin=-largest, vmax=largest, interpolation="none")
    axes.set_facecolor(_BETWEEN)
    _bare(axes)
    # Where the last row has no kernel there is only paper.
    last = count - (rows - 1) * columns
    if last < columns:
        start = last * (width * cell + gap) - gap
        size = (mosaic.shape[1] - start, height * cell)
        place = (start - 0.5, mosaic.shape[0] - size[1] - 0.5)
        axes.add_patch(Rectangle(place, *size, facecolor="white", edgecolor="none", zorder=3))
    axes.set_frame_on(False)
    bar = figure.colorbar(picture, ax=axes, location="bottom", shrink=0.7, aspect=40, pad=0.03)
    bar.set_label("weight", fontsize=9)
    bar.ax.tick_params(labelsize=8)
    return figure


def draw_activations(
    found: tuple[Activation, ...], position: int, channels: int, labels: tuple[str, ...]
) -> Figure:
    """What each part gives for one image: maps as pictures, vectors as bars.

    Parameters
    ----------
    position : int
        Of the image in the batch.
    channels : int
        Channels of each map, those of the greatest mean absolute value.
    labels : tuple of str
        Of the main head, which is the last part.
    """
    columns = channels + 1
    width = max(_WIDTH, columns * _TILE)
    tile = width / columns
    heights = [tile + 0.55 if _has_places(part) else 1.15 for part in found]
    heights[-1] = 0.5 + 0.22 * len(labels)
    figure = new_figure(width, sum(heights))
    boxes = figure.subfigures(len(found), 1, height_ratios=heights, squeeze=False)[:, 0]
    for box, part in zip(boxes, found, strict=True):
        shape = "×".join(map(str, part.shape))
        title = f"{part.part}: {shape}, {part.zero_share(position):.0%} of it is 0"
        if part is found[-1]:
            title = f"{part.part}: logits"
        box.suptitle(title, x=0.01, ha="left", fontsize=9, fontweight="bold")
        if part is found[-1]:
            _logit_bars(box.add_subplot(), part.values[position], labels)
        elif _has_places(part):
            _tiles(box, part, position, columns)
        else:
            axes = box.add_subplot()
            values = part.values[position].ravel()
            axes.vlines(
                np.arange(len(values)), 0, values, color=BLUE, linewidth=0.6, rasterized=True
            )
            axes.set_xlim(-0.5, len(values) - 0.5)
            axes.tick_params(labelsize=7)
            axes.spines[["top", "right"]].set_visible(False)
    return figure


def draw_saliency(image: ExplainedImage, seen: int) -> Figure:
    """The image, and over it each method's map with its scale.

    The frame is what is looked at: the middle ``seen`` × ``seen`` pixels.
    """
    rows, columns = (2, 2) if len(image.maps) > 2 else (1, 3)
    figure = new_figure(_WIDTH, 6.3 if rows == 2 else 2.7)
    axes = figure.subplots(rows, columns).ravel()
    for one in axes:
        _bare(one)
        one.set_frame_on(False)
    axes[0].imshow(image.shown.image, cmap="gray", vmin=0, vmax=255, interpolation="none")
    _frame(axes[0], len(image.shown.image), seen, "orange")
    axes[0].set_title(
        "what the network sees" if seen < len(image.shown.image) else "image", fontsize=10
    )
    top = sorted(image.probabilities.items(), key=lambda item: -item[1])[:3]
    lines = "\n".join(f"{label} {share:.0%}" for label, share in top)
    below = axes[0].text(
        0.5, -0.04, lines, fontsize=9, ha="center", va="top", transform=axes[0].transAxes
    )
    below.set_in_layout(False)
    # A bar that is not seen keeps the image in line with the maps, which have one.
    unseen = _bar(axes[0], colormaps["gray"], Normalize(0, 1), " ", clipped=False)
    unseen.ax.set_visible(False)
    for one, (method, values) in zip(axes[1:], image.maps.items(), strict=True):
        _overlay(one, image.shown.image, values, method)
        _frame(one, len(image.shown.image), seen, "black")
        one.set_title(method, fontsize=10)
    return figure


def draw_classes(classes: tuple[ClassSaliency, ...], seen: int) -> Figure:
    """The mean image of each class, and below it the same with the mean map over it.

    The frame is the middle ``seen`` × ``seen`` pixels.
    """
    columns = min(4, len(classes))
    bands = -(-len(classes) // columns)
    figure = new_figure(6.4, 0.9 + bands * 2 * 6.4 / columns)
    grid = figure.subplots(2 * bands, columns, squeeze=False)
    for axes in grid.ravel():
        _bare(axes)
        axes.set_frame_on(False)
    method = classes[0].method
    largest = max(float(np.nanmax(np.abs(part.map))) for part in classes) or 1.0
    colours, scale = _scale(method, largest)
    for position, part in enumerate(classes):
        band, column = divmod(position, columns)
        above, below = grid[2 * band, column], grid[2 * band + 1, column]
        # Colours go from 0 to 1, grey over whatever range there is.
        shown = part.face if part.face.ndim == 2 else part.face / 255
        above.imshow(shown, cmap="gray", interpolation="none")
        above.set_title(f"{part.label} ({part.images})", fontsize=10)
        below.imshow(
            blended(_full_contrast(part.face), part.map, colours, scale), interpolation="none"
        )
        _frame(below, len(part.face), seen, "black")
    for axes in grid.ravel():
        if not axes.images:
            axes.remove()
    figure.colorbar(
        ScalarMappable(scale, colours),
        ax=figure.axes,
        location="bottom",
        shrink=0.7,
        aspect=40,
        label=fill(f"mean {method}, each image's strongest place counting as 1", _LINE),
    )
    return figure


def blended(
    image: NDArray[np.uint8], values: NDArray[np.float32], colours: Colormap, scale: Normalize
) -> NDArray[np.uint8]:
    """An image with a map over it that covers it the more the stronger it is.

    Parameters
    ----------
    image : ndarray of shape (h, w) or (h, w, 3), uint8
    values : ndarray of shape (h, w), float32
        NaN where the image is to stay as it is.
    colours, scale : Colormap, Normalize
        ``scale`` from 0, or from minus to plus the same value.

    Returns
    -------
    ndarray of shape (h, w, 3), uint8
    """
    known = np.nan_to_num(values)
    largest = max(abs(scale.vmin or 0.0), abs(scale.vmax or 0.0)) or 1.0
    strength = np.clip(np.abs(known) / largest, 0, 1)[..., None] * 0.85
    over = np.asarray(colours(scale(known)))[..., :3]
    below = (image[..., None] if image.ndim == 2 else image) / 255.0
    mixed: NDArray[np.uint8] = np.rint(255 * (strength * over + (1 - strength) * below)).astype(
        np.uint8
    )
    return mixed


def _scale(method: str, largest: float) -> tuple[Colormap, Normalize]:
    if method in ("integrated gradients", "occlusion"):
        return colormaps["RdBu_r"], Normalize(-largest, largest)
    return colormaps["inferno"], Normalize(0, largest)


def _overlay(
    axes: Axes, image: NDArray[np.uint8], values: NDArray[np.float32], method: Method
) -> None:
    known = np.abs(values[np.isfinite(values)])
    largest = float(known.max() if method == "Grad-CAM" else np.percentile(known, _CLIPPED))
    colours, scale = _scale(method, largest or 1.0)
    axes.imshow(blended(image, values, colours, scale), interpolation="none")
    clipped = method != "Grad-CAM" and float(known.max()) > largest
    _bar(axes, colours, scale, _UNITS[method], clipped=clipped)


def _bar(axes: Axes, colours: Colormap, scale: Normalize, label: str, *, clipped: bool) -> Colorbar:
    bar = axes.figure.colorbar(
        ScalarMappable(scale, colours),
        ax=axes,
        location="bottom",
        extend="both" if clipped else "neither",
        aspect=22,
        pad=0.03,
        shrink=0.85,
    )
    bar.set_label(label, fontsize=9)
    bar.ax.tick_params(labelsize=8)
    bar.ax.locator_params(nbins=4)
    return bar


def _tiles(box: SubFigure, part: Activation, position: int, columns: int) -> None:
    values = part.values[position]
    chosen = part.strongest(position, columns - 1)
    grid = box.subplots(1, columns)
    pictures = [("mean", values.mean(axis=0))]
    pictures += [(f"channel {channel}", values[channel]) for channel in chosen]
    for axes, (title, picture) in zip(grid, pictures, strict=False):
        axes.imshow(picture, cmap="viridis", interpolation="none")
        axes.set_title(title, fontsize=8, pad=2)
        axes.set_xlabel(f"{picture.min():.2g} to {picture.max():.2g}", fontsize=7.5, labelpad=2)
        _bare(axes)
    for axes in grid[len(pictures) :]:
        axes.remove()


def _has_places(part: Activation) -> bool:
    """Whether it is a map: one with a single place is one even colour, and tells nothing."""
    return part.is_map and part.values.shape[-2:] != (1, 1)


def _columns(count: int) -> int:
    """Kernels in a row: from 8 to 16, so that the last row has the fewest empty places."""
    if count <= 8:
        return count
    wider = 1 if count <= 32 else -1
    return min(range(8, 17), key=lambda columns: (-count % columns, wider * columns))


def _logit_bars(axes: Axes, logits: NDArray[np.float32], labels: tuple[str, ...]) -> None:
    colours = [RED if value == logits.max() else SKY for value in logits]
    axes.barh(labels, logits, color=colours)
    axes.invert_yaxis()
    axes.axvline(0, color="black", linewidth=0.8)
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)


def _frame(axes: Axes, side: int, seen: int, colour: str) -> None:
    if seen == side:
        return
    start = (side - seen) // 2 - 0.5
    axes.add_patch(Rectangle((start, start), seen, seen, fill=False, edgecolor=colour))


def _full_contrast(face: NDArray[np.float32]) -> NDArray[np.uint8]:
    spread = float(np.ptp(face)) or 1.0
    stretched: NDArray[np.uint8] = np.rint((face - face.min()) / spread * 255).astype(np.uint8)
    return stretched


def _bare(axes: Axes) -> None:
    axes.set_xticks([])
    axes.set_yticks([])
