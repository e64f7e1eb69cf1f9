"""Files and folders that stand among photos and are none: thumbnails, trash, systems' folders."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Mapping

from mien.errors import UsageError

HIDDEN = ".*"

DEFAULT_EXCLUDES = (
    HIDDEN,
    "$RECYCLE.BIN",
    "RECYCLER",
    "System Volume Information",
    "Thumbs.db",
    "lost+found",
    "__MACOSX",
    "@eaDir",
    "@Recycle",
    "@Recently-Snapshot",
    "@__thumb",
    "#recycle",
    "#snapshot",
    "iPod Photo Cache",
    "*.lrdata",
    "*.lrcat-data",
    "CaptureOne",
    "*.photoslibrary/resources/",
    "*.aplibrary/Previews/",
    "*.aplibrary/Thumbnails/",
)
"""What folders leave out by default. Hidden are ``.thumbnails``, ``.dtrash``, ``.Trash-1000``,
``.picasaoriginals`` and their like, too."""


class Excludes:
    """Patterns of what folders leave out.

    A pattern without a ``/`` is one of the names of files and folders (``*`` and ``?`` as in a
    shell, capitals or not), one with a ``/`` is one of paths below the folder that was named, and
    one that ends in ``/`` is one of folders only. A folder is left out with all below it.

    Parameters
    ----------
    more : iterable of str
    defaults : bool
        Whether ``DEFAULT_EXCLUDES`` are left out, too.

    Raises
    ------
    UsageError
        If a pattern is empty.
    """

    def __init__(self, more: Iterable[str] = (), *, defaults: bool = True) -> None:
        self.patterns: tuple[str, ...] = (*(DEFAULT_EXCLUDES if defaults else ()), *more)
        for pattern in self.patterns:
            if not pattern.strip("/ "):
                raise UsageError(
                    f"{pattern!r} is no pattern",
                    where="--exclude",
                    hint="try: --exclude '*/private'",
                )
        self._of_names = [(p, _regex(p)) for p in self.patterns if "/" not in p.rstrip("/")]
        self._of_paths = [(p, _regex(p)) for p in self.patterns if "/" in p.rstrip("/")]
        # Nearly all names match nothing: one look for all patterns.
        self._any_name = re.compile(
            "|".join(r.pattern for _, r in self._of_names) or "(?!)", _FLAGS
        )

    def match(self, name: str, below: str, *, folder: bool) -> str | None:
        """The first pattern that leaves a file or folder out; None for none.

        Parameters
        ----------
        name : str
            Its own name.
        below : str
            Its path below the folder that was named, with ``/`` between the names.
        folder : bool
            Whether it is one.
        """
        for pattern, regex in self._of_names if self._any_name.match(name) else ():
            if (folder or not pattern.endswith("/")) and regex.match(name):
                return pattern
        for pattern, regex in self._of_paths:
            if (folder or not pattern.endswith("/")) and regex.match(below):
                return pattern
        return None


def told_excluded(excluded: Mapping[str, int]) -> str:
    """One line: ``left out by pattern: 3 @eaDir, 1 .*; …``."""
    parts = [f"{number:,} {pattern}" for pattern, number in sorted(excluded.items())]
    hint = "; to read them, too: --no-default-excludes" if _some_default(excluded) else ""
    return f"left out by pattern: {', '.join(parts)}{hint}"


_FLAGS = re.IGNORECASE | re.DOTALL


def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(pattern.strip("/")), _FLAGS)


def _some_default(excluded: Mapping[str, int]) -> bool:
    return any(pattern in DEFAULT_EXCLUDES for pattern in excluded)
