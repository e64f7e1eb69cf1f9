"""The picture in a request: the raw body, or a field of a form; it stays in memory."""

from __future__ import annotations

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from mien.server.error_answers import ApiError
from mien.server.limits import limited_body
from mien.server.settings import Settings

FIELD = "image"
"""Name of the form's field that holds the picture."""

_FORM = "multipart/form-data"
_RAW = ("", "application/octet-stream")
_MOST_OTHER_FIELDS = 10


async def read_upload(request: Request, settings: Settings) -> bytes:
    """The bytes of the picture in a request; nothing is written to disk.

    Raises
    ------
    ApiError
        400 for a form that is damaged, 408 and 413 as for ``limited_body``, 415 for a type that
        is neither a picture nor a form, 422 when there is no picture in it.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != _FORM and media_type not in _RAW and not media_type.startswith("image/"):
        raise ApiError(
            415,
            "the body is neither a picture nor a form with one",
            f"send it as image/jpeg, or as {_FORM} with the field {FIELD!r}",
        )
    body = limited_body(request, max_bytes=settings.max_bytes, seconds=settings.upload_seconds)
    if media_type == _FORM:
        content = await _field(
            MultiPartParser(request.headers, body, max_files=1, max_fields=_MOST_OTHER_FIELDS),
            settings.max_bytes,
        )
    else:
        content = b"".join([piece async for piece in body])
    if not content:
        raise ApiError(422, "there is no picture in the request", "send the bytes of one")
    return content


async def _field(parser: MultiPartParser, max_bytes: int) -> bytes:
    """The content of the form's picture."""
    # Starlette would move what is longer than 1 MB to a temporary file. The body ends before this.
    parser.spool_max_size = max_bytes + 1
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise ApiError(400, "the form is damaged", error.message) from error
    try:
        found = form.get(FIELD)
        if not isinstance(found, UploadFile):
            raise ApiError(
                422, f"the form has no file in a field {FIELD!r}", f"curl -F {FIELD}=@photo.jpg"
            )
        return await found.read()
    finally:
        await form.close()
