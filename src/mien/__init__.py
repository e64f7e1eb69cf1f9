"""Mien reads facial expressions in photos.

>>> import mien  # doctest: +SKIP
>>> frame = mien.Analyzer().analyze(mien.read_image("photo.jpg"))
>>> [(face.label, face.confidence) for face in frame.faces]
"""

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
)
from mien.media.draw import annotate, write_image
from mien.media.image import read_image
from mien.results import Face, Frame
from mien.version import __version__
from mien.vision.analyzer import Analyzer

__all__ = [
    "Analyzer",
    "DataError",
    "Face",
    "Frame",
    "ImageError",
    "MienError",
    "MissingExtraError",
    "ModelCard",
    "ModelFileError",
    "OutputError",
    "RecipeError",
    "RunError",
    "UsageError",
    "__version__",
    "annotate",
    "read_image",
    "write_image",
]
