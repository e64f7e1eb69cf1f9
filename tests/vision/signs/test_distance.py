from __future__ import annotations

import pytest

from mien.errors import UsageError
from mien.vision.signs.distance import ASSUMED_FOCAL, IRIS_METRES, Focal, distance, focal_length


def test_the_focal_length_that_is_given_is_taken_before_exif_and_a_guess():
    assert focal_length(4000, 3000, given=3500, exif_35mm=26) == Focal(3500, "given")
    by_exif = focal_length(4000, 3000, exif_35mm=43.27)
    assert by_exif.known_from == "exif" and by_exif.pixels == pytest.approx(5000)
    assert focal_length(3000, 4000) == Focal(4000 * ASSUMED_FOCAL, "assumed")


@pytest.mark.parametrize("given", [0, -3, float("nan"), "far"])
def test_an_impossible_focal_length_is_refused(given):
    with pytest.raises(UsageError, match="focal"):
        focal_length(640, 480, given=given)


def test_an_iris_of_ten_pixels():
    found, metres_a_pixel = distance(
        Focal(1000, "given"), iris_pixels=10, head_scale=8.5, irises_seen=True
    )
    assert found.by == "iris" and found.metres == pytest.approx(1000 * IRIS_METRES / 10)
    assert metres_a_pixel == pytest.approx(IRIS_METRES / 10)
    assert found.low < found.metres < found.high
    assert 0.1 < (found.high - found.low) / found.metres < 0.3


def test_who_does_not_know_the_focal_length_says_so_with_the_interval():
    given, exif, assumed = (
        distance(Focal(1000, way), iris_pixels=10, head_scale=8.5, irises_seen=True)[0]
        for way in ("given", "exif", "assumed")
    )
    widths = [each.high / each.low for each in (given, exif, assumed)]
    assert widths[0] < widths[1] < widths[2] and widths[2] > 3


@pytest.mark.parametrize(
    ("iris", "seen"),
    [(10, False), (0, True), (20, True), (4, True)],
    ids=["closed", "none", "too large for the head", "too small for the head"],
)
def test_the_head_is_taken_where_the_iris_was_not_seen(iris, seen):
    found, metres_a_pixel = distance(
        Focal(1000, "given"), iris_pixels=iris, head_scale=8.5, irises_seen=seen
    )
    assert found.by == "head"
    assert metres_a_pixel == pytest.approx(0.01 / 8.5, rel=0.05)


def test_half_the_pixels_are_twice_the_distance():
    near, far = (
        distance(Focal(1000, "given"), iris_pixels=10 / n, head_scale=8.5 / n, irises_seen=True)[0]
        for n in (1, 2)
    )
    assert far.metres == pytest.approx(2 * near.metres)


def test_nearer_than_anybody_is_by_a_guess_is_not_likely():
    """A photo that was cropped to its face; who gives a focal length is believed."""
    assumed, given = (
        distance(Focal(100, way), iris_pixels=10, head_scale=8.5, irises_seen=True)[0]
        for way in ("assumed", "given")
    )
    assert assumed.metres == given.metres < 0.3
    assert given.is_likely and not assumed.is_likely
