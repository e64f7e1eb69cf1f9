"""Pillow's process-wide settings, held steady while Mien reads pictures in any number of threads.

Pillow keeps its pixel limit and its tolerance of cut-off files in module variables and tells of odd
metadata through ``warnings`` and ``logging``. Mien has a limit for each call and one line of error
for each file, so it needs other settings while it reads, and the program around it needs its own
back afterwards. ``warnings.catch_warnings`` would not do: it restores a snapshot, and two threads
that overlap restore each other's.
"""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from PIL import Image as PillowImage
from PIL import ImageFile


class _Settings:
    """Changes Pillow's settings when the first reader comes, restores them when the last goes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._limits: list[int] = []
        self._pixels_before: int | None = None
        self._pixels_now: int | None = None
        self._truncated_before = False
        self._filter: Any = None
        self._log_handler = logging.NullHandler()

    def enter(self, max_pixels: int) -> None:
        with self._lock:
            if not self._limits:
                self._pixels_before = PillowImage.MAX_IMAGE_PIXELS
                self._truncated_before = ImageFile.LOAD_TRUNCATED_IMAGES
                ImageFile.LOAD_TRUNCATED_IMAGES = False
                before = list(warnings.filters)
                warnings.filterwarnings("ignore", module=r"PIL\b")
                self._filter = None if before == warnings.filters else warnings.filters[0]
                # Without any handler, logging prints Pillow's complaints to stderr.
                logging.getLogger("PIL").addHandler(self._log_handler)
            self._limits.append(max_pixels)
            self._apply_limit()

    def leave(self, max_pixels: int) -> None:
        with self._lock:
            self._limits.remove(max_pixels)
            if self._limits:
                self._apply_limit()
                return
            # What somebody else has set in the meantime stays.
            if self._pixels_now == PillowImage.MAX_IMAGE_PIXELS:
                PillowImage.MAX_IMAGE_PIXELS = self._pixels_before
            if not ImageFile.LOAD_TRUNCATED_IMAGES:
                ImageFile.LOAD_TRUNCATED_IMAGES = self._truncated_before
            if self._filter is not None:
                with suppress(ValueError):
                    warnings.filters.remove(self._filter)  # type: ignore[attr-defined]
            logging.getLogger("PIL").removeHandler(self._log_handler)

    def _apply_limit(self) -> None:
        # Never None: parts inside a file (tiles, frames) are allocated before anyone sees their
        # size, and Pillow's own check, which fails at twice its limit, is all that guards them.
        self._pixels_now = max(self._limits)
        PillowImage.MAX_IMAGE_PIXELS = self._pixels_now


_settings = _Settings()


@contextmanager
def settings_for_reading(max_pixels: int) -> Iterator[None]:
    """Let Pillow open pictures of up to ``max_pixels``, strictly and without a word on stderr.

    May be entered by many threads at once, with different limits: the largest one is in force, so
    the caller still compares the size of its own picture.
    """
    _settings.enter(max_pixels)
    try:
        yield
    finally:
        _settings.leave(max_pixels)
