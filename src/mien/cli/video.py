"""``mien video``: videos or a camera in; who expressed what and when out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from mien.cli.console import out, print_error, print_note
from mien.cli.exit_status import EXIT_INTERRUPTED, EXIT_SOME_UNREADABLE
from mien.cli.gathered import gathered
from mien.cli.options import LslName, OscAddress
from mien.cli.videos.follow import Excerpt, Followed, follow_all
from mien.cli.videos.shown import interruption, people_table
from mien.cli.videos.stopping import stop_on_signal
from mien.cli.videos.stream_options import StreamOptions
from mien.cli.videos.targets import Places, RowFormat, place_results
from mien.errors import UsageError
from mien.media.blur.blurred_people import Blur, blurring
from mien.media.outlets.outlets import Outlets
from mien.media.video.container import is_url
from mien.media.video.find_videos import find_videos
from mien.media.video.frames import CAMERA
from mien.wording import count


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
    blur: Annotated[
        Blur | None,
        typer.Option(
            help="In the video of --annotate cover all faces, or those of all others than the "
            "participant.",
            show_default=False,
        ),
    ] = None,
    sharp: Annotated[
        str | None,
        typer.Option(
            help="With --blur others: who is not covered: present (seen longest, the default), "
            "largest, left, right, or numbers of people (1,4).",
            show_default=False,
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
    lsl: LslName = None,
    osc: OscAddress = None,
    *,
    options: StreamOptions,
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
    covered = blurring(blur, sharp)
    if covered is not None:
        _can_be_blurred(videos, annotate_to)
    places = place_results(
        videos,
        several=videos != sources or len(videos) > 1,
        out=out_file,
        format=format,
        annotate_to=annotate_to,
        summary_to=summary_to,
    )
    if places.format is not None and places.format.needs_signs:
        options = replace(options, signs=True)
    analyzer = options.analyzer()
    excerpt = Excerpt(begin or 0.0, stop, fps, picture_rate, options.cpu_threads())
    done: list[Followed] = []
    labels = tuple(next(iter(analyzer.card.heads.values())).labels)
    with stop_on_signal() as interrupted, Outlets(labels, lsl=lsl, osc=osc) as outlets:
        for followed in follow_all(analyzer, places, excerpt, interrupted, covered, outlets):
            done.append(followed)
            _tell(followed, places)
    raise typer.Exit(_conclude(done, places))


def _can_be_blurred(videos: list[str], annotate_to: Path | None) -> None:
    if annotate_to is None:
        raise UsageError("needs a video to write", where="--blur", hint="name it: --annotate")
    for video in videos:
        if video.startswith(CAMERA) or is_url(video):
            raise UsageError(
                "--blur reads a video twice, which needs a file",
                where=video,
                hint="record it first",
            )


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
