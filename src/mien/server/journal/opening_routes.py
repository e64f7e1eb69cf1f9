"""Opening the journal: the key, what one agrees to, the passphrase, and a damaged file."""

from __future__ import annotations

from datetime import datetime
from importlib.util import find_spec

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse, Response

from mien.journal.kept.locked import LEAST_CHARACTERS
from mien.journal.kept.private_database import backup_of
from mien.server.error_answers import ApiError
from mien.server.journal.journal_desk import JournalDesk
from mien.server.journal.journal_forms import (
    BeginForm,
    KeyAnswer,
    PassphraseForm,
    RestoredAnswer,
    StateAnswer,
    TicketForm,
    journal_responses,
    read_form,
)
from mien.server.journal.journal_key import JournalKey, check_is_here
from mien.server.limits import Arriving


def opening_router(desk: JournalDesk, key: JournalKey, arriving: Arriving) -> APIRouter:
    """The routes, for ``router.include_router``."""
    router = APIRouter()
    holds_key = [Depends(key.check)]

    @router.post(
        "/v1/journal/key",
        summary="Exchange the ticket of the page's address for the key",
        responses={200: {"model": KeyAnswer, "description": "The key"}, **journal_responses()},
        response_class=JSONResponse,
    )
    async def exchange(request: Request) -> JSONResponse:
        """The ticket holds once, the key as long as the server runs."""
        check_is_here(request)
        found = key.exchange((await read_form(request, TicketForm, arriving)).ticket)
        if found is None:
            raise ApiError(
                401, "this is not the journal's key", "mien live said it when it was started"
            )
        return JSONResponse({"key": found})

    @router.get(
        "/v1/journal/state",
        summary="What there is to open",
        responses={200: {"model": StateAnswer, "description": "It"}, **journal_responses()},
        response_class=JSONResponse,
        dependencies=holds_key,
    )
    async def state() -> JSONResponse:
        found, backup = await desk.state(), backup_of(desk.path)
        made = (
            datetime.fromtimestamp(backup.stat().st_mtime).astimezone().isoformat()
            if backup.exists()
            else None
        )
        return JSONResponse(
            {
                "path": str(desk.path),
                "there": found.is_there,
                "passphrase": found.has_passphrase,
                "locked": found.is_locked,
                "agreed": found.is_agreed,
                "damage": found.damage,
                "backup": None if made is None else {"made": made},
                "can_lock": find_spec("cryptography") is not None,
                "least_characters": LEAST_CHARACTERS,
            }
        )

    @router.post(
        "/v1/journal/begin",
        summary="Agree, and make the journal if there is none",
        status_code=204,
        response_class=Response,
        responses=journal_responses(409, 423, 507),
        dependencies=holds_key,
    )
    async def begin(request: Request) -> Response:
        form = await read_form(request, BeginForm, arriving)
        if not form.agreed:
            raise ApiError(422, "nobody has agreed", "nothing is kept before somebody agrees")
        await desk.begin(form.passphrase)
        return Response(status_code=204)

    @router.post(
        "/v1/journal/unlock",
        summary="Open it with its passphrase, which is kept in memory",
        status_code=204,
        response_class=Response,
        responses=journal_responses(409),
        dependencies=holds_key,
    )
    async def unlock(request: Request) -> Response:
        await desk.unlock((await read_form(request, PassphraseForm, arriving)).passphrase)
        return Response(status_code=204)

    @router.post(
        "/v1/journal/lock",
        summary="Forget the passphrase",
        status_code=204,
        response_class=Response,
        responses=journal_responses(),
        dependencies=holds_key,
    )
    async def lock() -> Response:
        desk.lock()
        return Response(status_code=204)

    @router.post(
        "/v1/journal/restore",
        summary="Put the backup in the place of a damaged journal",
        responses={
            200: {"model": RestoredAnswer, "description": "The damaged file is kept"},
            **journal_responses(409, 507),
        },
        response_class=JSONResponse,
        dependencies=holds_key,
    )
    async def restore() -> JSONResponse:
        return JSONResponse({"aside": str(await desk.restore())})

    return router
