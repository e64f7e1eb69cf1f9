"""Which detectors there are, and making them by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from importlib import import_module
from typing import Any

from mien.errors import UsageError, did_you_mean
from mien.options import between_zero_and_one, flag, kind_of, positive, whole_number
from mien.vision.detection.detector import DEFAULT_DETECTOR, LEAST_SIZE, Detector

DetectorFactory = Callable[..., Detector]

_OWN = {
    "blazeface": ("mien.vision.detection.blazeface", "BlazeFace"),
    "centerface": ("mien.vision.detection.centerface", "CenterFace"),
    "haar": ("mien.vision.detection.haar", "Haar"),
}
"""Mien's own detectors, each imported when it is asked for."""

_REGISTERED: dict[str, DetectorFactory] = {}


def register_detector(name: str) -> Callable[[DetectorFactory], DetectorFactory]:
    """Register a factory under ``name``; use as a decorator.

    The factory takes keyword arguments only: ``threads`` and, as far as it has such options,
    ``min_face``, ``score_threshold``, ``size`` and ``sensitive``, which mean what they mean in
    ``create_detector``.
    """

    def register(factory: DetectorFactory) -> DetectorFactory:
        if name in detector_names():
            raise ValueError(f"a detector called {name!r} is already registered")
        _REGISTERED[name] = factory
        return factory

    return register


def detector_names() -> tuple[str, ...]:
    """Names that ``create_detector`` knows, sorted."""
    return tuple(sorted({*_OWN, *_REGISTERED}))


def create_detector(
    name: str = DEFAULT_DETECTOR,
    *,
    threads: int = 1,
    min_face: float | None = None,
    score_threshold: float | None = None,
    rotate: bool = False,
    size: int | None = None,
    sensitive: bool = False,
    **options: Any,
) -> Detector:
    """Make a detector by name.

    Parameters
    ----------
    name : str
        ``"centerface"``, ``"blazeface"``, ``"haar"`` or a registered name.
    threads : int
        CPU threads of the detector, at least 1.
    min_face : float, optional
        Shortest side in pixels of a box that is kept; the detector's own default when None.
    score_threshold : float, optional
        Lowest score of a face, 0 to 1; the detector's own default when None.
    rotate : bool
        Also look at rotated copies of the image: see ``mien.vision.detection.rotated``.
    size : int, optional
        Longest side in pixels of the picture that the network is shown, for a picture of 4:3 (for
        other shapes one of the same area), at least 32; the detector's own default when None.
    sensitive : bool
        Tell of doubtful faces, too, for a tracker: see ``LOW_SHARE``. A detector without the
        option tells what it always tells.
    **options
        Passed to the detector.

    Raises
    ------
    UsageError
        If the name is unknown, a value is out of range, or the detector has no such option.
    ModelFileError
        If the detector's weights are missing or damaged.
    """
    factory = _factory(name)
    threads = whole_number("threads", threads, least=1)
    rotate = flag("rotate", rotate)
    if min_face is not None:
        options["min_face"] = positive("min_face", min_face, unit="pixels")
    if score_threshold is not None:
        options["score_threshold"] = between_zero_and_one("score_threshold", score_threshold)
    if size is not None:
        options["size"] = whole_number("size", size, least=LEAST_SIZE, unit="pixels")
    if flag("sensitive", sensitive) and _takes(factory, "sensitive"):
        options["sensitive"] = True
    for option in options:
        if not _takes(factory, option):
            raise UsageError(f"{option} is no option of the detector {name!r}")
    detector = factory(threads=threads, **options)
    if not rotate:
        return detector
    from mien.vision.detection.rotated import RotatedDetector

    return RotatedDetector(detector)


def _factory(name: str) -> DetectorFactory:
    if not isinstance(name, str):
        raise UsageError(f"the detector's name is {kind_of(name)}, expected text")
    if name in _OWN:
        module, attribute = _OWN[name]
        factory: DetectorFactory = getattr(import_module(module), attribute)
        return factory
    if name in _REGISTERED:
        return _REGISTERED[name]
    raise UsageError(f"unknown detector {name!r}", hint=did_you_mean(name, detector_names()))


def _takes(factory: DetectorFactory, option: str) -> bool:
    parameters = inspect.signature(factory).parameters
    return option in parameters or any(
        each.kind is each.VAR_KEYWORD for each in parameters.values()
    )
