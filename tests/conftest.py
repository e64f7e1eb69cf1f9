"""A real browser for the tests of pages: Debian's or any other Chromium."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from made_videos import head, make_video, scene  # noqa: F401


def find_chromium() -> str | None:
    """``$CHROMIUM``, or a Chromium on the path."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    """A headless Chromium driven by playwright."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium: install Debian's chromium, or name one in $CHROMIUM")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
