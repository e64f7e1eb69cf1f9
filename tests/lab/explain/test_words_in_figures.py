"""Words in figures are whole, and none stands on another."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.text import Text

from mien.emotions import FER2013
from mien.lab.explain.activations import Activation
from mien.lab.explain.class_saliency import ClassSaliency
from mien.lab.explain.explanation_figures import (
    draw_activations,
    draw_classes,
    draw_kernels,
)
from mien.lab.explain.kernels import Kernels

RNG = np.random.default_rng(0)


def check(figure: Figure) -> list[Text]:
    """The words of a figure: each inside it, and apart from the others."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    hidden = not_drawn(figure)
    shown = [
        text
        for text in figure.findobj(Text)
        if text.get_text().strip() and text.get_visible() and id(text) not in hidden
    ]
    boxes = [text.get_window_extent(canvas.get_renderer()) for text in shown]
    width, height = figure.bbox.width, figure.bbox.height
    for text, box in zip(shown, boxes, strict=True):
        inside = box.x0 > -1 and box.y0 > -1 and box.x1 < width + 1 and box.y1 < height + 1
        assert inside, text.get_text()
    for at, one in enumerate(boxes):
        for other_at in range(at + 1, len(boxes)):
            other = boxes[other_at]
            apart = (
                one.x1 <= other.x0 + 1
                or other.x1 <= one.x0 + 1
                or one.y1 <= other.y0 + 1
                or other.y1 <= one.y0 + 1
            )
            assert apart, (shown[at].get_text(), shown[other_at].get_text())
    return shown


def not_drawn(figure: Figure) -> set[int]:
    """Labels of ticks beyond the ends of their axis: they are there, and not drawn."""
    found = set()
    for axes in figure.findobj(Axes):
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
                if not low <= tick.get_loc() <= high:
                    found |= {id(tick.label1), id(tick.label2)}
    return found


@pytest.mark.parametrize(
    "method", ["Grad-CAM", "LayerCAM after the second stage (Jiang et al. 2021)"]
)
def test_the_scale_of_the_classes_says_all_it_has_to_say(method):
    classes = tuple(
        ClassSaliency(
            label=label,
            method=method,
            layer=None,
            images=200,
            face=RNG.random((48, 48)).astype(np.float32),
            map=RNG.random((48, 48)).astype(np.float32),
            bands=(0.3, 0.4, 0.3),
        )
        for label in FER2013.labels
    )
    words = [text.get_text() for text in check(draw_classes(classes, 44))]
    assert any("counting as 1" in " ".join(text.split()) for text in words)


@pytest.mark.parametrize("count", [3, 8, 20, 32, 33, 47, 64, 100])
def test_no_row_of_kernels_is_mostly_empty(count):
    weights = RNG.normal(size=(count, 3, 3)).astype(np.float32)
    kernels = Kernels("stem", "", "the grey image", weights, np.arange(count))
    figure = draw_kernels(kernels)
    check(figure)
    (axes, _) = figure.axes
    empty = [patch for patch in axes.patches if patch.get_facecolor()[:3] == (1, 1, 1)]
    width = axes.images[0].get_array().shape[1]
    assert sum(patch.get_width() for patch in empty) < 0.5 * width


def test_a_map_of_one_place_is_drawn_as_what_it_is():
    parts = (
        Activation("stage1", RNG.random((1, 8, 12, 12)).astype(np.float32)),
        Activation("stage2", RNG.random((1, 8, 1, 1)).astype(np.float32)),
        Activation("heads", RNG.normal(size=(1, 7)).astype(np.float32)),
    )
    figure = draw_activations(parts, 0, 4, FER2013.labels)
    check(figure)
    maps = figure.findobj(AxesImage)
    assert {image.get_array().shape for image in maps} == {(12, 12)}
