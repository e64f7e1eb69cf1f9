"""A frame of a video, and what frames come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from mien.media.image import Image

if TYPE_CHECKING:
    pass

CAMERA = "camera:"
"""How a user names a camera: ``camera:0``."""


@dataclass(frozen=True, slots=True)
class VideoFrame:
    """One frame of a video.

    Attributes
    ----------
    number : int
        From 0 at the video's beginning. When reading began later, the number that the time gives
        at the video's mean frame rate.
    time : float
        Seconds since the beginning of the video, or since the camera was opened; never lower than
        that of the frame before.
    image : ndarray of shape (H, W, 3), uint8
        Upright RGB with square pixels.
    """

    number: int
    time: float
    image: Image


class VideoSource(Protocol):
    """Something that frames come from: a ``VideoReader`` or a ``Camera``. A context manager."""

    @property
    def name(self) -> str:
        """As the user named it."""
        ...

    @property
    def rate(self) -> float:
        """Mean frames a second, as far as it is known."""
        ...

    @property
    def seconds(self) -> float | None:
        """Length in seconds of what will be read; None when nobody knows."""
        ...

    @property
    def losses(self) -> tuple[str, ...]:
        """What could not be read, one clause each; complete when all frames have been read."""
        ...

    def __iter__(self) -> Iterator[VideoFrame]: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
