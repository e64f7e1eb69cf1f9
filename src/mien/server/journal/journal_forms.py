"""What the journal's page sends, and the form of the answers, for the description of the API."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mien.journal.kept.check_in import MOST_WORDS
from mien.server.answer_form import AnswerForm, ErrorAnswer, Responses, error_responses
from mien.server.error_answers import ApiError
from mien.server.limits import Arriving, limited_body

MOST_BYTES = 400_000
"""Of what the page sends at once: 20,000 letters of own words and as many of notes."""

_SECONDS = 30.0
_ANY = (400, 401, 403, 408, 413, 421, 422, 500, 503)
_MEANINGS = {
    403: "Another web page asked, or the passphrase is another one",
    404: "The journal is not shown on other devices",
    409: "The journal is damaged, or not as it was expected",
    410: "It is not in the journal any more",
    423: "The journal has a passphrase, which is not known here",
    507: "It cannot be written",
}

_Words = Annotated[str, Field(max_length=MOST_WORDS)]
_Id = Annotated[str, Field(min_length=1, max_length=64)]
_Mood = Annotated[int, Field(ge=1, le=5)]
_Sleep = Annotated[float, Field(ge=0, le=24)]


class SentForm(BaseModel):
    """What the page sends, and nothing else."""

    model_config = ConfigDict(extra="forbid", strict=True)


class TicketForm(SentForm):
    """The ticket of the address, or the key itself."""

    ticket: Annotated[str, Field(max_length=200)]


class BeginForm(SentForm):
    """The person agrees; a new journal may get a passphrase."""

    agreed: bool
    passphrase: Annotated[str, Field(max_length=1000)] | None = None


class PassphraseForm(SentForm):
    """What opens a locked journal."""

    passphrase: Annotated[str, Field(max_length=1000)]


class QuestionnaireForm(SentForm):
    """Answers, each 0 to 3."""

    name: str
    answers: Annotated[list[int], Field(max_length=8)]


class CheckInForm(SentForm):
    """A check-in; ``measures`` as the route that looks at pictures gave them."""

    mood: _Mood
    words: _Words = ""
    questionnaire: QuestionnaireForm | None = None
    sleep: _Sleep | None = None
    notes: _Words = ""
    task: str | None = None
    measures: dict[str, float | bool] | None = None


class ChangeForm(SentForm):
    """New words for a check-in; ``without_camera`` takes its camera's numbers out."""

    id: _Id
    mood: _Mood
    words: _Words
    sleep: _Sleep | None
    notes: _Words
    without_camera: bool = False


class ForgetForm(SentForm):
    """Check-ins by their ids, or all when there are none."""

    ids: Annotated[list[_Id], Field(min_length=1, max_length=1000)] | None


class KeyAnswer(AnswerForm):
    """What the page shows from now on."""

    key: str


class BackupAnswer(AnswerForm):
    """When the backup was made, ISO 8601."""

    made: str


class StateAnswer(AnswerForm):
    """What there is to open. ``can_lock``: whether a new journal can have a passphrase."""

    path: str
    there: bool
    passphrase: bool
    locked: bool
    agreed: bool
    damage: str | None
    backup: BackupAnswer | None
    can_lock: bool
    least_characters: int


class EntriesAnswer(AnswerForm):
    """All check-ins, what they say together, curves, and help lines by country."""

    check_ins: list[dict[str, Any]]
    findings: dict[str, Any]
    charts: list[dict[str, Any]]
    charts_task: str | None
    help: dict[str, dict[str, Any]]
    help_problem: str | None


class KeptAnswer(AnswerForm):
    """The id of a check-in."""

    id: str


class ForgottenAnswer(AnswerForm):
    """How many check-ins are gone, the files that are, and those that were changed since."""

    check_ins: int
    files: list[str]
    left: list[str]


class RestoredAnswer(AnswerForm):
    """Where the damaged journal is kept."""

    aside: str


class ReportAnswer(AnswerForm):
    """Where a browser may open the report, for some minutes."""

    address: str


class WatchedAnswer(AnswerForm):
    """How far the camera has looked; ``light`` is the face's brightness, 0 to 255."""

    seconds: float
    face: bool
    face_seen: float
    light: float


class MeasuresAnswer(AnswerForm):
    """Numbers for a check-in, and why they are too poor to be used, or null."""

    measures: dict[str, Any]
    poor: str | None


def journal_responses(*statuses: int) -> Responses:
    """The errors of a route, for its description."""
    known = [status for status in (*_ANY, *statuses) if status not in _MEANINGS]
    told: Responses = {
        status: {"model": ErrorAnswer, "description": _MEANINGS[status]}
        for status in (403, 404, *statuses)
        if status in _MEANINGS
    }
    return {**error_responses(*known), **told}


Form = TypeVar("Form", bound=SentForm)


async def read_form(request: Request, form: type[Form], arriving: Arriving) -> Form:
    """The body of a request, checked.

    Raises
    ------
    ApiError
        413 and 408 as for other bodies, 422 for what is not of this form.
    """
    body = limited_body(request, arriving, max_bytes=MOST_BYTES, seconds=_SECONDS)
    content = b"".join([piece async for piece in body])
    try:
        return form.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the body"
        # What was sent is left out: it may be somebody's own words.
        raise ApiError(422, f"{place}: {first['msg']}", "see /docs") from None
