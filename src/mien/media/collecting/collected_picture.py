"""The pictures that faces are collected from: photos, and frames of videos at a distance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mien.errors import ImageError, VideoError
from mien.media.image import Image
from mien.media.kinds.not_looked_at import VIDEO_SUFFIXES
from mien.media.sources import Source, suffix_of
from mien.media.video.open_video import open_video

NotRead = ImageError | VideoError


@dataclass(frozen=True, slots=True)
class CollectedPicture:
    """A photo, or a frame of a video.

    Attributes
    ----------
    path : str
        Of its file, as the user named it.
    image : ndarray of shape (H, W, 3), uint8
        Upright RGB.
    time : float or None
        Seconds since the beginning of the video; None for a photo.
    exif_focal : float or None
        As ``ReadPicture.exif_focal``.
    notes : tuple of str
        What there is to say about it.
    """

    path: str
    image: Image
    time: float | None = None
    exif_focal: float | None = None
    notes: tuple[str, ...] = ()


def pictures_of(
    source: Source, *, every: float, max_pixels: int, threads: int = 1
) -> Iterator[CollectedPicture | NotRead]:
    """The photo, or a frame of the video for each ``every`` seconds; or why there is none.

    A video that could be read in part gives its frames, and then what was lost.

    Raises
    ------
    MissingExtraError
        At a video, if PyAV is not installed.
    """
    if source.error is None and suffix_of(source.path) in VIDEO_SUFFIXES:
        yield from _frames(source.path, every, threads)
        return
    found = next(source.read_all(max_pixels=max_pixels))
    if isinstance(found, ImageError):
        yield found
        return
    notes = found.warnings
    if found.pages is not None:
        notes = (*notes, f"1 of {found.pages} pages read")
    yield CollectedPicture(source.path, found.image, None, found.exif_focal, notes)


def _frames(path: str, every: float, threads: int) -> Iterator[CollectedPicture | NotRead]:
    try:
        with open_video(path, fps=1 / every, threads=threads) as frames:
            for frame in frames:
                yield CollectedPicture(path, frame.image, frame.time)
            losses = frames.losses
    except VideoError as error:
        yield error
        return
    if losses:
        yield VideoError(f"read on, but {'; '.join(losses)}", where=path)
