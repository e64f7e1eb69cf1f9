"""One training a run folder: a lock that ends with its process, however that ends."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from mien.errors import OutputError, RunError

NAME = "training.lock"
"""File in the run folder that is locked; it holds the number of the process."""

_held: dict[Path, int] = {}


@contextlib.contextmanager
def training_lock(folder: Path) -> Iterator[None]:
    """Keep all others from training in ``folder``, which is made if it is not there.

    Inside another lock of the same folder by the same thread it does nothing more. A folder that
    is empty in the end is taken away again.

    Raises
    ------
    RunError
        If another training is at work there.
    OutputError
        If the folder cannot be made or written.
    """
    place = folder.resolve()
    if _held.get(place) == threading.get_ident():
        yield
        return
    path = folder / NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = _locked(path)
    except BlockingIOError as error:
        raise RunError(
            f"another training{_whose(path)} is writing into this folder",
            where=folder,
            hint="wait for it, or give the recipe another name or seed: name=… seed=…",
        ) from error
    except (FileExistsError, NotADirectoryError) as error:
        raise OutputError(
            "a file lies where the run folder goes",
            where=folder,
            hint="move it away, or name another folder with --runs",
        ) from error
    except OSError as error:
        raise OutputError(f"cannot be written ({error.strerror or error})", where=folder) from error
    _held[place] = threading.get_ident()
    try:
        yield
    finally:
        del _held[place]
        with contextlib.suppress(OSError):
            # Before it is let go, so that nobody locks a file that is about to vanish; Windows
            # takes only closed files away.
            if sys.platform != "win32":
                path.unlink()
        os.close(handle)
        with contextlib.suppress(OSError):
            if sys.platform == "win32":
                path.unlink()
        with contextlib.suppress(OSError):
            folder.rmdir()


def _locked(path: Path) -> int:
    """Open and lock ``path``; raises ``BlockingIOError`` if somebody else holds it."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _lock(handle)
            # Whoever held it before may have taken the file away in between.
            if path.exists() and os.path.samestat(os.fstat(handle), path.stat()):
                os.truncate(handle, 0)
                os.write(handle, str(os.getpid()).encode())
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def _lock(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        # Beyond its end, so that the number in it can be read.
        os.lseek(handle, 1 << 20, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BlockingIOError from error
        os.lseek(handle, 0, os.SEEK_SET)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _whose(path: Path) -> str:
    with contextlib.suppress(OSError, ValueError):
        return f" (process {int(path.read_text())})"
    return ""
