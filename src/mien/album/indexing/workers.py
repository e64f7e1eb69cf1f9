"""Worker processes that examine files, each with its own networks."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait as wait_for_end

from mien.album.indexing.examine import Examiner, ExaminerSettings
from mien.album.records import Examined, stat_of
from mien.errors import MienError

_IN_FLIGHT = 3
"""Files handed out for each worker: enough that none waits, few enough that memory stays flat."""

_examiner: Examiner | None = None


def examine_all(
    paths: Iterable[bytes], settings: ExaminerSettings, *, workers: int, apart: bool = False
) -> Generator[Examined]:
    """Examine files, in the order in which they are done.

    Parameters
    ----------
    paths : iterable of bytes
    settings : ExaminerSettings
    workers : int
        Processes; 1 does the work in this one. A file on which a worker dies is tried once more
        alone, and reported as unreadable if it kills that one too.
    apart : bool
        Never in this process, which has other work that a decoder's crash must not end.

    Raises
    ------
    MienError
        If no worker can be started.
    """
    if workers == 1 and not apart:
        with contextlib.closing(Examiner(settings)) as examiner:
            yield from map(examiner.examine, paths)
        return
    waiting = deque(paths)
    while waiting:
        suspects: dict[Future[Examined], bytes] = {}
        pool = _pool(settings, workers)
        try:
            yield from _examine_in(pool, waiting, suspects, _IN_FLIGHT * workers)
        except BrokenProcessPool:
            for path in suspects.values():
                yield _examine_alone(path, settings)
        finally:
            pool.shutdown(wait=not suspects, cancel_futures=True)


def crashed(path: bytes) -> Examined:
    """What is known of a file on which two workers died.

    It has its state, so that it is recorded and not tried again until it changes.
    """
    error = "its decoder crashed on it"
    with contextlib.suppress(OSError):
        return Examined(path, stat_of(os.stat(path)), error=error)  # noqa: PTH116
    return Examined(path, None, error=error)


def _examine_in(
    pool: ProcessPoolExecutor,
    waiting: deque[bytes],
    running: dict[Future[Examined], bytes],
    most: int,
) -> Iterator[Examined]:
    while waiting or running:
        while waiting and len(running) < most:
            future = pool.submit(_examine, waiting[0])
            running[future] = waiting.popleft()
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        # In the order in which they were handed out: a copy comes after what it is a copy of.
        for future in [future for future in running if future in done]:
            examined = future.result()
            del running[future]
            yield examined


def _examine_alone(path: bytes, settings: ExaminerSettings) -> Examined:
    with _pool(settings, 1) as pool:
        try:
            pool.submit(os.getpid).result()
        except BrokenProcessPool as error:
            raise MienError(
                "worker processes cannot be started", hint="try: --workers 1"
            ) from error
        try:
            return pool.submit(_examine, path).result()
        except BrokenProcessPool:
            return crashed(path)


def _pool(settings: ExaminerSettings, workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin,
        initargs=(settings,),
    )


def _begin(settings: ExaminerSettings) -> None:
    """Prepare a worker: Ctrl-C is its parent's business, and it does not outlive its parent."""
    global _examiner
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _examiner = Examiner(settings)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for_end([parent.sentinel])
        os._exit(1)


def _examine(path: bytes) -> Examined:
    assert _examiner is not None
    return _examiner.examine(path)
