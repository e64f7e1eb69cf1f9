"""The album page: HTML whose choices, defaults and limits are those of a question."""

from __future__ import annotations

import functools

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from mien.album.asking.question import (
    FAINT_SCORE,
    LEAST_SCORE,
    LONGEST_TEXT,
    MOST_BRIGHTNESS,
    MOST_PIXELS,
    MOST_SHARPNESS,
    Bursts,
    Labels,
    Question,
    Rule,
)
from mien.album.asking.spans import range_text
from mien.emotions import LABEL_SETS, translate
from mien.server.album.export import LIMITS
from mien.templates import template_environment


def album_page_router() -> APIRouter:
    """The page itself; without the other routes it says that there is no album here."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/album", methods=["GET", "HEAD"])
    async def page() -> HTMLResponse:
        return HTMLResponse(_page())

    return router


@functools.cache
def _page() -> str:
    question = Question()
    return (
        template_environment("mien.server.album")
        .get_template("page.html.jinja")
        .render(
            question=question,
            faces=range_text(question.faces).split(".."),
            best_of_bursts=question.bursts is Bursts.BEST,
            rules=list(Rule),
            label_sets=[(each, _first(each, question.emotion)) for each in Labels],
            faint_score=FAINT_SCORE,
            least_score=LEAST_SCORE,
            longest_text=LONGEST_TEXT,
            most_pixels=MOST_PIXELS,
            most_sharpness=MOST_SHARPNESS,
            most_brightness=MOST_BRIGHTNESS,
            most_photos=LIMITS.lists,
        )
    )


def _first(labels: Labels, emotion: str) -> str | None:
    """The label of a set that stands for an emotion."""
    return translate(emotion, LABEL_SETS[labels]) if labels in LABEL_SETS else emotion
