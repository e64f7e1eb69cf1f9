"""``mien doctor``: is this installation whole, and does it work?"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
import time

import typer
from rich.table import Table

from mien.cli.console import err, out
from mien.errors import MienError
from mien.installing import how_to_install
from mien.media.image import read_image
from mien.packaged import ASTRONAUT, check_all_packaged, packaged_path
from mien.version import __version__
from mien.vision.pixel_analyzer import PixelAnalyzer

_RUNTIME = (
    "numpy",
    "opencv-python-headless",
    "onnxruntime",
    "pillow",
    "pydantic",
    "rich",
    "typer",
    "fastapi",
    "uvicorn",
    "websockets",
)
_LAB = ("torch", "torchvision", "scikit-learn", "pyarrow", "safetensors", "onnx", "matplotlib")
_OTHER_OPENCV = ("opencv-python", "opencv-contrib-python", "opencv-contrib-python-headless")


def doctor() -> None:
    """Check this installation: versions, weights, and a timed self-test on the demo photo.

    Exit status 1 when something is wrong.
    """
    problems: list[str] = []
    versions = Table(show_header=False, box=None, title="Versions", title_justify="left")
    versions.add_row("mien", __version__)
    versions.add_row("python", f"{sys.version.split()[0]} ({sys.executable})")
    versions.add_row("system", f"{platform.platform()}, {os.cpu_count()} cores")
    for name in _RUNTIME:
        version = _version(name)
        versions.add_row(name, version or "missing")
        if version is None:
            problems.append(f"{name} is missing; install it with: {how_to_install()}")
    found = [f"{name} {version}" for name in _LAB if (version := _version(name))]
    versions.add_row("lab", ", ".join(found) or f"not installed ({how_to_install('lab')})")
    for name in _OTHER_OPENCV:
        if _version(name):
            problems.append(
                f"{name} and opencv-python-headless are both installed, they overwrite each other; "
                f"remove both and reinstall: pip uninstall -y {name} opencv-python-headless && "
                f"{how_to_install()}"
            )

    out.print(versions)
    out.print("\nFiles")
    for check in check_all_packaged():
        out.print(f" {'ok ' if check.ok else 'BAD'} {check.file.path}", markup=False)
        if check.problem is not None:
            problems.append(f"{check.file.name}: {check.problem}")
    out.print()
    try:
        _self_test()
    except MienError as error:
        problems.append(f"self-test: {error}")
    for problem in problems:
        err.print(f"problem: {problem}", markup=False, style="bold red")
    if problems:
        raise typer.Exit(1)
    out.print("all is well")


def _self_test() -> None:
    started = time.perf_counter()
    analyzer = PixelAnalyzer()
    loaded = time.perf_counter()
    image = read_image(packaged_path(ASTRONAUT))
    analyzer.analyze(image)
    again = time.perf_counter()
    frame = analyzer.analyze(image)
    seconds = time.perf_counter() - again
    out.print(
        f"Self-test: models loaded in {(loaded - started) * 1000:.0f} ms; a photo of "
        f"{frame.width}×{frame.height} read in {seconds * 1000:.0f} ms on one thread",
        markup=False,
    )
    if [face.top_emotion for face in frame.faces] != ["happy"]:
        raise MienError(
            "the demo photo was read wrong: expected one happy face, found "
            f"{[face.label for face in frame.faces]}",
            hint="please report this with what is printed above",
        )


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
