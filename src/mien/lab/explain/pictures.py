"""The pictures of an explanation, drawn once for files and pages."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from mien.lab.explain.class_saliency import ClassSaliency
from mien.lab.explain.embedding_figures import draw_answers, draw_labels
from mien.lab.explain.embedding_map import EmbeddingMap
from mien.lab.explain.explain import ExplainedImage, NetworkExplanation
from mien.lab.explain.explanation_figures import (
    MOST_KERNELS,
    draw_activations,
    draw_classes,
    draw_kernels,
    draw_saliency,
)
from mien.lab.explain.kernels import Kernels
from mien.lab.pages.picture import Picture

_DPI = 140


@dataclass(frozen=True)
class NamedPicture:
    """A picture and the name of its file without suffix."""

    name: str
    picture: Picture
    png: bytes


@dataclass(frozen=True)
class ExplanationPictures:
    """All pictures of an explanation, by section; a tuple is empty where there is nothing."""

    saliency: tuple[NamedPicture, ...]
    classes: tuple[NamedPicture, ...]
    activations: tuple[NamedPicture, ...]
    kernels: tuple[NamedPicture, ...]
    embedding: tuple[NamedPicture, ...]

    def all(self) -> tuple[NamedPicture, ...]:
        """In the order of the page."""
        return self.saliency + self.classes + self.activations + self.kernels + self.embedding


def draw_explanation(found: NetworkExplanation) -> ExplanationPictures:
    """Draw all of it."""
    labels = found.labels
    shown = found.activations[0].values.shape[0]
    names = _file_names([image.shown.name for image in found.images])
    return ExplanationPictures(
        saliency=tuple(
            _drawn(
                f"saliency-{name}",
                draw_saliency(image, found.seen),
                f"{image.shown.name} and maps of what speaks for {image.target}",
                _caption(image),
            )
            for name, image in zip(names, found.images, strict=True)
        ),
        classes=draw_class_maps(found.classes, found.seen, found.split),
        activations=tuple(
            _drawn(
                f"activations-{names[position]}",
                draw_activations(found.activations, position, found.channels, labels),
                f"what each part of the network makes of {found.images[position].shown.name}",
                (found.images[position].shown.name,),
            )
            for position in range(shown)
        ),
        kernels=tuple(_kernels(kernels) for kernels in found.kernels),
        embedding=() if found.embedding is None else draw_embedding(found.embedding),
    )


def _drawn(name: str, figure: Figure, alt: str, caption: tuple[str, ...]) -> NamedPicture:
    """Draw it as a PNG of 256 colours, a third of the size of one with all of them."""
    canvas = FigureCanvasAgg(figure)
    figure.set_dpi(_DPI)
    canvas.draw()  # type: ignore[no-untyped-call]
    rgba = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    pixels = Image.fromarray(rgba[..., :3].copy())
    stream = io.BytesIO()
    pixels.quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=2, dither=Image.Dither.NONE).save(
        stream, "png", optimize=True
    )
    png = stream.getvalue()
    uri = "data:image/png;base64," + base64.b64encode(png).decode("ascii")
    width, height = (round(side * 100) for side in figure.get_size_inches())
    return NamedPicture(name, Picture(uri, alt, caption, width, height), png)


def _caption(image: ExplainedImage) -> tuple[str, ...]:
    answer = f"answered {image.predicted} ({image.probabilities[image.predicted]:.0%})"
    if image.shown.label is not None:
        verdict = "right" if image.shown.label == image.predicted else "wrong"
        answer = f"{verdict}: labelled {image.shown.label}, {answer}"
    return (
        image.shown.name,
        answer,
        f"Maps for {image.target}. Integrated gradients add up to "
        f"{image.difference + image.completeness_error:.2f}, the difference is "
        f"{image.difference:.2f} logits.",
    )


def draw_class_maps(
    classes: tuple[ClassSaliency, ...], seen: int, split: str
) -> tuple[NamedPicture, ...]:
    """One picture of all classes, framed by the middle ``seen`` pixels; none for none."""
    if not classes:
        return ()
    first = classes[0]
    how = first.method if first.layer is None else f"{first.method} on {first.layer}"
    return (
        _drawn(
            "what-each-class-looks-at",
            draw_classes(classes, seen),
            "the mean image of each class, and over it where the network looks for this class",
            (f"{how}, {split}; in brackets the number of images averaged.",),
        ),
    )


def _kernels(kernels: Kernels) -> NamedPicture:
    figure = draw_kernels(kernels)
    count, height, width = kernels.weights.shape
    place = " ".join(part for part in (kernels.part, kernels.layer) if part)
    return _drawn(
        f"kernels-{kernels.part}",
        figure,
        f"kernels of {place}",
        (
            f"{place}: {count} kernels of {height}×{width}"
            + (f", the {MOST_KERNELS} strongest are shown" if count > MOST_KERNELS else ""),
            f"Applied to {kernels.applied_to}. Norms from {kernels.norms[0]:.2f} down to "
            f"{kernels.norms[-1]:.2f}.",
        ),
    )


def draw_embedding(found: EmbeddingMap) -> tuple[NamedPicture, ...]:
    """The map by label, and by right and wrong answers."""
    return (
        _drawn(
            "embedding-map-labels",
            draw_labels(found),
            "map of the embeddings, coloured by label",
            ("By label",),
        ),
        _drawn(
            "embedding-map-answers",
            draw_answers(found),
            "the same map, coloured by right and wrong answers",
            ("By right and wrong answers",),
        ),
    )


def _file_names(names: list[str]) -> list[str]:
    """Names that are good for files, each once: letters and digits with hyphens between them."""
    taken: list[str] = []
    for name in names:
        plain = re.sub(r"[^\w]+", "-", name).strip("-").lower() or "image"
        number = 1
        unique = plain
        while unique in taken:
            number += 1
            unique = f"{plain}-{number}"
        taken.append(unique)
    return taken
