"""Recordings read one after the other, or several at once in worker processes."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from mien.cli.videos.stream_options import StreamOptions
from mien.errors import MienError, VideoError
from mien.media.study.read_recording import Wanted, read_recording
from mien.media.study.recordings import Recording
from mien.vision.stream import StreamAnalyzer

Outcome = tuple[Recording, str | None]
"""A recording, and why it cannot be read; None where it was."""

_analyzer: StreamAnalyzer | None = None


def read_all(
    recordings: list[Recording],
    wanted: Wanted,
    folder: Path,
    options: StreamOptions,
    workers: int,
    stopped: Callable[[], bool],
) -> Iterator[Outcome]:
    """Read recordings into a study's folder, in the order in which they are done.

    Raises
    ------
    OutputError
        If a table cannot be written.
    MienError
        If the model cannot be opened, or workers die.
    """
    if not recordings:
        return
    if workers == 1 or len(recordings) == 1:
        analyzer = options.analyzer()
        for recording in recordings:
            problem = read_one(analyzer, recording, wanted, folder, stopped)
            if stopped():
                return
            yield recording, problem
        return
    yield from _in_processes(recordings, wanted, folder, options, workers, stopped)


def _in_processes(
    recordings: list[Recording],
    wanted: Wanted,
    folder: Path,
    options: StreamOptions,
    workers: int,
    stopped: Callable[[], bool],
) -> Iterator[Outcome]:
    pool = ProcessPoolExecutor(
        min(workers, len(recordings)),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_open,
        initargs=(options,),
    )
    try:
        running = {pool.submit(_work, each, wanted, folder): each for each in recordings}
        for done in as_completed(running):
            yield running[done], done.result()
            if stopped():
                return
    except BrokenProcessPool as error:
        raise MienError(
            "a worker died, perhaps for want of memory",
            hint="go on with the same call and fewer --workers",
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _open(options: StreamOptions) -> None:
    """In a worker, once: Ctrl-C is the parent's business."""
    global _analyzer
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _analyzer = options.analyzer()


def _work(recording: Recording, wanted: Wanted, folder: Path) -> str | None:
    assert _analyzer is not None
    return read_one(_analyzer, recording, wanted, folder, lambda: False)


def read_one(
    analyzer: StreamAnalyzer,
    recording: Recording,
    wanted: Wanted,
    folder: Path,
    stopped: Callable[[], bool],
) -> str | None:
    """Read one recording: why it cannot be read, or None."""
    try:
        read_recording(analyzer, recording, wanted, folder, stopped)
    except VideoError as error:
        return str(error)
    return None
