"""``mien video``: a video or a camera in; who expressed what and when out."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from mien.cli.console import err, out, print_error, print_note
from mien.cli.exit_status import EXIT_INTERRUPTED, EXIT_SOME_UNREADABLE
from mien.cli.options import Balanced, ModelName, ReadingName, chosen_reading
from mien.emotions import FERPLUS
from mien.errors import UsageError
from mien.media.drawing.draw import annotate
from mien.media.results.output import make_folder
from mien.media.results.sink import Sink
from mien.media.results.sinks import create_sink
from mien.media.summary.summary import Summarizer, VideoSummary
from mien.media.summary.summary_files import SUMMARY_FILES, write_summary
from mien.media.video.frames import VideoSource
from mien.media.video.open_video import open_video
from mien.media.video.video_file import VideoReader
from mien.media.video.video_sink import AnnotatedVideo
from mien.packaged import find_model
from mien.processors import cores
from mien.vision.detection.detector import DEFAULT_DETECTOR
from mien.vision.stream import DETECT_EVERY, SMOOTH_SECONDS, StreamAnalyzer
from mien.wording import count


class RowFormat(StrEnum):
    """Forms in which the rows of a video are written."""

    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


def video(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="source",
            help="A video file, a URL, camera:0, or its frames: a folder of pictures, or a "
            "pattern like frames/%04d.png.",
        ),
    ],
    out_file: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write a row a face and frame to this file.")
    ] = None,
    format: Annotated[
        RowFormat | None,
        typer.Option(
            "--format",
            "-f",
            help="By default what the name of --out says; without --out the rows go to standard "
            "output.",
            show_default=False,
        ),
    ] = None,
    annotate_to: Annotated[
        Path | None,
        typer.Option(
            "--annotate", help="Write the video with boxes and labels (.mp4, .mkv, .mov)."
        ),
    ] = None,
    summary_to: Annotated[
        Path | None,
        typer.Option("--summary", help="Folder for a summary of each person: JSON, CSV, picture."),
    ] = None,
    fps: Annotated[
        float | None,
        typer.Option(help="Read at most so many frames a second; all by default."),
    ] = None,
    picture_rate: Annotated[
        float | None,
        typer.Option(
            "--rate", help="How many of the pictures of a folder are a second; 25 if not said."
        ),
    ] = None,
    smooth: Annotated[
        float, typer.Option(help="Time constant of the smoothing in seconds; 0 does not smooth.")
    ] = SMOOTH_SECONDS,
    detect_every: Annotated[
        int, typer.Option(help="Look for faces in every so many frames, follow them between.")
    ] = DETECT_EVERY,
    start: Annotated[
        str | None,
        typer.Option(help="Begin here: 90 (seconds), 1:30 or 0:01:30.", show_default=False),
    ] = None,
    end: Annotated[
        str | None, typer.Option(help="Stop here; as --start.", show_default=False)
    ] = None,
    detector: Annotated[
        str, typer.Option(help="Face detector: centerface, or haar (for comparison).")
    ] = DEFAULT_DETECTOR,
    min_face: Annotated[
        float | None,
        typer.Option(help="Smallest side of a face in pixels.", show_default=False),
    ] = None,
    size: Annotated[
        int | None,
        typer.Option(
            help="Longest side in pixels of what the detector sees; smaller is faster and finds "
            "fewer small faces.  [default: 640]",
            show_default=False,
        ),
    ] = None,
    rotate: Annotated[
        bool, typer.Option("--rotate", help="Also find faces rolled up to 90°; slower.")
    ] = False,
    model: ModelName = None,
    reading: ReadingName = None,
    balanced: Balanced = False,
    threads: Annotated[
        int | None,
        typer.Option(min=1, help="CPU threads; all cores by default.", show_default=False),
    ] = None,
) -> None:
    """Follow the faces of a video and say what each expresses over time.

    Without --out and --format a table of the people is printed. Ctrl-C ends the reading; what was
    read until then is kept.

    Exit status: 0 all read, 2 wrong usage, 3 some of the video could not be read (one line at the
    end says what), 130 interrupted, 1 anything else.
    """
    if len(sources) > 1:
        raise UsageError(
            f"one video at a time, not {len(sources)}",
            hint="call it once for each, with --out, --annotate and --summary of its own; "
            "frames of one video: their folder, or a pattern in quotes",
        )
    source = sources[0]
    chosen = _format_of(out_file, format)
    _check_targets(source, out_file, annotate_to, summary_to)
    threads = threads or cores()
    begin, stop = seconds_of(start, "--start"), seconds_of(end, "--end")
    analyzer = StreamAnalyzer(
        find_model(model),
        detector=detector,
        detect_every=detect_every,
        smooth_seconds=smooth,
        min_face=min_face,
        rotate=rotate,
        threads=threads,
        size=size,
        reading=chosen_reading(reading, balanced),
    )
    heads = {name: head.labels for name, head in analyzer.card.heads.items()}
    labels = next(iter(heads.values()))
    with ExitStack() as stack:
        frames = stack.enter_context(
            open_video(
                source, start=begin or 0.0, end=stop, fps=fps, threads=threads, rate=picture_rate
            )
        )
        rate = min(frames.rate, fps or frames.rate)
        summarizer = Summarizer(source, labels, rate=rate)
        if summary_to is not None:
            # Said now and not after an hour of reading; and the other files may go there too.
            make_folder(summary_to)
        rows = _enter_sink(stack, chosen, out_file, labels, heads.get(FERPLUS.name, ()))
        drawn = _enter_annotated(stack, annotate_to, frames, rate, begin or 0.0)
        interrupted = stack.enter_context(_stop_on_signal())
        advance = stack.enter_context(_progress(frames, begin or 0.0))
        for picture in frames:
            frame = analyzer.analyze(
                picture.image, picture.time, path=source, number=picture.number
            )
            summarizer.add(frame)
            if rows is not None:
                rows.write(frame)
            if drawn is not None:
                drawn.write(annotate(picture.image, frame), picture.time)
            advance(picture.time)
            if interrupted():
                break
    summary = summarizer.finish()
    if summary_to is not None:
        write_summary(summary_to, summary)
    if chosen is None or out_file is not None:
        out.print(_people_table(summary))
    lost = (*frames.losses, *(drawn.losses if drawn is not None else ()))
    if interrupted():
        kept = [str(path) for path in (out_file, annotate_to, summary_to) if path is not None]
        print_note(_interruption(summary.end, kept, lost))
        raise typer.Exit(EXIT_INTERRUPTED)
    if lost:
        print_error(f"{source}: read on, but {'; '.join(lost)}")
        raise typer.Exit(EXIT_SOME_UNREADABLE)


def seconds_of(text: str | None, option: str) -> float | None:
    """A time of ``90``, ``1:30`` or ``0:01:30.5`` in seconds; None for None.

    Raises
    ------
    UsageError
        If it is none of these.
    """
    if text is None:
        return None
    parts = text.split(":")
    try:
        values = [float(part) for part in parts]
    except ValueError:
        values = []
    whole = all(value == int(value) for value in values[:-1] if abs(value) < 1e9)
    right = all(0 <= value < (60 if index else 1e9) for index, value in enumerate(values))
    if not values or len(values) > 3 or not whole or not right:
        raise UsageError(f"{text!r} is no time", where=option, hint="try: 90, 1:30 or 0:01:30")
    return sum(value * 60.0**power for power, value in enumerate(reversed(values)))


def _format_of(out_file: Path | None, format: RowFormat | None) -> RowFormat | None:
    """The format of the rows; None when no rows are wanted."""
    if format is not None or out_file is None:
        return format
    known = {".json": RowFormat.JSON, ".jsonl": RowFormat.JSONL, ".ndjson": RowFormat.JSONL}
    known |= {".csv": RowFormat.CSV, ".parquet": RowFormat.PARQUET}
    try:
        return known[out_file.suffix.lower()]
    except KeyError:
        raise UsageError(
            "the format cannot be told from the file's name",
            where=out_file,
            hint="say it: --format json|jsonl|csv|parquet",
        ) from None


def _check_targets(
    source: str, out_file: Path | None, annotate_to: Path | None, summary_to: Path | None
) -> None:
    """No file may take the place of the video, or of another result."""
    named = [target for target in (out_file, annotate_to) if target is not None]
    for target in named:
        if target.exists() and Path(source).exists() and target.samefile(source):
            raise UsageError(
                "would replace the video itself", where=target, hint="give another name"
            )
    taken = set() if summary_to is None else {(summary_to / n).resolve() for n in SUMMARY_FILES}
    for target in named:
        if target.resolve() in taken:
            raise UsageError(
                "two results would have this name", where=target, hint="give another name"
            )
        taken.add(target.resolve())


def _enter_sink(
    stack: ExitStack,
    format: RowFormat | None,
    out_file: Path | None,
    labels: tuple[str, ...],
    ferplus: tuple[str, ...],
) -> Sink | None:
    if format is None:
        return None
    return stack.enter_context(
        create_sink(format.value, out_file, labels=labels, ferplus_labels=ferplus, video=True)
    )


def _enter_annotated(
    stack: ExitStack, target: Path | None, frames: VideoSource, rate: float, start: float
) -> AnnotatedVideo | None:
    if target is None:
        return None
    sound = frames.name if isinstance(frames, VideoReader) else None
    return stack.enter_context(AnnotatedVideo(target, rate=rate, sound_from=sound, start=start))


@contextmanager
def _stop_on_signal() -> Iterator[Callable[[], bool]]:
    """Ctrl-C and SIGTERM end the reading after the frame at hand; a second Ctrl-C ends at once."""
    received: list[int] = []

    def handle(number: int, _frame: Any) -> None:
        if received:
            raise KeyboardInterrupt
        received.append(number)

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(received)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _progress(frames: VideoSource, start: float) -> Iterator[Callable[[float], None]]:
    """A bar on standard error, on a terminal."""
    with Progress(
        TextColumn("reading"),
        BarColumn(),
        TextColumn("{task.fields[at]}"),
        TimeRemainingColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    ) as bar:
        task = bar.add_task("", total=frames.seconds, at="")
        yield lambda time: bar.update(task, completed=time - start, at=f"{time:.1f} s")


def _people_table(summary: VideoSummary) -> Table:
    """Who was seen, for how long, and what they expressed most."""
    table = Table(box=None, pad_edge=False)
    for name in ("person", "from", "to", "seen", "valence"):
        table.add_column(name, justify="right")
    table.add_column("expressions")
    others = () if summary.others is None else (summary.others,)
    for person in (*summary.people, *others):
        shares = sorted(person.share.items(), key=lambda item: -item[1])
        words = ", ".join(f"{label} {share:.0%}" for label, share in shares[:3] if share >= 0.005)
        table.add_row(
            count(person.people, "other") if person.id is None else str(person.id),
            f"{person.first:.1f} s",
            f"{person.last:.1f} s",
            f"{person.seconds:.1f} s",
            f"{person.valence:+.2f}",
            words,
        )
    length = summary.end - summary.start
    people = f"{len(summary.people)} {'person' if len(summary.people) == 1 else 'people'}"
    table.caption = f"{count(summary.frames, 'frame')}, {length:.1f} s, {people}"
    table.caption_justify = "left"
    return table


def _interruption(seconds: float, kept: Sequence[str], lost: Sequence[str]) -> str:
    """One line that says how far it came, and where that is to be found."""
    what = (
        f"complete up to there: {', '.join(kept)}" if kept else "what is printed goes up to there"
    )
    return "; ".join([f"interrupted at {seconds:.1f} s", what, *lost])
