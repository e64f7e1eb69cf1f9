"""Questions of the album page: which photos, in what order; and which are like another."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse, Response

from mien.server.album.album_parameters import PhotoId, QuestionParameters
from mien.server.album.answer_forms import JSON, RankingAnswer, album_responses, ranking_answer
from mien.server.album.desk import AlbumDesk
from mien.server.album.reader import AlbumReader
from mien.server.error_answers import ApiError


def ranking_router(desk: AlbumDesk) -> APIRouter:
    """The routes, for ``router.include_router``."""
    router = APIRouter()

    @router.get(
        "/v1/album/ranking",
        summary="All photos that fit, best first",
        responses={
            200: {"model": RankingAnswer, "description": "Numbers and scores of the photos"},
            **album_responses(),
        },
        response_class=JSONResponse,
    )
    async def ranking(asked: Annotated[QuestionParameters, Query()]) -> Response:
        """No network runs. ``without_time``, ``in_bursts``, ``alike`` count what was left out."""
        question = asked.question()

        def answer(reader: AlbumReader) -> bytes:
            loaded = reader.load()
            version = None if loaded is None else loaded.version
            return ranking_answer(version, reader.rank(question))

        return Response(await desk.ask(answer), media_type=JSON)

    @router.get(
        "/v1/album/similar",
        summary="Photos whose faces express the most similar things",
        responses={
            200: {"model": RankingAnswer, "description": "Numbers of the photos; cosines"},
            **album_responses(404),
        },
        response_class=JSONResponse,
    )
    async def similar(
        photo: PhotoId,
        face: Annotated[
            int | None, Query(ge=1, le=10_000, description="Only this face, 1 is the largest")
        ] = None,
    ) -> Response:
        """By the model's embedding of their expressions. That is not who they are."""

        def answer(reader: AlbumReader) -> bytes | None:
            loaded, found = reader.load(), reader.similar(photo, face)
            version = None if loaded is None else loaded.version
            return None if found is None else ranking_answer(version, found)

        content = await desk.ask(answer)
        if content is None:
            raise ApiError(404, "the album has no such photo with a face to compare")
        return Response(content, media_type=JSON)

    return router
