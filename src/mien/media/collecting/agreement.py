"""Three opinions of a face, and the label that at least two of them agree on.

The rules are told to people in docs/guides/data.md; ``reasons.csv`` has the opinions on every face.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mien.emotions import POSITIVE_NEGATIVE, translate
from mien.errors import UsageError
from mien.results import Face
from mien.sign import Sign
from mien.vision.reading import ILLEGIBLE

POSITIVE, NEGATIVE = POSITIVE_NEGATIVE.labels

LEAST_PROBABILITY = 0.6
"""Of the positive emotions together, or of the negative ones, for the reading to say so."""

LEAST_AGREEING = 2

LEAST_SIDE = 48.0
"""Shortest side in pixels of a face that is labelled: the size of FER2013's images."""

SMILE, NEGATIVE_SIGNS = "smile", ("frown", "chin_up", "lips_pressed", "brows_down")
"""Names of signs (``mien.vision.signs.words``)."""

ARMS_RAISED, HANDS_AT_FACE, SLUMPED = "arms_raised", "hand_at_face", "slumped"
"""Names of postures (``mien.vision.signs.postures``)."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one of the three says of a face.

    Attributes
    ----------
    label : str or None
        ``"positive"`` or ``"negative"``; None when it says nothing.
    because : str
        What it rests on, with its numbers.
    """

    label: str | None
    because: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """The label of a face, or why it has none.

    Attributes
    ----------
    label : str or None
        None for a face that is left out.
    reason : str
    opinions : dict of str to Opinion
        Of ``"reading"``, ``"signs"`` and ``"posture"``, in this order.
    """

    label: str | None
    reason: str
    opinions: dict[str, Opinion]

    __hash__ = None  # type: ignore[assignment]  # a dict in it: honestly not hashable


OPINIONS = ("reading", "signs", "posture")


def agree(face: Face) -> Agreement:
    """The label that at least two of reading, signs and posture give a face, and none contradicts.

    Faces that are small, illegible, covered in part or not seen close up get none, whatever the
    opinions are.

    Parameters
    ----------
    face : Face
        Read with signs and body.
    """
    given = (of_reading(face), of_signs(face), of_posture(face))
    opinions = dict(zip(OPINIONS, given, strict=True))
    refused = _why_not(face)
    if refused is not None:
        return Agreement(None, refused, opinions)
    label, reason = _together(opinions)
    return Agreement(label, reason, opinions)


def check_labels(labels: Iterable[str]) -> None:
    """Raise ``UsageError`` unless a model's labels tell positive and negative emotions apart."""
    if not {POSITIVE, NEGATIVE} <= {translate(label, POSITIVE_NEGATIVE) for label in labels}:
        raise UsageError(
            f"the model's labels ({', '.join(labels)}) are not both positive and negative ones",
            hint="leave out --model",
        )


def of_reading(face: Face) -> Opinion:
    """What the word's probabilities say; nothing where the model is unsure."""
    shares = {POSITIVE: 0.0, NEGATIVE: 0.0}
    for emotion, probability in face.probabilities.items():
        sign = translate(emotion, POSITIVE_NEGATIVE)
        if sign is not None:
            shares[sign] += probability
    because = ", ".join(f"{label} {share:.2f}" for label, share in shares.items())
    if face.unsure:
        return Opinion(None, f"unsure ({face.unsure_because or 'not said why'}); {because}")
    label = max((POSITIVE, NEGATIVE), key=shares.__getitem__)
    return Opinion(label if shares[label] >= LEAST_PROBABILITY else None, because)


def of_signs(face: Face) -> Opinion:
    """A smile of both corners without a negative sign; or such a sign without any smile."""
    if face.signs is None:
        return Opinion(None, face.no_signs_because or "not looked at")
    found = face.signs.signs
    smiles = [sign for sign in found if sign.name == SMILE]
    against = [sign for sign in found if sign.name in NEGATIVE_SIGNS]
    label = None
    if against and not smiles:
        label = NEGATIVE
    elif not against and any(sign.side is None for sign in smiles):
        label = POSITIVE
    return Opinion(label, _listed(found) or "at rest")


def of_posture(face: Face) -> Opinion:
    """Both arms raised, with a smile; slumped, or both hands at the face. Mostly nothing."""
    if face.signs is None:
        return Opinion(None, face.no_signs_because or "not looked at")
    if face.signs.body is None:
        return Opinion(None, face.signs.no_body_because or "not looked at")
    found = face.signs.body.postures
    with_both = {sign.name for sign in found if sign.side is None}
    positive = ARMS_RAISED in with_both and any(sign.name == SMILE for sign in face.signs.signs)
    negative = SLUMPED in with_both or HANDS_AT_FACE in with_both
    label = None
    if positive != negative:
        label = POSITIVE if positive else NEGATIVE
    return Opinion(label, _listed(found) or "nothing told")


def _why_not(face: Face) -> str | None:
    left, top, right, bottom = face.xyxy
    if min(right - left, bottom - top) < LEAST_SIDE:
        return f"smaller than {LEAST_SIDE:.0f} pixels"
    if face.unsure_because == ILLEGIBLE:
        return "illegible"
    if face.signs is None:
        return face.no_signs_because or "not looked at"
    if face.signs.covered:
        return f"covered: {', '.join(face.signs.covered).replace('_', ' ')}"
    return None


def _together(opinions: dict[str, Opinion]) -> tuple[str | None, str]:
    by_label = {
        label: [name for name, opinion in opinions.items() if opinion.label == label]
        for label in (POSITIVE, NEGATIVE)
    }
    said = {label: names for label, names in by_label.items() if names}
    if len(said) > 1:
        told = ", ".join(f"{' and '.join(names)} {label}" for label, names in said.items())
        return None, f"opinions contradict each other: {told}"
    for label, names in said.items():
        if len(names) >= LEAST_AGREEING:
            return label, f"agreed: {', '.join(names)}"
        return None, f"only one says {label}: {names[0]}"
    return None, "none says positive or negative"


def _listed(signs: Iterable[Sign]) -> str:
    return ", ".join(
        " ".join(filter(None, (sign.name, sign.side, f"{sign.strength:.2f}"))) for sign in signs
    )
