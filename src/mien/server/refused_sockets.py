"""A WebSocket that was refused has been answered: nothing of it is an error of the server."""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol


class RefusingProtocol(WebSocketsSansIOProtocol):
    """Uvicorn's WebSocket protocol, which takes an HTTP answer for the end of the handshake.

    Uvicorn itself logs an error for each, so that anybody could fill the log with them.
    """

    async def send(self, message: Any) -> None:
        """Send one message of the application (ASGI)."""
        await super().send(message)
        is_end = not message.get("more_body", False)
        if message["type"] == "websocket.http.response.body" and is_end:
            self.handshake_complete = True
