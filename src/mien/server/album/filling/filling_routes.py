"""Choosing folders, reading them into the album, and what could not be read."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from mien.server.album.album_parameters import LARGEST_ID
from mien.server.album.answer_forms import album_responses
from mien.server.album.desk import AlbumDesk
from mien.server.album.filling.allowed_folders import LONGEST_KEY, AllowedFolders
from mien.server.album.filling.filler import Filler
from mien.server.album.filling.filling_forms import (
    FillingAnswer,
    FoldersAnswer,
    UnreadableAnswer,
    filling_answer,
    folders_answer,
    unreadable_answer,
)
from mien.server.album.reader import AlbumReader
from mien.server.answer_form import Responses

_MOST_UNREADABLE = 200

_FolderKey = Annotated[
    str, Query(min_length=1, max_length=LONGEST_KEY, description="The folder's key")
]


def filling_router(desk: AlbumDesk, allowed: AllowedFolders, filler: Filler) -> APIRouter:
    """The routes, for ``router.include_router``."""
    router = APIRouter()
    responses: Responses = {
        200: {"model": FillingAnswer, "description": "How far it is"},
        **album_responses(),
    }

    def answer() -> JSONResponse:
        return JSONResponse(filling_answer(filler.filling(), allowed=len(allowed) > 0))

    @router.get(
        "/v1/album/folders",
        summary="Folders that may be chosen",
        responses={
            200: {"model": FoldersAnswer, "description": "A folder, and those in it"},
            **album_responses(404),
        },
        response_class=JSONResponse,
    )
    async def folders(
        folder: Annotated[
            str, Query(max_length=LONGEST_KEY, description="A folder's key; none: the allowed ones")
        ] = "",
    ) -> JSONResponse:
        """Only what lies below the folders that the server was started with (``--photos``)."""
        listing = await run_in_threadpool(
            lambda: allowed.list_folder(folder) if folder else allowed.list_allowed()
        )
        loaded = await desk.ask(AlbumReader.load)
        indexed = {path for path, _ in loaded.status.folders} if loaded else set()
        return JSONResponse(folders_answer(listing, indexed))

    @router.get(
        "/v1/album/filling",
        summary="How far the reading of folders is",
        responses=responses,
        response_class=JSONResponse,
    )
    async def filling() -> JSONResponse:
        return answer()

    @router.post(
        "/v1/album/filling",
        summary="Read a folder into the album",
        responses={**responses, **album_responses(404)},
        response_class=JSONResponse,
    )
    async def add(folder: _FolderKey) -> JSONResponse:
        """After those that wait. Links that lead out of the allowed folders are not followed."""
        filler.add(await run_in_threadpool(allowed.find, folder))
        return answer()

    @router.post(
        "/v1/album/filling/pause",
        summary="Pause the reading",
        responses=responses,
        response_class=JSONResponse,
    )
    async def pause() -> JSONResponse:
        """What was read is kept."""
        filler.pause()
        return answer()

    @router.post(
        "/v1/album/filling/resume",
        summary="Go on with the reading, or try again",
        responses=responses,
        response_class=JSONResponse,
    )
    async def resume() -> JSONResponse:
        filler.go_on()
        return answer()

    @router.post(
        "/v1/album/filling/leave",
        summary="Leave the present folder, and go on with the next",
        responses=responses,
        response_class=JSONResponse,
    )
    async def leave() -> JSONResponse:
        """What was read of it stays in the album."""
        filler.leave()
        return answer()

    @router.get(
        "/v1/album/unreadable",
        summary="Files that cannot be read, or not whole, and why",
        responses={
            200: {"model": UnreadableAnswer, "description": "Files in order of their paths"},
            **album_responses(),
        },
        response_class=JSONResponse,
    )
    async def unreadable(
        first: Annotated[
            int, Query(ge=0, le=LARGEST_ID, description="So many are passed over")
        ] = 0,
    ) -> JSONResponse:
        """At most 200 in one answer."""

        def read(reader: AlbumReader) -> JSONResponse:
            loaded = reader.load()
            status = None if loaded is None else loaded.status
            return JSONResponse(unreadable_answer(status, first, _MOST_UNREADABLE))

        return await desk.ask(read)

    return router
