"""The annotated picture: boxes in the label's colour, labels that can be read."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageColor

from mien.emotions import COLOURS, FER2013, UNSURE
from mien.errors import OutputError, UsageError
from mien.media.drawing import draw
from mien.media.drawing.draw import annotate, write_image
from mien.media.drawing.label_layout import place_labels
from mien.media.image import read_image
from mien.results import Face, Frame

GREY = 120


def plain(height: int = 300, width: int = 400) -> np.ndarray:
    return np.full((height, width, 3), GREY, np.uint8)


def colour(label: str) -> tuple[int, ...]:
    return ImageColor.getrgb(COLOURS[label])


def where(pixels: np.ndarray, rgb: tuple[int, ...]) -> np.ndarray:
    return (pixels == np.array(rgb, np.uint8)).all(axis=2)


def contrast(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """WCAG 2.2 contrast ratio, 1 to 21."""

    def luminance(rgb):
        linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in rgb]
        return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))

    high, low = sorted((luminance(np.array(c) / 255) for c in (one, other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("emotion", FER2013.labels)
def test_the_box_has_the_colour_of_its_label(emotion, make_face, make_frame):
    pixels = annotate(plain(), make_frame(make_face((150, 100, 250, 220), emotion)))
    drawn = where(pixels, colour(emotion))
    for y in (120, 160, 219):
        assert drawn[y, 147:153].any()
        assert drawn[y, 247:253].any()
    for x in (170, 200, 240):
        assert drawn[217:223, x].any()
    # The face itself stays as it was.
    assert (pixels[110:210, 160:240] == GREY).all()


def test_the_picture_given_is_not_changed(make_face, make_frame):
    image = plain()
    image.flags.writeable = False
    pixels = annotate(image, make_frame(make_face((150, 100, 250, 220))))
    assert (image == GREY).all()
    assert (pixels != GREY).any()
    assert pixels.shape == image.shape
    assert pixels.flags.writeable


def test_no_faces_is_a_copy(make_frame):
    image = plain()
    pixels = annotate(image, make_frame())
    np.testing.assert_array_equal(pixels, image)
    assert not np.shares_memory(pixels, image)


def test_unsure_is_dashed_and_certain_is_not(make_face, make_frame):
    box = (100, 100, 250, 280)
    sure = annotate(plain(), make_frame(make_face(box, "sad")))
    unsure = annotate(plain(), make_frame(make_face(box, "sad", 0.3, unsure=True)))
    for pixels, label, changes in ((sure, "sad", 0), (unsure, UNSURE, 8)):
        side = where(pixels, colour(label))[105:275, 97:104].any(axis=1)
        assert np.count_nonzero(np.diff(side.astype(int))) >= changes
        assert side.all() is np.bool_(changes == 0)
    assert not where(unsure, colour("sad")).any()


@pytest.mark.parametrize("label", COLOURS)
def test_letters_can_be_read_on_every_colour(label):
    letters = draw.readable_on(colour(label))
    assert contrast(letters, colour(label)) >= 4.5


@pytest.mark.parametrize(
    "box",
    [(0, 0, 60, 60), (340, 240, 400, 300), (-50, -50, 80, 90), (0, 0, 400, 300), (395, 0, 400, 5)],
)
def test_the_plate_is_inside_the_picture(box, make_face, make_frame, monkeypatch):
    plates = plates_of(plain(), make_frame(make_face(box, "surprise")), monkeypatch)
    ((left, top, right, bottom),) = plates
    assert 0 <= left < right <= 400
    assert 0 <= top < bottom <= 300
    assert right - left > 40


def plates_of(image: np.ndarray, frame: Frame, monkeypatch) -> list[tuple[int, ...]]:
    """The plates that ``annotate`` draws."""
    plates = []
    paint = draw._draw_label

    def note(drawing, mark, label, corner):
        plates.append((*corner, corner[0] + label.width, corner[1] + label.height))
        paint(drawing, mark, label, corner)

    monkeypatch.setattr(draw, "_draw_label", note)
    annotate(image, frame)
    return plates


def overlap(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return (
        min(one[2], other[2]) - max(one[0], other[0]) > 1
        and min(one[3], other[3]) - max(one[1], other[1]) > 1
    )


@pytest.mark.parametrize("unsure", [False, True])
def test_plates_of_close_faces_do_not_cover_each_other(unsure, make_face, make_frame, monkeypatch):
    boxes = [(150, 100, 200, 160), (190, 105, 240, 165), (170, 150, 215, 200), (160, 98, 205, 150)]
    frame = make_frame(*(make_face(box, "surprise", 0.4, unsure=unsure) for box in boxes))
    plates = plates_of(plain(), frame, monkeypatch)
    assert len(plates) == 4
    for one, other in itertools.combinations(plates, 2):
        assert not overlap(one, other)


def test_plates_of_a_class_photo_do_not_cover_each_other(make_face, make_frame, monkeypatch):
    faces = [
        make_face((x, y, x + 60, y + 75), FER2013.labels[(x + y) % 7], 0.6)
        for x in range(30, 1150, 95)
        for y in range(60, 750, 140)
    ]
    plates = plates_of(plain(800, 1200), make_frame(*faces), monkeypatch)
    assert len(plates) == 60
    for one, other in itertools.combinations(plates, 2):
        assert not overlap(one, other)


@pytest.mark.parametrize("side", [300, 1200, 6000])
def test_letters_and_lines_grow_with_the_picture(side, make_face, make_frame, monkeypatch):
    box = (side * 0.4, side * 0.4, side * 0.6, side * 0.65)
    image, frame = plain(side, side), make_frame(make_face(box))
    ((_, top, _, bottom),) = plates_of(image, frame, monkeypatch)
    assert 0.015 < (bottom - top) / side < 0.08
    row = annotate(image, frame)[side // 2, : side // 2]
    line = np.count_nonzero((row == np.array(colour("happy"), np.uint8)).all(axis=1))
    assert line >= 2
    assert 0.003 < line / side < 0.01


def test_a_label_without_a_colour_is_drawn_too(make_frame):
    face = Face((150, 100, 250, 220), 0.9, None, {"gelangweilt, 退屈": 0.8, "b": 0.2}, {}, False)
    assert (annotate(plain(), make_frame(face)) != GREY).any()


def test_a_long_label_shrinks_into_a_small_picture(make_frame, monkeypatch):
    face = Face((5, 5, 30, 30), 0.9, None, {"a very long label indeed": 1.0}, {}, False)
    ((left, _, right, _),) = plates_of(plain(60, 90), make_frame(face), monkeypatch)
    assert 0 <= left < right <= 90


numbers = st.one_of(st.floats(-1e4, 1e4), st.floats(), st.integers(-50, 50).map(float))


@settings(max_examples=200)
@given(
    height=st.integers(0, 90),
    width=st.integers(0, 90),
    boxes=st.lists(st.tuples(numbers, numbers, numbers, numbers), max_size=5),
    unsure=st.booleans(),
)
def test_any_box_on_any_picture(height, width, boxes, unsure):
    probabilities = dict.fromkeys(FER2013.labels, 1 / 7)
    faces = tuple(Face(box, 0.5, None, probabilities, {}, unsure) for box in boxes)
    image = plain(height, width)
    pixels = annotate(image, Frame(None, width, height, faces, "d", "m"))
    assert pixels.shape == image.shape
    assert pixels.dtype == np.uint8


@pytest.mark.parametrize(
    "image", [np.zeros((5, 5), np.uint8), np.zeros((5, 5, 4), np.uint8), np.zeros((5, 5, 3))]
)
def test_pixels_of_another_form_are_refused(image, make_frame):
    with pytest.raises(UsageError, match=r"expected uint8 \(height, width, 3\)"):
        annotate(image, make_frame())


# Layout


boxes_inside = st.tuples(
    st.floats(0, 500), st.floats(0, 400), st.floats(1, 200), st.floats(1, 200)
).map(lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3]))


@settings(max_examples=100)
@given(boxes=st.lists(boxes_inside, max_size=12))
def test_labels_lie_inside_the_canvas(boxes):
    sizes = [[(90.0, 20.0), (60.0, 14.0)] for _ in boxes]
    placements = place_labels(boxes, sizes, (700, 600))
    assert len(placements) == len(boxes)
    for placement, options in zip(placements, sizes, strict=True):
        width, height = options[placement.choice]
        assert 0 <= placement.left <= 700 - width
        assert 0 <= placement.top <= 600 - height


def test_a_lone_label_stands_on_its_box():
    (placement,) = place_labels([(100, 100, 200, 200)], [[(60, 20)]], (400, 400))
    assert (placement.choice, placement.left, placement.top) == (0, 100, 80)


def test_a_label_without_room_above_hangs_below():
    (placement,) = place_labels([(100, 5, 200, 105)], [[(60, 20)]], (400, 400))
    assert (placement.left, placement.top) == (100, 105)


def test_where_the_best_size_has_no_room_the_next_is_taken():
    box = (0.0, 0.0, 100.0, 100.0)
    first, second = place_labels([box, box], [[(100, 60)], [(100, 60), (90, 40)]], (100, 100))
    assert (first.choice, second.choice) == (0, 1)


# Writing


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".JPEG", ".webp"])
def test_write_image_by_suffix(suffix, tmp_path):
    path = tmp_path / f"out{suffix}"
    y, x = np.mgrid[:60, :80]
    image = np.stack([x * 3, y * 4, x + y], -1).astype(np.uint8)
    write_image(path, image)
    with Image.open(path) as written:
        assert written.format == {".png": "PNG", ".webp": "WEBP"}.get(suffix, "JPEG")
    assert np.abs(read_image(path).astype(int) - image).mean() < (0.001 if suffix == ".png" else 6)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["out.gif", "out", "out.txt"])
def test_another_suffix_is_refused(name, tmp_path):
    with pytest.raises(UsageError, match=r"end the name in \.jpg"):
        write_image(tmp_path / name, plain())
    assert list(tmp_path.iterdir()) == []


def test_a_picture_too_large_for_its_format_is_refused_and_nothing_left(tmp_path):
    with pytest.raises(OutputError, match=r"write it as \.png"):
        write_image(tmp_path / "out.jpg", np.zeros((1, 70_000, 3), np.uint8))
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(OutputError, match="make the folder first"):
        write_image(tmp_path / "missing" / "out.png", plain())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk(tmp_path):
    (tmp_path / "out.png").symlink_to("/dev/full")
    with pytest.raises(OutputError, match="the disk is full"):
        write_image(tmp_path / "out.png", plain())
