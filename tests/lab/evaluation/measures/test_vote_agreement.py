from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.emotions import FER2013, FERPLUS, VALENCE_SET, LabelSet
from mien.errors import DataError
from mien.lab.evaluation.measures.vote_agreement import human_agreement, label_votes

ANGRY, HAPPY, NEUTRAL = (FER2013.index(name) for name in ("angry", "happy", "neutral"))


def _votes(**counts: int) -> np.ndarray:
    columns = (*FERPLUS.labels, "unknown", "nf")
    return np.array([counts.get(name, 0) for name in columns], dtype=np.uint8)


def _sure(*answers: int, by: float = 1.0) -> np.ndarray:
    """Probabilities of FER2013's labels: ``by`` for the answer, the rest evenly."""
    chosen = np.eye(7)[list(answers)]
    return chosen * by + (1 - chosen) * (1 - by) / 6


def test_one_image_by_hand():
    # Seven annotators: four happy, two neutral, one angry. The tenth of ten has no answer of ours.
    votes = _votes(happy=4, neutral=2, angry=1, contempt=2, nf=1)[None]
    found = human_agreement(_sure(NEUTRAL), np.array([ANGRY]), votes, FER2013)
    assert found.images == 1 and found.left_out == 0
    assert found.votes_used == pytest.approx(0.7)
    assert found.model.value == pytest.approx(2 / 7)
    assert found.label.value == pytest.approx(1 / 7)
    # Two of seven that are the same: (4·3 + 2·1 + 0) of 7·6 ordered pairs.
    assert found.annotator.value == pytest.approx(14 / 42)
    # Whoever is left out, happy is the commonest of the rest.
    assert found.majority.value == pytest.approx(4 / 7)
    assert found.difference.value == pytest.approx(2 / 7 - 1 / 3)
    assert not found.inside


def test_a_tie_among_the_others_is_a_toss():
    # A happy one left out: neutral has more. A neutral one left out: happy has more.
    votes = _votes(happy=3, neutral=3)[None]
    assert human_agreement(_sure(HAPPY), np.array([HAPPY]), votes, FER2013).majority.value == 0
    # A happy one left out: 2, 2 and 1, a toss; a neutral one: 3 and 1, wrong; so is the angry one.
    votes = _votes(happy=3, neutral=2, angry=1)[None]
    found = human_agreement(_sure(HAPPY), np.array([HAPPY]), votes, FER2013)
    assert found.majority.value == pytest.approx(3 / 6 * 1 / 2)


@settings(max_examples=40)
@given(st.lists(st.integers(0, 6), min_size=2, max_size=9))
def test_expected_shares_are_those_of_leaving_out_each_annotator(answers):
    """Against the plain loop over annotators."""
    votes = np.zeros((1, 10), np.uint8)
    names = [FER2013.labels[answer] for answer in answers]
    for name in names:
        votes[0, FERPLUS.index(name)] += 1
    found = human_agreement(_sure(0), np.array([0]), votes, FER2013)
    pairs = list(itertools.permutations(names, 2))
    assert found.annotator.value == pytest.approx(np.mean([one == other for one, other in pairs]))
    shares = []
    for at, name in enumerate(names):
        others = names[:at] + names[at + 1 :]
        most = max(others.count(other) for other in others)
        modes = {other for other in others if others.count(other) == most}
        shares.append((name in modes) / len(modes))
    assert found.majority.value == pytest.approx(np.mean(shares))


def test_a_model_that_answers_as_an_annotator_is_inside():
    rng = np.random.default_rng(0)
    truth = rng.dirichlet(np.full(7, 0.4), 800)
    answers = np.array([rng.multinomial(11, one) for one in truth])
    one_more = np.array([rng.choice(7, p=one) for one in truth])
    votes = np.zeros((800, 10), np.uint8)
    votes[:, [FERPLUS.index(name) for name in FER2013.labels]] = answers
    found = human_agreement(_sure(*one_more), one_more, votes, FER2013)
    assert found.inside
    assert found.difference.low < 0 < found.difference.high
    opposite = human_agreement(_sure(*answers.argmin(axis=1)), one_more, votes, FER2013)
    assert not opposite.inside
    # The commonest answer of the others is the better guess.
    assert found.majority.low > found.annotator.high


def test_divergence_by_hand():
    votes = np.stack([_votes(happy=10), _votes(happy=5, angry=5), _votes(angry=10)])
    labels = np.array([HAPPY, HAPPY, ANGRY])
    shares = np.zeros((3, 7))
    shares[:, HAPPY], shares[:, ANGRY] = (1, 0.5, 0), (0, 0.5, 1)
    found = human_agreement(shares, labels, votes, FER2013).divergence
    assert found.model.value == pytest.approx(0)
    assert found.explained == pytest.approx(1)
    # The constant is a half each: log 2, 0, log 2.
    assert found.constant.value == pytest.approx(2 * np.log(2) / 3)
    # Happy: 3/4 and 1/4. Its two images: log 4/3, and half log 2/3 + half log 2. Angry: 0.
    of_label = (np.log(4 / 3) + 0.5 * np.log(2 / 3) + 0.5 * np.log(2)) / 3
    assert found.label.value == pytest.approx(of_label)


def test_no_constant_and_no_constant_of_a_label_is_better_than_theirs():
    rng = np.random.default_rng(1)
    votes, labels = rng.integers(0, 5, (200, 10)).astype(np.uint8), rng.integers(0, 7, 200)
    for _ in range(20):
        other = np.tile(rng.dirichlet(np.ones(7)), (200, 1))
        found = human_agreement(other, labels, votes, FER2013).divergence
        assert found.label.value <= found.constant.value <= found.model.value
        assert found.explained <= 0


def test_a_probability_of_zero_is_far_but_not_endless():
    found = human_agreement(_sure(ANGRY), np.array([ANGRY]), _votes(happy=10)[None], FER2013)
    assert 20 < found.divergence.model.value < 40
    assert found.divergence.explained is None


def test_bins_by_how_much_the_annotators_agree():
    votes = np.stack(
        [
            _votes(happy=4, neutral=3, angry=3),
            _votes(happy=6, neutral=4),
            _votes(happy=7, neutral=3),
            _votes(happy=9),
            _votes(happy=10),
        ]
    )
    labels = np.array([HAPPY, ANGRY, HAPPY, HAPPY, ANGRY])
    found = human_agreement(_sure(*[HAPPY] * 5), labels, votes, FER2013)
    assert [one.images for one in found.bins] == [1, 0, 1, 1, 0, 0, 2]
    assert [one.high for one in found.bins] == pytest.approx([0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1])
    assert [one.accuracy.value for one in found.bins] == [1, None, 0, 1, None, None, 0.5]
    models = [one.model for one in found.bins]
    assert models == [
        pytest.approx(0.4),
        None,
        pytest.approx(0.6),
        pytest.approx(0.7),
        None,
        None,
        1,
    ]
    assert found.bins[-1].annotator == 1
    assert found.bins[-1].label == 0.5
    assert found.bins[2].annotator == pytest.approx((6 * 5 + 4 * 3) / 90)


def test_votes_are_told_in_the_labels_of_the_set():
    votes = _votes(happy=1, angry=2, sad=3, neutral=4, contempt=5, surprise=6, unknown=7)[None]
    expected = {"angry": 2, "happy": 1, "sad": 3, "neutral": 4, "surprise": 6}
    assert dict(zip(FER2013.labels, label_votes(votes, FER2013)[0], strict=True)) == {
        "disgust": 0,
        "fear": 0,
        **expected,
    }
    # The signs of several emotions are added up; surprise has none.
    assert label_votes(votes, VALENCE_SET)[0].tolist() == [1, 2 + 3 + 5, 4]
    own = LabelSet("own", ("joy", "bored"))
    assert label_votes(votes, own)[0].tolist() == [1, 0]


def test_images_with_too_few_votes_are_left_out():
    votes = np.stack([_votes(happy=1, nf=9), _votes(unknown=10), _votes(happy=2, nf=8)])
    found = human_agreement(_sure(HAPPY, HAPPY, HAPPY), np.full(3, HAPPY), votes, FER2013)
    assert (found.images, found.left_out) == (1, 2)
    assert found.votes_used == pytest.approx(0.2)
    assert human_agreement(_sure(HAPPY, HAPPY), np.full(2, HAPPY), votes[:2], FER2013) is None


def test_votes_of_another_shape():
    with pytest.raises(DataError, match=r"^votes have shape \(1, 8\), expected \(1, 10\)$"):
        human_agreement(_sure(HAPPY), np.array([HAPPY]), np.ones((1, 8), np.uint8), FER2013)
