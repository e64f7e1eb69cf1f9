"""``Engine``: the models of a server and the threads that they run in."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import io
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from mien.card import ModelCard
from mien.errors import ImageError, ModelFileError
from mien.media.image import ReadPicture, read_picture
from mien.media.pillow_settings import settings_for_reading
from mien.results import Frame
from mien.server.error_answers import ApiError, unreadable
from mien.server.settings import Settings
from mien.vision.explain import FaceExplanation, explain_faces
from mien.vision.pixel_analyzer import PixelAnalyzer
from mien.vision.reading import Reader
from mien.vision.stream import AUTO, StreamAnalyzer

MAP_SIDE = 12
"""Rows and columns of a map in an answer."""

MOST_EXPLAINED = 20
"""Faces of a picture that are explained, the largest ones; each takes some 20 ms."""

LIVE_SIZE = 416
"""Longest side in pixels at which faces are looked for in live pictures of 4:3: twice as fast as
the default, and the people before a camera are near."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Elapsed:
    """Milliseconds that the parts of an answer took; ``explain`` is None when not asked for."""

    wait: float
    decode: float
    analyze: float
    total: float
    explain: float | None = None

    def to_dict(self) -> dict[str, float]:
        """By name, rounded to 2 digits."""
        parts = dataclasses.asdict(self).items()
        return {name: round(value, 2) for name, value in parts if value is not None}


@dataclass(frozen=True, slots=True)
class PictureReading:
    """What was found in one picture.

    Attributes
    ----------
    frame : Frame
    explanations : tuple of FaceExplanation
        Of the first faces of the frame; empty when not asked for.
    timing : Elapsed
    """

    frame: Frame
    explanations: tuple[FaceExplanation, ...]
    timing: Elapsed

    def to_dict(self) -> dict[str, Any]:
        """The frame as in ``docs/schema.md``, ``timing_ms``, and ``explanation`` of faces."""
        plain = self.frame.to_dict()
        for face, explanation in zip(plain["faces"], self.explanations, strict=False):
            face["explanation"] = explanation_to_dict(explanation)
        return {**plain, "timing_ms": self.timing.to_dict()}


class Engine:
    """The models of a server and the threads that they run in.

    Photos and live pictures have threads of their own, so that a heap of photos does not stop a
    live picture.

    Parameters
    ----------
    settings : Settings

    Raises
    ------
    ModelFileError
        If a model file cannot be used.
    """

    def __init__(self, settings: Settings) -> None:
        self._max_pixels = settings.max_pixels
        self._analyzer = PixelAnalyzer(settings.model, reading=settings.reading)
        self._stream = StreamAnalyzer(
            settings.model, detector=AUTO, size=LIVE_SIZE, reading=settings.reading
        )
        self._threads = settings.threads
        self._open()

    @property
    def card(self) -> ModelCard:
        """The card of the expression model."""
        return self._analyzer.card

    @property
    def reader(self) -> Reader:
        """How the model's outputs become what is answered."""
        return self._analyzer.reader

    def new_stream(self) -> StreamAnalyzer:
        """An analyzer for one live connection, on the networks of all."""
        return StreamAnalyzer.like(self._stream)

    async def read_photo(
        self, content: bytes, *, explain: bool, signs: bool = False
    ) -> PictureReading:
        """Decode and analyse a photo in a thread.

        Raises
        ------
        ApiError
            413 for too many pixels, 422 for a picture that cannot be read, 501 when the model
            file cannot explain.
        """
        asked = time.perf_counter()
        return await self._in(
            self._photos, lambda: self._read_photo(content, explain, signs, asked)
        )

    async def read_live(
        self, content: bytes, stream: StreamAnalyzer, seconds: float, arrived: float
    ) -> PictureReading:
        """Decode and analyse a picture of a live connection in a thread.

        Parameters
        ----------
        content : bytes
        stream : StreamAnalyzer
            Of this connection.
        seconds : float
            Time of the picture, increasing.
        arrived : float
            When it arrived, by ``time.perf_counter``.

        Raises
        ------
        ApiError
            As for ``read_photo``.
        """
        reading, _ = await self.read_watched(content, stream, seconds, arrived)
        return reading

    async def read_watched(
        self, content: bytes, stream: StreamAnalyzer, seconds: float, arrived: float
    ) -> tuple[PictureReading, NDArray[np.uint8]]:
        """As ``read_live``, and the picture itself, uint8 of shape (height, width, 3), RGB."""

        def read() -> tuple[PictureReading, NDArray[np.uint8]]:
            started = time.perf_counter()
            picture = decode(content, self._max_pixels)
            decoded = time.perf_counter()
            frame = stream.analyze(picture.image, seconds)
            frame = dataclasses.replace(frame, **picture.facts)
            timing = _timing(arrived, started, decoded, time.perf_counter())
            return PictureReading(frame, (), timing), picture.image

        return await self._in(self._live, read)

    def close(self) -> None:
        """Wait for what runs, and end the threads; the next picture begins new ones."""
        pools = (self._photos, self._live)
        self._open()
        for pool in pools:
            pool.shutdown(cancel_futures=True)

    def _open(self) -> None:
        # No thread is started before there is something to do.
        self._photos = ThreadPoolExecutor(self._threads, "mien-photo")
        self._live = ThreadPoolExecutor(self._threads, "mien-live")

    def _read_photo(
        self, content: bytes, explain: bool, signs: bool, asked: float
    ) -> PictureReading:
        started = time.perf_counter()
        picture = decode(content, self._max_pixels)
        image = picture.image
        decoded = time.perf_counter()
        frame = self._analyzer.read_pixels(image, exif_focal=picture.exif_focal, signs=signs)
        frame = dataclasses.replace(frame, **picture.facts)
        analyzed = time.perf_counter()
        explanations: tuple[FaceExplanation, ...] = ()
        if explain:
            largest = dataclasses.replace(frame, faces=frame.faces[:MOST_EXPLAINED])
            try:
                explanations = explain_faces(self._analyzer.classifier, image, largest)
            except ModelFileError as error:
                raise ApiError(501, f"the model cannot explain: {error.what}") from error
        timing = _timing(asked, started, decoded, analyzed)
        if explain:
            now = time.perf_counter()
            timing = dataclasses.replace(
                timing, explain=(now - analyzed) * 1e3, total=(now - asked) * 1e3
            )
        return PictureReading(frame, explanations, timing)

    @staticmethod
    async def _in(pool: ThreadPoolExecutor, call: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(pool, call)


def decode(content: bytes, max_pixels: int) -> ReadPicture:
    """A picture, read; see ``mien.media.image.read_picture``.

    Raises
    ------
    ApiError
        413 for more than ``max_pixels``, before anything is decoded; 422 for a picture that
        cannot be read.
    """
    try:
        return read_picture(content, max_pixels=max_pixels)
    except ImageError as error:
        if _pixels(content, max_pixels) > max_pixels:
            raise ApiError(413, f"the picture {error.what}", "scale the picture down") from error
        raise unreadable(error) from error


def _pixels(content: bytes, max_pixels: int) -> int:
    """Width times height as the picture's header has it; 0 when it cannot be told."""
    try:
        with settings_for_reading(max_pixels), PillowImage.open(io.BytesIO(content)) as image:
            return image.width * image.height
    except PillowImage.DecompressionBombError:
        return max_pixels + 1
    except Exception:  # Damaged headers make Pillow's plugins raise many kinds of errors.
        return 0


def explanation_to_dict(explanation: FaceExplanation) -> dict[str, Any]:
    """The crop as a PNG in a data URI, and maps of 12×12 numbers that cover it, 0 to 1."""
    crop = explanation.crop
    _, png = cv2.imencode(".png", crop if crop.ndim == 2 else cv2.cvtColor(crop, cv2.COLOR_RGB2BGR))
    return {
        "crop": f"data:image/png;base64,{base64.b64encode(png.tobytes()).decode()}",
        "maps": {
            label: np.round(
                cv2.resize(values, (MAP_SIDE, MAP_SIDE), interpolation=cv2.INTER_AREA).astype(
                    float
                ),
                3,
            ).tolist()
            for label, values in explanation.maps.items()
        },
    }


def _timing(asked: float, started: float, decoded: float, analyzed: float) -> Elapsed:
    return Elapsed(
        wait=(started - asked) * 1e3,
        decode=(decoded - started) * 1e3,
        analyze=(analyzed - decoded) * 1e3,
        total=(analyzed - asked) * 1e3,
    )
