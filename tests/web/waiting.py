"""Waiting for a page, whose policy forbids it to poll by itself as Playwright would have it."""

from __future__ import annotations

import time
from typing import Any

LONG = 120_000
"""Milliseconds after which a wait is given up: nothing is judged by time."""


def until(page: Any, expression: str, argument: Any = None) -> None:
    """Wait until JavaScript is true."""
    end = time.monotonic() + LONG / 1000
    while not page.evaluate(expression, argument):
        assert time.monotonic() < end, expression
        page.wait_for_timeout(50)
