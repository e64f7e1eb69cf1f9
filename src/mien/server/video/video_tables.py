"""The tables of a marked video, as ``mien video`` writes them, in one ZIP file."""

from __future__ import annotations

import csv
import secrets
import tempfile
import zipfile
from pathlib import Path

from mien.media.results.sinks import create_sink
from mien.media.results.spreadsheet import harmless
from mien.media.study.events import Event
from mien.media.summary.summary import Summarizer
from mien.media.summary.summary_files import write_summary
from mien.server.video.held_video import HeldVideo
from mien.server.video.markings import MARK_COLUMNS, Markings
from mien.wording import count


def write_tables(video: HeldVideo, markings: Markings, format: str) -> Path:
    """Write a ZIP file into the video's folder: rows, summaries, events, and what was left out.

    Returns
    -------
    Path
        The file; the caller deletes it.

    Raises
    ------
    OutputError, OSError
        If there is no room.
    """
    with tempfile.TemporaryDirectory(dir=video.folder) as made:
        folder = Path(made)
        summaries: list[tuple[Path, Summarizer, Event | None]] = [
            (folder / "summary", _summarizer(video), None)
        ]
        for number, each in enumerate(markings.events, start=1):
            summaries.append((folder / f"event-{number}", _summarizer(video), each))
        left_out = frames = 0
        with create_sink(
            format,
            folder / f"rows.{format}",
            labels=video.labels,
            ferplus_labels=video.ferplus_labels,
            video=True,
            further=MARK_COLUMNS,
        ) as rows:
            for frame in video.frames():
                rows.write(markings.mark(frame))
                for _, summarizer, event in summaries:
                    summarizer.add(markings.counted(frame, event))
                frames += 1
                left_out += markings.is_excluded(frame.time or 0.0)
        for place, summarizer, _ in summaries:
            write_summary(place, summarizer.finish(), markings.names)
        if markings.events:
            _write_events(folder / "events.csv", markings.events)
        said = _said(video, markings, frames, left_out)
        (folder / "about.txt").write_text("\n".join(said) + "\n", "utf-8")
        return _packed(folder, video.folder)


def _summarizer(video: HeldVideo) -> Summarizer:
    return Summarizer(video.name, video.labels, rate=video.rate)


def _write_events(path: Path, events: tuple[Event, ...]) -> None:
    """The table that ``mien study --events`` reads."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["label", "start", "end"])
        writer.writerows([harmless(each.label), each.start, each.end] for each in events)


def _said(video: HeldVideo, markings: Markings, frames: int, left_out: int) -> list[str]:
    """What stands in the tables and what does not, for people."""
    lines = [f"{count(frames, 'frame')} of the video were read."]
    if video.state == "stopped":
        lines.append(f"Reading was stopped at {video.at:.1f} s.")
    lines += [f"Of the video: {loss}." for loss in video.losses]
    for start, end in markings.excluded:
        lines.append(f"Excluded: {start:.2f} s to {end:.2f} s.")
    lines.append(
        f"{count(left_out, 'frame')} excluded: marked in the rows, left out of the summaries."
    )
    for number, event in enumerate(markings.events, start=1):
        lines.append(f"event-{number}: {event.label}, {event.start:.2f} s to {event.end:.2f} s.")
    for track in markings.merged:
        lines.append(f"Person {track} counts as person {markings.person(track)}.")
    return lines


def _packed(folder: Path, into: Path) -> Path:
    path = into / f"tables-{secrets.token_hex(4)}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in sorted(folder.rglob("*")):
            if each.is_file():
                archive.write(each, each.relative_to(folder).as_posix())
    return path
