"""Pictures for the album page: thumbnails, and photos at the size of a screen."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from mien.server.album.album_parameters import PhotoId
from mien.server.album.answer_forms import BINARY, LookAnswer, album_responses
from mien.server.album.desk import AlbumDesk
from mien.server.limits import Slots, client_of
from mien.server.settings import Settings

_KEPT_SECONDS = 24 * 60 * 60
_THUMBNAIL_KIND = "t1"
"""Part of the ETag; to be changed with the way in which thumbnails are made."""


def picture_router(settings: Settings, desk: AlbumDesk) -> APIRouter:
    """The routes, for ``router.include_router``."""
    router = APIRouter()
    pictures = Slots(4 * settings.max_requests, "pictures of the album")

    @router.get(
        "/v1/album/thumbnail",
        summary="A photo, small",
        response_class=Response,
        responses={
            200: {"content": {"image/jpeg": BINARY}, "description": "Upright, without EXIF"},
            304: {"description": "It is the one that the client has"},
            **album_responses(404, 409, 410),
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
            **album_responses(404, 409, 410),
        },
        response_class=JSONResponse,
    )
    async def look(request: Request, photo: PhotoId) -> JSONResponse:
        """At most 1280 pixels a side; the 30 largest faces. Nothing of it is kept."""
        with pictures.place(client_of(request)):
            return JSONResponse(await desk.look(photo))

    return router


def _has(request: Request, tag: str) -> bool:
    """Whether the client has what the ETag names (RFC 9110, section 13.1.2)."""
    sent = ",".join(request.headers.getlist("if-none-match"))
    tags = {each.strip().removeprefix("W/") for each in sent.split(",")}
    return tag in tags or "*" in tags
