"""How much a client may ask for: requests at once, requests a second, bytes, seconds."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager

from starlette.requests import ClientDisconnect, Request

from mien.server.error_answers import ApiError

_BUSY_SECONDS = 1
_MOST_CLIENTS = 10_000
_ROUNDING = 1e-6


class Slots:
    """A number of places; who finds none is told to come again instead of waiting.

    Parameters
    ----------
    number : int
        At least 1.
    what : str
        What takes a place, in the plural, for the error.
    """

    def __init__(self, number: int, what: str) -> None:
        self.number, self.what, self.taken = number, what, 0
        self.closed = False

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place; raises ``ApiError`` 503 when there is none or the server stops."""
        retry = {"Retry-After": str(_BUSY_SECONDS)}
        if self.closed:
            raise ApiError(503, "the server is stopping", "try again later", headers=retry)
        if self.taken >= self.number:
            raise ApiError(
                503,
                f"{self.number} {self.what} at once is the limit",
                f"try again in {_BUSY_SECONDS} s",
                headers=retry,
            )
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1


class RateLimit:
    """A token bucket for each client: ``per_second`` on average, one second's worth at once.

    Parameters
    ----------
    per_second : float
        More than 0.
    clock : callable, optional
        Gives seconds.
    """

    def __init__(self, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_second = per_second
        self.burst = max(1.0, per_second)
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, client: str) -> None:
        """Count one request of ``client``; raises ``ApiError`` 429 when it is too many."""
        now = self._clock()
        left, then = self._buckets.pop(client, (self.burst, now))
        left = min(self.burst, left + (now - then) * self.per_second)
        allowed = left >= 1 - _ROUNDING
        # Put back at the end, so that the first bucket is the one unused for longest.
        self._buckets[client] = (max(0.0, left - 1) if allowed else left, now)
        if len(self._buckets) > _MOST_CLIENTS:
            del self._buckets[next(iter(self._buckets))]
        if not allowed:
            seconds = math.ceil((1 - left) / self.per_second)
            raise ApiError(
                429,
                f"{self.per_second:g} pictures a second is the limit",
                f"try again in {seconds} s",
                headers={"Retry-After": str(seconds)},
            )


async def limited_body(
    request: Request, *, max_bytes: int, seconds: float
) -> AsyncGenerator[bytes, None]:
    """The body of a request piece by piece, never more and never for longer than allowed.

    Parameters
    ----------
    request : Request
    max_bytes : int
        A longer body is refused: by its ``Content-Length`` before a byte of it is read, else as
        soon as it is too long.
    seconds : float
        Time for the whole body.

    Raises
    ------
    ApiError
        413 for a body that is too long, 408 for one that takes too long.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > max_bytes:
        raise _too_large(max_bytes)
    received = 0
    stream = request.stream()
    end = asyncio.get_running_loop().time() + seconds
    while True:
        try:
            # Only the wait for the client is timed, not what the consumer does with a piece.
            async with asyncio.timeout_at(end):
                piece = await anext(stream, None)
        except TimeoutError:
            raise ApiError(
                408,
                f"the body did not arrive within {seconds:g} s",
                "send a smaller picture",
                headers={"Connection": "close"},
            ) from None
        except ClientDisconnect:
            raise ApiError(400, "the client went away while it sent the body") from None
        if piece is None:
            return
        received += len(piece)
        if received > max_bytes:
            raise _too_large(max_bytes)
        yield piece


def _too_large(max_bytes: int) -> ApiError:
    return ApiError(413, f"the body is larger than {max_bytes:,} bytes", "scale the picture down")
