"""The tables of a video: those that ``mien video`` writes, with what the person said of it."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

from mien.media.results.column import Column
from mien.media.results.result_columns import face_columns, face_rows
from mien.media.results.sinks import create_sink
from mien.media.results.spreadsheet import FORMULA_STARTS
from mien.media.summary.summary import Summarizer, VideoSummary
from mien.media.summary.summary_files import summary_csv, summary_to_dict
from mien.results import Frame
from mien.server.video.video_edits import VideoEdits
from mien.server.video.video_reading import VideoReading

_MOST_POINTS = 2000


class VideoTable(StrEnum):
    """A file to take away."""

    ROWS_CSV = "rows.csv"
    ROWS_JSON = "rows.json"
    ROWS_PARQUET = "rows.parquet"
    SUMMARY_JSON = "summary.json"
    SUMMARY_CSV = "summary.csv"
    EVENTS_CSV = "events.csv"


def summarize(reading: VideoReading, edits: VideoEdits) -> VideoSummary:
    """The summary, merged, without what is excluded; raises as ``VideoEdits.merge``."""
    summarizer = Summarizer(reading.name, reading.labels, rate=reading.rate)
    for frame in edits.merge(reading):
        if edits.leaves_out(frame.time or 0.0):
            summarizer.leave_out(frame)
        else:
            summarizer.add(frame)
    return summarizer.finish()


def summary_answer(reading: VideoReading, edits: VideoEdits) -> dict[str, Any]:
    """``summary.json``: as the command's, and what was excluded, the events and the names."""
    return {
        **summary_to_dict(summarize(reading, edits)),
        "excluded": [[each.start, each.end] for each in edits.excluded],
        "events": [each.model_dump() for each in edits.events],
        "names": {str(number): name for number, name in sorted(edits.names().items())},
    }


def write_table(reading: VideoReading, edits: VideoEdits, table: VideoTable) -> bytes:
    """The content of a table; raises as ``VideoEdits.merge``, and ``OutputError``."""
    if table is VideoTable.SUMMARY_JSON:
        return (
            f"{json.dumps(summary_answer(reading, edits), indent=2, ensure_ascii=False)}\n".encode()
        )
    if table is VideoTable.SUMMARY_CSV:
        return summary_csv(summarize(reading, edits)).encode()
    if table is VideoTable.EVENTS_CSV:
        return _events(edits)
    with tempfile.TemporaryDirectory(prefix="mien-video-") as folder:
        out = Path(folder) / "rows"
        sink = create_sink(
            table.removeprefix("rows."),
            out,
            labels=reading.labels,
            ferplus_labels=reading.ferplus_labels,
            video=True,
        )
        with sink:
            for frame in edits.merge(reading):
                sink.write(frame)
        return out.read_bytes()


def numeric_columns(reading: VideoReading) -> list[str]:
    """Names of the columns that can be drawn as a curve."""
    return [c.name for c in _columns(reading) if c.kind == "number" and c.name != "time"]


def curves(reading: VideoReading, edits: VideoEdits, name: str) -> dict[str, list[list[float]]]:
    """A column by person, as [seconds, value]; long ones thinned evenly."""
    columns = [c for c in _columns(reading) if c.name in ("time", "track", name)]
    at = {column.name: place for place, column in enumerate(columns)}
    found: dict[str, list[list[float]]] = {}
    for row in _rows(edits.merge(reading), columns):
        if row[at["track"]] is not None and row[at[name]] is not None:
            found.setdefault(str(row[at["track"]]), []).append([row[at["time"]], row[at[name]]])
    return {
        person: points[:: max(1, -(-len(points) // _MOST_POINTS))]
        for person, points in found.items()
    }


def _rows(frames: Iterator[Frame], columns: list[Column]) -> Iterator[tuple[Any, ...]]:
    for frame in frames:
        yield from face_rows(frame, columns)


def _columns(reading: VideoReading) -> tuple[Column, ...]:
    return face_columns(reading.labels, reading.ferplus_labels, video=True)


def _events(edits: VideoEdits) -> bytes:
    """*label*, *start*, *end* as ``mien study --events`` reads them; excluded ranges are told."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["label", "start", "end"])
    named = [(each.name or "event", each) for each in edits.events]
    for name, each in sorted(
        [*named, *(("excluded", each) for each in edits.excluded)], key=lambda item: item[1].start
    ):
        # A name that a spreadsheet would compute.
        safe = f"'{name}" if name.startswith(FORMULA_STARTS) else name
        writer.writerow([safe, round(each.start, 3), round(each.end, 3)])
    return text.getvalue().encode()
