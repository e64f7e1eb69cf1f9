"""``HeldVideo``: one video of a person, in a private folder, and what was read of it."""

from __future__ import annotations

import pickle
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import cv2

from mien.errors import MienError, VideoError
from mien.media.video.open_video import open_video
from mien.results import Face, Frame
from mien.vision.stream import StreamAnalyzer

VideoState = Literal["arriving", "reading", "done", "stopped", "failed"]

_STILL_SIDE = 1280
_JPEG = [cv2.IMWRITE_JPEG_QUALITY, 85]


class HeldVideo:
    """A video in a private folder, read in a thread of its own.

    Parameters
    ----------
    name : str
        What the person calls it; never used as the name of a file.

    Raises
    ------
    OSError
        If the folder cannot be made.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.folder = Path(tempfile.mkdtemp(prefix="mien-video-"))
        self.file = self.folder / "video"
        self.state: VideoState = "arriving"
        self.size = 0
        self.at = 0.0
        self.seconds: float | None = None
        self.rate = 25.0
        self.labels: tuple[str, ...] = ()
        self.ferplus_labels: tuple[str, ...] = ()
        self.losses: tuple[str, ...] = ()
        self.marked: dict[str, Any] = {}
        self.problem: MienError | None = None
        self.shots: list[list[Any]] = []
        """Of each frame: its time and its faces, short (see ``_shot``); only ever added to."""
        self.aspect = (16, 9)
        self._frames = self.folder / "frames"
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def is_busy(self) -> bool:
        """Whether it is still arriving or being read."""
        return self.state in ("arriving", "reading")

    def begin(self, analyzer: Callable[[], StreamAnalyzer]) -> None:
        """Start to read it."""
        self.state = "reading"
        self._thread = threading.Thread(
            target=self._read, args=(analyzer,), name="mien-video", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """End the reading after the frame at hand; what was read until then is kept."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def forget(self) -> None:
        """Stop, and delete everything."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def frames(self) -> Iterator[Frame]:
        """What was read, frame by frame, from the disk."""
        with self._frames.open("rb") as file:
            for _ in range(len(self.shots)):
                # Nobody else can write this file.
                yield pickle.load(file)

    def still(self, time: float) -> bytes:
        """The frame at a time as a JPEG of at most 1280 pixels, for browsers that cannot play it.

        Raises
        ------
        VideoError
            If there is none.
        """
        # Near the end no frame may follow: then the one that was the last.
        for start in (time, max(0.0, time - 1.0), 0.0):
            try:
                with open_video(str(self.file), start=start) as frames:
                    image = next(iter(frames)).image
            except (StopIteration, VideoError):
                continue
            scale = min(1.0, _STILL_SIDE / max(image.shape[:2]))
            if scale < 1:
                image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
            _, jpeg = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), _JPEG)
            return jpeg.tobytes()
        raise VideoError("has no frame at this time")

    def _read(self, analyzer: Callable[[], StreamAnalyzer]) -> None:
        try:
            self._follow(analyzer())
        except MienError as error:
            self._fail(error)
        except OSError as error:
            self._fail(MienError(f"there is no room for what is read ({error.strerror})"))
        except Exception as error:
            # The page waits for an end, whatever happens.
            self._fail(MienError(f"could not be read ({type(error).__name__})"))
            raise
        else:
            self.state = "stopped" if self._stop.is_set() else "done"

    def _fail(self, error: MienError) -> None:
        self.problem = error
        shutil.rmtree(self.folder, ignore_errors=True)
        self.state = "failed"

    def _follow(self, analyzer: StreamAnalyzer) -> None:
        heads = [head.labels for head in analyzer.card.heads.values()]
        self.labels = tuple(heads[0])
        self.ferplus_labels = tuple(analyzer.card.heads["ferplus"].labels if len(heads) > 1 else ())
        with open_video(str(self.file)) as frames, self._private() as file:
            self.rate, self.seconds = frames.rate, frames.seconds
            for picture in frames:
                if self._stop.is_set():
                    break
                frame = analyzer.analyze(
                    picture.image, picture.time, path=self.name, number=picture.number
                )
                pickle.dump(frame, file, pickle.HIGHEST_PROTOCOL)
                file.flush()
                self.aspect = (frame.width, frame.height)
                self.shots.append(_shot(frame))
                self.at = picture.time
        self.losses = frames.losses

    def _private(self) -> Any:
        # The folder's mode is 0700 already; the file's is for whoever moves it.
        self._frames.touch(mode=0o600)
        return self._frames.open("wb")


def _shot(frame: Frame) -> list[Any]:
    """The time, and of each face: person, box in parts of the picture, word, top, confidence."""
    assert frame.time is not None
    return [round(frame.time, 3), [_face(face, frame) for face in frame.faces if face.track]]


def _face(face: Face, frame: Frame) -> list[Any]:
    assert face.track is not None
    left, top, right, bottom = face.xyxy
    box = (left / frame.width, top / frame.height, right / frame.width, bottom / frame.height)
    track = face.track
    place = [round(value, 4) for value in box]
    return [track.id, *place, track.label, track.top_emotion, round(track.confidence, 3)]
