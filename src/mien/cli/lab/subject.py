"""What ``mien evaluate``, ``report`` and others take: a run folder, a model file or its name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.errors import UsageError
from mien.packaged import find_model, model_names

if TYPE_CHECKING:
    from mien.lab.data.faces import FaceData
    from mien.lab.evaluation.subject import ModelSubject, RunSubject

SubjectName = Annotated[
    str,
    typer.Argument(
        metavar="RUN|MODEL",
        help="A run folder (runs/first-s0), a .onnx file, or the name of a packaged model.",
        show_default=False,
    ),
]

DataName = Annotated[
    str | None,
    typer.Argument(
        metavar="[DATA]",
        help="An imported data set; the one that the model was trained on when not given. With "
        "--end-to-end: a folder by label, a folder with labels.csv, or a table.",
        show_default=False,
    ),
]


def named_path(name: str) -> Path:
    """The run folder or file that ``name`` is, else the packaged model of that name or role."""
    path = Path(name)
    return find_model(name) if not path.exists() and name in model_names() else path


def open_named(
    name: str, results: Path | None = None, threads: int | None = None
) -> RunSubject | ModelSubject:
    """The run or model that ``name`` stands for; ``results`` as for ``open_subject``."""
    from mien.lab.evaluation.subject import open_subject

    return open_subject(named_path(name), results, threads or 1)


def model_file(name: str, option: str) -> Path:
    """The model file that ``name`` stands for; ``option`` is about what people run, not runs.

    Raises
    ------
    UsageError
        If it is a run folder.
    """
    path = Path(name)
    if path.is_dir():
        raise UsageError(
            f"a run is no model file, and {option} is about what people run",
            where=name,
            hint=f"export it first: mien export {name}",
        )
    return find_model(name) if not path.exists() and name in model_names() else path


def data_for(subject: RunSubject | ModelSubject, name: str | None) -> FaceData:
    """The data set with the subject's labels; its own when ``name`` is None."""
    from mien.lab.data.store import load_faces
    from mien.lab.evaluation.subject import seen_by

    return seen_by(subject, load_faces(name or subject.data_name))
