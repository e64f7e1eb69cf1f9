"""Collected faces as a folder of images: a folder a label, and the table of reasons."""

from __future__ import annotations

import csv
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from mien.emotions import POSITIVE_NEGATIVE
from mien.errors import UsageError
from mien.media.collecting.agreement import OPINIONS, Agreement
from mien.media.drawing.draw import write_image
from mien.media.results.output import make_folder, output_error
from mien.results import Box, printable_path

TABLE = "reasons.csv"
"""Beside the labels' folders. ``mien.lab.data.sources.source_table`` reads it."""

COLUMNS = (
    *("file", "time", "left", "top", "right", "bottom", "label", "reason", "crop", "source"),
    *(column for name in OPINIONS for column in (name, f"{name}_because")),
)
"""Of the table. ``crop`` is the face's file below the folder, empty for a face that was left out;
faces of one ``source`` are much alike."""

_LONGEST_NAME = 60


class FolderOfFaces:
    """Takes faces one by one. Made by ``folder_of_faces``.

    Parameters
    ----------
    folder : Path
        That is being filled.
    table : text stream
        Of the table of reasons.
    """

    def __init__(self, folder: Path, table: IO[str]) -> None:
        self._folder = folder
        self._rows = csv.writer(table)
        self._rows.writerow(COLUMNS)
        self._faces = 0

    def add(
        self,
        path: str,
        time: float | None,
        box: Box,
        agreement: Agreement,
        crop: NDArray[np.uint8] | None,
    ) -> None:
        """Write a row for a face, and its crop if it has a label.

        Parameters
        ----------
        path : str
            The file that it is from.
        time : float or None
            Seconds since the beginning of a video.
        box : tuple of 4 float
            Left, top, right, bottom in pixels.
        agreement : Agreement
        crop : ndarray of uint8, shape (side, side) or (side, side, 3), or None
            None for a face without a label.

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        self._faces += 1
        name = ""
        if agreement.label is not None and crop is not None:
            name = f"{agreement.label}/{_plain(path)}-{self._faces:05}.png"
            write_image(self._folder / name, crop)
        file = printable_path(path)
        opinions = agreement.opinions.values()
        self._rows.writerow(
            [
                file,
                "" if time is None else f"{time:.3f}",
                *(f"{value:.1f}" for value in box),
                agreement.label or "",
                agreement.reason,
                name,
                file,
                *(part for each in opinions for part in (each.label or "", each.because)),
            ]
        )


def check_folder_is_free(folder: Path) -> None:
    """Raise ``UsageError`` if there is something at ``folder`` other than an empty folder."""
    try:
        if folder.is_dir() and not any(folder.iterdir()):
            return
        if os.path.lexists(folder):
            what = "is not empty" if folder.is_dir() else "is there already"
            raise UsageError(what, where=folder, hint="name another folder with --out")
    except OSError as error:
        raise output_error(error, folder) from error


@contextmanager
def folder_of_faces(folder: Path) -> Iterator[FolderOfFaces]:
    """A new folder: there when the ``with`` block ends without an exception, or not at all.

    Raises
    ------
    UsageError
        If there is something at ``folder`` already.
    OutputError
        If it cannot be written.
    """
    check_folder_is_free(folder)
    target = Path(os.path.realpath(folder))
    make_folder(target.parent)
    beside = target.with_name(f".mien-{secrets.token_hex(6)}.part")
    try:
        for label in POSITIVE_NEGATIVE.labels:
            make_folder(beside / label)
        try:
            with (beside / TABLE).open("x", encoding="utf-8", newline="") as table:
                yield FolderOfFaces(beside, table)
            if target.is_dir():
                target.rmdir()
            beside.rename(target)
        except OSError as error:
            raise output_error(error, folder) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _plain(path: str) -> str:
    """The file's name without what other systems and web pages stumble over."""
    return re.sub(r"[^\w-]+", "-", Path(path).stem).strip("-")[:_LONGEST_NAME] or "face"
