"""A ``with`` block around a file that is being written, the same for rows and for videos."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from mien.media.results.output import OutputStream, open_output


class Written:
    """Opens its output on entering; finishes it at the end of the block, unless that failed.

    Parameters
    ----------
    out : Path or None
        The file; None is standard output.
    """

    def __init__(self, out: Path | None) -> None:
        self._out = out
        self._exit = ExitStack()
        self._file: OutputStream

    def _opened(self) -> None:
        """What is to be done when the output is open."""

    def _finish(self) -> None:
        """What is to be done before it is closed and takes its name."""

    def _give_up(self) -> None:
        """What is to be done when the block has failed."""

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._file = stack.enter_context(open_output(self._out))
            stack.push(self._leave)
            self._opened()
            self._exit = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool | None:
        return self._exit.__exit__(kind, error, trace)

    def _leave(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._finish()
        else:
            self._give_up()
