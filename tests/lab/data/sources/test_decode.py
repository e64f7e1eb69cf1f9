from __future__ import annotations

import io
from collections import Counter

import numpy as np
import pytest
from PIL import Image

from mien.errors import DataError
from mien.lab.data.faces import ImageShape
from mien.lab.data.sources.decode import decode_image, size_notes

GREY = np.random.default_rng(0).integers(0, 256, (48, 48), dtype=np.uint8)


def _encode(image: Image.Image, kind: str = "png", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["png", "bmp", "tiff", "gif", "ppm"])
def test_formats_without_loss_are_read_exactly(kind):
    pixels, size = decode_image(_encode(Image.fromarray(GREY), kind), "here")
    assert np.array_equal(pixels, GREY)
    assert (pixels.dtype, size) == (np.uint8, (48, 48))


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "P", "CMYK"])
def test_colour_becomes_grey(mode):
    image = Image.fromarray(GREY).convert("RGB" if mode == "CMYK" else "L").convert(mode)
    pixels, _ = decode_image(_encode(image, "tiff"), "here")
    assert np.abs(pixels.astype(int) - GREY).max() <= 1


def test_sixteen_bits_become_eight_and_are_not_cut_off():
    image = Image.fromarray(GREY.astype(np.uint16) * 257)
    pixels, _ = decode_image(_encode(image), "here")
    assert np.array_equal(pixels, GREY)


def test_larger_images_are_averaged_by_area():
    large = np.random.default_rng(1).integers(0, 256, (144, 96), dtype=np.uint8)
    pixels, size = decode_image(_encode(Image.fromarray(large)), "here")
    expected = large.reshape(48, 3, 48, 2).mean((1, 3))
    assert size == (96, 144)
    assert np.abs(pixels - expected).max() <= 1


def test_smaller_images_are_interpolated():
    ramp = np.tile(np.arange(0, 240, 10, dtype=np.uint8), (24, 1))
    pixels, size = decode_image(_encode(Image.fromarray(ramp)), "here")
    assert size == (24, 24)
    assert len(np.unique(pixels[20])) > 40


def test_a_photo_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    pixels, _ = decode_image(_encode(Image.fromarray(GREY), exif=exif), "here")
    assert np.array_equal(pixels, GREY[::-1, ::-1])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "here: not an image that Pillow can read; remove it or repair it"),
        (b"hello", "here: not an image that Pillow can read; remove it or repair it"),
        (_encode(Image.fromarray(GREY))[:-200], "here: its image cannot be decoded (image fil"),
        (
            _encode(Image.fromarray(GREY.astype(np.float32)), "tiff"),
            "here: its image cannot be decoded (mode F: 32 bits a pixel, of unknown range)",
        ),
        (_encode(Image.new("1", (20000, 20000))), "here: its image cannot be decoded (Image size"),
    ],
)  # fmt: skip
def test_what_is_no_image(content, says):
    with pytest.raises(DataError) as caught:
        decode_image(content, "here")
    assert str(caught.value).startswith(says)
    assert len(str(caught.value).splitlines()) == 1


def test_notes_on_sizes():
    assert size_notes(Counter({(48, 48): 9})) == ()
    assert size_notes(Counter({(48, 48): 1, (100, 100): 3})) == (
        "3 of 4 images were resized to 48×48 (most of them from 100×100)",
    )
    squeezed = size_notes(Counter({(640, 490): 3}))
    assert squeezed[1].startswith("3 images are not square and were squeezed")


def test_colour_and_size_are_kept_where_they_are_asked_for():
    rgb = np.random.default_rng(2).integers(0, 256, (192, 192, 3), dtype=np.uint8)
    pixels, size = decode_image(_encode(Image.fromarray(rgb)), "here", ImageShape(96, True))
    assert (pixels.shape, size) == ((96, 96, 3), (192, 192))
    expected = rgb.reshape(96, 2, 96, 2, 3).mean((1, 3))
    assert np.abs(pixels - expected).max() <= 1
    grey, _ = decode_image(_encode(Image.fromarray(GREY)), "here", ImageShape(48, True))
    assert np.array_equal(grey, np.repeat(GREY[..., None], 3, axis=2))


def test_enlarged_images_are_told_of_larger_sets_only():
    sizes = Counter({(40, 40): 3, (200, 150): 2, (96, 96): 5})
    assert size_notes(sizes, ImageShape(96, False)) == (
        "5 of 10 images were resized to 96×96 (most of them from 40×40)",
        "3 images are smaller than that and were enlarged",
        "2 images are not square and were squeezed; crop them to the face first",
    )
    assert len(size_notes(sizes)) == 2
