"""One recording read to its end, and what of it is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mien.emotions import FERPLUS
from mien.media.results.column import Column
from mien.media.results.output import make_folder, open_output
from mien.media.results.result_columns import face_columns
from mien.media.results.rows_file import write_rows
from mien.media.results.sink_parquet import ParquetSink
from mien.media.study.events import Event
from mien.media.study.fixed_rate import fixed_rate
from mien.media.study.followed_people import PeopleCollector
from mien.media.study.participant import Who, participant_of
from mien.media.study.person_row import Cell, Stretch, against, person_row
from mien.media.study.recordings import Recording
from mien.media.study.stills import StillCollector
from mien.media.video.open_video import open_video
from mien.vision.stream import StreamAnalyzer

FRAMES, SERIES, DONE = "frames", "series", "recordings"
"""Folders of a study: a row a face and frame, a row a fixed step, what is known of each."""

SHORTEST_SECONDS = 1.0
"""People who were seen for less are in the frames, and have no row of their own."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of each recording is computed.

    Attributes
    ----------
    who : Who
    fps : float or None
        At most so many frames a second are read.
    baseline : tuple of (start, end) or None
        Seconds after the recording's start that all means are also compared with.
    events : tuple of Event
    rate : float or None
        Rows a second of the participant's course at a fixed rate; None is no such table.
    """

    who: Who = Who.PRESENT
    fps: float | None = None
    baseline: tuple[float, float] | None = None
    events: tuple[Event, ...] = ()
    rate: float | None = None


def read_recording(
    analyzer: StreamAnalyzer,
    recording: Recording,
    wanted: Wanted,
    folder: Path,
    stopped: Callable[[], bool] = lambda: False,
) -> dict[str, Any] | None:
    """Read a recording, write its tables, and last of all the file that says it is done.

    Returns
    -------
    dict or None
        What that file holds: *recording*, *frames*, *losses*, *participant*, *rows*, and *stills*
        of the people where somebody will be asked who is the participant. None when
        ``stopped`` said so before the end: nothing is written then.

    Raises
    ------
    VideoError
        If it cannot be read.
    OutputError
        If a table cannot be written.
    """
    analyzer = StreamAnalyzer.like(analyzer)
    labels = next(iter(analyzer.card.heads.values())).labels
    collector = PeopleCollector(labels, signs=analyzer.signs)
    stills = StillCollector() if wanted.who is Who.ASKED else None
    frames_to = partition(folder / FRAMES, recording)
    make_folder(frames_to.parent)
    with open_video(
        recording.file, start=recording.start or 0.0, end=recording.end, fps=wanted.fps
    ) as frames:
        step = 1 / min(frames.rate, wanted.fps or frames.rate)
        with ParquetSink(frames_to, _columns(analyzer, recording)) as sink:
            for picture in frames:
                frame = analyzer.analyze(
                    picture.image, picture.time, path=recording.file, number=picture.number
                )
                sink.write(frame)
                collector.add(frame)
                if stills is not None:
                    stills.add(picture.image, frame)
                if stopped():
                    break
        losses = frames.losses
    if stopped():
        frames_to.unlink(missing_ok=True)
        return None
    found = _computed(collector, recording, wanted, step, losses)
    if stills is not None:
        found["stills"] = stills.stills()
    _write_series(found.pop("series"), recording, folder)
    done = folder / DONE / f"{recording.name}.json"
    make_folder(done.parent)
    with open_output(done) as stream:
        stream.write(json.dumps(found, ensure_ascii=False, indent=1).encode())
    return found


def partition(folder: Path, recording: Recording) -> Path:
    """Where a recording's table lies: in the form that Arrow, DuckDB and Spark know as *hive*."""
    participant = "".join(
        letter if letter.isalnum() or letter in "-_. " else f"%{ord(letter):02X}"
        for letter in recording.participant
    )
    return folder / f"participant={participant}" / f"{recording.name}.parquet"


def _columns(analyzer: StreamAnalyzer, recording: Recording) -> tuple[Column, ...]:
    heads = {name: head.labels for name, head in analyzer.card.heads.items()}
    columns = face_columns(
        next(iter(heads.values())), heads.get(FERPLUS.name, ()), video=True, signs=analyzer.signs
    )
    said = {
        "session": recording.session,
        "condition": recording.condition,
        "recording": recording.name,
    }
    return (*(_said(name, text) for name, text in said.items()), *columns)


def _said(name: str, text: str) -> Column:
    return Column(name, "text", lambda frame, number, face: text)


def _computed(
    collector: PeopleCollector,
    recording: Recording,
    wanted: Wanted,
    step: float,
    losses: tuple[str, ...],
) -> dict[str, Any]:
    times, labels = collector.times, collector.labels
    start = recording.start or (times[0] if times else 0.0)
    end = times[-1] + step if times else start
    whole = Stretch(start, end, step)
    people = collector.people()
    participant = participant_of(people, wanted.who, whole.seconds)
    stretches = _stretches(wanted, recording, whole)
    rows: list[dict[str, Cell]] = []
    series: list[dict[str, Cell]] = []
    for person in people:
        if len(person.times) * step < SHORTEST_SECONDS and person.id != participant:
            continue
        baseline = None
        if wanted.baseline is not None:
            first, last = (start + one for one in wanted.baseline)
            baseline = person_row(person, labels, Stretch(first, min(last, end), step))
        for name, stretch in stretches:
            row: dict[str, Cell] = {
                "person": person.id,
                "is_participant": int(person.id == participant),
                "event": name,
                "start": round(stretch.start, 5),
                "end": round(stretch.end, 5),
            }
            row |= person_row(person, labels, stretch)
            if baseline is not None:
                row |= against(row, baseline)
            rows.append(row)
        if wanted.rate is not None and wanted.who is Who.ASKED:
            course = fixed_rate(person, labels, whole, wanted.rate)
            series += [{"person": person.id, **each} for each in course]
        elif wanted.rate is not None and person.id == participant:
            series = fixed_rate(person, labels, whole, wanted.rate)
    return {
        "recording": recording.to_dict(),
        "frames": len(times),
        "seconds": round(whole.seconds, 5),
        "losses": list(losses),
        "participant": participant,
        "rows": rows,
        "series": series,
    }


def _stretches(wanted: Wanted, recording: Recording, whole: Stretch) -> list[tuple[str, Stretch]]:
    """The whole, the baseline, and the events as far as they lie inside; whole ones first."""
    found = [("", whole)]
    if wanted.baseline is not None:
        first, last = (whole.start + one for one in wanted.baseline)
        found.append(("baseline", Stretch(first, min(last, whole.end), whole.step)))
    for event in wanted.events:
        start, end = max(event.start, whole.start), min(event.end, whole.end)
        if event.is_in(recording) and end > start:
            found.append((event.label, Stretch(start, end, whole.step)))
    return found


def _write_series(series: list[dict[str, Cell]], recording: Recording, folder: Path) -> None:
    if series:
        target = partition(folder / SERIES, recording)
        make_folder(target.parent)
        write_rows(target, series, text=("label",))
