"""Where the results of videos go, so that no file takes the place of another."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from mien.errors import UsageError
from mien.media.of_others.sinks_of_others import FORMATS_OF_OTHERS
from mien.media.summary.summary_files import SUMMARY_FILES
from mien.media.video.container import is_url
from mien.media.video.video_sink import CONTAINERS


class RowFormat(StrEnum):
    """Forms in which the rows of a video are written."""

    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    OPENFACE = "openface"
    PYFEAT = "pyfeat"
    ELAN = "elan"
    TEXTGRID = "textgrid"
    VTT = "vtt"
    SRT = "srt"
    BIDS = "bids"

    @property
    def ending(self) -> str:
        """How a file of this form ends."""
        return _ENDINGS.get(self, f".{self.value}")

    @property
    def needs_signs(self) -> bool:
        """Whether its columns are mostly of what is visible in a face."""
        return self in (RowFormat.OPENFACE, RowFormat.PYFEAT)

    @property
    def is_of_one_video(self) -> bool:
        """Whether a file of it can only be about one video."""
        return self.value in FORMATS_OF_OTHERS


_ENDINGS = {
    RowFormat.OPENFACE: ".csv",
    RowFormat.PYFEAT: ".csv",
    RowFormat.ELAN: ".eaf",
    RowFormat.TEXTGRID: ".TextGrid",
    RowFormat.BIDS: "_events.tsv",
}

_SUFFIXES = {
    ".json": RowFormat.JSON,
    ".jsonl": RowFormat.JSONL,
    ".ndjson": RowFormat.JSONL,
    ".csv": RowFormat.CSV,
    ".parquet": RowFormat.PARQUET,
    ".eaf": RowFormat.ELAN,
    ".textgrid": RowFormat.TEXTGRID,
    ".vtt": RowFormat.VTT,
    ".srt": RowFormat.SRT,
}


@dataclass(frozen=True, slots=True)
class VideoTargets:
    """Where the results of one video go; None is nowhere.

    Attributes
    ----------
    source : str
        The video, as it was named or found.
    rows : Path or None
        A file of its own for its rows.
    annotated : Path or None
        The drawn video.
    summary : Path or None
        The folder of its summary.
    """

    source: str
    rows: Path | None = None
    annotated: Path | None = None
    summary: Path | None = None

    def written(self) -> list[Path]:
        """What is there when the video has been read, for people."""
        named = (self.rows, self.annotated, self.summary)
        return [path for path in named if path is not None]

    def files(self) -> list[Path]:
        """All files that will be written."""
        summaries = () if self.summary is None else (self.summary / n for n in SUMMARY_FILES)
        return [path for path in (self.rows, self.annotated, *summaries) if path is not None]


@dataclass(frozen=True, slots=True)
class Places:
    """Where everything goes.

    Attributes
    ----------
    videos : tuple of VideoTargets
    several : bool
        Whether the call is about several videos, however many there turned out to be.
    format : RowFormat or None
        Form of the rows; None when no rows are wanted.
    one_table : bool
        Whether the rows of all videos go into one table.
    table : Path or None
        Its file; None is standard output.
    """

    videos: tuple[VideoTargets, ...]
    several: bool
    format: RowFormat | None
    one_table: bool
    table: Path | None

    @property
    def people_are_shown(self) -> bool:
        """Whether standard output is free for a table of the people."""
        rows_are_files = self.table is not None or all(
            each.rows is not None for each in self.videos
        )
        return self.format is None or rows_are_files


def place_results(
    videos: list[str],
    *,
    several: bool,
    out: Path | None,
    format: RowFormat | None,
    annotate_to: Path | None,
    summary_to: Path | None,
) -> Places:
    """Give each video its targets.

    Parameters
    ----------
    videos : list of str
    several : bool
        ``annotate_to`` and ``summary_to`` are then folders in which each video has a place of its
        own name, and ``out`` is such a folder, or the file of one table.
    out, format, annotate_to, summary_to
        As the user gave them.

    Raises
    ------
    UsageError
        If the format cannot be told, a file would take the place of another or of a video, or one
        file is named for several videos.
    """
    folder = out if out is not None and _is_folder(out, several, format) else None
    chosen = format or (RowFormat.CSV if folder is not None else _format_of(out))
    if several and annotate_to is not None and annotate_to.suffix.lower() in CONTAINERS:
        raise UsageError("is one file for several videos", where=annotate_to, hint="name a folder")
    targets = []
    for video, name in zip(videos, own_names(videos), strict=True):
        rows = None if several else out
        if folder is not None and chosen is not None:
            rows = below(folder, name, chosen.ending)
        drawn, summary = annotate_to, summary_to
        if several and drawn is not None:
            drawn = below(drawn, name, _drawn_suffix(video))
        if several and summary is not None:
            summary = summary / name
        targets.append(VideoTargets(video, rows, drawn, summary))
    one_table = several and chosen is not None and folder is None
    if one_table and chosen is not None and chosen.is_of_one_video:
        raise UsageError(
            f"a file of the format {chosen.value} is about one video",
            where=out,
            hint="name a folder with --out",
        )
    table = out if one_table else None
    _check(targets, table)
    return Places(tuple(targets), several, chosen, one_table, table)


def below(folder: Path, name: Path, suffix: str) -> Path:
    """A file of a video in a folder; a dot in the video's own name stays."""
    return folder / name.with_name(name.name + suffix)


def own_names(videos: list[str]) -> list[Path]:
    """A name for each video, without a suffix, that no other has.

    The videos lie to each other as their files do below the deepest folder that holds them all;
    ``a.mp4`` and ``a.mkv`` of one folder become ``a_mp4`` and ``a_mkv``. What is equal even then,
    or differs by capitals only, is numbered.
    """
    files = [os.path.abspath(video) for video in videos if not is_url(video)]  # noqa: PTH100
    # Links must not be followed: their own names are the ones that people know.
    above = Path(os.path.commonpath([os.path.dirname(path) for path in files]) if files else ".")  # noqa: PTH120
    whole = [
        Path(_of_address(video))
        if is_url(video)
        else Path(os.path.abspath(video)).relative_to(above)  # noqa: PTH100
        for video in videos
    ]
    stems = [path.with_suffix("") for path in whole]
    often = Counter(_alike(stem) for stem in stems)
    names: list[Path] = []
    taken: set[str] = set()
    for path, stem in zip(whole, stems, strict=True):
        name = stem if often[_alike(stem)] == 1 else path.with_name(path.name.replace(".", "_"))
        first, number = name, 1
        while _alike(name) in taken:
            number += 1
            name = first.with_name(f"{first.name}-{number}")
        taken.add(_alike(name))
        names.append(name)
    return names


def _alike(path: Path) -> str:
    return path.as_posix().casefold()


def _of_address(address: str) -> str:
    """A file's name out of an address: its last part, without what follows a question mark."""
    parts = [part for part in re.split(r"[?#]", address)[0].split("/") if part]
    return re.sub(r"[^\w.-]+", "_", parts[-1]).strip(".") or "video"


def _drawn_suffix(video: str) -> str:
    suffix = Path(re.split(r"[?#]", video)[0] if is_url(video) else video).suffix.lower()
    return suffix if suffix in CONTAINERS else ".mp4"


def _is_folder(out: Path, several: bool, format: RowFormat | None) -> bool:
    """Whether a name is meant as a folder: there is one, or nothing, and it has no suffix."""
    return out.is_dir() or (not out.suffix and not out.exists() and (several or format is None))


def _format_of(out: Path | None) -> RowFormat | None:
    """The form that a file's name tells; None when no rows are wanted."""
    if out is None:
        return None
    if out.name.endswith(RowFormat.BIDS.ending):
        return RowFormat.BIDS
    try:
        return _SUFFIXES[out.suffix.lower()]
    except KeyError:
        raise UsageError(
            "the format cannot be told from the file's name",
            where=out,
            hint=f"say it: --format {'|'.join(RowFormat)}",
        ) from None


def _check(targets: list[VideoTargets], table: Path | None) -> None:
    """No file may take the place of a video, or of another result."""
    files = [path for target in targets for path in target.files()]
    if table is not None:
        files.append(table)
    videos = {os.path.realpath(target.source) for target in targets}
    taken: set[Path] = set()
    for path in files:
        real = path.resolve()
        if path.exists() and str(real) in videos:
            raise UsageError("would replace the video itself", where=path, hint="give another name")
        if real in taken:
            raise UsageError(
                "two results would have this name", where=path, hint="give another name"
            )
        taken.add(real)
