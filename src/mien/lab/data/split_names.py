"""What data sets call the three splits."""

from __future__ import annotations

from collections.abc import Mapping

from mien.lab.data.faces import SPLITS

SPLIT_NAMES: dict[str, str] = {
    "training": "Training",
    "train": "Training",
    "publictest": "PublicTest",
    "public": "PublicTest",
    "validation": "PublicTest",
    "valid": "PublicTest",
    "val": "PublicTest",
    "dev": "PublicTest",
    "privatetest": "PrivateTest",
    "private": "PrivateTest",
    "testing": "PrivateTest",
    "test": "PrivateTest",
}
"""Names of the splits, in lower case and without ``-``, ``_`` and spaces."""


def split_code(name: str, own_names: Mapping[str, str] | None = None) -> int | None:
    """Position in ``SPLITS`` of the split that ``name`` stands for; None if nobody knows it.

    Parameters
    ----------
    name : str
        Case, ``-``, ``_`` and spaces do not matter; neither does ``fer2013`` in front of it.
    own_names : mapping of str to str, optional
        Names of the data set's own, looked up first, to names of ``SPLITS``.
    """
    for own, split in (own_names or {}).items():
        if plain_split(own) == plain_split(name):
            return SPLITS.index(split)
    split_name = SPLIT_NAMES.get(plain_split(name).removeprefix("fer2013"))
    return None if split_name is None else SPLITS.index(split_name)


def plain_split(name: str) -> str:
    """A split's name without what does not matter: case, ``-``, ``_`` and spaces."""
    return name.strip().lower().replace("-", "").replace("_", "").replace(" ", "")
