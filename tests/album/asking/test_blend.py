"""Several emotions at once: what one slider, and what several do to a ranking."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.album.asking.blend import face_values, rank_blend
from mien.album.asking.columns import AlbumColumns, FaceColumns
from mien.album.asking.question import Bursts, Labels, Question, Rule
from mien.album.asking.rank import rank
from mien.emotions import FER2013, FERPLUS
from mien.errors import UsageError

QUESTION = Question("", min_size=10, min_sharpness=0, bursts=Bursts.ALL)


def made(seed: int, photos: int = 12) -> AlbumColumns:
    """An album of made numbers with none to three faces a photo; some are too small to count."""
    rng = np.random.default_rng(seed)
    owner = np.repeat(np.arange(photos), rng.integers(0, 4, photos))
    faces = FaceColumns(
        photo=owner.astype(np.int64),
        size=rng.choice([5.0, 50.0], len(owner)),
        sharpness=np.full(len(owner), 0.3),
        brightness=np.full(len(owner), 0.8),
        unsure=np.zeros(len(owner), bool),
        probabilities=rng.dirichlet(np.ones(7) / 2, len(owner)).astype(np.float32),
        ferplus=rng.dirichlet(np.ones(8) / 2, len(owner)).astype(np.float32),
        labels=FER2013.labels,
        ferplus_labels=FERPLUS.labels,
    )
    return AlbumColumns(
        picture=np.arange(photos) + 100,
        taken=np.full(photos, np.nan),
        difference_hash=np.random.default_rng(0).integers(0, 1 << 64, photos, np.uint64),
        paths=tuple(b"/%03d.jpg" % at for at in range(photos)),
        faces=faces,
        other_model=0,
    )


seeds = st.integers(0, 10_000)
rules = st.sampled_from(Rule)
sets = st.sampled_from(Labels)


@given(seeds, rules, sets, st.floats(0.01, 1))
def test_one_weight_of_any_size_is_the_plain_ranking(seed, rule, labels, weight):
    columns = made(seed)
    label = "positive" if labels is Labels.VALENCE else "sad"
    question = replace(QUESTION, rule=rule, labels=labels)
    expected = rank(columns, replace(question, emotion=label))
    found = rank_blend(columns, replace(question, weights=((label, weight),)))
    assert found.rows.tolist() == expected.rows.tolist()
    assert found.scores == pytest.approx(expected.scores, abs=1e-9)
    assert found.counted.tolist() == expected.counted.tolist()


@given(seeds, rules, st.lists(st.floats(0, 1), min_size=7, max_size=7))
def test_scores_are_from_0_to_1_and_in_order(seed, rule, weights):
    columns = made(seed)
    wanted = tuple(zip(FER2013.labels, weights, strict=True))
    question = replace(QUESTION, rule=rule, weights=wanted)
    if not any(weights):
        with pytest.raises(UsageError, match="no emotion has a weight"):
            rank_blend(columns, question)
        return
    found = rank_blend(columns, question)
    assert ((found.scores >= 0) & (found.scores <= 1)).all()
    assert (np.diff(found.scores) <= 0).all()
    values = face_values(columns.faces, question)
    reduce = {"min": np.min, "any": np.max}.get(rule, np.mean)
    for row, score in zip(found.rows, found.scores, strict=True):
        own = values[(columns.faces.photo == row) & found.counted]
        assert score == pytest.approx(reduce(own), abs=1e-8)


@given(seeds, rules)
def test_an_expression_only_leaves_photos_out(seed, rule):
    columns = made(seed)
    question = replace(QUESTION, rule=rule, weights=(("sad", 1.0),))
    text = "happy>0.2 and faces<3"
    everything = rank_blend(columns, question)
    fitting = rank_blend(columns, replace(question, expression=text))
    fits = set(rank(columns, replace(question, emotion=text)).rows.tolist())
    kept = [at for at, row in enumerate(everything.rows.tolist()) if row in fits]
    assert fitting.rows.tolist() == everything.rows[kept].tolist()
    assert fitting.scores.tolist() == everything.scores[kept].tolist()
    assert fitting.counted.tolist() == everything.counted.tolist()


@pytest.mark.parametrize(
    ("weights", "what"),
    [
        ({"joy": 1.0}, "no emotion 'joy'"),
        ({"happy": 1.5}, "expected 0 to 1"),
        ({"happy": float("nan")}, "expected 0 to 1"),
        ({}, "no emotion has a weight"),
    ],
)
def test_wrong_weights_are_told(weights, what):
    with pytest.raises(UsageError, match=what):
        rank_blend(made(0), replace(QUESTION, weights=tuple(weights.items())))
