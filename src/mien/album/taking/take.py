"""The photos of hits, copied or linked into a folder of their own."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from mien.album.asking.hits import Hit
from mien.album.taking.names import ranked_name
from mien.errors import MienError, OutputError
from mien.media.image import open_error
from mien.media.results.output import make_folder, output_error


class Way(StrEnum):
    """How photos get into a folder."""

    COPY = "copy"
    HARDLINK = "hardlink"


def take_photos(hits: Sequence[Hit], folder: Path, *, way: Way) -> tuple[Path, ...]:
    """Put the photos into a folder, named by rank: ``001 beach.jpg``.

    Nothing is ever replaced: if one of the names is taken, nothing is done at all; if one photo
    cannot be taken, those before it are taken back. A copy has the
    photo's own time and permissions. A hard link is the same file under a second name: it takes no
    room, and who edits it edits the photo.

    Parameters
    ----------
    hits : sequence of Hit
    folder : Path
        Made when it is not there.
    way : Way

    Returns
    -------
    tuple of Path
        Where they are now, in the same order.

    Raises
    ------
    OutputError
        If a name is taken, the folder cannot be written to, the disk is full, or the file system
        has no hard links between these places.
    ImageError
        If a photo has gone or cannot be read.
    """
    digits = max(3, len(str(len(hits))))
    targets = [folder / ranked_name(hit.rank, digits, hit.path) for hit in hits]
    for target in targets:
        if os.path.lexists(target):
            raise OutputError(
                "is there already, and nothing is replaced",
                where=target,
                hint="give an empty folder with --out",
            )
    made = not folder.exists()
    make_folder(folder)
    taken = []
    try:
        for hit, target in zip(hits, targets, strict=True):
            _take(Path(hit.path), target, way)
            taken.append(target)
    except BaseException:
        # So that it can be run again, for example with --as copy.
        with contextlib.suppress(OSError):
            for target in taken:
                target.unlink()
            if made:
                folder.rmdir()
        raise
    return tuple(targets)


def _take(photo: Path, target: Path, way: Way) -> None:
    if not photo.is_file():
        raise open_error(FileNotFoundError(2, "no such file"), str(photo))
    try:
        if way == Way.HARDLINK:
            os.link(photo.resolve(), target)
            return
        beside = target.with_name(f".mien-{secrets.token_hex(6)}.part")
        try:
            shutil.copy2(photo, beside)
            beside.rename(target)
        finally:
            with contextlib.suppress(OSError):
                beside.unlink()
    except OSError as error:
        raise _explained(error, target, way) from error


def _explained(error: OSError, target: Path, way: Way) -> MienError:
    if way == Way.HARDLINK:
        return OutputError(
            f"cannot be a hard link to the photo ({error.strerror})",
            where=target,
            hint="both must lie on one file system that has them; or: --as copy",
        )
    return output_error(error, target)
