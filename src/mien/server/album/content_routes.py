"""What is in the album, and what is known of its photos."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse, Response

from mien.server.album.album_parameters import Place, QuestionParameters
from mien.server.album.answer_forms import (
    JSON,
    AlbumAnswer,
    PhotosAnswer,
    album_answer,
    album_responses,
    photos_answer,
)
from mien.server.album.desk import AlbumDesk
from mien.server.album.export import LIMITS
from mien.server.album.reader import AlbumReader

_MOST_PHOTOS = 120
"""Photos in one answer with all that is known of them."""

_IDS = rf"^[0-9]{{1,18}}(,[0-9]{{1,18}}){{0,{_MOST_PHOTOS - 1}}}$"


def content_router(desk: AlbumDesk) -> APIRouter:
    """The routes, for ``router.include_router``."""
    router = APIRouter()

    @router.get(
        "/v1/album",
        summary="What is in the album",
        responses={
            200: {"model": AlbumAnswer, "description": "Counts, folders, label sets, limits"},
            **album_responses(),
        },
        response_class=JSONResponse,
    )
    async def album() -> JSONResponse:
        return JSONResponse(album_answer(await desk.ask(AlbumReader.load), LIMITS))

    @router.get(
        "/v1/album/photos",
        summary="What is known of some photos",
        responses={
            200: {"model": PhotosAnswer, "description": "The photos and their faces"},
            **album_responses(),
        },
        response_class=JSONResponse,
    )
    async def photos(
        ids: Annotated[
            str,
            Query(pattern=_IDS, description=f"Their numbers, with commas; at most {_MOST_PHOTOS}"),
        ],
        asked: Annotated[QuestionParameters, Query()],
        place: Place = False,
    ) -> Response:
        """The question decides which faces count and what they bring into the score."""
        question = asked.question()
        pictures = [int(each) for each in ids.split(",")]
        answer = await desk.ask(
            lambda reader: photos_answer(reader.hits(question, pictures, place=place))
        )
        return Response(answer, media_type=JSON)

    return router
