"""``mien video``: videos or a camera in; who expressed what and when out."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from mien.cli.console import out, print_error, print_note
from mien.cli.exit_status import EXIT_INTERRUPTED, EXIT_SOME_UNREADABLE
from mien.cli.gathered import gathered
from mien.cli.options import (
    Balanced,
    Body,
    FocalLength,
    ModelName,
    ReadingName,
    Rotate,
    Signs,
    Threads,
    chosen_reading,
)
from mien.cli.videos.follow import Excerpt, Followed, follow_all
from mien.cli.videos.shown import interruption, people_table
from mien.cli.videos.targets import Places, RowFormat, place_results
from mien.errors import UsageError
from mien.media.video.find_videos import find_videos
from mien.packaged import find_model
from mien.processors import cores
from mien.vision.detection.detector import DEFAULT_DETECTOR
from mien.vision.stream import DETECT_EVERY, SMOOTH_SECONDS, StreamAnalyzer
from mien.wording import count


@dataclass(frozen=True, slots=True)
class _StreamOptions:
    """How faces are found, followed and read."""

    smooth: Annotated[
        float, typer.Option(help="Time constant of the smoothing in seconds; 0 does not smooth.")
    ] = SMOOTH_SECONDS
    detect_every: Annotated[
        int, typer.Option(help="Look for faces in every so many frames, follow them between.")
    ] = DETECT_EVERY
    detector: Annotated[
        str,
        typer.Option(
            help="Face detector: centerface; auto (BlazeFace in its place while that sees all the "
            "faces: faster where people are near); blazeface (for faces that are not small); or "
            "haar (for comparison)."
        ),
    ] = DEFAULT_DETECTOR
    min_face: Annotated[
        float | None,
        typer.Option(help="Smallest side of a face in pixels.", show_default=False),
    ] = None
    size: Annotated[
        int | None,
        typer.Option(
            help="Longest side in pixels of what the detector sees, 640 if not said; smaller is "
            "faster and finds fewer small faces.",
            show_default=False,
        ),
    ] = None
    rotate: Rotate = False
    signs: Signs = False
    body: Body = False
    focal: FocalLength = None
    model: ModelName = None
    reading: ReadingName = None
    balanced: Balanced = False
    threads: Threads = None

    def analyzer(self) -> StreamAnalyzer:
        """The networks, opened."""
        return StreamAnalyzer(
            find_model(self.model),
            detector=self.detector,
            detect_every=self.detect_every,
            smooth_seconds=self.smooth,
            min_face=self.min_face,
            rotate=self.rotate,
            threads=self.cpu_threads(),
            size=self.size,
            reading=chosen_reading(self.reading, self.balanced),
            signs=self.signs,
            body=self.body,
            focal=self.focal,
        )

    def cpu_threads(self) -> int:
        """For the decoder as for the networks."""
        return self.threads or cores()


@gathered
def video(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="source",
            help="Video files, folders of them, patterns, URLs or camera:0; or the frames of a "
            "video: a folder of pictures, or a pattern like frames/%04d.png.",
        ),
    ],
    out_file: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="Write a row a face and frame to this file; or to a folder, a file a video.",
        ),
    ] = None,
    format: Annotated[
        RowFormat | None,
        typer.Option(
            "--format",
            "-f",
            help="By default what the name of --out says, csv in a folder; without --out the rows "
            "go to standard output.",
            show_default=False,
        ),
    ] = None,
    annotate_to: Annotated[
        Path | None,
        typer.Option(
            "--annotate",
            help="Write the video with boxes and labels (.mp4, .mkv, .mov); of several, a folder.",
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
    start: Annotated[
        str | None,
        typer.Option(help="Begin here: 90 (seconds), 1:30 or 0:01:30.", show_default=False),
    ] = None,
    end: Annotated[
        str | None, typer.Option(help="Stop here; as --start.", show_default=False)
    ] = None,
    *,
    options: _StreamOptions,
) -> None:
    """Follow the faces of videos and say what each expresses over time.

    Without --out and --format a table of the people is printed. Several videos are read one after
    the other; in their one table the column path says of which a row is. Ctrl-C ends the reading;
    what was read until then is kept.

    Exit status: 0 all read, 2 wrong usage, 3 some of it could not be read (one line a video says
    what, the rest is done), 130 interrupted, 1 anything else.
    """
    begin, stop = seconds_of(start, "--start"), seconds_of(end, "--end")
    videos = find_videos(sources)
    places = place_results(
        videos,
        several=videos != sources or len(videos) > 1,
        out=out_file,
        format=format,
        annotate_to=annotate_to,
        summary_to=summary_to,
    )
    analyzer = options.analyzer()
    excerpt = Excerpt(begin or 0.0, stop, fps, picture_rate, options.cpu_threads())
    done: list[Followed] = []
    with _stop_on_signal() as interrupted:
        for followed in follow_all(analyzer, places, excerpt, interrupted):
            done.append(followed)
            _tell(followed, places)
    raise typer.Exit(_conclude(done, places))


def _tell(followed: Followed, places: Places) -> None:
    """Show the people of one video, and what of it was lost."""
    source = followed.targets.source
    if followed.summary is not None and places.people_are_shown:
        if places.several:
            out.print(source, markup=False, style="bold")
        out.print(people_table(followed.summary))
        if places.several:
            out.print()
    if followed.losses and not followed.interrupted:
        print_error(f"{source}: read on, but {'; '.join(followed.losses)}")


def _conclude(done: list[Followed], places: Places) -> int:
    """Say how it went over all videos; the exit status."""
    last = done[-1] if done else None
    if last is not None and last.interrupted:
        kept = [] if places.table is None else [places.table]
        read = [followed for followed in done if followed.summary is not None]
        kept += [path for followed in read for path in followed.targets.written()]
        assert last.summary is not None
        at = f"{last.summary.end:.1f} s"
        if places.several:
            at += f" of {last.targets.source}, video {len(done)} of {len(places.videos)}"
        print_note(interruption(at, list(map(str, kept)), last.losses))
        return EXIT_INTERRUPTED
    unread = sum(followed.summary is None for followed in done)
    if places.several and unread:
        print_error(f"{unread} of {count(len(done), 'video')} could not be read")
    return EXIT_SOME_UNREADABLE if unread or any(f.losses for f in done) else 0


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
