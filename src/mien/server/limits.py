"""How much a client may ask for: requests at once, requests a second, bytes, seconds."""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager

from starlette.requests import ClientDisconnect, HTTPConnection, Request

from mien.server.error_answers import ApiError

_BUSY_SECONDS = 1
_RETRY = {"Retry-After": str(_BUSY_SECONDS)}
_MOST_CLIENTS = 10_000
_ROUNDING = 1e-6


class Slots:
    """Places for what runs; who finds none is told to come again instead of waiting.

    One client has at most ``number`` of them. All together have a quarter more, so that no client
    takes all.

    Parameters
    ----------
    number : int
        At least 1.
    what : str
        What takes a place, in the plural, for the error.
    """

    def __init__(self, number: int, what: str) -> None:
        self.number, self.what = number, what
        self.total = number + math.ceil(number / 4)
        self.closed = False
        self._of_client: Counter[str] = Counter()

    @property
    def taken(self) -> int:
        """Places that are held now."""
        return self._of_client.total()

    def check_open(self) -> None:
        """Raise ``ApiError`` 503 when the server stops."""
        if self.closed:
            raise ApiError(503, "the server is stopping", "try again later", headers=_RETRY)

    @contextmanager
    def place(self, client: str) -> Iterator[None]:
        """Hold a place for a client; raises ``ApiError`` 503 when there is none."""
        if self._of_client[client] >= self.number or self.taken >= self.total:
            raise ApiError(
                503,
                f"{self.number} {self.what} at once is the limit",
                f"try again in {_BUSY_SECONDS} s",
                headers=_RETRY,
            )
        self._of_client[client] += 1
        try:
            yield
        finally:
            self._of_client[client] -= 1
            if not self._of_client[client]:
                del self._of_client[client]


class Arriving:
    """The bodies that are on their way: they hold no place, and no more memory than is allowed.

    When they are too much together, the one whose client has been silent for longest is given up:
    clients that stop in the middle cannot keep others out.

    Parameters
    ----------
    most : int
        Bytes of all of them, at least the largest that a single one may have.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._bodies: dict[Body, None] = {}

    @contextmanager
    def body(self) -> Iterator[Body]:
        """One more body, until the block ends."""
        body = Body()
        self._bodies[body] = None
        try:
            yield body
        finally:
            del self._bodies[body]

    def count(self, body: Body, size: int) -> None:
        """Note a piece of a body that has come."""
        body.size += size
        # The first one is the one that has waited for longest.
        del self._bodies[body]
        self._bodies[body] = None
        together = sum(each.size for each in self._bodies if not each.given_up)
        for silent in tuple(self._bodies):
            if together <= self.most or silent is body:
                return
            if silent.size and not silent.given_up:
                together -= silent.size
                silent.give_up()


class Body:
    """One body that is on its way."""

    def __init__(self) -> None:
        self.size = 0
        self.given_up = False
        self.waiting: asyncio.Timeout | None = None

    def give_up(self) -> None:
        """End the wait for its next piece."""
        self.given_up = True
        if self.waiting is not None:
            self.waiting.reschedule(asyncio.get_running_loop().time())


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
    request: Request, arriving: Arriving, *, max_bytes: int, seconds: float
) -> AsyncGenerator[bytes, None]:
    """The body of a request piece by piece, never more and never for longer than allowed.

    Parameters
    ----------
    request : Request
    arriving : Arriving
        The other bodies that are on their way.
    max_bytes : int
        A longer body is refused: by its ``Content-Length`` before a byte of it is read, else as
        soon as it is too long.
    seconds : float
        Time for the whole body.

    Raises
    ------
    ApiError
        413 for a body that is too long, 408 for one that takes too long, 503 for one that was
        given up.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > max_bytes:
        raise _too_large(max_bytes)
    stream = request.stream()
    end = asyncio.get_running_loop().time() + seconds
    with arriving.body() as body:
        while True:
            try:
                # Only the wait for the client is timed, not what the consumer does with a piece.
                async with asyncio.timeout_at(end) as body.waiting:
                    piece = await anext(stream, None)
            except TimeoutError:
                raise _too_slow(body, seconds) from None
            except ClientDisconnect:
                raise ApiError(400, "the client went away while it sent the body") from None
            finally:
                body.waiting = None
            if piece is None:
                return
            if body.size + len(piece) > max_bytes:
                raise _too_large(max_bytes)
            if body.given_up:
                raise _too_slow(body, seconds)
            arriving.count(body, len(piece))
            yield piece


def client_of(connection: HTTPConnection) -> str:
    """Whose places and whose rate a connection uses: its address."""
    return connection.client.host if connection.client else ""


def _too_slow(body: Body, seconds: float) -> ApiError:
    if body.given_up:
        return ApiError(
            503,
            "too much was being sent at once, and this body had stopped",
            f"try again in {_BUSY_SECONDS} s",
            headers={**_RETRY, "Connection": "close"},
        )
    return ApiError(
        408,
        f"the body did not arrive within {seconds:g} s",
        "send a smaller picture",
        headers={"Connection": "close"},
    )


def _too_large(max_bytes: int) -> ApiError:
    return ApiError(413, f"the body is larger than {max_bytes:,} bytes", "scale the picture down")
