"""Kinds of pictures: each is read as it is meant, as OpenCV reads it, or refused by its name."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from mien.errors import ImageError
from mien.media.image import read_image

from .made_tiffs import CMYK, GREY, GREY_WHITE_IS_ZERO, LAB, RGB, YCBCR, tiff

HEIGHT, WIDTH = 24, 32
LEVELS = np.linspace(0, 255, HEIGHT * WIDTH).reshape(HEIGHT, WIDTH, 1)
COLOURS = np.concatenate([LEVELS, 255 - LEVELS, np.roll(LEVELS, 7, 0)], axis=2)
ALL, NONE = np.full_like(LEVELS, 255), np.zeros_like(LEVELS)
EXPECTED = {1: np.repeat(LEVELS, 3, 2), 3: COLOURS}


def coded(values: np.ndarray, kind: str) -> np.ndarray:
    dtype = np.dtype(kind)
    white = 1 if dtype.kind == "f" else float(np.iinfo(dtype).max) * (1 - 1e-9)
    scaled = values / 255 * white
    return (scaled if dtype.kind == "f" else np.rint(scaled)).astype(dtype)


def pictures(kind: str) -> dict[str, tuple[np.ndarray, int, tuple[int, ...], np.ndarray]]:
    """Samples, photometric, extra samples, and the RGB that is meant."""
    return {
        "grey": (LEVELS, GREY, (), EXPECTED[1]),
        "white is zero": (255 - LEVELS, GREY_WHITE_IS_ZERO, (), EXPECTED[1]),
        "grey and alpha": (np.concatenate([LEVELS, ALL], 2), GREY, (2,), EXPECTED[1]),
        "RGB": (COLOURS, RGB, (), COLOURS),
        "RGBA": (np.concatenate([COLOURS, ALL], 2), RGB, (2,), COLOURS),
        "RGB and something": (np.concatenate([COLOURS, NONE], 2), RGB, (0,), COLOURS),
        "CMYK": (np.concatenate([255 - COLOURS, NONE], 2), CMYK, (), COLOURS),
    }


MUST_READ = {
    ("grey", "u1"),
    ("grey", "u2"),
    ("grey", "f4"),
    ("white is zero", "u1"),
    ("white is zero", "f4"),
    ("RGB", "u1"),
    ("RGB", "u2"),
    ("RGBA", "u1"),
    ("RGBA", "u2"),
    ("CMYK", "u1"),
}
STRETCHED = {("grey", "i2"), ("grey", "i4")}
"""Read as ``read_image`` says of numbers whose white nobody states."""


@pytest.mark.parametrize("kind", ["u1", "u2", "u4", "u8", "i1", "i2", "i4", "f2", "f4", "f8"])
@pytest.mark.parametrize("picture", pictures("u1"))
def test_a_tiff_is_read_as_it_is_meant_or_refused_by_its_kind(kind, picture):
    values, photometric, extra, meant = pictures(kind)[picture]
    samples = coded(values, kind)
    for order in "<>":
        for planar in (False, True) if samples.shape[2] > 1 else (False,):
            content = tiff(samples, photometric, planar=planar, order=order, extra=extra)
            try:
                pixels = read_image(content)
            except ImageError as error:
                assert (picture, kind) not in MUST_READ or planar
                bits = 8 * samples.dtype.itemsize
                assert f"of a kind that is not read ({samples.shape[2]} × {bits} bits" in error.what
                assert "damaged" not in str(error)
                continue
            if (picture, kind) in STRETCHED:
                assert np.corrcoef(pixels[..., 0].ravel(), meant[..., 0].ravel())[0, 1] > 0.999
            else:
                assert np.abs(pixels - meant).max() <= 2, (order, planar)


@pytest.mark.parametrize("bits", [1, 2, 4, 12])
@pytest.mark.parametrize("photometric", [GREY, GREY_WHITE_IS_ZERO])
def test_few_bits(bits, photometric):
    white = 2**bits - 1
    levels = np.rint(LEVELS / 255 * white).astype(np.uint16)
    stored = white - levels if photometric == GREY_WHITE_IS_ZERO else levels
    try:
        pixels = read_image(tiff(stored, photometric, bits=bits))
    except ImageError as error:
        assert bits == 12
        assert "12 bits" in error.what
    else:
        assert np.abs(pixels - levels / white * 255).max() <= 1


@pytest.mark.parametrize("photometric", [YCBCR, LAB, 32845])
def test_colours_that_pillow_takes_for_others_are_refused_by_name(photometric):
    content = tiff(coded(COLOURS, "u2" if photometric == LAB else "u1"), photometric)
    with pytest.raises(ImageError, match=r"of a kind that is not read .*(YCbCr|CIELab|LogLuv)"):
        read_image(content)


def test_a_tiff_that_is_cut_off_before_its_directory_is_not_called_damaged():
    content = tiff(coded(COLOURS, "u1"), RGB)
    with pytest.raises(ImageError, match="is cut off"):
        read_image(content[: len(content) // 2])


def encoded(values: np.ndarray, suffix: str, *options: int) -> bytes:
    done, content = cv2.imencode(suffix, values, options)
    assert done
    return content.tobytes()


@pytest.mark.parametrize("suffix", [".png", ".tiff", ".webp", ".jpg", ".bmp", ".ppm"])
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("bits", [8, 16])
def test_what_opencv_writes_is_read_as_opencv_reads_it(suffix, channels, bits):
    if bits == 16 and suffix not in (".png", ".tiff"):
        pytest.skip("has no 16 bits")
    if (channels == 4 and suffix not in (".png", ".tiff", ".webp")) or (
        suffix == ".ppm" and channels == 1
    ):
        pytest.skip("has no such channels")
    values = {1: LEVELS, 3: COLOURS, 4: np.concatenate([COLOURS, ALL], 2)}[channels]
    content = encoded(coded(values, f"u{bits // 8}"), suffix)
    expected = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR_RGB)
    assert np.abs(read_image(content).astype(int) - expected).max() <= 2


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I;16"])
@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "GIF", "TIFF"])
def test_what_pillow_writes_is_read_as_opencv_reads_it(mode, format):
    if mode == "I;16":
        image = Image.fromarray(coded(LEVELS, "u2")[..., 0])
    else:
        image = Image.fromarray(COLOURS.astype(np.uint8)).convert(mode)
    written = io.BytesIO()
    try:
        image.save(written, format)
    except (OSError, ValueError):
        pytest.skip("is not written in this mode")
    content = written.getvalue()
    expected = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR_RGB)
    try:
        pixels = read_image(content)
    except ImageError as error:
        assert (mode, format) == ("YCbCr", "TIFF")
        assert "YCbCr" in error.what
        return
    if expected is None:
        pytest.skip("OpenCV does not read it")
    assert np.abs(pixels.astype(int) - expected).max() <= 6
