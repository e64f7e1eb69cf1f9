"""Files that are whole or not there: written beside their place, then renamed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping
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
    write_all_beside({path: write}, hint=hint)


def write_all_beside(
    writers: Mapping[Path, Callable[[Path], object]], *, hint: str | None = None
) -> None:
    """``write_beside`` for several files: none is renamed before all are written.

    Raises
    ------
    OutputError
        As ``write_beside``; names the file that could not be written.
    """
    partials = {path: path.with_name(f"{path.name}.{os.getpid()}.partial") for path in writers}
    try:
        for path, write in writers.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            write(partials[path])
        for path, partial in partials.items():
            partial.replace(path)
    except (OSError, SafetensorError) as error:
        raise OutputError(f"cannot be written ({error})", where=path, hint=hint) from error
    finally:
        for partial in partials.values():
            with contextlib.suppress(OSError):
                partial.unlink()
