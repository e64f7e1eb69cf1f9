"""The routes of the album page."""

from __future__ import annotations

from fastapi import APIRouter

from mien.server.album.content_routes import content_router
from mien.server.album.desk import AlbumDesk
from mien.server.album.export_route import export_router
from mien.server.album.filling.allowed_folders import AllowedFolders
from mien.server.album.filling.filler import Filler
from mien.server.album.filling.filling_routes import filling_router
from mien.server.album.picture_routes import picture_router
from mien.server.album.ranking_routes import ranking_router
from mien.server.limits import Arriving
from mien.server.settings import Settings


def album_router(
    settings: Settings, desk: AlbumDesk, filler: Filler, allowed: AllowedFolders, arriving: Arriving
) -> APIRouter:
    """The routes, for ``app.include_router``."""
    router = APIRouter()
    router.include_router(content_router(desk))
    router.include_router(ranking_router(desk))
    router.include_router(picture_router(settings, desk))
    router.include_router(filling_router(desk, allowed, filler))
    router.include_router(export_router(settings, desk, arriving))
    return router
