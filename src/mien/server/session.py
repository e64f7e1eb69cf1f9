"""Who may use the server: the token, and the cookie that a browser gets for it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers

COOKIE = "mien_session"
SESSION_SECONDS = 12 * 60 * 60


class Gate:
    """Knows the token, if there is one, and signs the cookies that stand for it.

    A cookie holds when it ends and a signature (HMAC-SHA-256, RFC 2104) by a key that is drawn
    when the server starts: it can't be forged, and is worth nothing after a restart.

    Parameters
    ----------
    token : str or None
        None lets everybody in.
    clock : callable, optional
        Gives seconds.
    """

    def __init__(self, token: str | None, clock: Callable[[], float] = time.time) -> None:
        self._token = token
        self._key = secrets.token_bytes()
        self._clock = clock

    @property
    def is_open(self) -> bool:
        """Whether no token is needed."""
        return self._token is None

    def lets_in(self, headers: Headers) -> bool:
        """Whether a request shows the token, or a cookie that still holds."""
        return self.is_open or self.shows_token(headers) or self._shows_cookie(headers)

    def shows_token(self, headers: Headers) -> bool:
        """Whether a request has ``Authorization: Bearer`` with the token."""
        kind, _, shown = headers.get("authorization", "").partition(" ")
        expected = (self._token or "").encode()
        same = hmac.compare_digest(shown.strip().encode("latin-1", "replace"), expected)
        return same and kind.lower() == "bearer" and self._token is not None

    def new_cookie(self) -> str:
        """A value for the cookie, good for 12 hours."""
        end = str(int(self._clock()) + SESSION_SECONDS)
        return f"{end}.{self._signature(end)}"

    def _shows_cookie(self, headers: Headers) -> bool:
        try:
            cookies = SimpleCookie(headers.get("cookie", ""))
        except CookieError:
            return False
        if COOKIE not in cookies:
            return False
        end, _, signature = cookies[COOKIE].value.partition(".")
        signed = hmac.compare_digest(signature.encode(), self._signature(end).encode())
        return signed and int(end) > self._clock()

    def _signature(self, end: str) -> str:
        digest = hmac.digest(self._key, end.encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")
