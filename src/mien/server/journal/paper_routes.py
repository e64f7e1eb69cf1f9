"""What one takes along: the report, and the check-ins as files."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from starlette.responses import HTMLResponse, JSONResponse, Response

from mien.journal.kept.exported import export_bytes
from mien.journal.kept.journal_file import Journal
from mien.journal.pages.report import report_page
from mien.server.journal.journal_desk import JournalDesk
from mien.server.journal.journal_forms import ReportAnswer, journal_responses
from mien.server.journal.journal_key import JournalKey, check_is_here
from mien.server.journal.journal_view import known_help

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
"""The report is one file with its style inside, and runs nothing."""

_TYPES = {"csv": "text/csv", "columns": "text/csv", "json": "application/json"}
_OPENED = (409, 423, 507)

_Country = Annotated[str, Query(max_length=2, description="Whose help lines it names")]


def paper_router(desk: JournalDesk, key: JournalKey) -> APIRouter:
    """The routes, for ``router.include_router``."""
    router = APIRouter()
    holds_key = [Depends(key.check)]

    async def made(country: str) -> str:
        def make(journal: Journal) -> str:
            helping, _ = known_help(journal)
            return report_page(journal.check_ins(), helping.get(country.upper()))

        return await desk.ask(make)

    @router.post(
        "/v1/journal/report",
        summary="Make the report, and an address at which a browser may open it",
        responses={
            200: {"model": ReportAnswer, "description": "It holds ten minutes"},
            **journal_responses(*_OPENED),
        },
        response_class=JSONResponse,
        dependencies=holds_key,
    )
    async def make_report(country: _Country = "") -> JSONResponse:
        name = desk.keep_report(await made(country))
        return JSONResponse({"address": f"v1/journal/report?page={name}"})

    @router.get(
        "/v1/journal/report",
        summary="The report, by the address that was made",
        response_class=HTMLResponse,
        responses=journal_responses(410),
        dependencies=[Depends(check_is_here)],
    )
    async def report(page: Annotated[str, Query(max_length=64)]) -> HTMLResponse:
        """A browser's window cannot show the key; the address cannot be guessed."""
        return HTMLResponse(desk.report(page), headers={"Content-Security-Policy": _POLICY})

    @router.get(
        "/v1/journal/export",
        summary="The report or the check-ins as a file",
        response_class=Response,
        responses={
            200: {"content": {"application/octet-stream": {}}},
            **journal_responses(*_OPENED),
        },
        dependencies=holds_key,
    )
    async def export(
        kind: Literal["html", "csv", "columns", "json"], country: _Country = ""
    ) -> Response:
        """``columns`` is what each column of the table means."""
        if kind == "html":
            return Response(await made(country), media_type="text/html")
        content = await desk.ask(lambda journal: export_bytes(journal.check_ins(), kind))
        return Response(content, media_type=_TYPES[kind])

    return router
