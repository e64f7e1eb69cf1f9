"""Mien reads facial expressions in photos."""

from mien.version import __version__

__all__ = ["__version__"]
