"""``Filler``: reads folders into the album, one after the other, beside the server's other work."""

from __future__ import annotations

import enum
import functools
import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from mien.album.indexing.index import Indexed, StoppedError, index_folder
from mien.errors import MienError
from mien.processors import cores
from mien.server.metrics import LOG

_CLOSE_SECONDS = 10.0


class FillingStage(enum.StrEnum):
    """What a filler is doing."""

    IDLE = "idle"
    LOOKING = "looking"
    READING = "reading"
    PAUSING = "pausing"
    PAUSED = "paused"
    FAILED = "failed"


_AT_WORK = (FillingStage.LOOKING, FillingStage.READING, FillingStage.PAUSING)


@dataclass(frozen=True)
class Filling:
    """How far a filler is.

    Attributes
    ----------
    stage : FillingStage
    folders : tuple of bytes
        The one that is being read and those that wait, in their order.
    done, total : int
        Files of the first folder that were looked at, and that are to be. 0 while it looks for
        them.
    seconds_left : float or None
        A guess for the first folder; None while there is nothing to guess by.
    problem : MienError or None
        Why it stopped, when it has failed.
    ended : tuple of (bytes, Indexed)
        Folders that were read to their end since the server was started; the last one last.
    """

    stage: FillingStage = FillingStage.IDLE
    folders: tuple[bytes, ...] = ()
    done: int = 0
    total: int = 0
    seconds_left: float | None = None
    problem: MienError | None = None
    ended: tuple[tuple[bytes, Indexed], ...] = ()


class Filler:
    """Reads folders into the album, in a thread and in processes of its own.

    A pause ends the processes, and going on begins the folder again, which is cheap: what was read
    is in the album. All methods may be called from any thread.

    Parameters
    ----------
    database : Path
        Made when the first folder is read.
    model : Path
        The expression model's file.
    inside : callable
        Gives the real folders out of which no link is followed.
    clock : callable, optional
        Gives seconds.
    """

    def __init__(
        self,
        database: Path,
        model: Path,
        inside: Callable[[], tuple[bytes, ...]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database, self._model, self._inside, self._clock = database, model, inside, clock
        self._lock = threading.RLock()
        self._now = Filling()
        self._thread: threading.Thread | None = None
        self._stop = False
        # Files that were done before a pause, and when the present run began.
        self._before, self._begun = 0, 0.0

    def filling(self) -> Filling:
        """How far it is."""
        with self._lock:
            now, done = self._now, self._now.done - self._before
            if now.stage is FillingStage.READING and done > 0:
                each = (self._clock() - self._begun) / done
                return replace(now, seconds_left=each * (now.total - now.done))
            return now

    def add(self, folder: bytes) -> None:
        """Read this folder after those that wait; one that waits already is not added again."""
        with self._lock:
            if folder not in self._now.folders:
                ended = tuple(each for each in self._now.ended if each[0] != folder)
                folders = (*self._now.folders, folder)
                self._now = replace(self._now, folders=folders, ended=ended)
            self._start()

    def pause(self) -> None:
        """Stop as soon as the files are done that are being read."""
        with self._lock:
            if self._now.stage in _AT_WORK:
                self._stop = True
                self._now = replace(self._now, stage=FillingStage.PAUSING)

    def go_on(self) -> None:
        """Go on after a pause, or try again what has failed."""
        with self._lock:
            self._start()

    def leave(self) -> None:
        """Leave the first folder and go on with the next; what was read stays in the album."""
        with self._lock:
            self._before = 0
            self._now = replace(
                self._now, folders=self._now.folders[1:], problem=None, done=0, total=0
            )
            if self._thread is None and not self._now.folders:
                self._now = replace(self._now, stage=FillingStage.IDLE)
            self._start()

    def close(self) -> None:
        """Stop, and wait for the files that are being read."""
        self.pause()
        thread = self._thread
        if thread is not None:
            thread.join(_CLOSE_SECONDS)

    def _start(self) -> None:
        """Begin with the first folder, unless it has begun; the lock is held."""
        self._stop = False
        if self._now.stage is FillingStage.PAUSING:
            # Its thread goes on by itself, or begins anew if it has seen the stop already.
            self._now = replace(self._now, stage=FillingStage.LOOKING)
        if self._thread is None and self._now.folders:
            self._now = replace(self._now, stage=FillingStage.LOOKING, problem=None)
            self._thread = threading.Thread(target=self._run, name="mien-filler", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while (folder := self._next()) is not None:
            try:
                indexed = index_folder(
                    Path(os.fsdecode(folder)),
                    self._database,
                    self._model,
                    # One core is for the page and the camera.
                    workers=max(1, cores() - 1),
                    inside=self._inside(),
                    apart=True,
                    report=self._report,
                    stop=functools.partial(self._is_over, folder),
                )
            except StoppedError:
                self._break_off(folder, None)
            except MienError as error:
                self._break_off(folder, error)
            except Exception as error:
                LOG.error("reading a folder failed: %s", type(error).__name__)
                LOG.log(logging.DEBUG, "reading a folder failed", exc_info=error)
                what = f"the folder could not be read ({type(error).__name__})"
                self._break_off(folder, MienError(what))
            else:
                self._end(folder, indexed)

    def _next(self) -> bytes | None:
        """The folder to read now; None when there is none, and the thread ends."""
        with self._lock:
            folders, failed = self._now.folders, self._now.problem is not None
            if folders and not self._stop and not failed:
                self._now = replace(self._now, stage=FillingStage.LOOKING)
                return folders[0]
            self._thread = None
            if not folders:
                self._before = 0
                self._now = replace(self._now, stage=FillingStage.IDLE, done=0, total=0)
            else:
                self._now = replace(
                    self._now, stage=FillingStage.FAILED if failed else FillingStage.PAUSED
                )
            return None

    def _is_over(self, folder: bytes) -> bool:
        return self._stop or folder != next(iter(self._now.folders), None)

    def _report(self, done: int, total: int) -> None:
        with self._lock:
            if not done:
                self._begun = self._clock()
            stage = FillingStage.PAUSING if self._stop else FillingStage.READING
            done, total = self._before + done, self._before + total
            self._now = replace(self._now, stage=stage, done=done, total=total)

    def _break_off(self, folder: bytes, problem: MienError | None) -> None:
        with self._lock:
            if folder == next(iter(self._now.folders), None):  # Nobody has left it meanwhile.
                self._before = self._now.done
                self._now = replace(self._now, problem=problem)

    def _end(self, folder: bytes, indexed: Indexed) -> None:
        with self._lock:
            self._before = 0
            left = tuple(each for each in self._now.folders if each != folder)
            ended = (*self._now.ended, (folder, indexed))
            self._now = replace(self._now, folders=left, done=0, total=0, ended=ended)
