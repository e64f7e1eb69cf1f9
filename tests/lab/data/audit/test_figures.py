"""Counts, grey values and blank images."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mien.emotions import LabelSet
from mien.lab.data.audit.blanks import find_blanks, has_contrast
from mien.lab.data.audit.counts import class_counts
from mien.lab.data.audit.intensity import deviations, histograms, intensities, means
from mien.lab.data.faces import FaceData


def test_class_counts_by_split(faces):
    counts = class_counts(faces)
    assert [part.split for part in counts] == ["Training", "PublicTest", "PrivateTest", "all"]
    assert [part.images for part in counts] == [56, 21, 19, 96]
    for code, part in enumerate(counts[:3]):
        for number, label in enumerate(faces.label_set.labels):
            expected = np.sum((faces.splits == code) & (faces.labels == number))
            assert part.counts[label] == expected
            assert part.share(label) == pytest.approx(expected / part.images)
    assert sum(part.images for part in counts[:3]) == counts[3].images


def test_imbalance_leaves_out_classes_without_images():
    labels = np.repeat([0, 2], [12, 3]).astype(np.uint8)
    images = np.zeros((15, 48, 48), np.uint8)
    three = LabelSet("three", ("a", "b", "c"))
    data = FaceData("x", images, labels, np.zeros(15, np.uint8), three)
    training, everything = class_counts(data)
    assert training.imbalance_ratio == 4 and training.missing == ("b",)
    assert everything.counts == {"a": 12, "b": 0, "c": 3}
    assert class_counts(data.take(np.arange(12)))[0].imbalance_ratio is None


def test_intensity_is_that_of_the_pixels(faces):
    histogram = histograms(faces.images)
    assert histogram.sum() == faces.images.size
    np.testing.assert_allclose(means(histogram), faces.images.mean(axis=(1, 2)))
    np.testing.assert_allclose(deviations(histogram), faces.images.std(axis=(1, 2)))
    found = {(part.split, part.label): part for part in intensities(faces, histogram)}
    assert len(found) == 4 * 8
    chosen = faces.images[(faces.splits == 1) & (faces.labels == faces.label_set.index("sad"))]
    part = found["PublicTest", "sad"]
    assert part.images == len(chosen)
    assert part.mean == pytest.approx(chosen.mean())
    assert part.deviation == pytest.approx(chosen.std())
    assert part.contrast == pytest.approx(chosen.std(axis=(1, 2)).mean())
    assert part.brightness_deviation == pytest.approx(chosen.mean(axis=(1, 2)).std())
    assert part.black_share == pytest.approx(np.mean(chosen == 0))
    assert part.white_share == pytest.approx(np.mean(chosen == 255))
    for percent, value in part.percentiles.items():
        expected = np.percentile(chosen, int(percent), method="inverted_cdf")
        assert value == expected


def test_histograms_of_more_images_than_a_block(faces, monkeypatch):
    monkeypatch.setattr("mien.lab.data.audit.intensity._BLOCK", 10)
    expected = np.stack([np.bincount(image.ravel(), minlength=256) for image in faces.images])
    np.testing.assert_array_equal(histograms(faces.images), expected)


def test_blank_images_are_found_by_kind(planted):
    histogram = histograms(planted.data.images)
    blanks = find_blanks(planted.data, histogram)
    assert [(blank.row, blank.kind) for blank in blanks] == [
        (planted.blank, "blank"),
        (planted.nearly_blank, "nearly blank"),
        (planted.mostly, "mostly one value"),
    ]
    assert blanks[0].grey_values == 1 and blanks[0].mean == 17 and blanks[0].deviation == 0
    assert blanks[1].deviation == pytest.approx(2) and blanks[1].grey_values == 2
    assert blanks[2].commonest_share == pytest.approx(30 / 48)
    assert not has_contrast(histogram)[[planted.blank, planted.nearly_blank]].any()
    assert has_contrast(histogram).sum() == len(planted.data) - 2


def test_the_limits_of_blankness(planted):
    images = planted.data.images[:3].copy()
    images[0] = 100
    images[0, :24] = 110  # deviation 5: two values, each half of the pixels
    images[1] = np.arange(2304).reshape(48, 48) % 251
    images[2] = images[1]
    images[2].flat[: 2304 // 2 - 12] = 255  # 1140 of 2304: just below half
    data = replace(planted.data.take(np.arange(3)), images=images)
    blanks = find_blanks(data, histograms(images))
    assert [(blank.row, blank.kind) for blank in blanks] == [(0, "mostly one value")]
