"""Errors for people: one line that says what was wrong, where, and what to do about it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class MienError(Exception):
    """Base of every error that Mien raises on purpose.

    Parameters
    ----------
    what : str
        What is wrong, in one clause, without a full stop.
    where : object, optional
        The file, line, key or option that it is about; printed first.
    hint : str, optional
        What the reader can do about it.

    ``str(error)`` is always a single line: ``where: what; hint``.
    """

    def __init__(self, what: str, *, where: object = None, hint: str | None = None) -> None:
        self.what = what
        self.where = None if where is None else str(where)
        self.hint = hint
        line = what if where is None else f"{where}: {what}"
        if hint:
            line = f"{line}; {hint}"
        super().__init__(" ".join(line.split()))


class PictureWarning(UserWarning):
    """A picture was read, but not all of it, or not the one that its file is known for."""


class UsageError(MienError):
    """The call itself is wrong: an option, a combination of options, an unknown name."""


class ImageError(MienError):
    """An image file cannot be read."""


class VideoError(MienError):
    """A video or a camera cannot be read."""


class OutputError(MienError):
    """A result cannot be written."""


class ModelFileError(MienError):
    """A model file is missing, damaged, not a Mien model, or from a newer version."""


class DataError(MienError):
    """A data set cannot be read or lacks what was asked of it."""


class RecipeError(MienError):
    """A recipe has an unknown key, a value out of range, or names something that does not exist."""


class RunError(MienError):
    """A run folder lacks something, or belongs to another recipe."""


class MissingExtraError(MienError):
    """A part of Mien was asked for whose libraries are not installed."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint for an unknown ``name``: the nearest of the ``known`` ones, or all of them."""
    names = list(known)
    near = difflib.get_close_matches(name.lower(), names, n=1)
    return f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(names)}"
