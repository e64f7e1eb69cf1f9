"""Class averages and the map of embeddings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from sklearn.model_selection import LeaveOneOut, cross_val_score
from sklearn.neighbors import KNeighborsClassifier

from mien.errors import DataError
from mien.lab.evaluation.subject import RunSubject
from mien.lab.explain.class_saliency import class_saliency
from mien.lab.explain.embedding_map import embedding_map, knn_accuracy
from mien.lab.explain.shown import row_to_show, rows_to_show


@pytest.fixture(scope="module")
def subject(finished):
    return RunSubject(finished)


def test_class_saliency_has_every_class_and_shares_that_add_up(subject, faces):
    rows = faces.rows("PublicTest")
    options = subject.run.recipe().input
    found = class_saliency(subject.network, faces, rows, options, most=2)
    assert [part.label for part in found] == list(faces.label_set.labels)
    for position, part in enumerate(found):
        of_class = rows[faces.labels[rows] == position]
        assert part.images == min(2, len(of_class))
        assert part.method == "Grad-CAM" and part.layer == "stage3"
        assert sum(part.bands) == pytest.approx(1) or sum(part.bands) == 0
        assert np.nanmax(np.abs(part.map)) <= 1
        assert np.isnan(part.map[0]).all() and np.isfinite(part.map[2:46, 2:46]).all()
    whole = class_saliency(subject.network, faces, rows, options)
    first = rows[faces.labels[rows] == 0]
    np.testing.assert_allclose(whole[0].face, faces.images[first].mean(axis=0), rtol=1e-4)


def test_class_saliency_can_be_occlusion(subject, faces):
    rows = faces.rows("PublicTest")[:4]
    options = subject.run.recipe().input
    found = class_saliency(subject.network, faces, rows, options, method="occlusion", layer="gate")
    assert {part.label for part in found} == {
        faces.label_set.labels[label] for label in faces.labels[rows]
    }
    assert all(part.layer is None and part.method == "occlusion" for part in found)


@dataclass(frozen=True)
class Given:
    """A subject whose embeddings are given, by the mean of the image."""

    names: tuple[str, ...]
    spread: float
    known: bool = True
    name: str = "given"
    where: Path = Path("given")
    results: Path = Path("given")
    data_name: str = "tiny"
    data_sha256: str = ""
    calibration: None = None

    @property
    def labels(self):
        return {"main": self.names}

    def logits(self, images, views):
        return {"main": np.tile(np.arange(len(self.names), dtype=np.float32), (len(images), 1))}

    def embed(self, images):
        if not self.known:
            return None
        rng = np.random.default_rng(0)
        noise = rng.normal(0, self.spread, (len(images), 8))
        return (images.mean(axis=(1, 2))[:, None] + noise).astype(np.float32)


@pytest.fixture(scope="module")
def grey(faces):
    """The data set with each image in a grey of its label."""
    from dataclasses import replace

    images = np.repeat(faces.labels * 30, 48 * 48).reshape(-1, 48, 48).astype(np.uint8)
    return replace(faces, images=images)


def test_the_map_of_labels_far_apart(grey):
    rows = grey.rows("Training")
    found = embedding_map(Given(grey.label_set.labels, 0.1), grey, rows, most=50)
    assert (len(found.rows), found.of, found.dimensions) == (50, len(rows), 8)
    assert found.points.shape == (50, 2) and np.isfinite(found.points).all()
    assert (np.diff(found.rows) > 0).all()
    assert set(found.rows) <= set(rows)
    np.testing.assert_array_equal(found.labels, grey.labels[found.rows])
    assert found.silhouette > 0.9
    # This one always says the last label.
    assert found.right.mean() == (found.labels == 6).mean()
    assert found.largest_class == np.bincount(found.labels).max() / 50


def test_the_map_of_noise(grey):
    rows = grey.rows("Training")
    found = embedding_map(Given(grey.label_set.labels, 1e6), grey, rows)
    assert found.silhouette < 0.1
    assert found.knn_accuracy < 0.5


def test_knn_accuracy_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 40)
    embeddings = (labels[:, None] + rng.normal(0, 0.7, (40, 4))).astype(np.float32)
    reference = cross_val_score(
        KNeighborsClassifier(7, algorithm="brute"), embeddings, labels, cv=LeaveOneOut()
    )
    assert knn_accuracy(embeddings, labels, 7) == pytest.approx(reference.mean())


def test_no_map_without_embeddings_or_with_too_few_images(grey):
    given = Given(grey.label_set.labels, 1.0, known=False)
    assert embedding_map(given, grey, grey.rows("PublicTest")) is None
    with pytest.raises(DataError, match="4 images are too few"):
        embedding_map(given, grey, grey.rows("PublicTest")[:4])


def test_rows_to_show_are_a_right_and_a_wrong_answer_of_each_class(subject, faces):
    shown = rows_to_show(subject, faces, faces.rows("PublicTest"))
    assert [one.label for one in shown] == sorted(
        (one.label for one in shown), key=faces.label_set.labels.index
    )
    assert {one.label for one in shown} == set(faces.label_set.labels)
    answers = subject.logits(np.stack([one.image for one in shown]), "single")["fer2013"]
    right = [
        faces.label_set.labels[answer] == one.label
        for answer, one in zip(answers.argmax(axis=1), shown, strict=True)
    ]
    for label in faces.label_set.labels:
        verdicts = [ok for ok, one in zip(right, shown, strict=True) if one.label == label]
        assert verdicts in ([True, False], [True], [False])
    assert rows_to_show(subject, faces, faces.rows("PublicTest"))[0].name == shown[0].name


@pytest.mark.parametrize("row", [-1, 96])
def test_a_row_outside_the_data_set(faces, row):
    with pytest.raises(DataError, match=rf"row:{row}: tiny has no such row.*0 to 95"):
        row_to_show(faces, row)
