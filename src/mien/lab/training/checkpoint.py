"""Checkpoints: all that a run needs to go on as if it had never stopped."""

from __future__ import annotations

import contextlib
import io
import pickle
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from mien.errors import RunError
from mien.lab.beside import write_beside


def save_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Write ``state`` beside ``path`` and rename, so that a stop never leaves half a file.

    Raises
    ------
    OutputError
        If the disk is full or the folder cannot be written; the old checkpoint stays.
    """
    # By way of memory, because torch says "unexpected pos" where the system says "disk full".
    buffer = io.BytesIO()
    torch.save(state, buffer)
    write_beside(path, lambda partial: partial.write_bytes(buffer.getbuffer()))


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Read a checkpoint (tensors and plain values only, never code).

    Raises
    ------
    RunError
        If the file is damaged, or holds something else than a dictionary.
    """
    try:
        # torch does not look at the checksums.
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
        if damaged is not None:
            raise zipfile.BadZipFile(damaged)
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        if not isinstance(state, dict):
            raise ValueError(f"holds a {type(state).__name__}")
    except (OSError, RuntimeError, ValueError, zipfile.BadZipFile, pickle.UnpicklingError) as error:
        raise RunError(
            "the checkpoint cannot be read", where=path, hint="train again with --restart"
        ) from error
    return state


@contextlib.contextmanager
def explained_content(path: Path) -> Iterator[None]:
    """Say in one line that the content of a checkpoint is not what is asked of it.

    Raises
    ------
    RunError
        Where the code inside misses a key or cannot use what it finds.
    """
    try:
        yield
    except (AttributeError, KeyError, RuntimeError, TypeError, ValueError) as error:
        raise RunError(
            "not a checkpoint of this training", where=path, hint="train again with --restart"
        ) from error
