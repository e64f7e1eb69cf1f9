"""What is in the journal: to look at, to add to, to change, to erase."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from mien.journal.kept.check_in import CameraMeasures, CheckIn
from mien.journal.kept.journal_file import Journal
from mien.journal.kept.made_pages import erase_damaged, erase_made
from mien.journal.kept.private_database import CheckInGoneError
from mien.journal.kept.questionnaires import answered
from mien.server.answer_form import Responses
from mien.server.journal.journal_desk import JournalDesk
from mien.server.journal.journal_forms import (
    ChangeForm,
    CheckInForm,
    EntriesAnswer,
    ForgetForm,
    ForgottenAnswer,
    KeptAnswer,
    journal_responses,
    read_form,
)
from mien.server.journal.journal_view import entries_of
from mien.server.limits import Arriving

_OPENED = (409, 423, 507)


def check_in_router(desk: JournalDesk, arriving: Arriving) -> APIRouter:
    """The routes, for ``router.include_router``."""
    router = APIRouter()
    kept: Responses = {
        200: {"model": KeptAnswer, "description": "It is kept, also if the power goes now"},
        **journal_responses(*_OPENED),
    }

    @router.get(
        "/v1/journal/entries",
        summary="All check-ins, and what they say",
        responses={
            200: {"model": EntriesAnswer, "description": "They"},
            **journal_responses(*_OPENED),
        },
        response_class=JSONResponse,
    )
    async def entries() -> JSONResponse:
        return JSONResponse(await desk.ask(entries_of))

    @router.post(
        "/v1/journal/check-in",
        summary="Keep a check-in of now",
        responses=kept,
        response_class=JSONResponse,
    )
    async def add(request: Request) -> JSONResponse:
        form = await read_form(request, CheckInForm, arriving)

        def keep(journal: Journal) -> str:
            one = _check_in(form)
            journal.add(one)
            return one.id

        return JSONResponse({"id": await desk.ask(keep)})

    @router.post(
        "/v1/journal/change",
        summary="Change the words of a check-in",
        responses={**kept, **journal_responses(*_OPENED, 410)},
        response_class=JSONResponse,
    )
    async def change(request: Request) -> JSONResponse:
        """The old words are in no file afterwards."""
        form = await read_form(request, ChangeForm, arriving)

        def replace(journal: Journal) -> str:
            found = {one.id: one for one in journal.check_ins()}.get(form.id)
            if found is None:
                raise CheckInGoneError("this check-in was erased meanwhile")
            changed = dataclasses.replace(
                found, mood=form.mood, words=form.words, sleep=form.sleep, notes=form.notes
            )
            if form.without_camera:
                changed = dataclasses.replace(changed, task=None, measures=None)
            journal.replace(changed)
            return changed.id

        return JSONResponse({"id": await desk.ask(replace)})

    @router.post(
        "/v1/journal/forget",
        summary="Erase check-ins for good",
        responses={
            200: {"model": ForgottenAnswer, "description": "What is gone"},
            **journal_responses(*_OPENED),
        },
        response_class=JSONResponse,
    )
    async def forget(request: Request) -> JSONResponse:
        """From the journal and its backup; reports and exports written by Mien go, too."""
        form = await read_form(request, ForgetForm, arriving)

        def erase(journal: Journal) -> dict[str, object]:
            gone = journal.forget(form.ids)
            pages, left = erase_made(journal)
            if form.ids is None:
                pages += erase_damaged(journal.path)
            return {"check_ins": gone, "files": _names(pages), "left": _names(left)}

        answer = await desk.ask(erase)
        desk.drop_reports()
        return JSONResponse(answer)

    return router


def _names(paths: list[Path]) -> list[str]:
    return [str(path) for path in paths]


def _check_in(form: CheckInForm) -> CheckIn:
    asked, seen = form.questionnaire, form.measures
    return CheckIn(
        at=datetime.now().astimezone(),
        mood=form.mood,
        words=form.words,
        questionnaire=None if asked is None else answered(asked.name, asked.answers),
        sleep=form.sleep,
        notes=form.notes,
        task=form.task,
        measures=None if seen is None else CameraMeasures.from_dict(seen),
    )
