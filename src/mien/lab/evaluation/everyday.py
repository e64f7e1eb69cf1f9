"""The everyday reading of a model file: its heads put together, and when it would rather not say.

What could be chosen on FER2013 alone is fitted here, on PublicTest: the trust in a word, and what
tells a face from a crop without one. The two numbers that FER2013 cannot tell, because it is no
picture of everyday life, were chosen on press photos that no weight has seen: see
docs/decisions/0010-readings.md.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from mien.card import Legibility, ModelCard, Reading, Trust
from mien.emotions import FERPLUS, translate
from mien.lab.data.faces import SPLITS, FaceData
from mien.lab.data.ferplus import EVERYDAY_HEAD, majority
from mien.lab.evaluation.robustness.corruptions import CORRUPTIONS, Faces, corrupt
from mien.lab.evaluation.robustness.non_faces import non_faces
from mien.vision.classify import Classifier
from mien.vision.pixel_analyzer import read_crops
from mien.vision.reading import EVERYDAY, Reader, make_reader, trust_evidence

FERPLUS_WEIGHT = 0.52
"""Share of the FER+ head in the mean of log probabilities, of a net with two heads."""

THREE_HEADS = (0.2, 0.6, 0.2)
"""Shares of the first head, FER+ and the everyday head, of a net that has all three."""

TRUSTED_FROM = 0.65
"""Least trust at which a word is said."""

CAUGHT = 0.98
"""Share of crops without a face, kept out of the fit, that fall below the least legibility."""

_TRAINING_FACES, _LEAST_FACES = 4000, 40
_MILD = {"noise": 5, "blur": 1, "JPEG": 50, "low resolution": 24}
"""Faces stay legible under these."""


def add_everyday(classifier: Classifier, data: FaceData) -> ModelCard:
    """The card of ``classifier`` with its everyday reading, where one can be made.

    It needs a FER+ head in addition to a first one whose labels FER+ has, the votes, the embedding,
    and 40 Training images; the card of another model is given back as it is. A third head that was
    taught everyday labels counts, too.

    Parameters
    ----------
    classifier : Classifier
    data : FaceData
        What the model was trained on, with votes: Training for what a face looks like, PublicTest
        for the trust.
    """
    card = classifier.card
    if not _has_what_it_takes(card, data):
        return card
    draft = Reading(weights=_weights(card), mirrored=True, trust=_AS_IT_SAYS)
    legibility = _fit_legibility(classifier, data.images[data.rows("Training")])
    card = card.model_copy(update={"readings": {EVERYDAY: draft}, "legibility": legibility})
    trust = _fit_trust(classifier, make_reader(card, EVERYDAY), data)
    reading = draft.model_copy(update={"trust": trust})
    return card.model_copy(update={"readings": {EVERYDAY: reading}})


_AS_IT_SAYS = Trust(intercept=0, top=1, margin=0, heads=0, mirror=0, below=TRUSTED_FROM)
"""The trust is the top probability."""


def _weights(card: ModelCard) -> dict[str, float]:
    main = next(iter(card.heads))
    if EVERYDAY_HEAD in card.heads and main != EVERYDAY_HEAD:
        return dict(zip((main, FERPLUS.name, EVERYDAY_HEAD), THREE_HEADS, strict=True))
    return {main: 1 - FERPLUS_WEIGHT, FERPLUS.name: FERPLUS_WEIGHT}


def _has_what_it_takes(card: ModelCard, data: FaceData) -> bool:
    main = next(iter(card.heads))
    if FERPLUS.name not in card.heads or main == FERPLUS.name or card.embedding is None:
        return False
    named = [translate(label, FERPLUS) for label in card.heads[main].labels]
    enough = (data.splits == SPLITS.index("Training")).sum() >= _LEAST_FACES
    return bool(data.votes is not None and enough and None not in named)


def _fit_trust(classifier: Classifier, reader: Reader, data: FaceData) -> Trust:
    """How likely the word is that of most annotators, on PublicTest."""
    rows = data.rows("PublicTest")
    assert data.votes is not None
    words = [_called(label, reader.labels) for label in FERPLUS.labels]
    place = np.array([-1 if word is None else reader.labels.index(word) for word in words])
    most = majority(data.votes[rows])
    truth = np.where(most < 0, -1, place[most])
    known = np.flatnonzero(truth >= 0)
    found = read_crops(classifier, reader, data.images[rows[known]]).readings
    right = found.probabilities.argmax(axis=1) == truth[known]
    if right.all() or not right.any():
        return _AS_IT_SAYS  # Nothing can be learnt from a net that is never, or always, right.
    fitted = LogisticRegression(max_iter=1000).fit(trust_evidence(found), right)
    top, margin, heads, mirror = (round(float(value), 4) for value in fitted.coef_[0])
    return Trust(
        intercept=round(float(fitted.intercept_[0]), 4),
        top=top,
        margin=margin,
        heads=heads,
        mirror=mirror,
        below=TRUSTED_FROM,
    )


def _called(label: str, labels: tuple[str, ...]) -> str | None:
    """What a label of FER+ is called among ``labels``; None where it has no counterpart."""
    return next((name for name in labels if translate(name, FERPLUS) == label), None)


def _fit_legibility(classifier: Classifier, training: Faces) -> Legibility:
    """Tell Training faces, as they are and mildly changed, from crops without a readable face."""
    rng = np.random.default_rng(0)
    chosen = training[rng.permutation(len(training))[:_TRAINING_FACES]]
    fit, kept = np.split(chosen, [3 * len(chosen) // 4])
    faces = [fit, *(_mild(fit[: len(fit) // 4], name) for name in _MILD)]
    others = list(non_faces(fit[: len(fit) // 2], rng).values())
    seen = _embedded(classifier, [*faces, *others])
    is_face = np.repeat([True, False], [sum(map(len, faces)), sum(map(len, others))])
    middle, spread = seen.mean(axis=0), seen.std(axis=0) + 1e-6
    fitted = LogisticRegression(C=0.05, max_iter=500).fit((seen - middle) / spread, is_face)
    weights = np.array([float(f"{value:.5g}") for value in fitted.coef_[0] / spread])
    intercept = round(float(fitted.intercept_[0] - weights @ middle), 4)
    scores = _embedded(classifier, list(non_faces(kept, rng).values())) @ weights + intercept
    below = round(float(np.quantile(scores, CAUGHT)), 3)
    return Legibility(weights=tuple(weights.tolist()), intercept=intercept, below=below)


def _mild(faces: Faces, name: str) -> Faces:
    kind = next(each for each in CORRUPTIONS if each.name == name)
    return corrupt(faces, kind, _MILD[name])


def _embedded(classifier: Classifier, parts: list[Faces]) -> NDArray[np.float64]:
    found = [classifier.embed(part) for part in parts]
    return np.concatenate([each for each in found if each is not None]).astype(np.float64)
