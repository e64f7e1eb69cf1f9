"""The pictures of a file that holds several: pages of a scan, frames of an animation."""

from __future__ import annotations

from typing import IO

from PIL import Image as PillowImage

from mien.media.kinds.tiff_directories import tiff_directories

_SUBFILE, _REDUCED_OR_MASK = 254, 0b101


def page_places(image: PillowImage.Image, stream: IO[bytes]) -> list[int]:
    """Where Pillow finds the pages of an opened file that has not been loaded, in their order.

    Not counted are what cameras put behind a JPEG (depth, a gain map), and smaller versions and
    masks in a TIFF. The stream is left at any place.
    """
    if image.format in ("JPEG", "MPO"):
        return [0]
    if image.format == "TIFF":
        kinds = [
            found.number(_SUBFILE, 0) or 0 for found in tiff_directories(stream) if found.level == 0
        ]
        return [at for at, kind in enumerate(kinds) if not kind & _REDUCED_OR_MASK] or [0]
    if image.format == "GIF":
        return list(range(_frames_of_gif(stream)))
    first = image.tell()  # Of HEIC the picture that its camera calls the first one.
    frames: int = getattr(image, "n_frames", 1)
    return [first, *(at for at in range(frames) if at != first)]


def _frames_of_gif(stream: IO[bytes]) -> int:
    # Counted in another reader, since counting goes through the file.
    stream.seek(0)
    try:
        frames: int = PillowImage.open(stream, formats=("GIF",)).n_frames  # type: ignore[attr-defined]
    except Exception:  # Damage behind the first picture is no reason not to read that.
        return 1
    return frames
