"""The routes of the album page: what is in the album, rankings, details, pictures, exports."""

from __future__ import annotations

from contextlib import aclosing
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse

from mien.server.album.answer_forms import (
    AlbumAnswer,
    LookAnswer,
    PhotosAnswer,
    RankingAnswer,
    album_answer,
    album_responses,
    photos_answer,
    ranking_answer,
)
from mien.server.album.desk import AlbumDesk
from mien.server.album.export import (
    LIMITS,
    Kind,
    check_size,
    make_gallery,
    make_list,
    zip_pieces,
)
from mien.server.album.ranking_question import Question, understand
from mien.server.album.reader import AlbumReader
from mien.server.error_answers import ApiError
from mien.server.limits import Arriving, Slots, client_of, limited_body
from mien.server.settings import Settings

MOST_DETAILS = 120
"""Photos in one answer with details."""

_PAGE = Path(__file__).parents[1] / "page" / "album.html"
_IDS = r"^[0-9]{1,18}(,[0-9]{1,18}){0,119}$"
_LARGEST = (1 << 63) - 1
_BODY_BYTES = 1_000_000
_KEPT_SECONDS = 24 * 60 * 60
_THUMBNAIL_KIND = "t1"
"""Part of the ETag; to be changed with the way in which thumbnails are made."""

_GUARDED = (400, 401, 403, 421, 422, 500, 503)
_JSON = "application/json"
_BINARY = {"schema": {"type": "string", "format": "binary"}}

PhotoId = Annotated[int, Query(ge=1, le=_LARGEST, description="The photo's number")]
Place = Annotated[
    bool, Query(description="Tell where photos were taken, as far as the camera wrote it down")
]
_EXPORT_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            _JSON: {
                "schema": {
                    "type": "object",
                    "required": ["photos"],
                    "properties": {
                        "photos": {
                            "type": "array",
                            "items": {"type": "integer", "minimum": 1, "maximum": _LARGEST},
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

    photos: list[Annotated[int, Field(ge=1, le=_LARGEST)]]


def album_router(settings: Settings, desk: AlbumDesk, arriving: Arriving) -> APIRouter:
    """The routes, for ``app.include_router``."""
    router = APIRouter()
    pictures = Slots(4 * settings.max_requests, "pictures of the album")
    exports = Slots(2, "exports")

    @router.get(
        "/v1/album",
        summary="What is in the album",
        responses={
            200: {"model": AlbumAnswer, "description": "Counts, folders, label sets, limits"},
            **album_responses(400, 401, 403, 421, 422, 500, 503),
        },
        response_class=JSONResponse,
    )
    async def album() -> JSONResponse:
        return JSONResponse(album_answer(await desk.ask(AlbumReader.load), LIMITS))

    @router.get(
        "/v1/album/ranking",
        summary="All photos that fit, best first",
        responses={
            200: {"model": RankingAnswer, "description": "Numbers and scores of the photos"},
            **album_responses(*_GUARDED),
        },
        response_class=JSONResponse,
    )
    async def ranking(question: Annotated[Question, Query()]) -> Response:
        """No network runs. ``without_time``, ``in_bursts``, ``alike`` count what was left out."""
        asked = understand(question)

        def answer(reader: AlbumReader) -> bytes:
            loaded = reader.load()
            version = None if loaded is None else loaded.version
            return ranking_answer(version, reader.rank(asked))

        return Response(await desk.ask(answer), media_type=_JSON)

    @router.get(
        "/v1/album/similar",
        summary="Photos whose faces express the most similar things",
        responses={
            200: {"model": RankingAnswer, "description": "Numbers of the photos; cosines"},
            **album_responses(*_GUARDED, 404),
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
        return Response(content, media_type=_JSON)

    @router.get(
        "/v1/album/photos",
        summary="What is known of some photos",
        responses={
            200: {"model": PhotosAnswer, "description": "The photos and their faces"},
            **album_responses(*_GUARDED),
        },
        response_class=JSONResponse,
    )
    async def photos(
        ids: Annotated[
            str,
            Query(pattern=_IDS, description=f"Their numbers, with commas; at most {MOST_DETAILS}"),
        ],
        question: Annotated[Question, Query()],
        place: Place = False,
    ) -> Response:
        """The question decides which faces count and what they bring into the score."""
        asked = understand(question)
        numbers = [int(each) for each in ids.split(",")]
        details = await desk.ask(
            lambda reader: photos_answer(reader.details(asked, numbers, place=place))
        )
        return Response(details, media_type=_JSON)

    @router.get(
        "/v1/album/thumbnail",
        summary="A photo, small",
        response_class=Response,
        responses={
            200: {"content": {"image/jpeg": _BINARY}, "description": "Upright, without EXIF"},
            304: {"description": "It is the one that the client has"},
            **album_responses(*_GUARDED, 404, 409, 410),
        },
    )
    async def thumbnail(
        request: Request,
        photo: PhotoId,
        key: Annotated[
            str, Query(max_length=64, description="The photo's key, to keep the answer for a day")
        ] = "",
    ) -> Response:
        """Made once. The original must still be there, unchanged, inside an indexed folder."""
        with pictures.place(client_of(request)):
            content, jpeg = await desk.thumbnail(photo)
        tag = f'"{content.hex()}-{_THUMBNAIL_KIND}"'
        keyed = key == content.hex()
        headers = {
            "ETag": tag,
            "Cache-Control": f"private, max-age={_KEPT_SECONDS}, immutable"
            if keyed
            else "private, no-cache",
        }
        if _has(request, tag):
            return Response(status_code=304, headers=headers)
        return Response(jpeg, media_type="image/jpeg", headers=headers)

    @router.get(
        "/v1/album/look",
        summary="A photo at the size of a screen, and its faces",
        responses={
            200: {"model": LookAnswer, "description": "JPEGs in data URIs, without EXIF"},
            **album_responses(*_GUARDED, 404, 409, 410),
        },
        response_class=JSONResponse,
    )
    async def look(request: Request, photo: PhotoId) -> JSONResponse:
        """At most 1280 pixels a side; the 30 largest faces. Nothing of it is kept."""
        with pictures.place(client_of(request)):
            return JSONResponse(await desk.look(photo))

    @router.post(
        "/v1/album/export",
        summary="Photos as a list, a gallery or a ZIP",
        response_class=Response,
        responses={
            200: {
                "content": {each.media_type: _BINARY for each in Kind} | {_JSON: {"schema": {}}},
                "description": "A file; a ZIP holds the photos as they are, so it needs ?place=1",
            },
            **album_responses(*_GUARDED, 408, 409, 410, 413),
        },
        openapi_extra=_EXPORT_BODY,
    )
    async def export(
        request: Request,
        kind: Annotated[Kind, Query(description=f"One of: {', '.join(Kind)}")],
        question: Annotated[Question, Query()],
        place: Place = False,
    ) -> Response:
        """The question decides on scores and on which faces count."""
        asked = understand(question)
        if kind is Kind.ZIP and not place:
            raise ApiError(
                422,
                "place: the photos hold all that the camera wrote into them, perhaps the place too",
                "ask for places to take them as they are",
            )
        ids = await _chosen(request, arriving, settings, kind)
        with exports.place(client_of(request)):
            details = await desk.ask(lambda reader: reader.details(asked, ids, place=place))
            headers = {"Content-Disposition": f'attachment; filename="{kind.file_name}"'}
            if kind is Kind.ZIP:
                # Sending it needs no place: one photo at a time is in memory.
                originals = await desk.ask(lambda reader: reader.originals(details))
                check_size(originals)
                return StreamingResponse(
                    zip_pieces(originals), media_type=kind.media_type, headers=headers
                )
            content = await desk.picture_work(
                lambda: (
                    make_gallery(desk.database, details, asked)
                    if kind is Kind.GALLERY
                    else make_list(details, kind, asked, place=place)
                )
            )
        return Response(content, media_type=kind.media_type, headers=headers)

    return router


def album_page_router() -> APIRouter:
    """The page itself; without the other routes it says that there is no album here."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/album", methods=["GET", "HEAD"])
    async def page() -> FileResponse:
        return FileResponse(_PAGE, media_type="text/html")

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


def _has(request: Request, tag: str) -> bool:
    """Whether the client has what the ETag names (RFC 9110, section 13.1.2)."""
    sent = ",".join(request.headers.getlist("if-none-match"))
    tags = {each.strip().removeprefix("W/") for each in sent.split(",")}
    return tag in tags or "*" in tags
