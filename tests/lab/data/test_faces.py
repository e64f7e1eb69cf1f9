from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from mien.emotions import FER2013
from mien.errors import DataError
from mien.lab.data.faces import SPLITS, FaceData, ImageShape
from mien.lab.data.twins import has_twin, twin_groups


def _pattern(count: int = 9) -> FaceData:
    """Data from arithmetic only, the same with every version of every library."""
    row, y, x = np.ogrid[:count, :48, :48]
    images = ((row * 31 + y * 7 + x * 3) % 256).astype(np.uint8)
    number = np.arange(count)
    labels, splits = (number % 7).astype(np.uint8), (number % 3).astype(np.uint8)
    return FaceData("pattern", images, labels, splits, FER2013)


def test_the_hash_is_the_same_for_ever():
    """A card's ``data_sha256`` must still name its data after years."""
    expected = "9343edd9d1bdebad8e2db542715ceea6c0ab7a8bbfada3f8402ba69763dffe42"
    assert _pattern().sha256 == expected


def test_the_hash_sees_every_pixel_label_and_split_and_the_order():
    data = _pattern()
    hashes = {data.sha256}
    for name in ("images", "labels", "splits"):
        changed = getattr(data, name).copy()
        changed.flat[-1] ^= 1
        hashes.add(replace(data, **{name: changed}).sha256)
    turned = slice(None, None, -1)
    hashes.add(
        replace(
            data,
            images=data.images[turned],
            labels=data.labels[turned],
            splits=data.splits[turned],
        ).sha256
    )
    assert len(hashes) == 5


def test_the_hash_does_not_see_name_votes_or_memory_layout():
    data = _pattern()
    fortran = np.asfortranarray(data.images)
    votes = np.ones((len(data), 10), np.uint8)
    other = replace(data, name="other", images=fortran, votes=votes, notes=("told",))
    assert other.sha256 == data.sha256


def test_votes_have_a_hash_of_their_own():
    data = _pattern()
    votes = np.ones((len(data), 10), np.uint8)
    assert data.votes_sha256 == ""
    first = replace(data, votes=votes).votes_sha256
    votes = votes.copy()
    votes[3, 2] = 2
    assert len(first) == 64
    assert replace(data, votes=votes).votes_sha256 != first


def test_taking_rows_keeps_what_belongs_together(faces):
    rows = np.array([5, 2, 90])
    part = faces.take(rows)
    for name in ("images", "labels", "splits", "votes"):
        assert np.array_equal(getattr(part, name), getattr(faces, name)[rows])
    assert (part.name, part.label_set) == (faces.name, faces.label_set)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"images": np.zeros((9, 48, 47), np.uint8)}, "images have shape (9, 48, 47), expected"),
        ({"images": np.zeros((9, 48), np.uint8)}, "images have shape (9, 48), expected"),
        ({"images": np.zeros((8, 48, 48), np.uint8)}, "images, labels and splits differ in length"),
        ({"labels": np.zeros(8, np.uint8)}, "images, labels and splits differ in length"),
        ({"splits": np.zeros((9, 1), np.uint8)}, "images, labels and splits differ in length"),
        ({"votes": np.zeros((9, 8), np.uint8)}, "votes have shape (9, 8), expected (9, 10)"),
    ],
)
def test_arrays_that_do_not_fit_together(changes, says):
    with pytest.raises(DataError) as caught:
        replace(_pattern(), **changes)
    assert says in str(caught.value)


def test_the_splits_share_out_the_rows(faces):
    parts = [faces.rows(split) for split in SPLITS]
    assert [len(part) for part in parts] == [56, 21, 19]
    assert sorted(np.concatenate(parts)) == list(range(len(faces)))
    for code, part in enumerate(parts):
        assert (np.diff(part) > 0).all()
        assert (faces.splits[part] == code).all()


def test_an_unknown_or_empty_split():
    data = replace(_pattern(), splits=np.zeros(9, np.uint8))
    with pytest.raises(DataError, match=r"^pattern: no split 'Test'; one of Training, PublicTest"):
        data.rows("Test")
    with pytest.raises(
        DataError, match=r"^pattern: split PublicTest has no rows; .*--holdout 0.1$"
    ):
        data.rows("PublicTest")


def test_twins_are_equal_in_every_pixel():
    data = _pattern()
    images = data.images.copy()
    images[4] = images[0]
    images[5] = images[0]
    images[5, 47, 47] ^= 1
    data = replace(data, images=images)
    found = has_twin(data, np.array([4, 5, 1, 0]), np.array([0, 3, 6]))
    assert found.tolist() == [True, False, False, True]
    assert found.dtype == np.bool_
    assert has_twin(data, np.array([4]), np.array([], dtype=np.int64)).tolist() == [False]
    assert has_twin(data, np.array([], dtype=np.int64), np.array([4])).shape == (0,)


def test_twins_form_groups():
    images = _pattern(5).images.copy()
    images[3] = images[1]
    images[4, 0, 0] ^= 1
    assert twin_groups(images).tolist() == [0, 1, 2, 1, 4]


COLOURED = np.random.default_rng(0).integers(0, 256, (9, 100, 100, 3), dtype=np.uint8)


def _coloured() -> FaceData:
    return replace(_pattern(), images=COLOURED)


def test_a_fitted_set_is_reduced_as_pillow_does_it_and_stays_the_same_set():
    data = _coloured()
    fitted = data.fitted(ImageShape(48, False))
    for image, found in zip(COLOURED, fitted.images, strict=True):
        grey = Image.fromarray(image).convert("L")
        expected = grey.resize((48, 48), Image.Resampling.BOX)
        np.testing.assert_array_equal(found, np.asarray(expected))
    assert fitted.sha256 == data.sha256
    assert fitted.fitted(ImageShape(32, False)).sha256 == data.sha256
    # What is left out of it is another set.
    assert fitted.take(np.arange(3)).sha256 != data.take(np.arange(3)).sha256
    assert data.fitted(data.image_shape) is data


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        (ImageShape(64, False), "48×48 pixels, 64×64 are asked for; .*--size 64$"),
        (ImageShape(48, True), "are grey, colour is asked for; .*--size 48 --colour$"),
    ],
)
def test_a_set_cannot_gain_pixels_or_colour(shape, message):
    with pytest.raises(DataError, match=message):
        _pattern().fitted(shape)


@pytest.mark.parametrize("shape", [(9, 48), (9, 48, 47), (9, 48, 48, 1), (9, 48, 48, 4)])
def test_images_of_other_forms_are_refused(shape):
    with pytest.raises(DataError, match=r"expected \(n, side, side\[, 3\]\)"):
        replace(_pattern(), images=np.zeros(shape, np.uint8))
