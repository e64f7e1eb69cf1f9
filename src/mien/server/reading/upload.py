"""The picture in a request: the raw body, a field of a form, or of JSON; it stays in memory."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from mien.errors import ImageError
from mien.media.given import content_of
from mien.server.error_answers import ApiError
from mien.server.limits import Arriving, limited_body
from mien.server.settings import Settings

FIELDS = ("image", "file", "img", "photo", "upload")
"""Names of the field that holds the picture, in a form or in JSON."""

FORM, JSON, URL_ENCODED = (
    "multipart/form-data",
    "application/json",
    "application/x-www-form-urlencoded",
)

_RAW = ("", "application/octet-stream")
_MOST_OTHER_FIELDS = 10
_NAMES = ", ".join(map(repr, FIELDS[:-1])) + f" or {FIELDS[-1]!r}"
_JSON_HINT = '{"image": "data:image/jpeg;base64,…"}'
_DATA_URI = re.compile(r"\s*data:", re.IGNORECASE)
_ADDRESS = re.compile(r"\s*[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_HEAD_BYTES = 16


async def read_upload(request: Request, arriving: Arriving, settings: Settings) -> bytes:
    """The bytes of the picture in a request; nothing is written to disk.

    Raises
    ------
    ApiError
        400 for a form or JSON that is damaged, 408, 413 and 503 as for ``limited_body``, 415 for a
        type that is none of these, 422 when there is no picture in it.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    known = media_type in (*_RAW, FORM, JSON, URL_ENCODED) or media_type.startswith("image/")
    if not known:
        raise _unknown_type()
    body = limited_body(
        request, arriving, max_bytes=settings.max_bytes, seconds=settings.upload_seconds
    )
    async with aclosing(body):
        if media_type == FORM:
            content = await _of_form(request, body, settings.max_bytes)
        else:
            content = b"".join([piece async for piece in body])
    if media_type == JSON:
        # A picture of many megabytes would hold up the other clients.
        content = await asyncio.to_thread(_of_json, content)
    # Programs that send a file with curl's default type: what is encoded so is plain ASCII.
    if media_type == URL_ENCODED and _is_text(content[:_HEAD_BYTES]):
        raise _unknown_type()
    if not content:
        raise ApiError(422, "there is no picture in the request", "send the bytes of one")
    return content


def _is_text(head: bytes) -> bool:
    return head.isascii() and head.decode().isprintable()


def _unknown_type() -> ApiError:
    return ApiError(
        415,
        "the body is neither a picture nor a form or JSON with one",
        f"send it as image/jpeg, as {FORM} with the field {FIELDS[0]!r}, or as {JSON}: "
        f"{_JSON_HINT}",
    )


async def _of_form(request: Request, body: AsyncGenerator[bytes, None], max_bytes: int) -> bytes:
    """The content of the form's picture."""
    parser = MultiPartParser(
        request.headers,
        body,
        max_files=1,
        max_fields=_MOST_OTHER_FIELDS,
        max_part_size=max_bytes,
    )
    # Starlette would move what is longer than 1 MB to a temporary file. The body ends before this.
    parser.spool_max_size = max_bytes + 1
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise ApiError(400, "the form is damaged", error.message) from error
    try:
        found = _one_of(form)
        if isinstance(found, UploadFile):
            return await found.read()
        if isinstance(found, str) and _DATA_URI.match(found):
            return _decoded(found)
        raise ApiError(
            422,
            f"the form has no file in a field {_NAMES}",
            f"curl -F {FIELDS[0]}=@photo.jpg",
        )
    finally:
        await form.close()


def _of_json(content: bytes) -> bytes:
    """The content of the picture in a JSON object."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ApiError(400, "the JSON is damaged", f"send {_JSON_HINT}") from error
    text = _one_of(found) if isinstance(found, dict) else None
    if not isinstance(text, str):
        raise ApiError(422, f"the JSON has no picture in a field {_NAMES}", f"send {_JSON_HINT}")
    return _decoded(text)


def _one_of(fields: Mapping[str, object]) -> object:
    """What the one field with a picture's name holds; None if there is none."""
    names = [name for name in FIELDS if name in fields]
    if len(names) > 1:
        raise ApiError(
            422,
            f"there is a picture in each of the fields {' and '.join(map(repr, names))}",
            "send one picture with each request",
        )
    return fields[names[0]] if names else None


def _decoded(text: str) -> bytes:
    """The bytes that base64 or a data URI stands for; never a path or an address."""
    if _ADDRESS.match(text):
        raise ApiError(
            422, "pictures are not fetched from addresses", "fetch it, and send its bytes"
        )
    uri = text.strip() if _DATA_URI.match(text) else f"data:;base64,{text}"
    try:
        content = content_of(uri) if "," in uri[:210] else None
    except ImageError as error:
        raise ApiError(
            422, f"the picture's text: {error.what}", "send base64, or a data URI"
        ) from error
    if not isinstance(content, bytes):
        raise ApiError(422, "the picture's text is no data URI", f"send {_JSON_HINT}")
    return content
