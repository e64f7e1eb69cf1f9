"""``/v1/album/export``: what the album page lets people take with them."""

from __future__ import annotations

from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import Response, StreamingResponse

from mien.server.album.album_parameters import LARGEST_ID, Place, QuestionParameters
from mien.server.album.answer_forms import BINARY, JSON, album_responses
from mien.server.album.desk import AlbumDesk
from mien.server.album.export import LIMITS, Kind, check_size, make_gallery, make_list, zip_pieces
from mien.server.error_answers import ApiError
from mien.server.limits import Arriving, Slots, client_of, limited_body
from mien.server.settings import Settings

_BODY_BYTES = 1_000_000
_EXPORT_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {
                "schema": {
                    "type": "object",
                    "required": ["photos"],
                    "properties": {
                        "photos": {
                            "type": "array",
                            "items": {"type": "integer", "minimum": 1, "maximum": LARGEST_ID},
                            "minItems": 1,
                            "maxItems": LIMITS.lists,
                        }
                    },
                }
            }
        },
    }
}


class Chosen(BaseModel):
    """The photos of an export, in the order in which it names them."""

    model_config = ConfigDict(extra="forbid", strict=True)

    photos: list[Annotated[int, Field(ge=1, le=LARGEST_ID)]]


def export_router(settings: Settings, desk: AlbumDesk, arriving: Arriving) -> APIRouter:
    """The route, for ``router.include_router``."""
    router = APIRouter()
    exports = Slots(2, "exports")

    @router.post(
        "/v1/album/export",
        summary="Photos as a list, a gallery or a ZIP",
        response_class=Response,
        responses={
            200: {
                "content": {each.media_type: BINARY for each in Kind} | {JSON: {"schema": {}}},
                "description": "A file; a ZIP holds the photos as they are, so it needs ?place=1",
            },
            **album_responses(408, 409, 410, 413),
        },
        openapi_extra=_EXPORT_BODY,
    )
    async def export(
        request: Request,
        kind: Annotated[Kind, Query(description=f"One of: {', '.join(Kind)}")],
        asked: Annotated[QuestionParameters, Query()],
        place: Place = False,
    ) -> Response:
        """The question decides on scores and on which faces count."""
        question = asked.question()
        if kind is Kind.ZIP and not place:
            raise ApiError(
                422,
                "place: the photos hold all that the camera wrote into them, perhaps the place too",
                "ask for places to take them as they are",
            )
        ids = await _chosen(request, arriving, settings, kind)
        with exports.place(client_of(request)):
            hits = await desk.ask(lambda reader: reader.hits(question, ids, place=place))
            headers = {"Content-Disposition": f'attachment; filename="{kind.file_name}"'}
            if kind is Kind.ZIP:
                # Sending it needs no place: one photo at a time is in memory.
                originals = await desk.ask(lambda reader: reader.originals(hits))
                check_size(originals)
                return StreamingResponse(
                    zip_pieces(originals), media_type=kind.media_type, headers=headers
                )
            content = await desk.picture_work(
                lambda: (
                    make_gallery(desk.database, hits, question)
                    if kind is Kind.GALLERY
                    else make_list(hits, kind, question, place=place)
                )
            )
        return Response(content, media_type=kind.media_type, headers=headers)

    return router


async def _chosen(
    request: Request, arriving: Arriving, settings: Settings, kind: Kind
) -> list[int]:
    """The numbers in the body of a request for an export."""
    body = limited_body(request, arriving, max_bytes=_BODY_BYTES, seconds=settings.upload_seconds)
    async with aclosing(body):
        content = b"".join([piece async for piece in body])
    try:
        ids = Chosen.model_validate_json(content).photos
    except ValidationError as error:
        raise ApiError(
            422, "the body is not a list of photos", 'send {"photos": [1, 2]}'
        ) from error
    if len(ids) > kind.most:
        raise ApiError(
            413, f"{len(ids):,} photos are more than {kind.most:,}", "choose fewer of them"
        )
    if not ids:
        raise ApiError(422, "no photo is chosen", "choose one")
    return list(dict.fromkeys(ids))
