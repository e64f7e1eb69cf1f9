"""``VideoDesk``: the one video that a server holds."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import threading
from collections.abc import AsyncIterator

from starlette.requests import ClientDisconnect

from mien.packaged import find_model
from mien.server.error_answers import ApiError
from mien.server.settings import Settings
from mien.server.video.held_video import HeldVideo
from mien.vision.stream import StreamAnalyzer

SILENT_SECONDS = 60.0
"""Time after which a page that sends nothing more of a video is given up."""

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class VideoDesk:
    """Holds one video: the next one takes its place once it has been read or stopped.

    Parameters
    ----------
    settings : Settings
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._analyzer: StreamAnalyzer | None = None
        self._lock = threading.Lock()
        self.video: HeldVideo | None = None

    async def take(self, name: str, declared: int | None, body: AsyncIterator[bytes]) -> HeldVideo:
        """Write a video to a private file as it arrives, and begin to read it.

        Parameters
        ----------
        name : str
        declared : int or None
            Its size in bytes, as the client says.
        body : iterator of bytes

        Raises
        ------
        ApiError
            409 while another is arriving or being read, 413 for one over the limit, 507 when the
            disk is full, 408 when nothing more comes, 400 when the page went away.
        """
        most = self._settings.max_video_bytes
        if declared is not None and declared > most:
            raise _too_large(most)
        before = self.video
        if before is not None and before.is_busy:
            raise ApiError(
                409, "another video is being read", "wait for its end, or stop or forget it"
            )
        try:
            video = self.video = HeldVideo(name)
        except OSError as error:
            raise _no_room(error) from error
        try:
            if before is not None:
                await asyncio.to_thread(before.forget)
            if declared is not None and shutil.disk_usage(video.folder).free < declared:
                raise _no_room()
            await self._write(video, body, most)
        except BaseException:
            if self.video is video:
                self.video = None
            video.forget()
            raise
        if self.video is not video:
            raise ApiError(409, "the video was forgotten while it arrived")
        video.begin(self._new_analyzer)
        return video

    async def _write(self, video: HeldVideo, body: AsyncIterator[bytes], most: int) -> None:
        try:
            descriptor = os.open(video.file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                while True:
                    async with asyncio.timeout(SILENT_SECONDS):
                        piece = await anext(body, None)
                    if piece is None:
                        break
                    video.size += len(piece)
                    if video.size > most:
                        raise _too_large(most)
                    await asyncio.to_thread(file.write, piece)
        except TimeoutError:
            raise ApiError(408, "nothing more of the video came", "send it again") from None
        except ClientDisconnect:
            raise ApiError(400, "the page went away while it sent the video") from None
        except FileNotFoundError:
            raise ApiError(409, "the video was forgotten while it arrived") from None
        except OSError as error:
            raise _no_room(error) from error
        if not video.size:
            raise ApiError(422, "the video is an empty file", "copy or export it again")

    def held(self) -> HeldVideo:
        """The video; raises ``ApiError`` 404 when there is none, or it could not be read."""
        if self.video is None or self.video.state in ("arriving", "failed"):
            raise ApiError(404, "no video is open", "choose one")
        return self.video

    def forget(self) -> None:
        """Forget the video, whatever is being done with it."""
        video, self.video = self.video, None
        if video is not None:
            video.forget()

    def _new_analyzer(self) -> StreamAnalyzer:
        """With the options that ``mien video`` has by default, so that the tables are the same."""
        with self._lock:
            if self._analyzer is None:
                self._analyzer = StreamAnalyzer(
                    self._settings.model or find_model(None),
                    threads=self._settings.threads,
                    reading=self._settings.reading,
                )
            return StreamAnalyzer.like(self._analyzer)


def _too_large(most: int) -> ApiError:
    return ApiError(
        413,
        f"the video is larger than {most / 1e9:g} GB",
        "cut it, or read it with: mien video FILE",
    )


def _no_room(error: OSError | None = None) -> ApiError:
    if error is not None and error.errno not in _NO_ROOM:
        return ApiError(507, f"the video cannot be stored ({error.strerror})")
    return ApiError(
        507,
        "there is no room for the video on the disk",
        "make room, or read it where it is with: mien video FILE",
    )
