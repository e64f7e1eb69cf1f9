"""What programs give as a picture, told apart; and what is wrong with anything else."""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Iterable, Mapping, Set
from typing import IO, Any
from urllib.parse import unquote_to_bytes

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from mien.errors import ImageError, UsageError
from mien.options import kind_of

Picture = (
    str
    | os.PathLike[str]
    | bytes
    | bytearray
    | memoryview
    | IO[bytes]
    | PillowImage.Image
    | NDArray[Any]
)
"""One picture: a path or data URI, the bytes of a file, a file object, a PIL picture, or an array
``uint8 (H, W, 3)``."""

Content = str | bytes | PillowImage.Image | NDArray[Any]

_GIVE = "give a path, bytes, a file object, a PIL picture or an array"
_URL = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_DATA_URI = re.compile(r"data:[^,]{0,200},", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/_\s-]{200,}={0,2}\s*")
_SHOWN = 60


def content_of(source: object) -> Content:
    """A path as text, the bytes of a file, a PIL picture or an array.

    Raises
    ------
    UsageError
        If it is nothing that a picture could be read from.
    ImageError
        If a data URI is damaged, or a file object cannot be read.
    """
    if isinstance(source, (np.ndarray, PillowImage.Image, bytes)):
        return source
    if isinstance(source, (bytearray, memoryview)):
        return bytes(source)
    if isinstance(source, str):
        return _text(source)
    if isinstance(source, os.PathLike):
        return os.fsdecode(source)
    if callable(getattr(source, "read", None)) and not isinstance(source, type):
        return _read(source)
    raise refusal(source)


def path_of(source: object) -> str | None:
    """Where a picture comes from, as far as it can be told."""
    if isinstance(source, str):
        return None if _DATA_URI.match(source) else source
    if isinstance(source, os.PathLike):
        return os.fsdecode(source)
    if isinstance(source, PillowImage.Image):
        name = getattr(source, "filename", None)
    else:
        name = getattr(source, "name", None) if hasattr(source, "read") else None
    # Files in memory have no name, temporary ones a number.
    return name if isinstance(name, str) and name else None


def holds_pictures(source: object) -> bool:
    """Whether it is a list, iterator or the like, and not one picture."""
    if isinstance(source, (str, bytes, bytearray, memoryview, np.ndarray, Mapping, Set)):
        return False
    if isinstance(source, (os.PathLike, PillowImage.Image, type)) or hasattr(source, "read"):
        return False
    # Tensors of other libraries are iterable as well, row by row.
    return isinstance(source, Iterable) and len(getattr(source, "shape", ())) < 2


def refusal(source: object) -> UsageError:
    """What to say of something that is no picture."""
    kind = kind_of(source)
    if source is None:
        return UsageError(
            "None is no picture",
            hint="OpenCV gives None for what it cannot read: look at the path or the camera",
        )
    if isinstance(source, Mapping):
        return UsageError(
            f"a {kind} is no picture", hint="give its values: list(pictures.values())"
        )
    if isinstance(source, Set):
        return UsageError(f"a {kind} has no order", hint="give a list: sorted(pictures)")
    if hasattr(source, "shape") and hasattr(source, "__array__"):
        return UsageError(
            f"{kind} is no array of numpy", hint="give uint8 (height, width, 3) in RGB of numpy"
        )
    if holds_pictures(source):
        return UsageError(
            f"a {kind} where one picture is expected",
            hint="mien.read and Analyzer.analyze take several pictures",
        )
    return UsageError(f"cannot read a picture out of {kind}", hint=_GIVE)


def _text(text: str) -> str | bytes:
    """A path, or the content of a data URI."""
    if not text.strip():
        raise UsageError("the path is empty", hint=_GIVE)
    if _DATA_URI.match(text):
        return _of_data_uri(text)
    if _URL.match(text):
        raise UsageError(
            "is an address, and Mien fetches nothing from a network",
            where=_shortened(text),
            hint="fetch it and give the bytes: urllib.request.urlopen(address).read()",
        )
    if _BASE64.fullmatch(text) and not os.path.exists(text):  # noqa: PTH110 (any length of text)
        raise UsageError(
            "no such file, and it looks like base64",
            where=_shortened(text),
            hint="give base64.b64decode(text), or a data URI (data:image/jpeg;base64,…)",
        )
    return text


def _of_data_uri(text: str) -> bytes:
    head, _, body = text.partition(",")
    try:
        content = unquote_to_bytes(body)
        if head.lower().endswith(";base64"):
            content = b"".join(content.split()).translate(bytes.maketrans(b"-_", b"+/"))
            padding = b"=" * (-len(content) % 4)
            content = base64.b64decode(content + padding, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ImageError(
            f"its base64 is damaged ({error})", where="data URI", hint="copy it again, whole"
        ) from error
    if not content:
        raise ImageError("there is nothing in it", where="data URI", hint="copy it again, whole")
    return content


def _read(file: Any) -> bytes:
    """What is left in a file object; all of it when it stands at its end, as after writing."""
    where = path_of(file) or "file object"
    try:
        content = file.read()
        if content in (b"", "") and file.seekable():
            file.seek(0)
            content = file.read()
    except Exception as error:  # Whatever classes of other people raise.
        if getattr(file, "closed", False):
            raise ImageError("is closed", where=where, hint="read it while it is open") from error
        reason = error.strerror if isinstance(error, OSError) else None
        raise ImageError(f"cannot be read ({reason or error})", where=where) from error
    if isinstance(content, (bytes, bytearray, memoryview)):
        return bytes(content)
    if isinstance(content, str):
        raise UsageError("is open as text", where=where, hint='open it with mode "rb"')
    if hasattr(content, "close"):
        content.close()  # A coroutine that nobody awaits would warn.
    raise UsageError(
        f"reading {kind_of(file)} gives {kind_of(content)}, not bytes",
        hint="give the picture or its bytes",
    )


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
