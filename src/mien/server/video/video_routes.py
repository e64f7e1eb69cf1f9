"""The routes of a video in the page."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, JSONResponse, Response

from mien.errors import MienError, MissingExtraError
from mien.media.study.events import Event
from mien.media.video.container import require_av
from mien.server.answer_form import AnswerForm, ErrorAnswer, Responses, error_responses
from mien.server.error_answers import ApiError
from mien.server.settings import Settings
from mien.server.video.held_video import HeldVideo, VideoState
from mien.server.video.markings import Markings
from mien.server.video.plotted import plot, plotted_columns
from mien.server.video.video_desk import VideoDesk
from mien.server.video.video_tables import write_tables

_LONGEST_NAME = 255
_MOST_SHOTS = 5000
_LAST_SECOND = 1e7
_MEANINGS = {
    404: "No video is open, or it has no such part",
    409: "The video is still arriving or being read",
    501: "PyAV is not installed",
    507: "There is no room on the disk",
}


class VideoAnswer(AnswerForm):
    """The video that is held; ``state`` is ``none`` without one. Times are in seconds."""

    state: VideoState | Literal["none"]
    name: str
    at: float
    seconds: float | None
    frames: int
    width: int
    height: int
    losses: list[str]
    problem: str | None
    columns: list[str]
    max_bytes: int


class ShotsAnswer(AnswerForm):
    """Frames: time and faces, each as person, box in parts of the picture, words, confidence."""

    shots: list[tuple[float, list[tuple[int, float, float, float, float, str, str, float]]]]


class PlotAnswer(AnswerForm):
    """Of each person's number the points of time and value."""

    people: dict[int, list[tuple[float, float]]]


class MarkedRange(BaseModel):
    """A range that is excluded, or an event when it has a label."""

    model_config = {"extra": "forbid"}
    label: str = Field(default="", max_length=100)
    start: float = Field(ge=0, le=_LAST_SECOND)
    end: float = Field(gt=0, le=_LAST_SECOND)


class MarkingsForm(BaseModel):
    """What was marked: names by number of the person, people who are another, ranges."""

    model_config = {"extra": "forbid"}
    names: dict[int, Annotated[str, Field(max_length=100)]] = Field(
        default_factory=dict, max_length=10_000
    )
    merged: dict[int, int] = Field(default_factory=dict, max_length=10_000)
    ranges: list[MarkedRange] = Field(default_factory=list, max_length=200)

    def markings(self) -> Markings:
        """Raises ``ApiError`` 422 for a range that ends before it begins."""
        if any(each.end <= each.start for each in self.ranges):
            raise ApiError(422, "a range ends before it begins")
        return Markings(
            names={key: name.strip() for key, name in self.names.items()},
            merged=self.merged,
            excluded=tuple((each.start, each.end) for each in self.ranges if not each.label),
            events=tuple(Event(r.label, r.start, r.end) for r in self.ranges if r.label),
        )


def video_router(settings: Settings, desk: VideoDesk) -> APIRouter:
    """The routes, for ``app.include_router``."""
    router = APIRouter()
    told: Responses = {
        200: {"model": VideoAnswer, "description": "The video"},
        **error_responses(400, 401, 403, 408, 413, 421, 422, 500),
        **{
            status: {"model": ErrorAnswer, "description": meaning}
            for status, meaning in _MEANINGS.items()
        },
    }

    def answer() -> JSONResponse:
        form = _answer(desk.video, settings.max_video_bytes)
        return JSONResponse(form.model_dump())

    @router.get(
        "/v1/video",
        summary="How far the reading of the video is",
        responses=told,
        response_class=JSONResponse,
    )
    async def video() -> JSONResponse:
        return answer()

    @router.post(
        "/v1/video",
        summary="Open a video",
        responses=told,
        response_class=JSONResponse,
    )
    async def take(
        request: Request,
        name: Annotated[str, Query(max_length=_LONGEST_NAME, description="Its name")] = "video",
    ) -> JSONResponse:
        """The body is the file. It takes the place of the one before, unless that is being read."""
        try:
            require_av()
        except MissingExtraError as error:
            raise ApiError(501, error.what, error.hint) from error
        declared = request.headers.get("content-length", "")
        size = int(declared) if declared.isdecimal() else None
        await desk.take(_bare(name), size, request.stream())
        return answer()

    @router.post(
        "/v1/video/stop",
        summary="Stop the reading",
        responses=told,
        response_class=JSONResponse,
    )
    async def stop() -> JSONResponse:
        """What was read is kept."""
        await run_in_threadpool(desk.held().stop)
        return answer()

    @router.post(
        "/v1/video/forget",
        summary="Forget the video",
        responses=told,
        response_class=JSONResponse,
    )
    async def forget() -> JSONResponse:
        """The file and all that was read of it are deleted."""
        await run_in_threadpool(desk.forget)
        return answer()

    @router.get(
        "/v1/video/shots",
        summary="Who was seen where, frame by frame",
        responses={**told, 200: {"model": ShotsAnswer, "description": "Frames"}},
        response_class=JSONResponse,
    )
    async def shots(
        first: Annotated[int, Query(ge=0, le=10**9, description="So many are passed over")] = 0,
    ) -> JSONResponse:
        """At most 5000 in one answer; while the video is read, those that there are."""
        return JSONResponse({"shots": desk.held().shots[first : first + _MOST_SHOTS]})

    @router.get(
        "/v1/video/markings",
        summary="What was marked",
        responses={**told, 200: {"model": MarkingsForm, "description": "What was kept last"}},
        response_class=JSONResponse,
    )
    async def markings() -> JSONResponse:
        return JSONResponse(MarkingsForm(**desk.held().marked).model_dump(mode="json"))

    @router.put(
        "/v1/video/markings",
        summary="Keep what was marked",
        responses=told,
        response_class=JSONResponse,
    )
    async def keep(marked: MarkingsForm) -> JSONResponse:
        """In memory, with the video, for a page that is loaded again."""
        marked.markings()
        desk.held().marked = marked.model_dump(mode="json")
        return answer()

    @router.get(
        "/v1/video/column",
        summary="A column of the table over time",
        responses={**told, 200: {"model": PlotAnswer, "description": "Points"}},
        response_class=JSONResponse,
    )
    async def column(
        name: Annotated[str, Query(max_length=100, description="The column")],
    ) -> JSONResponse:
        held = desk.held()
        found = next((each for each in plotted_columns(held) if each.name == name), None)
        if found is None:
            raise ApiError(404, "there is no such column")
        return JSONResponse({"people": await run_in_threadpool(plot, held, found)})

    @router.get(
        "/v1/video/still",
        summary="The frame at a time",
        responses={**told, 200: {"content": {"image/jpeg": {}}, "description": "The frame"}},
        response_class=Response,
    )
    async def still(
        time: Annotated[float, Query(ge=0, le=_LAST_SECOND, description="In seconds")] = 0.0,
    ) -> Response:
        """For browsers that cannot play the file."""
        try:
            jpeg = await run_in_threadpool(desk.held().still, time)
        except MienError as error:
            raise ApiError(404, f"the video {error.what}", error.hint) from error
        return Response(jpeg, media_type="image/jpeg")

    @router.post(
        "/v1/video/tables",
        summary="The tables, with what was marked",
        responses={**told, 200: {"content": {"application/zip": {}}, "description": "A ZIP file"}},
        response_class=FileResponse,
    )
    async def tables(
        marked: MarkingsForm,
        format: Annotated[
            Literal["csv", "json", "parquet"], Query(description="Form of the rows")
        ] = "csv",
    ) -> FileResponse:
        """Rows and summary as `mien video` writes them, the excluded marked and left out."""
        held = desk.held()
        if held.is_busy:
            raise ApiError(409, "the video is still being read", "wait for its end, or stop it")
        markings = marked.markings()
        try:
            path = await run_in_threadpool(write_tables, held, markings, format)
        except MienError as error:
            raise ApiError(507, f"the tables cannot be written ({error.what})") from error
        except OSError as error:
            raise ApiError(507, f"the tables cannot be written ({error.strerror})") from error
        return FileResponse(
            path,
            media_type="application/zip",
            filename="mien-video.zip",
            background=BackgroundTask(path.unlink, missing_ok=True),
        )

    return router


def _bare(name: str) -> str:
    """The last part of a name, printable: it stands in tables, and names no file here."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in last if letter.isprintable()) or "video"


def _answer(video: HeldVideo | None, most: int) -> VideoAnswer:
    if video is None:
        return VideoAnswer(
            state="none", name="", at=0, seconds=None, frames=0, width=0, height=0,
            losses=[], problem=None, columns=[], max_bytes=most,
        )  # fmt: skip
    problem = video.problem
    words = None if problem is None else "; ".join(filter(None, (problem.what, problem.hint)))
    columns = [each.name for each in plotted_columns(video)] if video.labels else []
    return VideoAnswer(
        state=video.state,
        name=video.name,
        at=round(video.at, 3),
        seconds=video.seconds,
        frames=len(video.shots),
        width=video.aspect[0],
        height=video.aspect[1],
        losses=list(video.losses),
        problem=words,
        columns=columns,
        max_bytes=most,
    )
