"""Reading videos one after the other, and writing what is found as it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from mien.cli.console import print_error
from mien.cli.videos.shown import reading_bar
from mien.cli.videos.targets import Places, RowFormat, VideoTargets
from mien.emotions import FERPLUS
from mien.errors import VideoError
from mien.media.blur.blurred_people import BlurredPeople, Blurring
from mien.media.drawing.draw import annotate
from mien.media.of_others.sinks_of_others import create_sink_of_others
from mien.media.outlets.outlets import Outlets
from mien.media.results.output import make_folder
from mien.media.results.sink import Sink
from mien.media.results.sinks import create_sink
from mien.media.summary.summary import Summarizer, VideoSummary
from mien.media.summary.summary_files import write_summary
from mien.media.video.frames import VideoSource
from mien.media.video.open_video import open_video
from mien.media.video.picture_sequence import names_pictures
from mien.media.video.video_file import VideoReader
from mien.media.video.video_sink import AnnotatedVideo
from mien.vision.stream import StreamAnalyzer


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What of each video is read.

    Attributes
    ----------
    start : float
        Seconds.
    end : float or None
        Seconds; None is the video's end.
    fps : float or None
        At most so many frames a second; None is all.
    rate : float or None
        Pictures a second, where the frames lie as pictures.
    threads : int
        CPU threads of the decoder.
    """

    start: float
    end: float | None
    fps: float | None
    rate: float | None
    threads: int

    def of(self, source: str, *, several: bool) -> VideoSource:
        """Open a video at it; raises as ``open_video``."""
        # Among several, the rate is for those that have none of their own.
        rate = self.rate if not several or names_pictures(source) else None
        return open_video(
            source, start=self.start, end=self.end, fps=self.fps, threads=self.threads, rate=rate
        )


@dataclass(frozen=True, slots=True)
class Followed:
    """One video, as far as it was read.

    Attributes
    ----------
    targets : VideoTargets
    summary : VideoSummary or None
        None when it could not be read.
    losses : tuple of str
        What of it could not be read, one clause each.
    interrupted : bool
        Whether reading ended on a signal.
    """

    targets: VideoTargets
    summary: VideoSummary | None
    losses: tuple[str, ...] = ()
    interrupted: bool = False


def follow_all(
    analyzer: StreamAnalyzer,
    places: Places,
    excerpt: Excerpt,
    interrupted: Callable[[], bool],
    blurring: Blurring | None = None,
    outlets: Outlets | None = None,
) -> Iterator[Followed]:
    """Read the videos one after the other and write what was asked for.

    Of several, one that cannot be read is told on standard error, and the others are read.

    Yields
    ------
    Followed
        When the files of a video are complete; the one table is complete when all have been read.

    Raises
    ------
    VideoError
        If the only video cannot be read.
    UsageError
        If what of it is to be read is out of range.
    OutputError
        If a result cannot be written.
    """
    table: Sink | None = None
    with ExitStack() as stack:
        if places.format is not None and places.one_table:
            table = stack.enter_context(_sink(analyzer, places.format, places.table))
        for number, target in enumerate(places.videos, start=1):
            what = f"reading {number} of {len(places.videos)}" if places.several else "reading"
            fresh = StreamAnalyzer.like(analyzer)
            follower = _Follower(fresh, target, what, interrupted, blurring, outlets)
            try:
                found = follower.follow(excerpt, places, table)
            except VideoError as error:
                if not places.several:
                    raise
                print_error(str(error))
                if table is not None:
                    table.write_error(target.source, error.what)
                found = Followed(target, None)
            yield found
            if found.interrupted:
                return


@dataclass(frozen=True, slots=True)
class _Follower:
    """Reads one video; ``what`` stands beside its bar."""

    analyzer: StreamAnalyzer
    targets: VideoTargets
    what: str
    interrupted: Callable[[], bool]
    blurring: Blurring | None
    outlets: Outlets | None

    def follow(self, excerpt: Excerpt, places: Places, table: Sink | None) -> Followed:
        source = self.targets.source
        with ExitStack() as stack:
            frames = stack.enter_context(excerpt.of(source, several=places.several))
            # Said now and not after an hour of reading; and the other files may go there too.
            _make_folders(self.targets, several=places.several)
            rate = min(frames.rate, excerpt.fps or frames.rate)
            labels = next(iter(self.analyzer.card.heads.values())).labels
            summarizer = Summarizer(source, labels, rate=rate)
            rows = table
            if places.format is not None and not places.one_table:
                own = _sink(self.analyzer, places.format, self.targets.rows)
                rows = stack.enter_context(own)
            drawn = None
            if self.targets.annotated is not None:
                sound = frames.name if isinstance(frames, VideoReader) else None
                drawn = stack.enter_context(
                    AnnotatedVideo(
                        self.targets.annotated, rate=rate, sound_from=sound, start=excerpt.start
                    )
                )
            people = None if self.blurring is None else BlurredPeople(self.blurring, labels)
            advance = stack.enter_context(reading_bar(self.what, frames.seconds, excerpt.start))
            stopped = False
            for picture in frames:
                frame = self.analyzer.analyze(
                    picture.image, picture.time, path=source, number=picture.number
                )
                summarizer.add(frame)
                if self.outlets is not None:
                    self.outlets.send(frame)
                if rows is not None:
                    rows.write(frame)
                if people is not None:
                    people.add(picture.image, frame)
                elif drawn is not None:
                    drawn.write(annotate(picture.image, frame), picture.time)
                advance(picture.time)
                if stopped := self.interrupted():
                    break
            if people is not None and drawn is not None:
                again = stack.enter_context(excerpt.of(source, several=places.several))
                for image, time in people.drawn(again, cut_off=stopped):
                    drawn.write(image, time)
                    if not stopped and self.interrupted():
                        stopped = True
                        break
        summary = summarizer.finish()
        if self.targets.summary is not None:
            write_summary(self.targets.summary, summary)
        losses = (*frames.losses, *(drawn.losses if drawn is not None else ()))
        return Followed(self.targets, summary, losses, stopped)


def _make_folders(targets: VideoTargets, *, several: bool) -> None:
    if targets.summary is not None:
        make_folder(targets.summary)
    if several:
        for path in targets.files():
            make_folder(path.parent)


def _sink(analyzer: StreamAnalyzer, format: RowFormat, out: Path | None) -> Sink:
    heads = {name: head.labels for name, head in analyzer.card.heads.items()}
    labels, ferplus = next(iter(heads.values())), heads.get(FERPLUS.name, ())
    if format.is_of_one_video:
        return create_sink_of_others(format.value, out, tuple(labels))
    return create_sink(
        format.value,
        out,
        labels=labels,
        ferplus_labels=ferplus,
        video=True,
        signs=analyzer.signs,
    )
