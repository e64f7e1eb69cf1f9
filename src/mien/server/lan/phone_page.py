"""The page that shows, on the computer itself, how a phone gets in; and the certificate's file."""

from __future__ import annotations

import io
from typing import Any

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from mien.errors import MissingExtraError
from mien.installing import how_to_install
from mien.server.settings import LanSettings
from mien.templates import template_environment

CERTIFICATE_PATH = "/mien.crt"
PHONE_PATH = "/phone"


def phone_address(lan: LanSettings, port: int) -> str:
    """What a phone opens: the token stands behind the ``#``, which browsers never send."""
    return f"https://{lan.host}:{port}/#token={lan.token}"


def address_code(address: str) -> Any:
    """The QR code of an address (ISO/IEC 18004), as ``segno`` has it.

    Raises
    ------
    MissingExtraError
        If the library that draws it is not installed.
    """
    try:
        import segno
    except ImportError as error:
        raise MissingExtraError(
            "drawing the code for phones needs a library that is not installed",
            where="--lan",
            hint=how_to_install("lan"),
        ) from error
    return segno.make(address, error="m", micro=False)


def code_in_letters(address: str, *, colours: bool) -> str:
    """The code for a terminal, two rows of it in a line.

    With ``colours`` it is black on white whatever the terminal's own are (ECMA-48, SGR); without,
    for terminals with a dark ground.
    """
    text = io.StringIO()
    address_code(address).terminal(out=text, border=2, compact=True)
    lines = text.getvalue().splitlines()
    return "".join(f"\x1b[40;97m{line}\x1b[0m\n" if colours else f"{line}\n" for line in lines)


def phone_router(lan: LanSettings) -> APIRouter:
    """The routes, for ``router.include_router``."""
    router = APIRouter(include_in_schema=False)
    der = lan.certificate_der

    @router.get(CERTIFICATE_PATH)
    async def certificate() -> Response:
        """Anybody may have it: it is what every connection shows."""
        return Response(
            der,
            media_type="application/x-x509-ca-cert",
            headers={"Content-Disposition": 'attachment; filename="mien.crt"'},
        )

    @router.get(PHONE_PATH)
    async def phone(request: Request) -> HTMLResponse:
        """Only for whoever sits at the computer: the token is in it."""
        if request.url.scheme == "https":
            raise HTTPException(404)
        address = phone_address(lan, request.app.lan_port)
        code = io.BytesIO()
        address_code(address).save(
            code, kind="svg", scale=1, border=4, light="white", xmldecl=False, omitsize=True
        )
        page = template_environment("mien.server.lan").get_template("phone.html.jinja")
        return HTMLResponse(
            page.render(
                # Made by segno of nothing but black and white squares.
                code=code.getvalue().decode(),
                address=address,
                plain=address.partition("#")[0],
                token=lan.token,
                certificate=f"https://{lan.host}:{request.app.lan_port}{CERTIFICATE_PATH}",
                fingerprint=lan.fingerprint,
                is_new=lan.is_new,
                album=lan.album,
            ),
            headers={"Cache-Control": "no-store"},
        )

    return router
