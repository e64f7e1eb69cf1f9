from __future__ import annotations

import json

import cv2
import numpy as np
import pytest
from PIL import Image as PillowImage

from mien.emotions import FER2013
from mien.errors import DataError
from mien.lab.evaluation.robustness.corruption_table import (
    FILE_NAME,
    measure_corruptions,
    read_corruptions,
)
from mien.lab.evaluation.robustness.corruptions import CORRUPTIONS
from mien.packaged import ASTRONAUT, EXPRESSION_MODELS, packaged_path
from mien.vision.pixel_analyzer import PixelAnalyzer


@pytest.fixture(scope="module")
def table():
    """Of one smile, a little brighter and darker each time, and by the end as good as gone."""
    with PillowImage.open(packaged_path(ASTRONAUT)) as image:
        photo = np.asarray(image.convert("RGB"))
    analyzer = PixelAnalyzer("small")
    smile = analyzer.cut_out(photo, analyzer.find_faces(photo))[0]
    faces = np.stack([cv2.convertScaleAbs(smile, alpha=a) for a in np.linspace(0.5, 1.1, 16)])
    labels = np.full(16, FER2013.index("happy"))
    return measure_corruptions(analyzer, faces, labels, data="smiles", split="all")


def test_a_clear_smile_is_right_and_said(table):
    assert table.clean.accuracy == 1
    assert table.clean.unsure == 0
    assert (table.images, table.reading) == (16, "everyday")


def test_every_kind_and_strength_has_a_row(table):
    rows = [(each.kind, each.strength) for each in table.corrupted]
    assert rows == [(kind.name, strength) for kind in CORRUPTIONS for strength in kind.strengths]
    for each in table.corrupted:
        assert 0 <= each.unsure <= 1
        assert 0 <= each.accuracy <= 1


def test_the_mean_counts_each_kind_once(table):
    kinds = {kind.name: [] for kind in CORRUPTIONS}
    for each in table.corrupted:
        kinds[each.kind].append(each.accuracy)
    assert table.mean_accuracy == pytest.approx(np.mean([np.mean(v) for v in kinds.values()]))


def test_strong_noise_and_what_is_no_face_are_unsure(table):
    strongest = next(e for e in table.corrupted if (e.kind, e.strength) == ("noise", 40))
    # Not of all: the small model still reads some of these faces, and rightly.
    assert strongest.unsure > 0.8
    assert table.non_faces["noise"] > 0.9
    assert table.non_faces["patterns"] > 0.9


def test_it_is_plain_json(table):
    plain = json.loads(json.dumps(table.to_dict(), allow_nan=False))
    assert plain["schema"] == "mien.corruptions/2"
    assert len(plain["corrupted"]) == len(table.corrupted)


def test_it_is_read_back_for_its_own_model_only(table, tmp_path):
    small, other = (packaged_path(EXPRESSION_MODELS[role]) for role in ("small", "default"))
    assert read_corruptions(tmp_path, small) is None
    (tmp_path / FILE_NAME).write_text(json.dumps(table.to_dict()), "utf-8")
    assert read_corruptions(tmp_path, small) == table
    assert read_corruptions(tmp_path, other) is None


@pytest.mark.parametrize("text", ["", "[]", '{"schema": "mien.corruptions/2"}'])
def test_a_damaged_table_is_told(tmp_path, text):
    (tmp_path / FILE_NAME).write_text(text, "utf-8")
    with pytest.raises(DataError, match="it is no table of corruptions; make it again"):
        read_corruptions(tmp_path, packaged_path(EXPRESSION_MODELS["small"]))
