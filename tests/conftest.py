"""What tests of several rooms need: a real browser, made videos, the real FER2013 where it is."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from firefox import find_firefox, run_firefox
from hypothesis import HealthCheck, settings
from made_videos import head, make_video, scene  # noqa: F401
from warm_process import LAB, RUNTIME, WarmProcess

# No test judges by time: a machine may be slow, or busy with something else.
settings.register_profile(
    "mien", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("mien")

FER2013_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data" / "fer2013.parquet"


@pytest.fixture(scope="session")
def real_fer2013(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    """The real data set, and the data folder it was imported into."""
    named = os.environ.get("MIEN_FER2013")
    path = Path(named) if named else FER2013_BESIDE
    if not path.exists():
        pytest.skip("no FER2013: set MIEN_FER2013 to fer2013.csv")
    from mien.lab.data.store import import_faces

    folder = tmp_path_factory.mktemp("fer2013")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIEN_DATA", str(folder))
        return import_faces(path), folder


@pytest.fixture(scope="session")
def warm_runtime() -> Iterator[WarmProcess]:
    """Runs verbs of the runtime."""
    process = WarmProcess(RUNTIME)
    yield process
    process.close()


@pytest.fixture(scope="session")
def warm_lab() -> Iterator[WarmProcess]:
    """Runs verbs of the lab."""
    process = WarmProcess(LAB)
    yield process
    process.close()


def find_chromium() -> str | None:
    """``$CHROMIUM``, or a Chromium on the path."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="session")
def launch_chromium() -> Iterator[Callable[..., Any]]:
    """Start a headless Chromium with further arguments; skips where there is none.

    One driver for all: two of playwright's in one process disturb each other.
    """
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = find_chromium()
    if path is None:
        pytest.skip("there is no Chromium: apt-get install chromium, or set CHROMIUM to its path")
    opened = []
    with playwright.sync_playwright() as driver:

        def launch(*arguments: str) -> Any:
            arguments = ("--no-sandbox", *arguments)
            opened.append(driver.chromium.launch(executable_path=path, args=arguments))
            return opened[-1]

        yield launch
        for browser in opened:
            browser.close()


@pytest.fixture(scope="session")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A headless Firefox with a fake camera; skips where there is none."""
    path = find_firefox()
    if path is None:
        pytest.skip("there is no Firefox: apt-get install firefox-esr, or set FIREFOX to its path")
    with run_firefox(path, tmp_path_factory.mktemp("firefox")) as running:
        yield running


@pytest.fixture(scope="session")
def chromium(launch_chromium: Callable[..., Any]) -> Any:
    """A plain Chromium."""
    return launch_chromium()
