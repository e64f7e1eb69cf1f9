"""All outlets that were asked for, as one."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from mien.media.outlets.lsl_outlet import LslOutlet
from mien.media.outlets.osc_outlet import OscOutlet
from mien.results import Frame


class Outlets:
    """A context manager; without a name and an address it sends nothing.

    Parameters
    ----------
    labels : tuple of str
        Of the model's first head.
    lsl : str, optional
        Name of an LSL stream.
    osc : str, optional
        ``HOST:PORT`` of who takes OSC.

    Raises
    ------
    UsageError, MissingExtraError
        As ``LslOutlet`` and ``OscOutlet``.
    """

    def __init__(
        self, labels: tuple[str, ...], *, lsl: str | None = None, osc: str | None = None
    ) -> None:
        self._all: list[OscOutlet | LslOutlet] = []
        if osc is not None:
            self._all.append(OscOutlet(osc))
        if lsl is not None:
            self._all.append(LslOutlet(lsl, labels))

    def send(self, frame: Frame) -> None:
        """Hand a frame to each."""
        for outlet in self._all:
            outlet.send(frame)

    def close(self) -> None:
        """End all of them."""
        while self._all:
            self._all.pop().close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
