"""A decoded frame of a video as an upright picture."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mien.media.image import Image

if TYPE_CHECKING:
    import av
    from av.video.reformatter import VideoReformatter


def upright_picture(
    decoded: av.VideoFrame, converter: VideoReformatter, pixel_aspect: Fraction | None = None
) -> Image:
    """RGB pixels as a player would show them: square and the right way up.

    Parameters
    ----------
    decoded : av.VideoFrame
    converter : av.video.reformatter.VideoReformatter
        One a video: it keeps what takes longer to set up than a small frame takes to convert.
    pixel_aspect : Fraction, optional
        Width of a stored pixel over its height; 1 when None.

    Returns
    -------
    ndarray of shape (H, W, 3), uint8
        Contiguous. Rotation by the display matrix is taken to the nearest quarter turn.
    """
    width, height = decoded.width, decoded.height
    if pixel_aspect and pixel_aspect != 1:
        width = max(1, round(width * pixel_aspect))
    converted = converter.reformat(decoded, width, height, "rgb24")
    image = np.asarray(converted.to_ndarray(), np.uint8)
    quarters = round(decoded.rotation / 90) % 4  # counter-clockwise, as np.rot90 turns
    return np.ascontiguousarray(np.rot90(image, quarters)) if quarters else image
