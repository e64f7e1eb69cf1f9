"""The form of the answers about folders and their reading, for the description of the API."""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import Any

from mien.album.indexing.index import Indexed
from mien.album.status import Status
from mien.album.taking.listing import shown_path
from mien.server.album.filling.allowed_folders import ListedFolder, Listing
from mien.server.album.filling.filler import Filling
from mien.server.answer_form import AnswerForm

_MOST_CLOSED = 20


class OfferedFolder(AnswerForm):
    """A folder; ``refused`` says why it cannot be chosen. ``indexed``: the album has it."""

    key: str
    name: str
    refused: str | None
    indexed: bool


class FoldersAnswer(AnswerForm):
    """A folder as the last of ``above``, and those in it; without one those that are allowed."""

    above: list[OfferedFolder]
    folders: list[OfferedFolder]
    photos: int
    left_off: int


class ClosedFolder(AnswerForm):
    """A folder or a link that was not looked into, and why."""

    path: str
    reason: str


class ReadFolder(AnswerForm):
    """What reading a folder gave, in numbers of files; ``closed`` has the first 20."""

    folder: str
    read: int
    recognised: int
    unchanged: int
    gone: int
    faces: int
    unreadable: int
    incomplete: int
    heic: int
    excluded: int
    passed_over: dict[str, int]
    closed: list[ClosedFolder]
    closed_number: int
    seconds: float


class FillingProblem(AnswerForm):
    """Why reading a folder has failed, and what to do about it."""

    what: str
    hint: str | None


class FillingAnswer(AnswerForm):
    """How far the reading of folders is; ``folders`` are the present one and those that wait.

    ``stage`` is idle, looking, reading, pausing, paused or failed.
    """

    stage: str
    allowed: bool
    folders: list[str]
    done: int
    total: int
    seconds_left: float | None
    problem: FillingProblem | None
    ended: list[ReadFolder]


class UnreadableFile(AnswerForm):
    """A file that cannot be read, or not whole, and why."""

    path: str
    reason: str


class UnreadableAnswer(AnswerForm):
    """Some of the files that cannot be read, or not whole, in order of their paths."""

    total: int
    files: list[UnreadableFile]


def folders_answer(listing: Listing, indexed: Collection[bytes]) -> dict[str, Any]:
    """``FoldersAnswer``, ready for JSON; ``indexed`` are the album's folders."""

    def offered(folder: ListedFolder) -> OfferedFolder:
        return OfferedFolder(
            key=folder.key,
            name=folder.name,
            refused=folder.refused,
            indexed=folder.path in indexed,
        )

    return FoldersAnswer(
        above=[offered(each) for each in listing.above],
        folders=[offered(each) for each in listing.folders],
        photos=listing.photos,
        left_off=listing.left_off,
    ).model_dump()


def filling_answer(filling: Filling, *, allowed: bool) -> dict[str, Any]:
    """``FillingAnswer``, ready for JSON; ``allowed``: whether any folder may be chosen."""
    problem = filling.problem
    return FillingAnswer(
        stage=filling.stage.value,
        allowed=allowed,
        folders=[_shown(folder) for folder in filling.folders],
        done=filling.done,
        total=filling.total,
        seconds_left=filling.seconds_left,
        problem=None if problem is None else FillingProblem(what=problem.what, hint=problem.hint),
        ended=[_read(*each) for each in filling.ended],
    ).model_dump()


def unreadable_answer(status: Status | None, first: int, most: int) -> dict[str, Any]:
    """``UnreadableAnswer``, ready for JSON, of at most so many files from the first one on."""
    found: list[tuple[bytes, str]] = []
    if status is not None:
        cut_off = "is cut off, and was read as far as it goes"
        found = sorted((*status.unreadable, *((path, cut_off) for path in status.incomplete)))
    return UnreadableAnswer(
        total=len(found),
        files=[
            UnreadableFile(path=_shown(path), reason=reason)
            for path, reason in found[first : first + most]
        ],
    ).model_dump()


def _read(folder: bytes, indexed: Indexed) -> ReadFolder:
    return ReadFolder(
        folder=_shown(folder),
        read=indexed.read,
        recognised=indexed.recognised,
        unchanged=indexed.unchanged,
        gone=indexed.gone,
        faces=indexed.faces,
        unreadable=len(indexed.unreadable),
        incomplete=len(indexed.incomplete),
        heic=indexed.heic,
        excluded=indexed.excluded.total(),
        passed_over=dict(indexed.passed_over),
        closed=[
            ClosedFolder(path=_shown(each.path), reason=each.reason)
            for each in indexed.closed[:_MOST_CLOSED]
        ],
        closed_number=len(indexed.closed),
        seconds=round(indexed.seconds, 1),
    )


def _shown(path: bytes) -> str:
    return shown_path(os.fsdecode(path))
