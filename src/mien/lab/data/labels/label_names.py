"""Names of labels as data sets write them: made plain, and guessed at in hints only."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from mien.emotions import known_label

OTHER_WORDS: dict[str, str] = {
    "mad": "angry", "fury": "angry", "furious": "angry", "rage": "angry", "annoyed": "angry",
    "unhappy": "sad", "sorrow": "sad", "depressed": "sad", "content": "happy", "smile": "happy",
    "smiling": "happy", "amused": "happy", "terrified": "fear", "anxious": "fear",
    "astonished": "surprise", "amazed": "surprise", "calm": "neutral", "scorn": "contempt",
    "ärger": "angry", "aerger": "angry", "wut": "angry", "zorn": "angry", "wütend": "angry",
    "angst": "fear", "furcht": "fear", "ängstlich": "fear", "ekel": "disgust",
    "freude": "happy", "glück": "happy", "glücklich": "happy", "fröhlich": "happy",
    "trauer": "sad", "traurig": "sad", "überraschung": "surprise", "überrascht": "surprise",
    "verachtung": "contempt",
    "colère": "angry", "colere": "angry", "peur": "fear", "dégoût": "disgust", "joie": "happy",
    "heureux": "happy", "tristesse": "sad", "triste": "sad", "neutre": "neutral",
    "mépris": "contempt",
    "ira": "angry", "enojo": "angry", "enfado": "angry", "miedo": "fear", "asco": "disgust",
    "alegría": "happy", "felicidad": "happy", "feliz": "happy", "tristeza": "sad",
    "sorpresa": "surprise", "desprecio": "contempt",
    "rabbia": "angry", "paura": "fear", "disgusto": "disgust", "gioia": "happy",
    "felicità": "happy", "tristezza": "sad", "neutrale": "neutral", "disprezzo": "contempt",
    "raiva": "angry", "medo": "fear", "nojo": "disgust", "alegria": "happy",
}  # fmt: skip
"""Words of English, German, French, Spanish, Italian and Portuguese: what they mean most likely.
Only hints are made of them: a data set's words are given a meaning by its owner."""

_LEAST_LETTERS = 4


def plain_label(text: str) -> str:
    """A label without what does not matter: case, spaces around it, ``.0`` of a whole number.

    >>> plain_label(" Happy "), plain_label("3.0")
    ('happy', '3')
    """
    plain = unicodedata.normalize("NFC", text.strip().lower())
    whole = re.fullmatch(r"\+?(-?\d+)\.0*", plain)
    return whole[1] if whole else plain


def label_hint(own: str, known: Iterable[str]) -> str:
    """What an unknown label may be: a word that means one of ``known``, or a typing error.

    Labels that merely look alike are not proposed: *Angst* is not *angry*, nor *unhappy* *happy*.
    """
    names = list(known)
    word = plain_label(own)
    meant = OTHER_WORDS.get(word) or OTHER_WORDS.get(word.removesuffix("s"))
    if meant is not None:
        near = next((name for name in names if known_label(name) == meant), None)
    else:
        near = next((name for name in names if _is_typing_error(word, plain_label(name))), None)
    return f"did you mean {near!r}?" if near else f"there are: {', '.join(names)}"


def _is_typing_error(word: str, name: str) -> bool:
    """Whether one letter is wrong, missing, too many or in the place of its neighbour."""
    if len(name) < _LEAST_LETTERS or word[:1] != name[:1] or not word.isalpha():
        return False
    start = next((at for at, (a, b) in enumerate(zip(word, name, strict=False)) if a != b), None)
    if start is None:
        return abs(len(word) - len(name)) <= 1
    one, other = word[start:], name[start:]
    return (
        one[1:] == other[1:]
        or one[1:] == other
        or one == other[1:]
        or (one[:2] == other[1::-1] and one[2:] == other[2:])
    )
