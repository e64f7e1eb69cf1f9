"""Ranking: by hand, and against a plain loop over random albums."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.album.asking.bursts import burst_numbers
from mien.album.asking.columns import AlbumColumns, FaceColumns, probabilities_of
from mien.album.asking.question import Labels, Question
from mien.album.asking.rank import rank
from mien.emotions import FER2013, FERPLUS
from mien.errors import UsageError

Face = tuple[float, float, float, bool]  # happy, size, sharpness, unsure
eighths = st.integers(0, 8).map(lambda n: n / 8)


def unlike(count: int) -> np.ndarray:
    """Difference hashes of so many photos that do not look alike."""
    return np.random.default_rng(0).integers(0, 1 << 64, count, np.uint64)


def columns_of(
    photos: list[list[Face]],
    taken: list[float] | None = None,
    hashes: list[int] | None = None,
    paths: list[bytes] | None = None,
    brightness: list[float] | None = None,
) -> AlbumColumns:
    """An album in which what is not happy is sad."""
    flat = [(row, *face) for row, faces in enumerate(photos) for face in faces]
    probabilities = np.zeros((len(flat), 7), np.float32)
    probabilities[:, FER2013.index("happy")] = [face[1] for face in flat]
    probabilities[:, FER2013.index("sad")] = [1 - face[1] for face in flat]
    count = len(photos)
    return AlbumColumns(
        picture=np.arange(count) * 10,
        taken=np.array([math.nan] * count if taken is None else taken, np.float64),
        difference_hash=unlike(count) if hashes is None else np.array(hashes, np.uint64),
        paths=tuple(paths or [b"/a/%03d.jpg" % row for row in range(count)]),
        faces=FaceColumns(
            photo=np.array([face[0] for face in flat], np.int64),
            size=np.array([face[2] for face in flat], np.float64),
            sharpness=np.array([face[3] for face in flat], np.float64),
            brightness=np.array([0.8] * len(flat) if brightness is None else brightness),
            unsure=np.array([face[4] for face in flat], bool),
            probabilities=probabilities,
            ferplus=np.zeros((len(flat), 8), np.float32),
            labels=FER2013.labels,
            ferplus_labels=FERPLUS.labels,
        ),
        other_model=0,
    )


def happy(*values: float) -> list[Face]:
    return [(value, 100.0, 0.3, False) for value in values]


ALBUM = columns_of([happy(0.75, 0.25), happy(0.625), happy(1.0, 0.125, 0.125), [], happy(0.625)])


@pytest.mark.parametrize(
    ("rule", "rows", "scores"),
    [
        ("mean", [1, 4, 0, 2], [0.625, 0.625, 0.5, 1.25 / 3]),
        ("min", [1, 4, 0, 2], [0.625, 0.625, 0.25, 0.125]),
        ("any", [2, 0, 1, 4], [1.0, 0.75, 0.625, 0.625]),
        ("share", [1, 4, 0, 2], [1.0, 1.0, 0.5, 1 / 3]),
    ],
)
def test_rules_by_hand(rule: str, rows: list[int], scores: list[float]) -> None:
    found = rank(ALBUM, Question("happy", rule=rule))
    assert found.rows.tolist() == rows
    assert found.scores.tolist() == pytest.approx(scores)


@pytest.mark.parametrize(
    ("rule", "rows"),
    [
        ("mean", [1, 4]),  # mean happy above 0.6
        ("min", [1, 4]),  # every face
        ("any", [2, 0, 1, 4]),  # a face
        ("share", [1, 4, 0, 2]),
    ],
)
def test_an_expression_is_asked_of_faces(rule: str, rows: list[int]) -> None:
    assert rank(ALBUM, Question("happy>0.6 and not sad>0.5", rule=rule)).rows.tolist() == rows


def test_faces_in_an_expression_is_their_number() -> None:
    assert rank(ALBUM, Question("faces>=2", rule="min")).rows.tolist() == [0, 2]


def test_what_counts() -> None:
    album = columns_of(
        [[(0.9, 47.9, 0.3, False), (0.2, 48.0, 0.3, False)], [(0.8, 90.0, 0.3, True)], happy(0.5)]
    )
    assert rank(album, Question("happy")).scores.tolist() == pytest.approx([0.8, 0.5, 0.2])
    assert rank(album, Question("happy", sure=True)).rows.tolist() == [2, 0]
    assert rank(album, Question("happy", min_size=0, faces=(2, 2))).rows.tolist() == [0]
    assert rank(album, Question("happy", min_sharpness=0.31)).rows.tolist() == []


def test_times_and_paths() -> None:
    paths = [b"/p/2019/a.jpg", b"/p/2019/caf\xe9.png", b"/q/2019/a.jpg"]
    album = columns_of([happy(0.9)] * 3, taken=[10.0, math.nan, 20.0], paths=paths)
    found = rank(album, Question("happy", taken_from=10.0, taken_to=20.0))
    assert (found.rows.tolist(), found.without_time) == ([0], 1)
    assert rank(album, Question("happy", path="2019/*.jpg")).rows.tolist() == [0, 2]
    assert rank(album, Question("happy", path="/p/*")).rows.tolist() == [0, 1]
    assert rank(album, Question("happy", path="caf?.png")).rows.tolist() == [1]
    assert rank(album, Question("happy", folder=b"/p")).rows.tolist() == [0, 1]
    assert rank(album, Question("happy", folder=b"/")).rows.tolist() == [0, 1, 2]
    assert rank(album, Question("happy", folder=b"/p/2")).rows.tolist() == []


def test_faces_in_the_dark_do_not_count() -> None:
    """A face whose brightness an older Mien did not note counts."""
    album = columns_of([happy(0.9), happy(0.8), happy(0.7)], brightness=[0.1, 0.3, math.nan])
    assert rank(album, Question("happy")).rows.tolist() == [1, 2]
    assert rank(album, Question("happy", min_brightness=0.05)).rows.tolist() == [0, 1, 2]
    assert rank(album, Question("happy", min_brightness=0.31)).rows.tolist() == [2]
    assert rank(album, Question("brightness>0.2")).rows.tolist() == [1]


def test_bursts_give_their_best() -> None:
    far = 0xFFFF
    album = columns_of(
        [happy(0.5), happy(0.9), happy(0.7), happy(0.6), happy(0.4)],
        taken=[100.0, 102.0, 104.0, 104.5, 200.0],
        hashes=[0, 0b111, 0, far, far],
    )
    found = rank(album, Question("happy"))
    assert (found.rows.tolist(), found.in_bursts) == ([1, 3, 4], 2)
    # Behind the second photo (row 10 of the database) stand the third and the first.
    assert (found.stacked.tolist(), found.stacked_under.tolist()) == ([20, 0], [10, 10])
    assert found.stacked_scores.tolist() == pytest.approx([0.7, 0.5])
    everything = rank(album, Question("happy", bursts="all"))
    assert (everything.rows.tolist(), everything.in_bursts) == ([1, 2, 3, 0, 4], 0)


def test_who_stands_for_a_burst_may_stand_behind_its_original() -> None:
    album = columns_of(
        [happy(0.95), happy(0.9), happy(0.9), happy(0.5)],
        taken=[100.0, 102.0, 50_000.0, math.nan],
        hashes=[0, 0b111, 0, 0xFFFF],
        paths=[b"/a/x (1).jpg", b"/a/y.jpg", b"/a/z.jpg", b"/a/zz.jpg"],
    )
    found = rank(album, Question("happy"))
    # The best of the burst is named as a copy, and alike to the third, which has a name of its own.
    assert found.rows.tolist() == [2, 3]
    assert (found.stacked.tolist(), found.stacked_under.tolist()) == ([0, 10], [20, 20])


@settings(max_examples=80)
@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.sampled_from([0, 1, 0b11111, 0xFFFF]), eighths), max_size=14
    )
)
def test_every_photo_is_shown_or_stands_behind_one_that_is(photos) -> None:
    album = columns_of(
        [happy(score) for _, _, score in photos],
        taken=[2.0 * moment for moment, _, _ in photos],
        hashes=[bits for _, bits, _ in photos],
    )
    found, everything = rank(album, Question("happy")), rank(album, Question("happy", bursts="all"))
    both = [*found.pictures.tolist(), *found.stacked.tolist()]
    assert sorted(both) == sorted(everything.pictures.tolist())
    assert set(found.stacked_under.tolist()) <= set(found.pictures.tolist())
    assert len(found.stacked) == found.in_bursts + found.alike
    assert not len(everything.stacked)


def test_photos_without_a_time_are_no_burst() -> None:
    numbers = burst_numbers(np.array([math.nan, math.nan, 1.0, 1.0]), np.zeros(4, np.uint64))
    assert len(set(numbers[:2].tolist())) == 2
    assert numbers[2] == numbers[3]


def test_label_sets_by_hand() -> None:
    faces = columns_of([happy(0.5)]).faces
    values = [[0.1, 0.1, 0.1, 0.2, 0.1, 0.2, 0.2]]  # angry disgust fear happy sad surprise neutral
    faces = replace(faces, probabilities=np.array(values, np.float32))
    names, four = probabilities_of(faces, Labels.FOUR)
    assert names == ("angry", "happy", "sad", "neutral")
    assert four[0] == pytest.approx([1 / 6, 2 / 6, 1 / 6, 2 / 6], abs=1e-6)
    names, valence = probabilities_of(faces, Labels.VALENCE)
    assert names == ("positive", "negative", "neutral")
    assert valence[0] == pytest.approx([2 / 8, 4 / 8, 2 / 8], abs=1e-6)
    assert probabilities_of(faces, Labels.FERPLUS)[0] == FERPLUS.labels


@pytest.mark.parametrize(
    "wrong",
    [{"emotion": "hapy"}, {"emotion": "contempt"}, {"rule": "x"}, {"labels": "x"}, {"bursts": "x"}],
)
def test_unknown_names_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="there is no"):
        rank(ALBUM, Question(**wrong))


def test_an_album_without_faces_has_no_best() -> None:
    assert rank(columns_of([[], []]), Question("happy")).rows.tolist() == []
    assert rank(columns_of([]), Question("happy>0.5")).rows.tolist() == []


a_face = st.tuples(
    eighths, st.sampled_from([20.0, 60.0]), st.sampled_from([0.0, 0.3]), st.booleans()
)


@settings(max_examples=150)
@given(
    photos=st.lists(st.lists(a_face, max_size=4), max_size=12),
    rule=st.sampled_from(["mean", "min", "any", "share"]),
    sure=st.booleans(),
    least=st.integers(0, 3),
)
def test_against_a_plain_loop(photos: list[list[Face]], rule: str, sure: bool, least: int) -> None:
    expected = []
    for row, faces in enumerate(photos):
        counted = [f[0] for f in faces if f[1] >= 48 and f[2] >= 0.05 and not (sure and f[3])]
        if not counted or len(counted) < least:
            continue
        score = {
            "mean": sum(counted) / len(counted),
            "min": min(counted),
            "any": max(counted),
            "share": sum(value >= 0.5 for value in counted) / len(counted),
        }[rule]
        expected.append((row, score))
    expected.sort(key=lambda pair: (-round(pair[1], 9), pair[0]))
    found = rank(columns_of(photos), Question("happy", rule=rule, sure=sure, faces=(least, None)))
    assert found.rows.tolist() == [row for row, _ in expected]
    assert found.scores.tolist() == pytest.approx([score for _, score in expected])


@settings(max_examples=50)
@given(st.lists(st.lists(a_face, min_size=1, max_size=3), min_size=1, max_size=10))
def test_min_is_at_most_mean_is_at_most_any(photos: list[list[Face]]) -> None:
    by_rule = []
    for rule in ("min", "mean", "any"):
        found = rank(columns_of(photos), Question("happy", rule=rule))
        by_rule.append(dict(zip(found.rows.tolist(), found.scores.tolist(), strict=True)))
    least, mean, most = by_rule
    assert all(least[row] <= mean[row] + 1e-9 and mean[row] <= most[row] + 1e-9 for row in mean)
