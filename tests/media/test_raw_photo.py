"""Cameras' raw photos: the preview is read, or the file refused by its kind."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import Image

from mien.errors import ImageError, PictureWarning
from mien.media.image import read_image, read_picture

RED = (200, 30, 40)
_FORMS = {1: "B", 2: "c", 3: "H", 4: "I", 7: "c"}


def jpeg(width: int, height: int, colour=RED, **options: object) -> bytes:
    content = io.BytesIO()
    image = Image.new("RGB", (width, height), "black")
    image.paste(colour, (0, 0, width // 2, height // 2))
    image.save(content, "JPEG", quality=95, **options)
    return content.getvalue()


def entry(order: str, tag: int, kind: int, *values: int) -> tuple[int, int, int, bytes]:
    return tag, kind, len(values), struct.pack(f"{order}{len(values)}{_FORMS[kind]}", *values)


def tiff_like(pictures: list[dict], *, order: str = "<", mark: bytes | None = None) -> bytes:
    """Directories one below the first, as cameras write them, each with data of its own.

    Each is ``{"size": (w, h), "photometric": n, "compression": n, "data": bytes, "tags": {…}}``.
    """
    content = bytearray(mark or {"<": b"II*\0", ">": b"MM\0*"}[order]) + bytes(12)
    places = []
    for picture in pictures:
        places.append(len(content))
        content += picture["data"] + bytes(len(picture["data"]) % 2)
    directories: list[int] = []
    for picture, place in reversed(list(zip(pictures, places, strict=True))):
        width, height = picture["size"]
        entries = [
            entry(order, 256, 4, width),
            entry(order, 257, 4, height),
            entry(order, 259, 3, picture.get("compression", 1)),
            entry(order, 262, 3, picture["photometric"]),
            entry(order, 273, 4, place),
            entry(order, 278, 4, height),
            entry(order, 279, 4, len(picture["data"])),
        ]
        if picture["photometric"] == 2 or picture["photometric"] == 6:
            entries.append(entry(order, 258, 3, 8, 8, 8))
            entries.append(entry(order, 277, 3, 3))
        else:
            entries.append(entry(order, 258, 3, 16))
            entries.append(entry(order, 277, 3, 1))
        entries += [entry(order, tag, 3, value) for tag, value in picture.get("tags", {}).items()]
        if picture is pictures[0] and directories:
            entries.append(entry(order, 330, 4, *reversed(directories)))
        content += bytes(len(content) % 2)
        directory, after = struct.pack(f"{order}H", len(entries)), b""
        end = len(content) + 2 + 12 * len(entries) + 4
        for tag, kind, number, raw in sorted(entries):
            directory += struct.pack(f"{order}HHI", tag, kind, number)
            if len(raw) <= 4:
                directory += raw.ljust(4, b"\0")
            else:
                directory += struct.pack(f"{order}I", end + len(after))
                after += raw + bytes(len(raw) % 2)
        directories.append(len(content))
        content += directory + struct.pack(f"{order}I", 0) + after
    content[4:8] = struct.pack(f"{order}I", directories[-1])
    return bytes(content)


def thumbnail(side: int = 160, **tags: int) -> dict:
    data = np.full((side, side, 3), 90, np.uint8).tobytes()
    return {"size": (side, side), "photometric": 2, "data": data, "tags": {254: 1}}


def mosaic(width: int = 1600, height: int = 1200) -> dict:
    return {"size": (width, height), "photometric": 32803, "data": bytes(2 * width * height)}


def embedded(content: bytes, width: int, height: int) -> dict:
    return {"size": (width, height), "photometric": 6, "compression": 7, "data": content}


def the_error(content: bytes, name: str) -> str:
    with pytest.raises(ImageError) as caught:
        read_image(content, name=name)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("name", "kind"), [("a.nef", "NEF"), ("a.ARW", "ARW"), ("a.tif", "raw")])
def test_a_raw_photo_with_only_a_thumbnail_is_refused_by_its_kind(order, name, kind):
    content = tiff_like([thumbnail(), mosaic()], order=order)
    line = the_error(content, name)
    assert line.startswith(f"{name}: is a camera's raw photo ({kind})")
    assert line.endswith("; export it as JPEG")


def test_a_raw_photo_without_any_picture_is_not_called_damaged():
    line = the_error(tiff_like([mosaic() | {"tags": {50706: 1}}]), "bare.dng")
    assert "raw photo (DNG)" in line
    assert "damaged" not in line


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_full_preview_is_read_and_that_is_told(order):
    full = jpeg(1600, 1200)
    small = jpeg(320, 240, (0, 0, 255))
    content = tiff_like(
        [thumbnail(), mosaic(), embedded(small, 320, 240), embedded(full, 1600, 1200)],
        order=order,
    )
    picture = read_picture(content, name="a.nef")
    np.testing.assert_array_equal(picture.image, read_image(full))
    assert picture.preview_of == "NEF"
    (note,) = picture.warnings
    assert note == "is a camera's raw photo (NEF): read is the preview in it, 1600 × 1200 pixels"
    with pytest.warns(PictureWarning, match=r"a\.nef: is a camera's raw photo"):
        read_image(content, name="a.nef")


def test_a_preview_of_half_the_photos_size_is_enough_and_of_a_quarter_is_not():
    for side, enough in ((512, True), (256, False)):
        content = tiff_like(
            [thumbnail(64), mosaic(1024, 1024), embedded(jpeg(side, side), side, side)]
        )
        if enough:
            assert read_picture(content).image.shape == (side, side, 3)
        else:
            assert "raw photo" in the_error(content, "a.dng")


def test_the_preview_is_turned_as_the_raw_photo_says():
    first = thumbnail() | {"tags": {254: 1, 274: 6}}
    content = tiff_like([first, mosaic(), embedded(jpeg(1200, 800), 1200, 800)])
    pixels = read_picture(content).image
    assert pixels.shape == (1200, 800, 3)
    assert (
        np.abs(pixels[100, 700].astype(int) - RED).max() < 8
    )  # The left upper corner, to the right.


def test_a_preview_that_says_how_it_lies_is_believed():
    exif = Image.Exif()
    exif[0x0112] = 1
    first = thumbnail() | {"tags": {254: 1, 274: 6}}
    full = jpeg(1200, 800, exif=exif.tobytes())
    assert read_picture(tiff_like([first, mosaic(), embedded(full, 1200, 800)])).image.shape == (
        800,
        1200,
        3,
    )


def test_the_cameras_own_pixels_are_no_preview_though_they_be_jpegs():
    lossy = mosaic(1200, 800) | {"photometric": 34892, "compression": 7, "data": jpeg(1200, 800)}
    assert "raw photo" in the_error(tiff_like([thumbnail(), lossy]), "a.dng")
    without_loss = jpeg(1200, 800).replace(b"\xff\xc0", b"\xff\xc3", 1)
    content = tiff_like([thumbnail(), mosaic(1200, 800) | {"compression": 7, "data": without_loss}])
    assert "raw photo" in the_error(content, "a.dng")


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"FUJIFILMCCD-RAW 0201FF383501", "RAF"),
        (b"\0\0\0\x18ftypcrx \0\0\0\1crx isom", "CR3"),
        (b"IIRO\x08\0\0\0\0\0\0\0\0\0\0\0", "ORF"),
        (b"IIU\0\x08\0\0\0\0\0\0\0\0\0\0\0", "RW2"),
        (b"FOVb\0\0\3\0", "X3F"),
        (b"\0MRM\0\0\0\0", "MRW"),
        (b"II\x1a\0\0\0HEAPCCDR\2\0", "CRW"),
        (b"II*\0\x10\0\0\0CR\2\0\0\0\0\0", "CR2"),
    ],
)
def test_makers_own_forms(head, kind):
    assert f"raw photo ({kind})" in the_error(head + bytes(5000), "a")
    full = jpeg(1600, 1200)
    picture = read_picture(head + bytes(5000) + full + bytes(999))
    assert picture.preview_of == kind
    np.testing.assert_array_equal(picture.image, read_image(full))


def test_an_ordinary_tiff_is_none():
    content = io.BytesIO()
    Image.new("RGB", (30, 20), RED).save(content, "TIFF", compression="jpeg")
    assert read_picture(content.getvalue(), name="a.dng").preview_of is None


def test_the_limit_on_pixels_is_for_previews_too():
    content = tiff_like([thumbnail(), mosaic(), embedded(jpeg(1600, 1200), 1600, 1200)])
    with pytest.raises(ImageError, match="has 1,920,000 pixels"):
        read_picture(content, max_pixels=1_000_000)
