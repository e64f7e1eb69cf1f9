"""Files that hold several pictures."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from mien.errors import ImageError
from mien.media.image import read_picture

COLOURS = [(200, 0, 0), (0, 200, 0), (0, 0, 200)]


def several(format: str, **options: object) -> bytes:
    first, *others = (Image.new("RGB", (24, 16), colour) for colour in COLOURS)
    content = io.BytesIO()
    first.save(content, format, save_all=True, append_images=others, **options)
    return content.getvalue()


@pytest.mark.parametrize("format", ["TIFF", "GIF", "PNG", "WEBP"])
def test_each_can_be_read_and_all_are_counted(format):
    content = several(format, **({"lossless": True} if format == "WEBP" else {}))
    for page, colour in enumerate(COLOURS, 1):
        picture = read_picture(content, page=page)
        assert (picture.page, picture.pages) == (page, 3)
        np.testing.assert_array_equal(picture.image[8, 12], colour)
    with pytest.raises(ImageError, match="has no page 4, only 3"):
        read_picture(content, page=4)


def test_what_a_telephone_puts_behind_its_photo_is_no_page():
    picture = read_picture(several("MPO"))
    assert (picture.page, picture.pages) == (None, None)


@pytest.mark.parametrize("reduced", [0, 1])
def test_a_smaller_version_in_a_tiff_is_no_page_wherever_it_stands(reduced):
    sizes = [(24, 16), (24, 16)]
    sizes[reduced] = (12, 8)
    first, second = (Image.new("RGB", size, "red") for size in sizes)
    written = io.BytesIO()
    first.save(written, "TIFF", save_all=True, append_images=[second], tiffinfo={254: 1})
    content = written.getvalue()
    marked = b"\xfe\0\4\0\1\0\0\0\1\0\0\0"
    assert content.count(marked) == 2
    place = content.rindex(marked) if reduced == 0 else content.index(marked)
    picture = read_picture(content[: place + 8] + bytes(4) + content[place + 12 :])
    assert (picture.image.shape, picture.pages) == ((16, 24, 3), None)


def test_one_picture_has_no_number():
    content = io.BytesIO()
    Image.new("RGB", (24, 16)).save(content, "GIF")
    assert read_picture(content.getvalue()).pages is None
