"""Videos that tests make: the demo's astronaut moved about."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

HEAD = 210
"""Side in pixels of the cut-out with the astronaut's head; her face is 90 × 120 in its middle."""

Scene = Callable[..., np.ndarray]


@pytest.fixture(scope="session")
def head() -> np.ndarray:
    """The astronaut's head, ``uint8 (210, 210, 3)``."""
    from mien.media.image import read_image
    from mien.packaged import ASTRONAUT, packaged_path

    return read_image(packaged_path(ASTRONAUT))[20 : 20 + HEAD, 120 : 120 + HEAD]


@pytest.fixture(scope="session")
def scene(head) -> Scene:
    """Draw a picture with heads at the given left edges; every other one mirrored and darkened."""
    y, x = np.mgrid[:HEAD, :HEAD]
    oval = ((x - 104) / 62) ** 2 + ((y - 95) / 88) ** 2 < 1
    looks = head, (head[:, ::-1] * 0.7 + 20).astype(np.uint8)

    def draw(*corners: tuple[float, float] | None, width=640, height=360) -> np.ndarray:
        picture = np.full((height, width, 3), (90, 110, 100), np.uint8)
        picture[::7] = (100, 120, 90)
        for index, corner in enumerate(corners):
            if corner is None:
                continue
            left, top = round(corner[0]), round(corner[1])
            x0, x1 = max(0, left), min(width, left + HEAD)
            if x1 > x0:
                mask = oval[:, x0 - left : x1 - left]
                pixels = looks[index % 2][:, x0 - left : x1 - left]
                picture[top : top + HEAD, x0:x1][mask] = pixels[mask]
        return picture

    return draw


@pytest.fixture(scope="session")
def make_video() -> Callable[..., Path]:
    """Write pictures as a video, with a tone for sound if wanted."""
    av = pytest.importorskip("av")

    def make(
        path: Path,
        pictures: Iterable[np.ndarray],
        *,
        fps: int = 25,
        times: Iterable[float] | None = None,
        codec: str = "libx264",
        pixels: str = "yuv420p",
        sound: str | None = None,
        aspect: Fraction | None = None,
        **options: str,
    ) -> Path:
        pictures = iter(pictures)
        first = next(pictures)
        moments = iter(times) if times is not None else None
        last = 0.0
        with av.open(str(path), "w", options=options) as container:
            settings = {"preset": "ultrafast", "g": "10"} if codec == "libx264" else {}
            stream = container.add_stream(codec, rate=fps, options=settings)
            stream.height, stream.width = first.shape[:2]
            stream.pix_fmt = pixels
            if aspect:
                stream.codec_context.sample_aspect_ratio = aspect
            tone = container.add_stream(sound, rate=48000, layout="mono") if sound else None
            if moments is not None:
                stream.codec_context.time_base = Fraction(1, 1000)
            for number, picture in enumerate([first, *pictures]):
                format = "gray" if picture.ndim == 2 else "rgb24"
                frame = av.VideoFrame.from_ndarray(picture, format=format)
                frame.pts = number
                last = (number + 1) / fps
                if moments is not None:
                    last = next(moments)
                    frame.pts, frame.time_base = round(last * 1000), Fraction(1, 1000)
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
            if tone is not None:
                _add_tone(container, tone, last)
        return path

    return make


def _add_tone(container, stream, seconds: float) -> None:
    av = pytest.importorskip("av")

    wave = np.sin(np.arange(round(48000 * seconds)) * (2 * np.pi * 440 / 48000)) * 0.2
    whole = av.AudioFrame.from_ndarray(wave.astype(np.float32)[None], format="fltp", layout="mono")
    whole.sample_rate, whole.pts = 48000, 0
    size = stream.codec_context.frame_size or 1024
    format = stream.codec_context.format.name
    resampler = av.AudioResampler(format, "mono", 48000, frame_size=size)
    for piece in (*resampler.resample(whole), *resampler.resample(None)):
        container.mux(stream.encode(piece))
    container.mux(stream.encode())
