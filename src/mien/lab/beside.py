"""Files that are whole or not there: written beside their place, then renamed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from safetensors import SafetensorError

from mien.errors import OutputError


def write_beside(path: Path, write: Callable[[Path], object], *, hint: str | None = None) -> None:
    """Call ``write`` with a temporary name in the same folder, then rename it to ``path``.

    Raises
    ------
    OutputError
        If the disk is full or the folder cannot be written; what was at ``path`` stays. ``hint``
        says what to do about it.
    """
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(partial)
        partial.replace(path)
    except (OSError, SafetensorError) as error:
        raise OutputError(f"cannot be written ({error})", where=path, hint=hint) from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink()
