"""What a user types, expanded to videos: files, addresses, cameras, folders, patterns."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from mien.errors import UsageError, VideoError
from mien.media.excluded import Excludes
from mien.media.image import HEIC_SUFFIXES, IMAGE_SUFFIXES
from mien.media.kinds.not_looked_at import VIDEO_SUFFIXES
from mien.media.sources import path_order
from mien.media.video.container import is_url
from mien.media.video.frames import CAMERA

_EXCLUDES = Excludes()
_PICTURES = IMAGE_SUFFIXES | HEIC_SUFFIXES
_STILL = _PICTURES - {".gif", ".apng", ".webp"}
"""The others may well be animations, each of which is a video."""


def find_videos(named: Iterable[str]) -> list[str]:
    """Expand what was named to the videos it stands for, each of them once, in that order.

    - A *file*, an *address*, a *camera* and a pattern with a number (``%04d.png``) stand for
      themselves, whether they are there or not: opening them will tell.
    - A *folder* whose own files are pictures is one video, the frames of which they are. Any other
      stands for the videos in it and in the folders below, by suffix, in natural order. What
      ``mien.media.excluded`` names is left out.
    - A *pattern* (``*``, ``?``, ``[…]``) stands for the videos and folders that it matches; if it
      matches pictures, it is one video.

    Raises
    ------
    UsageError
        If a folder or a pattern has both videos and pictures, a camera is not alone, or the files
        are the frames of one video.
    VideoError
        If a folder cannot be looked into.
    """
    names = list(named)
    _refuse_frames(names)
    found: dict[str, str] = {}
    for name in names:
        for video in _expand(name):
            found.setdefault(_identity(video), video)
    videos = list(found.values())
    if len(videos) > 1 and any(video.startswith(CAMERA) for video in videos):
        raise UsageError("a camera is read alone", hint="call it once for each")
    return videos


def _refuse_frames(names: list[str]) -> None:
    """Say what to do where the shell has made hundreds of files out of ``frames/*.png``."""
    if len(names) > 1 and all(_suffix(name) in _STILL and Path(name).is_file() for name in names):
        raise UsageError(
            f"these {len(names)} files are pictures, not videos",
            hint="frames of one video: name their folder, or a pattern in quotes",
        )


def _identity(video: str) -> str:
    return video if is_url(video) or video.startswith(CAMERA) else os.path.realpath(video)


def _expand(name: str) -> list[str]:
    if is_url(name) or name.startswith(CAMERA):
        return [name]
    if Path(name).is_dir():
        return _in_folder(name)
    if glob.has_magic(name) and not Path(name).exists():
        return _matching(name)
    return [name]


def _in_folder(folder: str) -> list[str]:
    """The folder itself if its pictures are frames, or the videos in it and below."""
    own = [path for path in _visible(folder) if not os.path.isdir(path)]  # noqa: PTH112
    if _both(own):
        raise UsageError(
            "has videos and pictures in it",
            where=folder,
            hint=f"name the videos, or the pictures that are frames: {folder}/*.png",
        )
    if any(_suffix(path) in _PICTURES for path in own):
        return [folder]
    return list(_below(folder, set())) or [folder]


def _matching(pattern: str) -> list[str]:
    # Path.glob would look into hidden folders and can't take an absolute pattern.
    matches = sorted(glob.glob(pattern, recursive=True), key=path_order)  # noqa: PTH207
    if _both(matches):
        raise UsageError(
            "matches videos and pictures", where=pattern, hint="end it in a suffix, as in *.mp4"
        )
    if any(_suffix(match) in _PICTURES for match in matches):
        return [pattern]
    if "**" in Path(pattern).parts:
        matches = [match for match in matches if not Path(match).is_dir()]
    videos = [
        video
        for match in matches
        if Path(match).is_dir() or _suffix(match) in VIDEO_SUFFIXES
        for video in _expand(match)
    ]
    return videos or [pattern]


def _below(folder: str, seen: set[str]) -> Iterator[str]:
    """The videos of a folder and of those below it, its own first; each real folder once."""
    real = os.path.realpath(folder)
    if real in seen:
        return
    seen.add(real)
    paths = _visible(folder)
    yield from (path for path in paths if _suffix(path) in VIDEO_SUFFIXES and Path(path).is_file())
    for path in paths:
        if Path(path).is_dir():
            yield from _below(path, seen)


def _visible(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as scan:
            paths = [
                entry.path
                for entry in scan
                if _EXCLUDES.match(entry.name, entry.name, folder=entry.is_dir()) is None
            ]
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise VideoError(f"cannot be looked into ({why})", where=folder) from error
    return sorted(paths, key=path_order)


def _both(paths: list[str]) -> bool:
    suffixes = {_suffix(path) for path in paths}
    return bool(suffixes & VIDEO_SUFFIXES) and bool(suffixes & _PICTURES)


def _suffix(path: str) -> str:
    return os.path.splitext(path)[1].lower()  # noqa: PTH122
