"""Where results go: a file that is replaced only when it is complete, or standard output."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, Any

from mien.errors import OutputError

STANDARD_OUTPUT = "standard output"

_REASONS = {
    errno.ENOSPC: ("the disk is full", "free some space, or write elsewhere"),
    errno.EDQUOT: ("the disk quota is used up", "free some space, or write elsewhere"),
    errno.EFBIG: ("the file would be larger than is allowed here", "write elsewhere"),
    errno.EROFS: ("the file system is read-only", "write elsewhere"),
    errno.EACCES: ("no permission to write there", "write elsewhere, or change the permissions"),
    errno.EPERM: ("no permission to write there", "write elsewhere, or change the permissions"),
    errno.EEXIST: ("is a file, not a folder", "give another name"),
    errno.EISDIR: ("is a folder", "give the name of a file in it"),
    errno.ENOENT: ("its folder does not exist", "make the folder first"),
    errno.ENOTDIR: ("its folder is not a folder", "give the name of a file in a folder"),
    errno.ENAMETOOLONG: ("its name is too long for this system", "give a shorter name"),
}


def output_error(error: OSError | ValueError, where: object) -> OutputError:
    """Say why something cannot be written. ``ValueError`` comes of a NUL in its name."""
    if not isinstance(error, OSError):
        return OutputError("is not a possible file name", where=where)
    reason = error.strerror or type(error).__name__
    what, hint = _REASONS.get(error.errno or 0, (f"cannot be written ({reason})", None))
    return OutputError(what, where=where, hint=hint)


class OutputStream:
    """Takes the bytes of a result. Made by ``open_output``, which also closes it."""

    def __init__(self, file: IO[Any], where: str, *, text_only: bool = False) -> None:
        self._file = file
        self._where = where
        self._text_only = text_only
        self.failed = False

    def write(self, data: bytes) -> None:
        """Write all of ``data``.

        Raises
        ------
        OutputError
            If there is no room for it, or the device fails.
        BrokenPipeError
            If it is standard output and nobody reads it any more.
        """
        with self._own_errors():
            self._file.write(data.decode() if self._text_only else data)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to another place of a regular file, as ``io.IOBase.seek``; raises like ``write``."""
        with self._own_errors():
            return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Position in a regular file in bytes."""
        with self._own_errors():
            return self._file.tell()

    def flush(self) -> None:
        """Hand over what is buffered; raises like ``write``."""
        with self._own_errors():
            self._file.flush()

    def close(self) -> None:
        """Flush and close; raises like ``write``."""
        with self._own_errors():
            self._file.close()

    @contextmanager
    def _own_errors(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:
            self.failed = True
            raise
        except OSError as error:
            self.failed = True
            raise output_error(error, self._where) from error


def open_output(path: Path | None) -> AbstractContextManager[OutputStream]:
    """Open ``path``, or standard output for None, to write a result to it.

    A regular file is written beside its place under another name (``.mien-….part``) and moved
    there when the ``with`` block ends without an exception; otherwise what was there before stays
    as it was, and nothing is left behind. Links are followed. Pipes and devices are written
    directly.

    When the reader of standard output has gone (``| head``), the block ends quietly: the
    ``BrokenPipeError`` that stops it is not passed on.

    Raises
    ------
    OutputError
        On entering, if the folder is missing or cannot be written to, or ``path`` is a folder;
        later, if the disk is full. In one line, see ``output_error``.
    """
    return _standard_output() if path is None else _file_output(path)


@contextmanager
def _file_output(path: Path) -> Iterator[OutputStream]:
    where = str(path)
    try:
        target = Path(os.path.realpath(path))
        mode = _mode_of(target)
        if mode is not None and stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, "is a folder")
        if mode is not None and not os.access(target, os.W_OK):
            raise PermissionError(errno.EACCES, "is write-protected")
        if mode is not None and not stat.S_ISREG(mode):
            beside, file = None, path.open("wb")
        else:
            beside = target.with_name(f".mien-{secrets.token_hex(6)}.part")
            file = beside.open("xb")
    except (OSError, ValueError) as error:
        raise output_error(error, where) from error

    stream = OutputStream(file, where)
    try:
        yield stream
        stream.close()
        if beside is not None:
            _move(beside, target, mode, where)
    except BaseException:
        # The first error is the one to tell; closing can fail again for the same reason.
        with contextlib.suppress(OSError):
            file.close()
        if beside is not None:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
        raise


def _mode_of(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _move(beside: Path, target: Path, mode: int | None, where: str) -> None:
    try:
        if mode is not None:
            with contextlib.suppress(PermissionError):
                beside.chmod(stat.S_IMODE(mode))
        beside.replace(target)
    except OSError as error:
        raise output_error(error, where) from error


@contextmanager
def _standard_output() -> Iterator[OutputStream]:
    if sys.stdout is None:
        raise OutputError("is closed", where=STANDARD_OUTPUT, hint="name a file with --out")
    # Notebooks put a text stream without bytes below it in the place of sys.stdout.
    buffer = getattr(sys.stdout, "buffer", None)
    stream = OutputStream(buffer or sys.stdout, STANDARD_OUTPUT, text_only=buffer is None)
    try:
        yield stream
        stream.flush()
    except BaseException as error:
        if stream.failed:
            # What is still buffered would fail again, with a traceback, when Python exits.
            _forget_standard_output()
            if isinstance(error, BrokenPipeError):
                return
        raise


def _forget_standard_output() -> None:
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def make_folder(folder: Path) -> None:
    """Make ``folder`` and those above it; raises ``OutputError`` when that cannot be done."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise output_error(error, folder) from error
