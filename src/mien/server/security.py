"""What stands before every route: Host, Origin and token checks; security headers on answers."""

from __future__ import annotations

import ipaddress
import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mien.server.error_answers import ApiError
from mien.server.session import Gate
from mien.server.settings import Settings

_HOST = re.compile(r"(?P<name>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::[0-9]{1,5})?")
_SCHEMES = {"http", "https"}
_BY_TLS = ("https", "wss")
_PREFLIGHT_SECONDS = 600

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
}


def content_security_policy(host: str) -> str:
    """What pages of the server may load: their own files, pictures and videos made in the page.

    ``host`` is a checked Host header: not every browser counts WebSockets under ``'self'``.
    """
    return "; ".join(
        (
            "default-src 'self'",
            "img-src 'self' blob: data:",
            "media-src 'self' blob:",
            f"connect-src 'self' ws://{host} wss://{host}",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


class Guard:
    """ASGI middleware that lets through only what may pass, over HTTP and WebSocket.

    - The *Host* must be an address in numbers, ``localhost`` or a known name: another name that
      leads here means that a page far away has been given this computer's address (DNS rebinding).
    - The *Origin*, which browsers send along, must be this very server or one that was allowed: no
      other page may use it. Pages of an allowed one are told so, by CORS (Fetch standard, 3.3).
    - Everything under ``/v1/`` and ``/metrics`` needs the token, if there is one. With a second
      address for phones only what comes by that one, which alone has TLS, needs it.

    Parameters
    ----------
    app : ASGI application
    settings : Settings
    gate : Gate
    """

    def __init__(self, app: ASGIApp, settings: Settings, gate: Gate) -> None:
        self._app, self._gate = app, gate
        self._names = {
            name.lower() for name in ("localhost", settings.host, *settings.allowed_hosts)
        }
        self._origins = frozenset(settings.allowed_origins)
        self._has_lan = settings.lan is not None
        self._hides_album = settings.lan is not None and not settings.lan.album

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection (ASGI)."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        guarded = scope["path"].startswith("/v1/") or scope["path"] == "/metrics"
        policy = content_security_policy("")
        allowed = guarded and self._is_allowed(headers)

        async def send_with_headers(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                answer = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    answer[name] = value
                # A page that needs less than the others says so itself.
                answer.setdefault("Content-Security-Policy", policy)
                if guarded and self._origins:
                    answer.add_vary_header("Origin")
                if allowed:
                    answer["Access-Control-Allow-Origin"] = headers["origin"]
                    answer["Access-Control-Expose-Headers"] = "Retry-After, Content-Disposition"
                answer.setdefault("Cache-Control", "no-store" if guarded else "no-cache")
            await send(message)

        try:
            host = self._check_host(headers)
            policy = content_security_policy(host)
            if guarded:
                if not allowed:
                    _check_origin(headers, host)
                elif _is_preflight(scope, headers):
                    # It never has a token: the browser asks whether it may send one.
                    await _preflight_answer(headers)(scope, receive, send_with_headers)
                    return
                by_tls = scope["scheme"] in _BY_TLS
                if by_tls and self._hides_album and scope["path"].startswith("/v1/album"):
                    raise ApiError(404, "not found", "mien live --lan-album shows it to phones")
                if by_tls and self._has_lan and scope["path"].startswith("/v1/video"):
                    raise ApiError(404, "not found", "videos are opened at the computer itself")
                # Who comes by the computer's own address sits at it.
                is_here = self._has_lan and not by_tls
                if not is_here and not self._gate.lets_in(headers):
                    raise ApiError(
                        401,
                        "this server needs a token",
                        "send it as: Authorization: Bearer TOKEN",
                        headers={"WWW-Authenticate": "Bearer"},
                    )
        except ApiError as error:
            await error.response()(scope, receive, send_with_headers)
        else:
            await self._app(scope, receive, send_with_headers)

    def _check_host(self, headers: Headers) -> str:
        sent = headers.getlist("host")
        found = _HOST.fullmatch(sent[0]) if len(sent) == 1 else None
        if found is None:
            raise ApiError(400, "the Host header is missing or not a host", "send the one you ask")
        name = found["name"].lower()
        if name not in self._names and not _is_address(name.strip("[]")):
            raise ApiError(
                421,
                "this server is not known under the name asked for",
                "whoever runs it can add the name: mien serve --allow-host NAME",
            )
        return sent[0].lower()

    def _is_allowed(self, headers: Headers) -> bool:
        """Whether a page of another origin asks, and that origin was allowed."""
        sent = headers.getlist("origin")
        return len(sent) == 1 and sent[0] in self._origins


def _check_origin(headers: Headers, host: str) -> None:
    foreign = headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
    for origin in headers.getlist("origin"):
        scheme, _, rest = origin.lower().partition("://")
        # Behind a proxy that does TLS the scheme is another one, so only the rest must agree.
        foreign = foreign or scheme not in _SCHEMES or rest != host
    if foreign:
        raise ApiError(
            403,
            "other web pages may not use this server",
            "open its own page; whoever runs it can let another in: "
            "mien serve --allow-origin ORIGIN",
        )


def _is_preflight(scope: Scope, headers: Headers) -> bool:
    return (
        scope["type"] == "http"
        and scope["method"] == "OPTIONS"
        and "access-control-request-method" in headers
    )


def _preflight_answer(headers: Headers) -> Response:
    """What pages of an allowed origin may send (Fetch standard, 3.3.3)."""
    answer = Response(
        status_code=204,
        headers={
            "Access-Control-Allow-Methods": "GET, HEAD, POST",
            "Access-Control-Allow-Headers": "Authorization, Content-Type",
            "Access-Control-Max-Age": str(_PREFLIGHT_SECONDS),
        },
    )
    # A public page that asks a computer of a private network (Chrome).
    if headers.get("access-control-request-private-network") == "true":
        answer.headers["Access-Control-Allow-Private-Network"] = "true"
    return answer


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
