"""Connections that send nothing, or their header drop by drop, are closed after a while."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol


def patient_protocol(seconds: float) -> type[asyncio.Protocol]:
    """Uvicorn's HTTP protocol with a limit on the time that a request may take to begin.

    Uvicorn itself waits for ever: for the first byte, for the end of a header, and for the rest of
    a body whose request has been answered already (413).

    Parameters
    ----------
    seconds : float
        Longest time without a request that is being answered, more than 0.

    Returns
    -------
    type
        For ``uvicorn.Config(http=…)``.
    """

    class PatientProtocol(H11Protocol):
        _timer: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._watch()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._watch()

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            self._unwatch()

        def _watch(self) -> None:
            if self._is_answering() or self.transport.get_protocol() is not self:
                self._unwatch()
            elif self._timer is None and not self.transport.is_closing():
                self._timer = self.loop.call_later(seconds, self._time_is_up)

        def _unwatch(self) -> None:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

        def _time_is_up(self) -> None:
            self._timer = None
            if not self._is_answering() and self.transport.get_protocol() is self:
                self.transport.abort()

        def _is_answering(self) -> bool:
            cycle: Any = self.cycle
            return cycle is not None and not cycle.response_complete

    return PatientProtocol
