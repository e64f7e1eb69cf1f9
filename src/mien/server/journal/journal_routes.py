"""All routes of the journal's page."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from mien.server.journal.check_in_routes import check_in_router
from mien.server.journal.journal_desk import JournalDesk
from mien.server.journal.journal_key import JournalKey
from mien.server.journal.opening_routes import opening_router
from mien.server.journal.paper_routes import paper_router
from mien.server.journal.watch_routes import watch_router
from mien.server.limits import Arriving
from mien.server.reading.engine import Engine
from mien.server.settings import JournalSettings, Settings


def journal_router(
    settings: Settings, shown: JournalSettings, engine: Engine, arriving: Arriving
) -> APIRouter:
    """The routes, for ``app.include_router``."""
    desk, key = JournalDesk(shown.path), JournalKey(shown.key, shown.ticket)
    holds_key = [Depends(key.check)]
    router = APIRouter()
    router.include_router(opening_router(desk, key, arriving))
    router.include_router(check_in_router(desk, arriving), dependencies=holds_key)
    router.include_router(paper_router(desk, key))
    router.include_router(watch_router(settings, engine, arriving), dependencies=holds_key)
    return router
