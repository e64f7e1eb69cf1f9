"""What all sinks have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from mien.media.output import OutputStream, open_output
from mien.results import Frame


class Sink(ABC):
    """Writes frames in one format. A context manager, for one use; made by ``create_sink``.

    A format says what stands before the frames, what a frame becomes and what stands after them;
    writing it, and what happens when that fails, is the same for all.

    Parameters
    ----------
    out : Path or None
        The file; None is standard output.
    """

    def __init__(self, out: Path | None) -> None:
        self._out = out
        self._errors: list[tuple[str, str]] = []
        self._exit = ExitStack()
        self._stream: OutputStream

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
            self._stream.write(data)
            if self._out is None:
                self._stream.flush()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._stream = stack.enter_context(open_output(self._out))
            stack.push(self._finish_unless_failed)
            self._send(self._before())
            self._exit = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool | None:
        return self._exit.__exit__(kind, error, trace)

    def _finish_unless_failed(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._send(self._after())
