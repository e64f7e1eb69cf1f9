"""The photo that others are to be like, read anew: the one question for which networks run."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from mien.album.asking.similar import AskedPhoto
from mien.album.indexing.examine import examine_photo
from mien.album.records import HASH_BYTES
from mien.errors import UsageError
from mien.media.image import open_error
from mien.vision.pixel_analyzer import PixelAnalyzer


def read_asked(path: Path, model: Path) -> AskedPhoto:
    """Find the faces of a photo, in the album or not.

    Raises
    ------
    ImageError
        If it cannot be read.
    UsageError
        If no face is found in it, or the model has no embedding.
    """
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        raise open_error(error, str(path)) from error
    record = examine_photo(PixelAnalyzer(model), content, str(path))
    if not record.faces:
        raise UsageError("no face was found in this photo", where=path, hint="name another")
    if not record.faces[0].embedding:
        raise UsageError("the model has no embedding", hint="name another with --model")
    embeddings = np.stack([np.frombuffer(face.embedding, "<f2") for face in record.faces])
    digest = hashlib.blake2b(content, digest_size=HASH_BYTES).digest()
    return AskedPhoto(embeddings, digest, record.difference_hash)
