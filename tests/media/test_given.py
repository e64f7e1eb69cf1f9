"""Whatever a program has a picture in is read, or refused in one line that says what to do."""

from __future__ import annotations

import base64
import io
import urllib.parse
from collections import UserDict
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mien.errors import ImageError, MienError, UsageError
from mien.media.given import holds_pictures, path_of
from mien.media.image import read_image


def picture(width: int = 23, height: int = 17) -> np.ndarray:
    y, x = np.mgrid[:height, :width]
    return np.stack([x * 9 % 256, y * 13 % 256, (x * y) % 256], -1).astype(np.uint8)


@pytest.fixture
def png(tmp_path) -> Path:
    Image.fromarray(picture()).save(tmp_path / "a.png")
    return tmp_path / "a.png"


class OpenUpload:
    """An upload of a web framework: it can be read, and not much else."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def read(self) -> bytes:
        return self._content


def data_uri(content: bytes, head: str = "data:image/png;base64,") -> str:
    return head + base64.b64encode(content).decode()


@pytest.mark.parametrize(
    "form",
    [
        str,
        lambda path: path,
        Path.read_bytes,
        lambda path: bytearray(path.read_bytes()),
        lambda path: memoryview(path.read_bytes()),
        lambda path: io.BytesIO(path.read_bytes()),
        lambda path: path.open("rb"),
        lambda path: OpenUpload(path.read_bytes()),
        Image.open,
        lambda path: Image.fromarray(picture()),
        lambda path: picture(),
        lambda path: np.asfortranarray(picture()),
        lambda path: data_uri(path.read_bytes()),
        lambda path: data_uri(path.read_bytes()).rstrip("="),
        lambda path: (
            data_uri(path.read_bytes())
            .replace("+", "-")
            .replace("/", "_")
            .replace("data:image_png", "data:image/png")
        ),
        lambda path: "DATA:image/png," + urllib.parse.quote_from_bytes(path.read_bytes()),
    ],
)
def test_every_form_gives_the_same_pixels(form, png):
    pixels = read_image(form(png))
    np.testing.assert_array_equal(pixels, picture())
    assert pixels.flags.c_contiguous


def test_bgr_is_turned_and_the_array_stays_as_it_was():
    bgr = np.ascontiguousarray(picture()[..., ::-1])
    before = bgr.copy()
    np.testing.assert_array_equal(read_image(bgr, bgr=True), picture())
    np.testing.assert_array_equal(bgr, before)


def test_bgr_is_only_for_arrays(png):
    with pytest.raises(UsageError, match="bgr is for arrays"):
        read_image(png, bgr=True)
    with pytest.raises(UsageError, match="bgr is 1, expected True or False"):
        read_image(picture(), bgr=1)


def test_a_written_buffer_is_read_from_its_beginning():
    buffer = io.BytesIO()
    Image.fromarray(picture()).save(buffer, "PNG")
    assert buffer.tell() > 0
    np.testing.assert_array_equal(read_image(buffer), picture())


def test_a_file_object_is_read_from_where_it_stands(png):
    buffer = io.BytesIO(b"header" + png.read_bytes())
    buffer.seek(6)
    np.testing.assert_array_equal(read_image(buffer), picture())


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "HSV", "I"])
def test_pil_pictures_of_every_mode(mode):
    grey = Image.fromarray(np.repeat(picture()[:, :, :1], 3, axis=2))
    image = grey.convert("L").convert(mode) if mode == "I" else grey.convert(mode)
    before = image.copy()
    pixels = read_image(image)
    assert pixels.shape == (17, 23, 3)
    # Of 32-bit integers no one knows the white: see the rule of ``read_image``.
    if mode not in ("1", "I"):
        expected = np.asarray(image.convert("RGB") if mode == "P" else grey)
        assert np.abs(pixels.astype(int) - expected).mean() < 4
    assert image.mode == mode
    assert image.tobytes() == before.tobytes()


def test_the_exif_orientation_of_a_pil_picture_is_applied(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(picture()).save(tmp_path / "turned.png", exif=exif)
    with Image.open(tmp_path / "turned.png") as image:
        np.testing.assert_array_equal(read_image(image), np.rot90(picture(), -1))
        assert image.size == (23, 17)


def test_a_pil_picture_whose_file_is_closed_or_damaged(png):
    with Image.open(png) as image:
        pass
    with pytest.raises(ImageError, match=r"a\.png: the PIL picture cannot be.*its path"):
        read_image(image)
    cut = Image.open(io.BytesIO(png.read_bytes()[:100]))
    with pytest.raises(ImageError, match="the PIL picture cannot be loaded"):
        read_image(cut)


def test_a_pil_picture_over_the_limit():
    with pytest.raises(ImageError, match="391 pixels, the limit is 390"):
        read_image(Image.fromarray(picture()), max_pixels=390)


class Failing:
    name = "camera.jpg"
    closed = False

    def read(self) -> bytes:
        raise OSError(5, "Input/output error")


class Capture:
    """As OpenCV's: ``read`` gives a pair."""

    def read(self) -> tuple[bool, None]:
        return False, None


class Later:
    async def read(self) -> bytes:
        return b""


class Tensor:
    shape = (3, 4, 5)

    def __array__(self) -> np.ndarray:
        return np.zeros(self.shape)

    def __iter__(self):
        return iter([1, 2, 3])


def closed_file() -> io.BytesIO:
    file = io.BytesIO(b"1")
    file.close()
    return file


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("source", "kind", "line"),
    [
        (None, UsageError, "None is no picture; OpenCV gives None"),
        (3, UsageError, "out of int; give a path"),
        (2.5, UsageError, "out of float; give a path"),
        (True, UsageError, "out of bool; give a path"),
        ({"a": 1}, UsageError, r"a dict is no picture; give its values: list\(pictures"),
        (UserDict(), UsageError, "UserDict is no picture"),
        ({"a.png"}, UsageError, "a set has no order; give a list"),
        (object(), UsageError, "out of object; give a path"),
        (Image.Image, UsageError, "out of type; give a path"),
        (["a.png"], UsageError, "a list where one picture is expected; .*Analyzer.analyze"),
        (Tensor(), UsageError, "Tensor is no array of numpy; give uint8"),
        ("", UsageError, "the path is empty"),
        ("  ", UsageError, "the path is empty"),
        ("no.png", ImageError, "no.png: no such file; check the spelling"),
        (Path("no.png"), ImageError, "no.png: no such file; check the spelling"),
        ("https://example.org/a.jpg", UsageError, "not fetched.*urllib.request.urlopen"),
        ("s3://bucket/a.jpg", UsageError, "not fetched"),
        ("iVBORw0KGgo" * 40, UsageError, r"looks like base64; give base64\.b64decode"),
        ("data:image/png;base64,@@@", ImageError, "data URI: its base64 is damaged"),
        ("data:image/png;base64,", ImageError, "data URI: there is nothing in it"),
        ("data:image/png;base64,aGVsbG8=", ImageError, "not a picture in a format that is read"),
        (b"", ImageError, "picture in memory: the file is empty"),
        (io.BytesIO(), ImageError, "the file is empty"),
        (io.StringIO("text"), UsageError, "file object: is open as text; open it with mode"),
        (closed_file(), ImageError, "file object: is closed; read it while it is open"),
        (Failing(), ImageError, "camera.jpg: cannot be read .Input/output error"),
        (Capture(), UsageError, "gives tuple, not bytes; give the picture"),
        (Later(), UsageError, "gives coroutine, not bytes; give the picture"),
        (Image.new("RGB", (0, 5)), UsageError, "the PIL picture has no pixels: 0 × 5"),
        (np.zeros((0, 5, 3), np.uint8), UsageError, "the image has no pixels"),
        (np.zeros((9, 9), np.uint8), UsageError, r"make grey into RGB: np.dstack"),
        (np.zeros((9, 9, 1), np.uint8), UsageError, r"make grey into RGB: np.dstack"),
        (np.zeros((9, 9, 4), np.uint8), UsageError, r"leave out transparency: image\[..., :3\]"),
        (np.zeros((3, 9, 9), np.uint8), UsageError, "put the channels last"),
        (np.zeros((2, 9, 9, 3), np.uint8), UsageError, r"as a list: list\(images\)"),
        (np.zeros((9, 9, 3), np.float32), UsageError, r"scale 0 to 1 up: \(image \* 255\)"),
        (np.zeros((9, 9, 3), np.uint16), UsageError, "scale 16 bits down"),
        (np.zeros((9, 9, 3), bool), UsageError, "make True white"),
        (np.array(["a.png"]), UsageError, "expected uint8"),
    ],
)
def test_anything_else_is_refused_in_one_line(source, kind, line):
    with pytest.raises(kind, match=line) as caught:
        read_image(source)
    assert isinstance(caught.value, MienError)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize(
    ("text", "make"),
    [
        ("np.dstack([image] * 3)", lambda: np.zeros((9, 9), np.uint8)),
        ("image[..., :3]", lambda: np.zeros((9, 9, 4), np.uint8)),
        ("image.transpose(1, 2, 0)", lambda: np.zeros((3, 9, 9), np.uint8)),
        ("(image * 255).round().astype(np.uint8)", lambda: np.zeros((9, 9, 3))),
        ("(image // 257).astype(np.uint8)", lambda: np.zeros((9, 9, 3), np.uint16)),
        ("image.astype(np.uint8) * 255", lambda: np.zeros((9, 9, 3), bool)),
    ],
)
def test_what_the_errors_advise_helps(text, make):
    with pytest.raises(UsageError) as caught:
        read_image(make())
    assert text.replace("[image]", "[grey]") in str(caught.value)
    assert read_image(eval(text, {"np": np, "image": make()})).shape == (9, 9, 3)


@pytest.mark.parametrize(
    ("source", "several"),
    [
        (["a"], True),
        (("a",), True),
        (iter(["a"]), True),
        ((name for name in "ab"), True),
        ({"a": 1}.values(), True),
        (np.zeros((2, 2, 3)), False),
        ("ab", False),
        (b"ab", False),
        (Path("a"), False),
        (io.BytesIO(), False),
        (Image.new("RGB", (2, 2)), False),
        (Tensor(), False),
        ({"a"}, False),
        ({"a": 1}, False),
        (None, False),
        (5, False),
    ],
)
def test_one_picture_or_several(source, several):
    assert holds_pictures(source) is several


def test_where_a_picture_comes_from(png):
    with png.open("rb") as file, Image.open(png) as image:
        for source in (str(png), png, file, image):
            assert path_of(source) == str(png)
    for source in (png.read_bytes(), io.BytesIO(), picture(), data_uri(b"1"), None, 5):
        assert path_of(source) is None
    assert path_of(Image.new("RGB", (2, 2))) is None
