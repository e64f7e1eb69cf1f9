"""Who may open the journal: the key of this run, which the address in the terminal has."""

from __future__ import annotations

import hmac

from starlette.requests import Request

from mien.server.error_answers import ApiError

_BY_TLS = "https"


class JournalKey:
    """The key, and a ticket that is exchanged for it once.

    Other people with an account on this computer can reach its pages, too. The key is only told in
    the terminal and to the page. The address that a browser is started with can be seen in the
    list of processes, so that it has a ticket: whoever shows it first gets the key, and for
    everybody after that it is worth nothing.

    Parameters
    ----------
    key, ticket : str
    """

    def __init__(self, key: str, ticket: str) -> None:
        self._key, self._ticket = key, ticket

    def exchange(self, ticket: str) -> str | None:
        """The key for the ticket, once; also for the key itself."""
        if ticket and _same(ticket, self._key):
            return self._key
        if not ticket or not self._ticket or not _same(ticket, self._ticket):
            return None
        self._ticket = ""
        return self._key

    def check(self, request: Request) -> None:
        """Raise ``ApiError`` unless a request shows the key, and comes from this computer."""
        check_is_here(request)
        kind, _, shown = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not _same(shown.strip(), self._key):
            raise ApiError(
                401,
                "the journal opens with its key",
                "open the address with #journal= that mien live said in the terminal",
                headers={"WWW-Authenticate": "Bearer"},
            )


def check_is_here(request: Request) -> None:
    """Raise ``ApiError`` 404 for a phone: what comes by TLS comes from another device."""
    if request.url.scheme == _BY_TLS:
        raise ApiError(404, "not found", "the journal is only shown on the computer it lies on")


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode())
