"""Reading pictures: what is in the file comes out upright, in RGB, at its own values."""

from __future__ import annotations

import io
import os
import threading

import numpy as np
import pytest
from PIL import Image, ImageOps, features

from mien.errors import ImageError, UsageError
from mien.media.image import IMAGE_SUFFIXES, read_image


def encode(image: Image.Image, format: str, **options: object) -> bytes:
    content = io.BytesIO()
    image.save(content, format, **options)
    return content.getvalue()


def picture(width: int = 23, height: int = 17) -> np.ndarray:
    """A picture with no symmetry, so that every wrong turn shows."""
    y, x = np.mgrid[:height, :width]
    return np.stack([x * 9 % 256, y * 13 % 256, (x * y) % 256], -1).astype(np.uint8)


def smooth(width: int = 64, height: int = 48) -> np.ndarray:
    """A picture that lossy formats keep nearly as it is."""
    y, x = np.mgrid[:height, :width]
    return np.stack([x * 3, y * 4, 255 - x * 3], -1).astype(np.uint8)


def check_form(pixels: np.ndarray, height: int, width: int) -> None:
    assert pixels.shape == (height, width, 3)
    assert pixels.dtype == np.uint8
    assert pixels.flags.c_contiguous
    assert pixels.flags.writeable


@pytest.mark.parametrize("format", ["PNG", "BMP", "TIFF", "PPM"])
def test_lossless_formats_are_read_pixel_by_pixel(format):
    pixels = read_image(encode(Image.fromarray(picture()), format))
    check_form(pixels, 17, 23)
    np.testing.assert_array_equal(pixels, picture())


@pytest.mark.parametrize(
    ("format", "options"),
    [
        ("JPEG", {"quality": 95, "subsampling": 0}),
        ("JPEG", {"quality": 95, "subsampling": 0, "progressive": True}),
        ("WEBP", {"quality": 95}),
        ("WEBP", {"lossless": True}),
        pytest.param(
            "AVIF",
            {"quality": 95},
            marks=pytest.mark.skipif(not features.check("avif"), reason="Pillow without AVIF"),
        ),
        ("JPEG2000", {}),
        ("GIF", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("TIFF", {"compression": "jpeg", "quality": 95}),
    ],
)
def test_other_formats_come_close(format, options):
    pixels = read_image(encode(Image.fromarray(smooth()), format, **options))
    check_form(pixels, 48, 64)
    tolerance = 20 if format == "GIF" else 8
    assert np.abs(pixels.astype(int) - smooth()).mean() < tolerance


def test_a_path_a_string_and_bytes_give_the_same(tmp_path):
    path = tmp_path / "a picture, ünïcode 写真.png"
    path.write_bytes(encode(Image.fromarray(picture()), "PNG"))
    for source in (path, str(path), path.read_bytes()):
        np.testing.assert_array_equal(read_image(source), picture())


def test_the_suffix_does_not_matter(tmp_path):
    path = tmp_path / "really-a-png.jpg"
    path.write_bytes(encode(Image.fromarray(picture()), "PNG"))
    np.testing.assert_array_equal(read_image(path), picture())


def test_a_name_of_bytes_that_are_not_utf8(tmp_path):
    path = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.png")
    try:
        Image.fromarray(picture()).save(path)
    except OSError:
        pytest.skip("this file system takes no such names")
    np.testing.assert_array_equal(read_image(path), picture())


def test_a_pipe_is_read_to_its_end(tmp_path):
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    content = encode(Image.fromarray(picture()), "PNG")
    writer = threading.Thread(target=pipe.write_bytes, args=[content])
    writer.start()
    pixels = read_image(pipe)
    writer.join()
    np.testing.assert_array_equal(pixels, picture())


# Orientation


TURNS = {
    1: lambda a: a,
    2: np.fliplr,
    3: lambda a: np.rot90(a, 2),
    4: np.flipud,
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: np.rot90(a.transpose(1, 0, 2), 2),
    8: lambda a: np.rot90(a, 1),
}


@pytest.mark.parametrize("format", ["PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", TURNS)
def test_exif_orientation_is_applied_exactly(orientation, format):
    # Taller than the strips in which pixels are copied.
    stored = picture(31, 300)
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"lossless": True, "exact": True} if format == "WEBP" else {}
    pixels = read_image(encode(Image.fromarray(stored), format, exif=exif, **options))
    expected = TURNS[orientation](stored)
    check_form(pixels, *expected.shape[:2])
    np.testing.assert_array_equal(pixels, expected)


@pytest.mark.parametrize("orientation", TURNS)
def test_exif_orientation_of_a_jpeg(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = encode(Image.fromarray(smooth()), "JPEG", exif=exif)
    expected = ImageOps.exif_transpose(Image.open(io.BytesIO(content))).convert("RGB")
    np.testing.assert_array_equal(read_image(content), np.asarray(expected))


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_is_upright(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = encode(Image.fromarray(picture()), "PNG", exif=exif)
    np.testing.assert_array_equal(read_image(content), picture())


def test_damaged_exif_is_upright_and_says_nothing(capfd):
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x05\x01\x12\0\x03\xff\xff\xff\xff\x7f\xff\xff\xff"
    content = encode(Image.fromarray(smooth()), "JPEG", exif=exif)
    check_form(read_image(content), 48, 64)
    assert capfd.readouterr().err == ""


# Modes


def test_grey():
    grey = picture()[:, :, 0]
    pixels = read_image(encode(Image.fromarray(grey), "PNG"))
    np.testing.assert_array_equal(pixels, np.repeat(grey[:, :, None], 3, 2))


def test_one_bit():
    bits = picture()[:, :, 0] > 100
    pixels = read_image(encode(Image.fromarray(bits), "PNG"))
    np.testing.assert_array_equal(pixels[:, :, 1], bits * 255)


def test_palette():
    image = Image.fromarray(picture()).quantize(16)
    pixels = read_image(encode(image, "PNG"))
    np.testing.assert_array_equal(pixels, np.asarray(image.convert("RGB")))


def test_transparency_lies_on_white():
    rgba = np.zeros((1, 3, 4), np.uint8)
    rgba[0] = [(200, 0, 0, 255), (200, 0, 0, 0), (0, 0, 0, 128)]
    for format in ("PNG", "TIFF"):
        pixels = read_image(encode(Image.fromarray(rgba), format))[0]
        np.testing.assert_array_equal(pixels[:2], [(200, 0, 0), (255, 255, 255)])
        assert np.abs(pixels[2].astype(int) - 127).max() <= 1


def test_transparency_of_grey_lies_on_white():
    pixels = read_image(
        encode(Image.fromarray(np.array([[[50, 255], [50, 0]]], np.uint8), "LA"), "PNG")
    )
    np.testing.assert_array_equal(pixels[0, :, 0], [50, 255])


@pytest.mark.parametrize("format", ["PNG", "GIF"])
def test_a_transparent_colour_of_a_palette_lies_on_white(format):
    image = Image.fromarray(np.array([[0, 1]], np.uint8), "P")
    image.putpalette([10, 20, 30, 40, 50, 60])
    pixels = read_image(encode(image, format, transparency=1))
    np.testing.assert_array_equal(pixels[0], [(10, 20, 30), (255, 255, 255)])


def test_a_transparent_colour_of_rgb_lies_on_white():
    image = Image.fromarray(np.array([[(9, 9, 9), (7, 8, 9)]], np.uint8))
    pixels = read_image(encode(image, "PNG", transparency=(7, 8, 9)))
    np.testing.assert_array_equal(pixels[0], [(9, 9, 9), (255, 255, 255)])


def flat_cmyk(format: str) -> bytes:
    # Cyan and some yellow: red is the lowest channel by far.
    return encode(Image.new("CMYK", (32, 32), (230, 0, 60, 0)), format)


@pytest.mark.parametrize("format", ["JPEG", "TIFF"])
def test_cmyk(format):
    centre = read_image(flat_cmyk(format))[16, 16].astype(int)
    assert np.abs(centre - (25, 255, 195)).max() <= 12


def without_adobes_marker(content: bytes) -> bytes:
    """A JPEG as those make it who clean files of what is written about them."""
    start = content.index(b"\xff\xee")
    end = start + 2 + int.from_bytes(content[start + 2 : start + 4], "big")
    return content[:start] + content[end:]


@pytest.mark.parametrize("options", [{}, {"subsampling": 2}, {"progressive": True}])
def test_a_cmyk_jpeg_is_the_same_picture_without_adobes_marker(options):
    cmyk = Image.fromarray(np.indices((48, 64)).sum(0).astype(np.uint8)).convert("CMYK")
    content = encode(cmyk, "JPEG", **options)
    bare = without_adobes_marker(content)
    assert b"Adobe" not in bare
    np.testing.assert_array_equal(read_image(bare), read_image(content))
    assert np.abs(read_image(bare).astype(int) - np.asarray(cmyk.convert("RGB"))).mean() < 8


def ycck(rgb: tuple[int, int, int]) -> bytes:
    """A flat picture as YCCK, as image editors store CMYK: half as many pixels of colour."""
    inks = tuple(255 - value for value in rgb)
    luma, blue, red = Image.new("RGB", (1, 1), inks).convert("YCbCr").getpixel((0, 0))
    parts = [
        encode(Image.new("L", (side, side), value), "JPEG", quality=95)
        for side, value in ((32, luma), (16, blue), (16, red), (32, 255))
    ]
    frame, scan = parts[0].index(b"\xff\xc0"), parts[0].index(b"\xff\xda")
    tables = parts[0][2:frame] + parts[0][frame + 13 : scan]
    components = b"".join(
        bytes((name, sides, 0)) for name, sides in enumerate((0x22, 0x11, 0x11, 0x22), 1)
    )
    header = b"\xff\xc0" + bytes((0, 20, 8, 0, 32, 0, 32, 4)) + components
    scans = b"".join(
        part[scan : scan + 5] + bytes((name,)) + part[scan + 6 : -2]
        for name, part in enumerate(parts, 1)
    )
    marker = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x02"
    return b"\xff\xd8" + marker + tables + header + scans + b"\xff\xd9"


def test_ycck_is_the_same_picture_without_adobes_marker():
    content = ycck((200, 40, 90))
    with Image.open(io.BytesIO(content)) as image:
        assert image.info["adobe_transform"] == 2
    assert np.abs(read_image(content)[16, 16].astype(int) - (200, 40, 90)).max() <= 4
    np.testing.assert_array_equal(read_image(without_adobes_marker(content)), read_image(content))


# More than eight bits


@pytest.mark.parametrize("format", ["PNG", "TIFF"])
def test_sixteen_bits_are_scaled_not_clipped(format):
    eight = np.arange(256, dtype=np.uint16).reshape(16, 16)
    pixels = read_image(encode(Image.fromarray(eight * 257), format))
    for channel in range(3):
        np.testing.assert_array_equal(pixels[:, :, channel], eight)


def test_sixteen_bits_big_endian():
    eight = np.arange(256, dtype=np.uint16).reshape(16, 16)
    image = Image.frombytes("I;16B", (16, 16), (eight * 257).astype(">u2").tobytes())
    np.testing.assert_array_equal(read_image(encode(image, "TIFF"))[:, :, 0], eight)


def test_twelve_bits_in_sixteen_are_not_black():
    twelve = np.linspace(0, 4095, 256).astype(np.uint16).reshape(16, 16)
    pixels = read_image(encode(Image.fromarray(twelve), "PNG"))[:, :, 0]
    np.testing.assert_array_equal(pixels, np.rint(twelve / 4095 * 255))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0, 0.5, 1], [0, 128, 255]),
        ([0, 1, 254], [0, 1, 254]),
        ([0, 257, 65535], [0, 1, 255]),
        ([-1, 0, 1], [0, 128, 255]),
        ([-2e9, 0, 2e9], [0, 128, 255]),
        ([0, np.nan, 1], [0, 0, 255]),
        ([np.inf, 0.2, 1], [0, 51, 255]),
        ([np.nan, np.nan, np.nan], [0, 0, 0]),
        ([0, 0, 0], [0, 0, 0]),
        ([-3, -3, -3], [0, 0, 0]),
        ([1e9, 1e9, 1e9], [0, 0, 0]),
    ],
)
def test_floats(values, expected):
    image = Image.fromarray(np.array([values], np.float32))
    np.testing.assert_array_equal(read_image(encode(image, "TIFF"))[0, :, 0], expected)


def test_thirty_two_bit_integers_are_stretched():
    image = Image.fromarray(np.array([[-100, 0, 100_000_000]], np.int32))
    np.testing.assert_array_equal(read_image(encode(image, "TIFF"))[0, :, 0], [0, 0, 255])


# Several pictures in one file


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG", "TIFF"])
def test_of_an_animation_the_first_picture(format):
    first, second = Image.new("RGB", (20, 10), "red"), Image.new("RGB", (20, 10), "blue")
    options = {"lossless": True} if format == "WEBP" else {}
    content = encode(first, format, save_all=True, append_images=[second], **options)
    with Image.open(io.BytesIO(content)) as image:
        assert image.n_frames == 2
    np.testing.assert_array_equal(read_image(content)[5, 5], (255, 0, 0))


def test_one_pixel():
    np.testing.assert_array_equal(
        read_image(encode(Image.new("RGB", (1, 1), "red"), "PNG")), [[(255, 0, 0)]]
    )


def test_the_limit_must_be_positive():
    with pytest.raises(UsageError, match="limit on pixels"):
        read_image(b"", max_pixels=0)


def test_suffixes_are_lower_case_and_pillows():
    Image.init()
    unknown = {suffix for suffix in IMAGE_SUFFIXES if suffix not in Image.EXTENSION}
    assert unknown <= {".avif", ".mpo"}  # AVIF came with Pillow 11.3; MPO is read as JPEG.


def test_errors_name_the_picture():
    with pytest.raises(ImageError) as caught:
        read_image(b"nonsense", name="upload 7")
    assert str(caught.value).startswith("upload 7: ")
