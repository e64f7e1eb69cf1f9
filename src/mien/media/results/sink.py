"""What all sinks have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path

from mien.media.results.written import Written
from mien.results import Frame


class Sink(Written, ABC):
    """Writes frames in one format. A context manager, for one use; made by ``create_sink``.

    A format says what stands before the frames, what a frame becomes and what stands after them;
    writing it, and what happens when that fails, is the same for all.

    Parameters
    ----------
    out : Path or None
        The file; None is standard output.
    """

    def __init__(self, out: Path | None) -> None:
        super().__init__(out)
        self._errors: list[tuple[str, str]] = []

    def write(self, frame: Frame) -> None:
        """Write one picture's results.

        Raises
        ------
        OutputError
            If there is no room for them.
        BrokenPipeError
            If the reader of standard output has gone; the ``with`` block of the sink ends
            quietly on it, so there is no need to catch it.
        """
        self._send(self._one(frame))

    def write_error(self, path: str, error: str) -> None:
        """Note an input that could not be read.

        JSON has a place for it and the table counts it; the other formats leave it out, so the
        caller tells of it on stderr too.
        """
        self._errors.append((path, error))

    def _before(self) -> bytes:
        return b""

    @abstractmethod
    def _one(self, frame: Frame) -> bytes: ...

    def _after(self) -> bytes:
        return b""

    def _send(self, data: bytes) -> None:
        if data:
            self._file.write(data)
            if self._out is None:
                self._file.flush()

    def _opened(self) -> None:
        self._send(self._before())

    def _finish(self) -> None:
        self._send(self._after())
