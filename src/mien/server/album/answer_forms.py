"""The form of the album's answers, for the description of the API (OpenAPI)."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from typing import Any

from mien.album.asking.columns import AlbumColumns, labels_of
from mien.album.asking.hits import Hit
from mien.album.asking.question import Labels
from mien.album.asking.rank import Ranking
from mien.album.taking.listing import shown_path, to_plain
from mien.card import Fraction
from mien.server.album.reader import LoadedAlbum
from mien.server.answer_form import AnswerForm, ErrorAnswer, Responses, error_responses

JSON = "application/json"
BINARY = {"schema": {"type": "string", "format": "binary"}}
"""For the description of files."""

_ANY = (400, 401, 403, 421, 422, 500, 503)
_MEANINGS = {
    403: "Another web page asked, or the original lies outside the indexed folders",
    404: "The album has no such photo",
    409: "The original has changed since it was indexed",
    410: "The original is no longer where it was",
    413: "More photos than are taken at once",
    422: "The original cannot be decoded, or a parameter is wrong",
    503: "Too many requests at once, the server stops, or the album cannot be used",
}


class ExportLimits(AnswerForm):
    """Most photos of an export by its kind, and most bytes of a ZIP."""

    lists: int
    gallery: int
    zip: int
    zip_bytes: int


class AlbumAnswer(AnswerForm):
    """What is in the album; version differs when it has changed, and is null for an empty one."""

    version: str | None
    photos: int
    faces: int
    unreadable: int
    other_model: int
    missing: int
    folders: list[str]
    label_sets: dict[str, list[str]]
    limits: ExportLimits


class RankingAnswer(AnswerForm):
    """Photos by their numbers, best first, with their scores.

    ``below`` were left out for their score. ``stacks`` has the photos that were left out for a
    better one of the same burst, or one that is alike, by the number of that one.
    """

    version: str | None
    ids: list[int]
    scores: list[float]
    without_time: int
    in_bursts: int
    alike: int
    below: int
    stacks: dict[str, list[int]]


class AlbumFace(AnswerForm):
    """A face; keys as in docs/guides/album.md. ``value`` is what it brings into the score."""

    xyxy: tuple[float, float, float, float]
    score: Fraction
    size: float
    sharpness: float
    brightness: float | None
    roll: float
    label: str
    unsure: bool
    counted: bool
    probabilities: dict[str, Fraction]
    value: Fraction


class AlbumPhoto(AnswerForm):
    """A photo; ``key`` belongs into the address of its thumbnail. The place only with ?place=1."""

    id: int
    key: str
    path: str
    score: Fraction
    taken: str | None
    width: int
    height: int
    faces: list[AlbumFace]
    latitude: float | None = None
    longitude: float | None = None
    turned: int | None = None
    incomplete: bool | None = None


class PhotosAnswer(AnswerForm):
    """Photos in the order asked for; those that have gone are left out."""

    photos: list[AlbumPhoto]


class LookAnswer(AnswerForm):
    """A photo and its first faces as JPEGs in data URIs, at the size of a screen."""

    photo: str
    faces: list[str]


def album_answer(loaded: LoadedAlbum | None, limits: ExportLimits) -> dict[str, Any]:
    """``AlbumAnswer``, ready for JSON."""
    status = None if loaded is None else loaded.status
    return {
        "version": None if loaded is None else loaded.version,
        "photos": 0 if loaded is None else len(loaded.columns.paths),
        "faces": 0 if loaded is None else len(loaded.columns.faces.photo),
        "unreadable": 0 if status is None else len(status.unreadable),
        "other_model": 0 if loaded is None else loaded.columns.other_model,
        "missing": 0 if loaded is None else len(loaded.columns.missing),
        "folders": [] if status is None else [_shown(path) for path, _ in status.folders],
        "label_sets": {} if loaded is None else _label_sets(loaded.columns),
        "limits": limits.model_dump(),
    }


def ranking_answer(version: str | None, ranking: Ranking) -> bytes:
    """``RankingAnswer`` as JSON."""
    stacks = defaultdict(list)
    for under, picture in zip(
        ranking.stacked_under.tolist(), ranking.stacked.tolist(), strict=True
    ):
        stacks[under].append(picture)
    return json.dumps(
        {
            "version": version,
            "ids": ranking.pictures.tolist(),
            "scores": ranking.scores.round(4).tolist(),
            "without_time": ranking.without_time,
            "in_bursts": ranking.in_bursts,
            "alike": ranking.alike,
            "below": ranking.below,
            "stacks": stacks,
        },
        separators=(",", ":"),
    ).encode()


def photos_answer(hits: tuple[Hit, ...]) -> bytes:
    """``PhotosAnswer`` as JSON."""
    photos = []
    for hit in hits:
        photo = to_plain(hit)
        del photo["rank"]  # By its place in this answer, which means nothing.
        for told, face in zip(photo["faces"], hit.faces, strict=True):
            told["value"] = round(face.value or 0.0, 6)
        photos.append({"id": hit.picture, "key": hit.hash.hex(), **photo})
    return json.dumps({"photos": photos}, ensure_ascii=False).encode()


def album_responses(*more: int) -> Responses:
    """The errors that any route has, and those with more statuses, for its description."""
    statuses = (*_ANY, *more)
    own: Responses = {
        status: {"model": ErrorAnswer, "description": _MEANINGS[status]}
        for status in statuses
        if status in _MEANINGS
    }
    others = error_responses(*(each for each in statuses if each not in own))
    return dict(sorted({**others, **own}.items()))


def _label_sets(columns: AlbumColumns) -> dict[str, list[str]]:
    """The labels of each set that the album can be asked by."""
    sets = {each.value: list(labels_of(columns.faces, each)) for each in Labels}
    return {name: labels for name, labels in sets.items() if labels}


def _shown(path: bytes) -> str:
    return shown_path(os.fsdecode(path))
