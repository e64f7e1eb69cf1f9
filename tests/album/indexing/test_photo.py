"""What is read out of a file before any network runs: pixels, EXIF, sharpness, likeness, dates."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from mien.album.asking.spans import number_range, time_span
from mien.album.indexing.exif import read_exif
from mien.album.indexing.measure import brightness, difference_hash, sharpness
from mien.album.indexing.photo import read_photo
from mien.album.records import Exif
from mien.errors import ImageError, UsageError
from mien.media.image import read_image, reads_heic

from ..conftest import portrait, save


def seconds(*parts: int) -> float:
    return datetime(*parts, tzinfo=UTC).timestamp()


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp"])
def test_exif(tmp_path: Path, suffix: str) -> None:
    path = save(portrait(32), tmp_path / f"a.{suffix}", taken="2019:07:04 12:33:10", place=True)
    found = read_photo(path.read_bytes(), "a").exif
    assert found.taken == seconds(2019, 7, 4, 12, 33, 10)
    assert found.utc_offset is None
    assert (found.latitude, found.longitude) == pytest.approx((-48.208333, -16.37))


def test_the_time_of_a_scan(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[306] = "2001:02:03 04:05:06"
    portrait(8).save(tmp_path / "a.tiff", exif=exif)
    found = read_photo((tmp_path / "a.tiff").read_bytes(), "a.tiff").exif
    assert found == Exif(taken=seconds(2001, 2, 3, 4, 5, 6))


def test_exif_fraction_and_offset() -> None:
    image = portrait(8)
    exif = image.getexif()
    exif.get_ifd(0x8769).update({36867: "2020:02:29 23:59:59", 37521: "25", 36881: "-03:30"})
    found = read_exif(image)
    assert found.taken == seconds(2020, 2, 29, 23, 59, 59) + 0.25
    assert found.utc_offset == -210


@pytest.mark.parametrize(
    "text", ["0000:00:00 00:00:00", "2019:02:30 12:00:00", "    :  :     :  :  ", "yesterday", ""]
)
def test_a_clock_that_was_not_set_is_no_time(tmp_path: Path, text: str) -> None:
    with Image.open(save(portrait(8), tmp_path / "a.jpg", taken=text)) as file:
        assert read_exif(file).taken is None


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_damaged_exif_is_none() -> None:
    image = portrait(8)
    image.info["exif"] = b"Exif\0\0II*\0\xff\xff\xff\x7f garbage"
    assert read_exif(image) == Exif()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_reduced_photo_is_the_photo_smaller(tmp_path: Path, orientation: int) -> None:
    wide = portrait(256).crop((0, 0, 256, 192))
    path = save(wide, tmp_path / "a.jpg", orientation=orientation)
    full = read_image(path)
    photo = read_photo(path.read_bytes(), "a", least_pixels=60 * 48)
    assert (photo.height, photo.width) == full.shape[:2]
    assert photo.reduction == 4
    small = cv2.resize(full, photo.image.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(small.astype(int) - photo.image).mean() < 3


def test_other_formats_and_small_photos_keep_their_size(tmp_path: Path) -> None:
    for name in ("a.png", "b.webp", "c.jpg"):
        path = save(portrait(64), tmp_path / name)
        assert read_photo(path.read_bytes(), name, least_pixels=60 * 60).image.shape == (64, 64, 3)


@pytest.mark.parametrize("end", [3, 200, 1500])
def test_a_cut_off_jpeg_is_an_error_when_reduced(tmp_path: Path, end: int) -> None:
    content = save(portrait(256), tmp_path / "a.jpg").read_bytes()[:end]
    with pytest.raises(ImageError):
        read_photo(content, "a.jpg", least_pixels=64)


def test_a_jpeg_that_lacks_its_end_is_read_when_reduced_too(tmp_path: Path) -> None:
    content = save(portrait(256), tmp_path / "a.jpg").read_bytes()
    for end in (len(content) - 2, len(content) * 9 // 10):
        photo = read_photo(content[:end], "a.jpg", least_pixels=64)
        assert (photo.width, photo.height) == (256, 256)


def test_a_damaged_heic_is_one_line() -> None:
    content = b"\0\0\0\x18ftypheic" + bytes(40)
    message = "is damaged" if reads_heic() else r'is a HEIC photo; .*pip install "\.\[heic\]"'
    with pytest.raises(ImageError, match=message):
        read_photo(content, "a.heic")


@pytest.mark.skipif(not reads_heic(), reason="needs the extra heic")
def test_a_heic_photo() -> None:
    """The packaged portrait at 128 pixels, stored lying on its side as a phone does."""
    content = (Path(__file__).parents[2] / "golden" / "portrait.heic").read_bytes()
    found = read_photo(content, "a.heic")
    assert (found.width, found.height) == (128, 128)
    assert np.abs(found.image.astype(int) - np.array(portrait(128))).mean() < 6
    assert found.exif.taken == datetime(2020, 5, 6, 7, 8, 9, tzinfo=UTC).timestamp()
    with pytest.raises(ImageError, match=r"is damaged|is cut off"):
        read_photo(content[:900], "cut.heic")


def test_difference_hash_by_hand() -> None:
    falling = np.repeat(np.linspace(255, 0, 90, dtype=np.uint8)[None, :, None], 80, 0)
    falling = np.repeat(falling, 3, 2)
    assert difference_hash(falling) == -1  # all 64 bits
    assert difference_hash(np.ascontiguousarray(falling[:, ::-1])) == 0
    top = falling.copy()
    top[10:] = top[10:, ::-1]
    assert difference_hash(top) & (2**64 - 1) == 0xFF << 56


def test_brightness_is_that_of_the_lights_on_a_face() -> None:
    crop = np.asarray(portrait(160).convert("L"))[40:110, 40:110]
    assert 0.6 < brightness(crop) < 1
    assert brightness((crop * 0.1).astype(np.uint8)) == pytest.approx(0.1 * brightness(crop), 0.1)
    on_black = np.zeros((48, 48), np.uint8)
    on_black[8:40, 8:40] = 200
    assert brightness(on_black) == pytest.approx(200 / 255)


def test_sharpness_falls_with_blur_and_not_with_contrast() -> None:
    crop = np.array(portrait(160).convert("L").crop((40, 10, 110, 100)))
    blurred = [sharpness(cv2.GaussianBlur(crop, (0, 0), sigma)) for sigma in (0.8, 1.6, 3.2)]
    assert sharpness(crop) > blurred[0] > blurred[1] > blurred[2] > 0
    half = (crop // 2).astype(np.uint8)
    assert sharpness(half) == pytest.approx(sharpness(crop), rel=0.05)
    assert sharpness(np.full((48, 48), 90, np.uint8)) == 0


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("2019", (2019, 1, 1), (2020, 1, 1)),
        ("2019-12", (2019, 12, 1), (2020, 1, 1)),
        ("2020-02-29", (2020, 2, 29), (2020, 3, 1)),
        ("2019-07-04T12:30", (2019, 7, 4, 12, 30), (2019, 7, 4, 12, 31)),
    ],
)
def test_dates(text: str, begin: tuple[int, ...], end: tuple[int, ...]) -> None:
    assert time_span(text, "--to") == (seconds(*begin), seconds(*end))


@pytest.mark.parametrize(
    "text", ["", "19", "2019-13", "2019-02-30", "2019-07T12:00", "9999", "now"]
)
def test_no_dates(text: str) -> None:
    with pytest.raises(UsageError, match="is no date"):
        time_span(text, "--from")


def test_ranges() -> None:
    found = {text: number_range(text, "--faces") for text in ("3", "2..5", "2..", "..4")}
    assert found == {"3": (3, 3), "2..5": (2, 5), "2..": (2, None), "..4": (0, 4)}
    for text in ("", "..", "5..2", "a", "-1", "1...2", "1.5"):
        with pytest.raises(UsageError, match="is no range"):
            number_range(text, "--faces")


def test_sharpness_means_the_same_whatever_the_model_takes() -> None:
    small = np.random.default_rng(0).integers(0, 256, (48, 48), dtype=np.uint8)
    large = np.repeat(np.kron(small, np.ones((2, 2), np.uint8))[..., None], 3, axis=2)
    assert sharpness(large) == pytest.approx(sharpness(small), rel=0.01)
