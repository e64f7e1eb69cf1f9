"""Pictures that can't be read: one line of error, no noise, no memory, nothing left open."""

from __future__ import annotations

import errno
import io
import os
import struct
import subprocess
import sys
import threading
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile, features

from mien.errors import ImageError, PictureWarning
from mien.media.image import open_error, read_image, read_picture, reads_heic

from .made_tiffs import directory_first

NOISE = np.random.default_rng(0).integers(0, 256, (90, 120, 3), np.uint8)


def encode(format: str, **options: object) -> bytes:
    content = io.BytesIO()
    Image.fromarray(NOISE).save(content, format, **options)
    return content.getvalue()


SAMPLES = {
    "JPEG": encode("JPEG"),
    "progressive JPEG": encode("JPEG", progressive=True),
    "PNG": encode("PNG"),
    "WebP": encode("WEBP"),
    "lossless WebP": encode("WEBP", lossless=True),
    "GIF": encode("GIF"),
    "TIFF": encode("TIFF"),
    "LZW TIFF": encode("TIFF", compression="tiff_lzw"),
    "BMP": encode("BMP"),
    "JPEG 2000": encode("JPEG2000"),
    "PPM": encode("PPM"),
}
if features.check("avif"):
    SAMPLES["AVIF"] = encode("AVIF")


def the_error(source: Path | bytes, **options: int) -> str:
    with pytest.raises(ImageError) as caught:
        read_image(source, **options)
    line = str(caught.value)
    assert "\n" not in line
    if isinstance(source, Path):
        assert line.startswith(f"{source}: ")
    return line


def test_a_missing_file(tmp_path):
    assert "no such file" in the_error(tmp_path / "missing.jpg")


def test_a_folder(tmp_path):
    assert "is a folder" in the_error(tmp_path)


def test_an_empty_file(tmp_path):
    (tmp_path / "empty.jpg").touch()
    assert "is empty" in the_error(tmp_path / "empty.jpg")


def test_text_called_jpg(tmp_path):
    (tmp_path / "text.jpg").write_text("Dear diary, today I smiled.")
    assert "not a picture" in the_error(tmp_path / "text.jpg")


def test_a_link_to_itself(tmp_path):
    link = tmp_path / "loop.jpg"
    link.symlink_to(link)
    assert "leads back to itself" in the_error(link)


def test_a_name_with_nul():
    with pytest.raises(ImageError, match="not a possible file name"):
        read_image("a\0b.jpg")


def test_a_name_that_is_too_long(tmp_path):
    assert "name is too long" in the_error(tmp_path / ("x" * 300 + ".jpg"))


def test_a_device():
    assert "is a device" in the_error(Path(os.devnull))


def test_no_permission_in_words():
    line = str(open_error(PermissionError(errno.EACCES, "Permission denied"), "a.jpg"))
    assert line == "a.jpg: no permission to read it; change its permissions, or run as its owner"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path):
    path = tmp_path / "secret.jpg"
    path.write_bytes(SAMPLES["JPEG"])
    path.chmod(0)
    assert "no permission" in the_error(path)


def test_an_unreadable_file_of_another_reason(tmp_path):
    # Reading a process's memory from address 0 fails with EIO, for root too.
    if not Path("/proc/self/mem").exists():
        pytest.skip("no /proc")
    assert "cannot be read" in the_error(Path("/proc/self/mem"))


def test_a_heic_photo_says_so(tmp_path):
    path = tmp_path / "IMG_0001.HEIC"
    path.write_bytes(struct.pack(">I", 24) + b"ftypheic\0\0\0\0mif1heic" + bytes(100))
    assert "HEIC" in the_error(path)
    assert ("is damaged" if reads_heic() else 'pip install ".[heic]"') in the_error(path)


@pytest.mark.parametrize("kind", SAMPLES)
def test_cut_off_anywhere_what_is_read_is_there_and_the_loss_is_told(kind):
    content = SAMPLES[kind]
    whole = read_image(content)
    cuts = [*np.linspace(1, len(content) - 1, 25).astype(int), len(content) - 2, len(content) - 3]
    for cut in cuts:
        try:
            picture = read_picture(content[:cut])
        except ImageError:
            continue
        same = (picture.image == whole).all(axis=(1, 2))
        assert picture.incomplete == bool(picture.warnings)
        # Without its last bits a picture may be the whole one by chance; nobody can tell.
        assert picture.incomplete or same.all(), cut
        if picture.incomplete and kind not in ("progressive JPEG", "JPEG 2000"):
            rows = int(picture.warnings[0].removeprefix("is cut off: ").split()[0])
            assert 45 <= rows <= same.sum(), cut


def gradient(format: str, **options: object) -> bytes:
    """Of a picture as smooth as photos are."""
    down, across = np.mgrid[0:90, 0:120]
    pixels = np.stack([2 * across, 2 * down, 120 + 60 * np.sin(across / 9)], 2).astype(np.uint8)
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, format, **options)
    return content.getvalue()


STRIPS = {278: 8}
CUT = {
    "WebP": gradient("WEBP", quality=95),
    "WebP with EXIF": gradient("WEBP", quality=95, exif=b"Exif\0\0" + bytes(40)),
    "lossless WebP": encode("WEBP", lossless=True),
    "PNG": gradient("PNG"),
    "LZW TIFF": directory_first(gradient("TIFF", compression="tiff_lzw", tiffinfo=STRIPS)),
    "ZIP TIFF": directory_first(gradient("TIFF", compression="tiff_deflate", tiffinfo=STRIPS)),
    "packed TIFF": directory_first(gradient("TIFF", compression="packbits", tiffinfo=STRIPS)),
    "JPEG TIFF": directory_first(gradient("TIFF", compression="jpeg", tiffinfo=STRIPS)),
}


@pytest.mark.parametrize("kind", CUT)
def test_what_is_there_of_a_compressed_picture_is_read(kind):
    content = CUT[kind]
    whole = read_image(content)
    picture = read_picture(content[: len(content) * 3 // 4])
    same = (picture.image == whole).all(axis=(1, 2))
    assert picture.incomplete
    rows = int(picture.warnings[0].removeprefix("is cut off: ").split()[0])
    assert 45 <= rows < 90
    assert same[:rows].all()
    assert (picture.image[rows + 8 :] == 128).all()
    with pytest.raises(ImageError, match="is cut off"):
        read_picture(content[: len(content) // 5])


@pytest.mark.parametrize("options", [{}, {"no_jp2": True}, {"irreversible": True}])
def test_a_jpeg_2000_that_is_cut_off_is_coarser(options):
    content = gradient("JPEG2000", **options)
    whole = read_image(content).astype(float)
    picture = read_picture(content[: len(content) * 3 // 4])
    assert picture.warnings == ("is cut off: all of it is there, but coarser",)
    assert np.abs(picture.image - whole).mean() < 4
    assert "is cut off: without its end it cannot be read" in the_error(
        content[: len(content) * 2 // 5]
    )


NOT_WITHOUT_THEIR_END = {
    "LZW TIFF": SAMPLES["LZW TIFF"],
    "tiles": gradient("JPEG2000", tile_size=(32, 32)),
    "animation": gradient("WEBP", save_all=True, append_images=[Image.new("RGB", (120, 90))]),
}
if features.check("avif"):
    NOT_WITHOUT_THEIR_END["AVIF"] = SAMPLES["AVIF"]


@pytest.mark.parametrize("kind", NOT_WITHOUT_THEIR_END)
@pytest.mark.parametrize("share", [0.5, 0.98])
def test_what_cannot_be_read_without_its_end_is_called_cut_off(kind, share):
    content = NOT_WITHOUT_THEIR_END[kind]
    line = the_error(content[: int(share * len(content))])
    assert "is cut off: without its end it cannot be read" in line


@pytest.mark.parametrize("kind", ["JPEG", "progressive JPEG"])
@pytest.mark.parametrize("lost", [1, 2])
def test_a_jpeg_without_its_end_marker_is_the_whole_picture(kind, lost):
    content = SAMPLES[kind]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(read_image(content[:-lost]), read_image(content))
        # Recovery tools and downloads fill up with zeros.
        np.testing.assert_array_equal(read_image(content[:-2] + bytes(99)), read_image(content))


@pytest.mark.parametrize("kind", ["JPEG", "progressive JPEG", "PNG", "GIF", "TIFF", "BMP", "PPM"])
def test_a_picture_that_lacks_a_tenth_is_read_with_a_warning(kind):
    content = SAMPLES[kind]
    with pytest.warns(PictureWarning, match="is cut off: "):
        pixels = read_image(content[: len(content) * 9 // 10])
    assert pixels.shape == (90, 120, 3)


def test_with_restarts_the_rows_that_are_there_are_counted_too():
    content = encode("JPEG", restart_marker_rows=1)
    picture = read_picture(content[: len(content) * 3 // 4])
    same = (picture.image == read_image(content)).all(axis=(1, 2))
    assert picture.warnings == (f"is cut off: {same.argmin()} of its 90 rows are there",)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_what_is_there_is_turned_upright(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = encode("JPEG", exif=exif.tobytes())
    picture = read_picture(content[: len(content) * 9 // 10])
    whole = read_image(content)
    assert picture.image.shape == whole.shape
    assert (picture.image == whole).mean() > 0.8


@pytest.mark.parametrize("mode", ["1", "L", "LA", "RGBA", "P", "I;16"])
def test_a_png_of_any_mode_that_lacks_a_fifth_is_read(mode):
    image = Image.fromarray(np.tile(NOISE, (4, 4, 1)))
    image = (
        Image.fromarray(np.asarray(image)[..., 0] * np.uint16(257))
        if mode == "I;16"
        else (image.convert(mode))
    )
    whole = io.BytesIO()
    image.save(whole, "PNG")
    picture = read_picture(whole.getvalue()[: len(whole.getvalue()) * 4 // 5])
    assert picture.incomplete
    same = (picture.image == read_image(whole.getvalue())).all(axis=(1, 2))
    assert same.sum() >= 180


def test_a_third_of_a_jpeg_is_called_cut_off():
    content = SAMPLES["JPEG"]
    assert "is cut off" in the_error(content[: len(content) // 3])


def test_a_third_of_a_jpeg_is_refused_even_where_pillow_is_told_to_be_lenient(monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    content = SAMPLES["JPEG"]
    assert "is cut off" in the_error(content[: len(content) // 3])
    assert ImageFile.LOAD_TRUNCATED_IMAGES is True


@pytest.mark.parametrize(
    ("head", "what"),
    [
        (b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41", "is a video"),
        (b"\0\0\0\x14ftypqt  \0\0\2\0qt  ", "is a video"),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\1", "is a video"),
        (b"RIFF\0\1\0\0AVI LIST", "is a video"),
        ((b"\x47" + bytes(187)) * 3, "is a video"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "is a JPEG XL picture"),
        (b"\xff\x0a\xfa\x1f", "is a JPEG XL picture"),
        (b"8BPS\0\1", "is a Photoshop file"),
        (b"%PDF-1.7", "is a PDF document"),
    ],
)
def test_what_is_whole_and_no_picture_is_called_what_it_is(head, what):
    line = the_error(head + bytes(100))
    assert what in line
    assert "damaged" not in line


def test_a_png_with_a_flipped_byte():
    content = bytearray(SAMPLES["PNG"])
    content[len(content) // 2] ^= 0xFF
    assert "is damaged" in the_error(bytes(content))


def test_a_gif_that_is_only_a_beginning():
    assert "is damaged (only its first bytes are GIF)" in the_error(SAMPLES["GIF"][:8])


@settings(max_examples=300)
@given(data=st.data())
def test_whatever_is_in_the_file_only_an_image_error_comes_out(data):
    content = bytearray(SAMPLES[data.draw(st.sampled_from(sorted(SAMPLES)))])
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        pixels = read_picture(bytes(content), max_pixels=1_000_000).image
    except ImageError as error:
        assert "\n" not in str(error)
    else:
        assert pixels.ndim == 3


# Too large


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def huge_png(side: int = 20_000) -> bytes:
    """A whole, valid, one-bit black PNG of 50 kB."""
    squeeze = zlib.compressobj(9)
    row = bytes(1 + (side + 7) // 8)
    rows = b"".join(squeeze.compress(row) for _ in range(side)) + squeeze.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def huge_jpeg() -> bytes:
    content = bytearray(SAMPLES["JPEG"])
    frame = content.index(b"\xff\xc0")
    content[frame + 5 : frame + 9] = struct.pack(">HH", 20_000, 20_000)
    return bytes(content)


def huge_gif() -> bytes:
    content = bytearray(SAMPLES["GIF"])
    content[6:10] = struct.pack("<HH", 20_000, 20_000)
    return bytes(content)


def huge_webp() -> bytes:
    """The header of an extended WebP of 16,000 × 16,000, and a still picture that is not."""
    side = (16_000 - 1).to_bytes(3, "little")
    body = b"WEBP" + b"VP8X" + struct.pack("<I", 10) + bytes(4) + side + side
    body += SAMPLES["WebP"][12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


HUGE = {"png": huge_png, "jpg": huge_jpeg, "gif": huge_gif, "webp": huge_webp}
PEAK = """
import resource, sys
from mien.errors import ImageError
from mien.media.image import read_image
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
read_image(sys.argv[1])
before = peak()
try:
    read_image(sys.argv[2])
except ImageError as error:
    print(error)
print((peak() - before) // 1024)
"""


@pytest.mark.parametrize("suffix", HUGE)
def test_a_huge_picture_is_refused_without_decoding_it(suffix, tmp_path):
    pytest.importorskip("resource")
    small, huge = tmp_path / f"small.{suffix}", tmp_path / f"huge.{suffix}"
    small.write_bytes(SAMPLES[{"png": "PNG", "jpg": "JPEG", "gif": "GIF", "webp": "WebP"}[suffix]])
    huge.write_bytes(HUGE[suffix]())
    done = subprocess.run(
        [sys.executable, "-c", PEAK, small, huge], capture_output=True, text=True, check=True
    )
    error, megabytes = done.stdout.splitlines()
    assert done.stderr == ""
    if suffix != "webp":
        assert error == (
            f"{huge}: has 400,000,000 pixels, the limit is 120,000,000; "
            "scale it down, or raise the limit with --max-pixels 400000000"
        )
    assert error.startswith(f"{huge}: ")
    assert int(megabytes) < 20


def test_the_limit_is_exact_and_can_be_raised():
    content = SAMPLES["PNG"]
    assert "has 10,800 pixels, the limit is 10,799" in the_error(content, max_pixels=10_799)
    assert read_image(content, max_pixels=10_800).shape == (90, 120, 3)


def test_a_raised_limit_is_above_pillows_own(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read_image(SAMPLES["PNG"]).shape == (90, 120, 3)
    assert Image.MAX_IMAGE_PIXELS == 100


def test_a_frame_larger_than_its_animation_is_refused():
    content = bytearray(SAMPLES["GIF"])
    descriptor = content.index(b"\x2c", 13 + 3 * 256)
    content[descriptor + 5 : descriptor + 9] = struct.pack("<HH", 60_000, 60_000)
    assert "pixels" in the_error(bytes(content))


# Side effects


def test_pillows_settings_come_back():
    before = Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES, list(warnings.filters)
    read_image(SAMPLES["PNG"], max_pixels=1_000_000)
    the_error(b"x")
    after = Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES, list(warnings.filters)
    assert after == before


def test_many_threads_with_different_limits():
    before = Image.MAX_IMAGE_PIXELS, list(warnings.filters)
    start = threading.Barrier(4)

    def read(index: int) -> list[bool]:
        start.wait()
        refused = []
        for _ in range(40):
            try:
                read_image(SAMPLES["PNG"], max_pixels=10_799 if index % 2 else 10_800)
                refused.append(False)
            except ImageError:
                refused.append(True)
        return refused

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(read, range(4)))
    assert results == [[bool(index % 2)] * 40 for index in range(4)]
    assert (Image.MAX_IMAGE_PIXELS, list(warnings.filters)) == before


def test_pillow_says_nothing_on_stderr(tmp_path):
    """Its warnings and its log would stand between the lines of a run over a folder."""
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x05\x01\x12\0\x03\xff\xff\xff\xff\x7f\xff\xff\xff"
    (tmp_path / "exif.jpg").write_bytes(encode("JPEG", exif=exif))
    samples = bytearray(SAMPLES["TIFF"])
    entry = samples.index(struct.pack("<HHI", 277, 3, 1))
    samples[entry + 8 : entry + 10] = struct.pack("<H", 60_000)
    (tmp_path / "samples.tif").write_bytes(samples)
    script = (
        "import sys\nfrom mien.errors import ImageError\nfrom mien.media.image import read_image\n"
        "for path in sys.argv[1:]:\n"
        "    try: read_image(path)\n"
        "    except ImageError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "default", "-c", script, *tmp_path.iterdir()],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1
    assert "samples.tif: is damaged" in done.stdout


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="no /proc")
def test_no_file_stays_open(tmp_path):
    paths = [tmp_path / "good.png", tmp_path / "cut.jpg", tmp_path / "text.gif"]
    for path, content in zip(
        paths, (SAMPLES["PNG"], SAMPLES["JPEG"][:900], b"no picture"), strict=True
    ):
        path.write_bytes(content)
    before = len(list(Path("/proc/self/fd").iterdir()))
    kept = []
    for path in paths * 5:
        try:
            kept.append(read_image(path))
        except ImageError as error:
            kept.append(error)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
