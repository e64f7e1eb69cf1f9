"""``mien data collect``: somebody's own photos and videos to a data set, positive and negative."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from mien.cli.console import err, out, print_error, print_note
from mien.cli.exit_status import EXIT_SOME_UNREADABLE
from mien.cli.options import ModelName, Threads
from mien.emotions import POSITIVE_NEGATIVE
from mien.errors import DataError
from mien.options import positive
from mien.processors import cores
from mien.wording import count

if TYPE_CHECKING:
    from mien.media.sources import Source


class CollectedLabels(StrEnum):
    """What faces can be labelled with."""

    POSITIVE_NEGATIVE = POSITIVE_NEGATIVE.name


def collect(
    paths: Annotated[
        list[str],
        typer.Argument(
            help="Photos and videos, folders of such (with all below), or patterns.",
        ),
    ],
    labels: Annotated[
        CollectedLabels, typer.Option(help="What the faces are labelled with.")
    ] = CollectedLabels.POSITIVE_NEGATIVE,
    folder: Annotated[
        Path, typer.Option("--out", "-o", help="Folder for the data set: a new or an empty one.")
    ] = Path("collected"),
    every: Annotated[
        float, typer.Option(help="Of videos, look at a frame each so many seconds.")
    ] = 1.0,
    size: Annotated[
        int, typer.Option(min=32, max=512, help="Side of the cut-out faces in pixels.")
    ] = 48,
    colour: Annotated[
        bool, typer.Option("--colour", help="Cut faces out in colour instead of grey.")
    ] = False,
    model: ModelName = None,
    threads: Threads = None,
    max_pixels: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Refuse larger photos than this many pixels; 120 million by default.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Make a data set of your own photos and videos: faces that are positive or negative.

    A face gets a label when two of three agree and none contradicts: the word read in it, the
    signs visible in it, and the posture. All others are left out. reasons.csv says why, face by
    face. These labels are Mien's opinion: look through the folders before you train on them.

    Exit status: 0 all read, 2 wrong usage, 3 some inputs could not be read (each is named on
    standard error, the rest is done), 1 anything else.
    """
    from mien.media.collecting.agreement import check_labels
    from mien.media.collecting.collect_faces import collect_faces
    from mien.media.collecting.collected_picture import CollectedPicture, pictures_of
    from mien.media.collecting.folder_of_faces import check_folder_is_free, folder_of_faces
    from mien.media.image import DEFAULT_MAX_PIXELS
    from mien.media.kinds.not_looked_at import VIDEO_SUFFIXES, told
    from mien.media.sources import find_images
    from mien.vision.pixel_analyzer import PixelAnalyzer

    check_folder_is_free(folder)
    every = positive("--every", every, unit="seconds")
    threads, max_pixels = threads or cores(), max_pixels or DEFAULT_MAX_PIXELS
    analyzer = PixelAnalyzer(model, threads=threads, signs=True, body=True)
    check_labels(analyzer.reader.labels)
    passed_over: Counter[str] = Counter()
    sources = find_images(paths, passed_over=passed_over, besides=VIDEO_SUFFIXES)
    found: Counter[str] = Counter()
    pictures = unreadable = 0
    with folder_of_faces(folder) as faces, _progress(sources) as advance:
        for source in sources:
            for picture in pictures_of(source, every=every, max_pixels=max_pixels, threads=threads):
                if not isinstance(picture, CollectedPicture):
                    unreadable += 1
                    print_error(str(picture))
                    continue
                pictures += 1
                for note in picture.notes:
                    print_note(f"{picture.path}: {note}")
                for each in collect_faces(analyzer, picture, faces, size=size, colour=colour):
                    found[each.label or each.reason.partition(":")[0]] += 1
            advance()
        if passed_over:
            print_note(told(passed_over))
        if not found:
            raise DataError(f"no face found in {count(pictures, 'picture')}")
    _tell(found, labels, folder)
    if unreadable:
        raise typer.Exit(EXIT_SOME_UNREADABLE)


def _tell(found: Counter[str], labels: CollectedLabels, folder: Path) -> None:
    names = POSITIVE_NEGATIVE.labels
    told_of = ", ".join(f"{found[name]:,} {name}" for name in names)
    reasons = {reason: number for reason, number in found.most_common() if reason not in names}
    out.print(
        f"{count(sum(found.values()), 'face')}: {told_of}, {sum(reasons.values()):,} left out"
    )
    for reason, number in reasons.items():
        out.print(f"  left out, {reason}: {number:,}", markup=False)
    out.print(f"kept in: {folder} (label set {labels.value}; reasons.csv says why)", markup=False)
    out.print("these labels are Mien's opinion: look through the folders before you train")
    out.print(f"then: mien data import {shlex.quote(str(folder))}", markup=False)


@contextmanager
def _progress(sources: list[Source]) -> Iterator[Callable[[], None]]:
    """A bar on standard error, on a terminal."""
    with Progress(
        TextColumn("looking"),
        BarColumn(),
        MofNCompleteColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    ) as bar:
        task = bar.add_task("", total=len(sources))
        yield lambda: bar.advance(task)
