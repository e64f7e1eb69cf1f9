"""The one error of the build hook."""

from __future__ import annotations


class BuildError(RuntimeError):
    """The wheel cannot be built; one line that says what to do."""
