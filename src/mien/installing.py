"""How Mien is installed, in words: the one place that knows that no package index has it yet.

When one has, ``_PACKAGE`` becomes ``"mien"`` and both places become empty; the docs follow, and the
search in ``tests/test_installing.py`` is turned round.
"""

from __future__ import annotations

_PACKAGE = "."
_HERE = " in the folder of Mien's source"
_NEWER = " in the folder of a newer source of Mien"


def how_to_install(extra: str | None = None) -> str:
    """The command that installs Mien with an extra, and where to run it.

    Parameters
    ----------
    extra : str, optional
        Name in ``[project.optional-dependencies]``, such as ``"heic"``; Mien alone, and what of its
        dependencies is missing, when None.
    """
    what = _PACKAGE if extra is None else f'"{_PACKAGE}[{extra}]"'
    return f"pip install {what}{_HERE}"


def how_to_reinstall() -> str:
    """The command that puts the package's own files back, and where to run it."""
    return f"pip install --force-reinstall --no-deps {_PACKAGE}{_HERE}"


def how_to_update() -> str:
    """The command that installs a newer Mien, and where to run it."""
    return f"pip install --upgrade {_PACKAGE}{_NEWER}"
