"""``VideoReading``: one video that a page gave, read beside the server's work."""

from __future__ import annotations

import errno
import pickle
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from mien.errors import MienError
from mien.media.results.output import output_error
from mien.media.video.open_video import open_video
from mien.results import Frame
from mien.vision.stream import StreamAnalyzer

State = Literal["arriving", "reading", "done", "failed"]

SILENT_SECONDS = 600.0
"""A page that has not asked for so long is closed: browsers let a page in the back ask once a
minute."""

_LOOK_SECONDS = 5.0
_STILL_SIDE = 1280


class VideoReading:
    """One video: its file, how far it has been read, and the frames.

    File and frames lie in a folder of mode 0700 that goes with ``forget``. The file's own name is
    never used as one.

    Parameters
    ----------
    key : str
        What the page calls it by.
    name : str
        As the person's file is called, for tables.
    clock : callable, optional
        Gives seconds.

    Raises
    ------
    OutputError
        If there is no room for the folder.
    """

    def __init__(self, key: str, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.key, self.name = key, name
        self.state: State = "arriving"
        self.at = 0.0
        self.frames = 0
        self.rate = 25.0
        self.width = self.height = 0
        self.seconds: float | None = None
        self.losses: tuple[str, ...] = ()
        self.error: MienError | None = None
        self.labels: tuple[str, ...] = ()
        self.ferplus_labels: tuple[str, ...] = ()
        self._clock = clock
        self._asked = clock()
        self._forgotten = threading.Event()
        self._thread: threading.Thread | None = None
        try:
            self._folder = Path(tempfile.mkdtemp(prefix="mien-video-"))
        except OSError as error:
            raise output_error(error, tempfile.gettempdir()) from error

    @property
    def file(self) -> Path:
        """Where the video goes."""
        return self._folder / "video"

    @property
    def is_forgotten(self) -> bool:
        """Whether it is gone."""
        return self._forgotten.is_set()

    def touch(self) -> None:
        """Note that the page is still there."""
        self._asked = self._clock()

    def begin(self, new_analyzer: Callable[[], StreamAnalyzer]) -> None:
        """Read the video in a thread, which stays until it is forgotten."""
        self.state = "reading"
        self._thread = threading.Thread(target=self._work, args=(new_analyzer,), name="mien-video")
        self._thread.start()

    def forget(self) -> None:
        """Stop reading and remove everything; a second time does nothing."""
        self._forgotten.set()
        if self._thread is not None:
            self._thread.join()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __iter__(self) -> Iterator[Frame]:
        """The frames that have been read so far."""
        with self._rows.open("rb") as rows:
            for _ in range(self.frames):
                yield pickle.load(rows)

    def still(self, seconds: float) -> bytes:
        """The picture at a time as a JPEG, for browsers that cannot play the video.

        Raises
        ------
        VideoError
            If there is none.
        """
        # The last frame begins before the video ends.
        start = max(0.0, min(seconds, self.at))
        with open_video(str(self.file), start=start) as frames:
            image = next(iter(frames)).image
        share = min(1.0, _STILL_SIDE / max(image.shape[:2]))
        if share < 1:
            image = np.asarray(
                cv2.resize(image, None, fx=share, fy=share, interpolation=cv2.INTER_AREA), np.uint8
            )
        _, jpeg = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
        return jpeg.tobytes()

    @property
    def _rows(self) -> Path:
        return self._folder / "frames"

    def _work(self, new_analyzer: Callable[[], StreamAnalyzer]) -> None:
        try:
            self._read(new_analyzer())
            self.state = "done"
        except MienError as error:
            self.error, self.state = error, "failed"
        except OSError as error:
            self.error, self.state = output_error(error, tempfile.gettempdir()), "failed"
        while not self._forgotten.wait(_LOOK_SECONDS):
            if self._clock() - self._asked > SILENT_SECONDS:
                self._forgotten.set()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _read(self, analyzer: StreamAnalyzer) -> None:
        heads = {name: head.labels for name, head in analyzer.card.heads.items()}
        self.labels = tuple(next(iter(heads.values())))
        self.ferplus_labels = tuple(heads.get("ferplus", ()))
        # Not buffered: a full disk is told at the frame that it lacks room for.
        with (
            open_video(str(self.file)) as pictures,
            self._rows.open("wb", buffering=0) as rows,
        ):
            self.rate, self.seconds = pictures.rate, pictures.seconds
            for picture in pictures:
                frame = analyzer.analyze(
                    picture.image, picture.time, path=self.name, number=picture.number
                )
                content = pickle.dumps(frame)
                if rows.write(content) != len(content):
                    raise OSError(errno.ENOSPC, "no space left")
                self.width, self.height = frame.width, frame.height
                self.at, self.frames = picture.time, self.frames + 1
                if self._forgotten.is_set():
                    return
            self.losses = pictures.losses
