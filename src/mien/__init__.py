"""Mien reads facial expressions in photos.

>>> import mien  # doctest: +SKIP
>>> [(face.label, face.confidence) for face in mien.read("photo.jpg")]
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from mien.version import __version__

# ONNX Runtime's wheels for Linux and macOS come with telemetry switched on: when it is imported it
# makes a device id in the user's cache folder, to report by. Nothing of Mien's leaves the machine,
# so it has to be off before anything can import it. Who wants it sets the variable to 0.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

if TYPE_CHECKING:
    from mien.body_signs import BodySigns
    from mien.card import ModelCard
    from mien.errors import (
        DataError,
        ImageError,
        MienError,
        MissingExtraError,
        ModelFileError,
        OutputError,
        RecipeError,
        RunError,
        UsageError,
        VideoError,
    )
    from mien.face_signs import FaceSigns
    from mien.front.analyzer import Analyzer, read
    from mien.front.frame_list import Frames
    from mien.front.photo_frame import PhotoFace, PhotoFrame
    from mien.front.supervision import to_supervision
    from mien.media.drawing.draw import annotate, write_image
    from mien.media.image import read_image
    from mien.results import Face, Frame
    from mien.sign import Sign
    from mien.vision.detection.detector import Detection, Detector
    from mien.vision.stream import StreamAnalyzer

__all__ = [
    "Analyzer",
    "BodySigns",
    "DataError",
    "Detection",
    "Detector",
    "Face",
    "FaceSigns",
    "Frame",
    "Frames",
    "ImageError",
    "MienError",
    "MissingExtraError",
    "ModelCard",
    "ModelFileError",
    "OutputError",
    "PhotoFace",
    "PhotoFrame",
    "RecipeError",
    "RunError",
    "Sign",
    "StreamAnalyzer",
    "UsageError",
    "VideoError",
    "__version__",
    "annotate",
    "read",
    "read_image",
    "to_supervision",
    "write_image",
]

# Loaded when first asked for (PEP 562): a program that only wants the version or an exception
# does not wait for ONNX Runtime, OpenCV and pydantic.
_HOMES = {
    "Analyzer": "mien.front.analyzer",
    "BodySigns": "mien.body_signs",
    "Detection": "mien.vision.detection.detector",
    "Detector": "mien.vision.detection.detector",
    "Face": "mien.results",
    "FaceSigns": "mien.face_signs",
    "Frame": "mien.results",
    "Frames": "mien.front.frame_list",
    "ModelCard": "mien.card",
    "PhotoFace": "mien.front.photo_frame",
    "PhotoFrame": "mien.front.photo_frame",
    "Sign": "mien.sign",
    "StreamAnalyzer": "mien.vision.stream",
    "annotate": "mien.media.drawing.draw",
    "read": "mien.front.analyzer",
    "read_image": "mien.media.image",
    "write_image": "mien.media.drawing.draw",
    "to_supervision": "mien.front.supervision",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'mien' has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name, "mien.errors")), name)


def __dir__() -> list[str]:
    return __all__
