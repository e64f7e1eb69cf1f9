"""``/docs``: the OpenAPI description as a page for people; no script, nothing from outside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.responses import FileResponse, HTMLResponse

from mien.templates import template_environment

_STYLE = Path(__file__).parent / "reference.css"


def reference_router(app: FastAPI) -> APIRouter:
    """The page and its style sheet, for ``app.include_router``."""
    router = APIRouter(include_in_schema=False)

    @router.get("/docs")
    async def page() -> HTMLResponse:
        return HTMLResponse(reference_page(app.openapi()))

    @router.get("/docs/reference.css")
    async def style() -> FileResponse:
        return FileResponse(_STYLE, media_type="text/css")

    return router


def reference_page(description: dict[str, Any]) -> str:
    """The page.

    Parameters
    ----------
    description : dict
        OpenAPI 3.1.

    Returns
    -------
    str
        HTML.
    """
    template = template_environment("mien.server").get_template("reference.html.jinja")
    return template.render(description)
