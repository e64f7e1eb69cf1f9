"""``mien explain``: what a run's network looks at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.console import err, out, print_error, print_note
from mien.cli.exit_status import EXIT_SOME_UNREADABLE
from mien.cli.lab.evaluate import Split
from mien.cli.lab.installed import Threads, require_lab, set_threads
from mien.errors import DataError, ImageError, UsageError

if TYPE_CHECKING:
    from mien.lab.data.faces import FaceData, ImageShape
    from mien.lab.explain.explain import NetworkExplanation
    from mien.lab.explain.shown import Shown

_ROW = "row:"
_MOST_FACES = 4


def explain(
    run: Annotated[Path, typer.Argument(help="A run folder, for example runs/vgg8-half-s0.")],
    images: Annotated[
        list[str] | None,
        typer.Argument(
            help="Photos (up to four faces of each are explained), or row:1234 of the run's data "
            "set. Default: of each class a right and a wrong answer.",
            show_default=False,
        ),
    ] = None,
    split: Annotated[
        Split, typer.Option(help="For averages, dead units and the map of the images.")
    ] = Split.PUBLIC,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="Folder for the page, explain.json and the pictures. Default: explain-RUN here.",
            show_default=False,
        ),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(
            "--class",
            metavar="LABEL",
            help="Explain this class in every image instead of the one predicted.",
            show_default=False,
        ),
    ] = None,
    layer: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Part of the network that Grad-CAM looks at. Default: the last one of at least "
            "4×4 places.",
            show_default=False,
        ),
    ] = None,
    channels: Annotated[
        int, typer.Option("--n", min=1, max=12, help="Strongest channels to show of each part.")
    ] = 4,
    threads: Threads = None,
) -> None:
    """Show what a network looks at: saliency, activations, kernels, a map of the images.

    Exit status: 0 all explained, 2 wrong usage, 3 some images could not be read (each is named on
    standard error, the rest is done), 1 anything else.
    """
    require_lab()
    if run.suffix == ".onnx":
        raise UsageError(
            "a model file has no torch network to look into",
            where=run,
            hint="give the run folder, or see where it looks with: mien analyze --explain",
        )
    from mien.lab.evaluation.subject import RunSubject
    from mien.lab.explain.explain import check_request, explain_run
    from mien.lab.explain.explanation_page import write_explanation
    from mien.lab.explain.shown import rows_to_show
    from mien.lab.training.run import Run
    from mien.lab.training.setup import load_data

    set_threads(threads)
    subject = RunSubject(Run(run))
    data = load_data(subject.run.recipe())
    data.rows(split.value)  # Says so when the split is empty, before anything is read.
    check_request(subject, data, target, layer)
    failed = 0
    shown: list[Shown] = []
    for name in images or ():
        try:
            shown += _shown(name, data)
        except (ImageError, DataError, UsageError) as error:
            failed += 1
            print_error(str(error))
    if images and not shown:
        raise typer.Exit(EXIT_SOME_UNREADABLE)
    with err.status("reading") as status:
        found = explain_run(
            subject,
            data,
            shown or rows_to_show(subject, data, data.rows(split.value)),
            split=split.value,
            target=target,
            layer=layer,
            channels=channels,
            on_step=status.update,
        )
        status.update("drawing")
        page = write_explanation(found, folder or Path(f"explain-{subject.name}"))
    _print(found)
    print_note(f"with pictures: {page} (and explain.json and the pictures next to it)")
    if failed:
        raise typer.Exit(EXIT_SOME_UNREADABLE)


def _shown(name: str, data: FaceData) -> list[Shown]:
    """What an argument names: a row, or the faces of one or more photos."""
    from mien.lab.explain.shown import row_to_show

    if not name.startswith(_ROW):
        return faces_to_show(name, data.image_shape)
    number = name.removeprefix(_ROW).replace(",", "")
    if not number.isdecimal():
        raise UsageError(
            f"{number!r} is not the number of a row", where=name, hint="for example row:1234"
        )
    return [row_to_show(data, int(number))]


def faces_to_show(name: str, shape: ImageShape) -> list[Shown]:
    """The largest faces of a photo, cropped as the runtime does it; ImageError for none."""
    from mien.lab.explain.shown import Shown
    from mien.lab.export.cards import FER2013_CROP
    from mien.media.image import read_image
    from mien.vision.crop import crop_faces
    from mien.vision.detection.detectors import create_detector

    photo = read_image(name)
    detections = create_detector().detect(photo)
    if not detections:
        raise ImageError("no face was found in it", where=name)
    if len(detections) > _MOST_FACES:
        print_note(f"{name}: {len(detections)} faces, the {_MOST_FACES} largest are explained")
    chosen = detections[:_MOST_FACES]
    crops = crop_faces(
        photo,
        chosen,
        FER2013_CROP,
        height=shape.side,
        width=shape.side,
        colour="rgb" if shape.colour else "grey",
    )
    plain = Path(name).name
    if len(crops) == 1:
        return [Shown(plain, crops[0])]
    return [Shown(f"{plain}, face {number}", crop) for number, crop in enumerate(crops, 1)]


def _print(found: NetworkExplanation) -> None:
    for image in found.images:
        share = image.probabilities[image.predicted]
        known = "" if image.shown.label is None else f", labelled {image.shown.label}"
        line = f"{image.shown.name}: {image.predicted} {share:.0%}{known}"
        out.print(line, markup=False, emoji=False)
    for check in found.checks:
        out.print(
            f"{check.method}: rank correlation {check.correlation:.2f} with maps of a network "
            "whose last part was drawn anew (near 0: the map depends on what was learnt)"
        )
    dead = ", ".join(f"{part.part} {part.dead} of {part.units}" for part in found.dead if part.dead)
    out.print(f"dead units over {found.dead_over:,} images: {dead or 'none'}", markup=False)
    if found.embedding is not None:
        out.print(
            f"{found.embedding.knn_accuracy:.1%} of {len(found.embedding.rows):,} images have the "
            f"label of most of their {found.embedding.neighbours} nearest in the embedding"
        )
