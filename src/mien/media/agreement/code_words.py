"""Which of Mien's labels a coder's word means."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mien.emotions import UNSURE, VALENCE, known_label
from mien.errors import DataError
from mien.media.open_table import open_table

_ALSO = {
    "calm": "neutral", "none": "neutral", "no expression": "neutral", "mad": "angry",
    "fright": "fear", "joyful": "happy",
    "unhappy": "sad", "astonished": "surprise", "contemptuous": "contempt", "scorn": "contempt",
    "unclear": UNSURE, "uncodable": UNSURE, "not codable": UNSURE, "unknown": UNSURE,
    "ärger": "angry", "wut": "angry", "ekel": "disgust", "angst": "fear", "freude": "happy",
    "trauer": "sad", "überraschung": "surprise", "verachtung": "contempt", "unsicher": UNSURE,
}  # fmt: skip


def meaning(word: str, told: Mapping[str, str]) -> str | None:
    """The label that a coder's word means; empty where it is left out, None where nobody knows.

    Parameters
    ----------
    word : str
        Capitals and spaces around it do not count.
    told : mapping of str to str
        From ``read_words``; it goes before what Mien knows.
    """
    plain = " ".join(word.lower().replace("_", " ").split())
    if plain in told:
        return told[plain]
    if plain == UNSURE:
        return UNSURE
    return _ALSO.get(plain) or known_label(plain)


def read_words(path: Path) -> dict[str, str]:
    """Read a table with *word* and *label*: one of Mien's labels, ``unsure``, or empty: left out.

    Raises
    ------
    DataError
        If it cannot be read, or a label is none; it says which line.
    """
    found: dict[str, str] = {}
    with open_table(path) as reader:
        if not {"word", "label"} <= set(reader.fieldnames or ()):
            raise DataError("the columns word and label are needed", where=path)
        for row in reader:
            label = (row["label"] or "").strip().lower()
            if label and label != UNSURE and label not in VALENCE:
                raise DataError(
                    f"{label!r} is none of Mien's labels",
                    where=f"{path}, line {reader.line_num}",
                    hint=f"there are: {', '.join(VALENCE)}, {UNSURE}, or nothing",
                )
            found[" ".join((row["word"] or "").lower().replace("_", " ").split())] = label
    return found
