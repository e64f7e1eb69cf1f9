"""``mien export``: a run becomes one model file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from mien.cli.console import err, out
from mien.cli.lab.installed import require_lab
from mien.errors import UsageError
from mien.packaged import find_model, model_names
from mien.vision.reading import reading_names


def export(
    run: Annotated[
        Path,
        typer.Argument(
            help="A run folder that has been evaluated; or a model file or the name of a packaged "
            "model, whose card is then made anew: second operating point and readings."
        ),
    ],
    to: Annotated[
        Path | None, typer.Option("--out", help="The file to write; RUN/NAME.onnx when not given.")
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Name on the card; the recipe's otherwise.")
    ] = None,
    int8: Annotated[
        bool,
        typer.Option(
            "--int8",
            help="Convolutions in 8-bit integers: faster on processors with VNNI, a little less "
            "accurate; the card's scores are measured of the file.",
        ),
    ] = False,
    half: Annotated[
        bool,
        typer.Option(
            "--half",
            help="Weights stored in 16 bits: half the size, computed with as before; the card's "
            "scores are measured of the file.",
        ),
    ] = False,
    photos: Annotated[
        list[Path] | None,
        typer.Option(
            help="Of a model file: end-to-end.json, as mien evaluate MODEL PHOTOS --end-to-end "
            "writes it. Its figures go on the card, and nothing else is made anew; repeatable."
        ),
    ] = None,
) -> None:
    """Write one ONNX file with its card inside, unless torch and ONNX Runtime disagree."""
    require_lab()
    if int8 and half:
        raise UsageError("--int8 and --half go together in no file", hint="leave one out")
    packaged = str(run) in model_names() and not run.exists()
    if run.suffix == ".onnx" or packaged:
        path = find_model(str(run)) if packaged else run
        if (int8 or half) and not photos:
            _smaller(path, to, name, half)
        else:
            _renew(path, to, photos or [], name is not None or int8 or half)
        return
    if photos:
        raise UsageError(
            "--photos is for a model file", hint=f"export the run first: mien export {run}"
        )
    from mien.lab.export.export import export_run
    from mien.lab.training.run import Run
    from mien.lab.training.setup import load_data

    folder = Run(run)
    ending = "-int8" if int8 else "-half" if half else ""
    chosen = _checked(name or folder.recipe().name + ending)
    target = to or run / f"{chosen}.onnx"
    with err.status("exporting"):
        data = load_data(folder.recipe())
        card, difference = export_run(folder, data, target, chosen, int8=int8, half=half)
    out.print(
        f"{target}: {target.stat().st_size / 1e6:.2f} MB, {card.parameters:,} parameters, "
        f"{card.macs / 1e6:.1f} MMAC; torch and ONNX Runtime differ by {difference:.1e} at most"
        + (" before rounding" if int8 or half else ""),
        markup=False,
    )


def _checked(name: str) -> str:
    if not re.fullmatch(r"[\w.+-]+", name):
        raise UsageError(f"{name!r} is no name for a model", hint="letters, digits, . _ + -")
    return name


def _another(path: Path, to: Path | None) -> Path:
    if to is None:
        raise UsageError("a model file is not written over", where=path, hint="name another: --out")
    return to


def _smaller(path: Path, to: Path | None, name: str | None, half: bool) -> None:
    from mien.lab.data.store import load_faces
    from mien.lab.evaluation.subject import ModelSubject
    from mien.lab.export.export import export_half, export_int8

    to = _another(path, to)
    subject = ModelSubject(path, to.parent)
    chosen = _checked(name or subject.name + ("-half" if half else "-int8"))
    with err.status("weights in 16 bits" if half else "in 8-bit integers"):
        data = load_faces(subject.data_name).fitted(subject.image_shape)
        card = (export_half if half else export_int8)(path, data, to, chosen)
    before, after = (each.stat().st_size / 1e6 for each in (path, to))
    out.print(f"{to}: {card.name}, {after:.2f} MB, before {before:.2f}", markup=False)


def _renew(path: Path, to: Path | None, photos: list[Path], has_more: bool) -> None:
    from mien.lab.data.store import load_faces
    from mien.lab.evaluation.subject import ModelSubject
    from mien.lab.export.photo_scores import PHOTOS, add_photo_scores
    from mien.lab.export.renew import renew_card

    if has_more:
        raise UsageError(
            "--name is for runs, --int8 and --half, and these go with no --photos",
            where=path,
            hint="leave it out, or export the run again",
        )
    to = _another(path, to)
    if photos:
        card = add_photo_scores(path, photos, to)
        count = sum(score.split == PHOTOS for score in card.scores)
        out.print(f"{to}: {count} scores of photos on its card")
        return
    with err.status("making its card anew"):
        subject = ModelSubject(path, to.parent)
        data = load_faces(subject.data_name).fitted(subject.image_shape)
        card = renew_card(path, data, to)
    out.print(f"{to}: readings {', '.join(reading_names(card))}", markup=False)
