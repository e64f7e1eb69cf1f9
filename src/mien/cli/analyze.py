"""``mien analyze``: photos in, faces with their expressions out."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from mien.cli.console import err, print_error, print_note
from mien.cli.exit_status import EXIT_SOME_UNREADABLE
from mien.cli.gathered import gathered
from mien.cli.options import (
    Balanced,
    Body,
    ExcludeOption,
    FocalLength,
    ModelName,
    NoDefaultExcludes,
    ReadingName,
    Rotate,
    Signs,
    Threads,
    chosen_reading,
)
from mien.emotions import FERPLUS
from mien.errors import ImageError, UsageError
from mien.media.drawing.draw import annotate, write_image
from mien.media.drawing.explained import draw_explanation
from mien.media.excluded import Excludes, told_excluded
from mien.media.image import DEFAULT_MAX_PIXELS, Image, ReadPicture
from mien.media.kinds.not_looked_at import told
from mien.media.results.output import make_folder
from mien.media.results.sinks import create_sink
from mien.media.sources import STANDARD_INPUT, Source, find_images
from mien.packaged import find_model
from mien.processors import cores
from mien.results import Frame
from mien.vision.detection.detector import DEFAULT_DETECTOR
from mien.vision.explain import explain_faces
from mien.vision.pixel_analyzer import PixelAnalyzer


class ResultFormat(StrEnum):
    """Forms in which results are written."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


class Faces(StrEnum):
    """Which faces of a picture are read."""

    ALL = "all"
    LARGEST = "largest"


class Pages(StrEnum):
    """Which pictures of a file that holds several are read."""

    FIRST = "first"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class _AnalyzerOptions:
    """How faces are found and read."""

    detector: Annotated[
        str,
        typer.Option(
            help="Face detector: centerface; blazeface (several times as fast, for faces that are "
            "not small); or haar (slower, finds fewer; for comparison)."
        ),
    ] = DEFAULT_DETECTOR
    min_face: Annotated[
        float | None,
        typer.Option(
            help="Smallest side of a face in pixels; a low value finds small faces in large "
            "photos, slower.",
            show_default=False,
        ),
    ] = None
    min_score: Annotated[
        float | None,
        typer.Option(help="Lowest detector score of a face, 0 to 1.", show_default=False),
    ] = None
    rotate: Rotate = False
    faces: Annotated[Faces, typer.Option(help="Read all faces or only the largest.")] = Faces.ALL
    signs: Signs = False
    body: Body = False
    focal: FocalLength = None
    model: ModelName = None
    reading: ReadingName = None
    balanced: Balanced = False
    threads: Threads = None

    def analyzer(self) -> PixelAnalyzer:
        """The networks, opened."""
        return PixelAnalyzer(
            find_model(self.model),
            detector=self.detector,
            min_face=self.min_face,
            score_threshold=self.min_score,
            rotate=self.rotate,
            threads=self.threads or cores(),
            faces=self.faces.value,
            reading=chosen_reading(self.reading, self.balanced),
            signs=self.signs,
            body=self.body,
            focal=self.focal,
        )


@dataclass(frozen=True, slots=True)
class _DrawingOptions:
    """Pictures that are made of those that are read."""

    annotate_to: Annotated[
        Path | None,
        typer.Option("--annotate", help="Folder for copies with boxes and labels drawn in."),
    ] = None
    explain_to: Annotated[
        Path | None,
        typer.Option(
            "--explain",
            help="Folder for pictures of where in each face the model sees its expression.",
        ),
    ] = None

    def check(self) -> None:
        """Raise ``UsageError`` if both would be written over each other."""
        if self.explain_to is not None and self.explain_to == self.annotate_to:
            raise UsageError("--annotate and --explain name the same folder", where=self.explain_to)

    def draw(
        self, analyzer: PixelAnalyzer, image: Image, frame: Frame, target: Callable[[Path], Path]
    ) -> None:
        """Draw a frame; ``target`` says where a picture goes below a folder."""
        if self.annotate_to is not None:
            _write(target(self.annotate_to), annotate(image, frame))
        if self.explain_to is not None and frame.faces:
            place = target(self.explain_to)
            explanations = explain_faces(analyzer.classifier, image, frame)
            _write(place, draw_explanation(frame, explanations))


@gathered
def analyze(
    paths: Annotated[
        list[str],
        typer.Argument(help="Photos, folders (with all below), patterns, or - for standard input."),
    ],
    *,
    format: Annotated[
        ResultFormat | None,
        typer.Option(
            "--format", "-f", help="By default what the name of --out says, otherwise table."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write results to this file.")
    ] = None,
    drawing: _DrawingOptions,
    options: _AnalyzerOptions,
    pages: Annotated[
        Pages,
        typer.Option(help="Of scans of several pages and animations, read the first one or all."),
    ] = Pages.FIRST,
    exclude: ExcludeOption = None,
    no_default_excludes: NoDefaultExcludes = False,
    max_pixels: Annotated[
        int, typer.Option(min=1, help="Refuse larger pictures than this many pixels.")
    ] = DEFAULT_MAX_PIXELS,
) -> None:
    """Find the faces in photos and say what each expresses.

    Exit status: 0 all read, 2 wrong usage, 3 some inputs could not be read (each is named on
    standard error, the rest is done), 1 anything else.
    """
    chosen = format or _format_of(out)
    drawing.check()
    analyzer = options.analyzer()
    heads = {name: head.labels for name, head in analyzer.card.heads.items()}
    passed_over: Counter[str] = Counter()
    excluded: Counter[str] = Counter()
    sources = find_images(
        paths,
        passed_over=passed_over,
        excludes=Excludes(exclude or (), defaults=not no_default_excludes),
        excluded=excluded,
    )
    above_all = _folder_above(sources)
    unreadable = 0
    with (
        create_sink(
            chosen.value,
            out,
            labels=next(iter(heads.values())),
            ferplus_labels=heads.get(FERPLUS.name, ()),
            pages=pages is Pages.ALL,
            signs=analyzer.signs,
        ) as sink,
        _progress(sources) as advance,
    ):
        for source in sources:
            found = source.read_all(max_pixels=max_pixels)
            for picture in found if pages is Pages.ALL else islice(found, 1):
                if isinstance(picture, ImageError):
                    unreadable += 1
                    print_error(str(picture))
                    sink.write_error(source.path, picture.what)
                    continue
                for note in _notes(picture, pages):
                    print_note(f"{source.path}: {note}")
                frame = analyzer.read_pixels(
                    picture.image, path=source.path, exif_focal=picture.exif_focal
                )
                frame = replace(frame, **picture.facts)
                target = partial(_drawn_path, source=source, above_all=above_all, page=picture.page)
                drawing.draw(analyzer, picture.image, frame, target)
                sink.write(frame)
            advance()
    if excluded:
        print_note(told_excluded(excluded))
    if passed_over:
        print_note(told(passed_over))
    if unreadable:
        raise typer.Exit(EXIT_SOME_UNREADABLE)


def _format_of(out: Path | None) -> ResultFormat:
    """What the suffix of the output file says; a table when there is none."""
    if out is None:
        return ResultFormat.TABLE
    known = {
        ".json": ResultFormat.JSON,
        ".jsonl": ResultFormat.JSONL,
        ".ndjson": ResultFormat.JSONL,
    }
    known |= {
        ".csv": ResultFormat.CSV,
        ".parquet": ResultFormat.PARQUET,
        ".txt": ResultFormat.TABLE,
    }
    try:
        return known[out.suffix.lower()]
    except KeyError:
        raise UsageError(
            "the format cannot be told from the file's name",
            where=out,
            hint="say it: --format json|jsonl|csv|parquet|table",
        ) from None


def _notes(picture: ReadPicture, pages: Pages) -> Iterator[str]:
    """What is to be said of a picture on standard error."""
    yield from picture.warnings
    if pages is Pages.FIRST and picture.pages is not None:
        yield f"1 of {picture.pages} pages read; to read all of them: --pages all"


def _folder_above(sources: list[Source]) -> Path:
    """The deepest folder that holds all the files."""
    # os.path, because links must not be followed and an album has ten thousand photos.
    folders = {
        os.path.dirname(os.path.abspath(source.path))  # noqa: PTH100, PTH120
        for source in sources
        if source.path != STANDARD_INPUT and source.error is None
    }
    return Path(os.path.commonpath(folders)) if folders else Path()


def _write(target: Path, image: Image) -> None:
    make_folder(target.parent)
    write_image(target, image)


def _drawn_path(folder: Path, source: Source, above_all: Path, page: int | None) -> Path:
    """Where the drawn copy of ``source`` goes: below ``folder``, as the sources lie to each other.

    Formats that are not written get ``.png`` behind their whole name, so that ``a.gif`` and
    ``a.png`` do not fall on one another; pages behind the first get ``.page-2.png``.
    """
    further = f".page-{page}.png" if page is not None and page > 1 else ""
    if source.path == STANDARD_INPUT:
        return folder / f"stdin{further or '.png'}"
    path = Path(os.path.abspath(source.path))  # noqa: PTH100 (links must not be followed)
    target = folder / path.relative_to(above_all)
    if further:
        return target.with_name(target.name + further)
    if target.suffix.lower() not in (".jpg", ".jpeg", ".png"):
        target = target.with_name(f"{target.name}.png")
    if target.exists() and target.samefile(path):
        raise UsageError(
            "the drawn copy would replace the photo itself",
            where=source.path,
            hint="give another folder",
        )
    return target


@contextmanager
def _progress(sources: list[Source]) -> Iterator[Callable[[], None]]:
    """A bar on standard error for more than one picture on a terminal."""
    with Progress(
        TextColumn("reading"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal or len(sources) < 2,
    ) as bar:
        task = bar.add_task("", total=len(sources))
        yield lambda: bar.advance(task)
