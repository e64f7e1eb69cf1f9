"""What Mien said, out of the tables that ``mien video`` and ``mien study`` write."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray

from mien.emotions import VALENCE
from mien.errors import DataError, UsageError
from mien.media.results.result_columns import SMOOTHED_PREFIX

VALENCE_COLUMN = "valence"
"""Is computed of the probabilities, as in the summaries of ``mien video``; no table has it."""

_BOX = ("left", "top", "right", "bottom")


@dataclass(frozen=True, slots=True)
class ReadRecording:
    """One person of one recording, as Mien read them.

    Attributes
    ----------
    name : str
    path : str
        Of the recording.
    participant, session : str
        Empty where the table does not say.
    person : int
        Number of the track.
    times : ndarray of shape (n,), float64
        Seconds, rising: the frames in which the person was seen.
    labels : tuple of str
        Smoothed over time where the table has that; ``unsure`` among them.
    confidence : ndarray of shape (n,), float64
    values : ndarray of shape (n,), float64
        The column of numbers that is compared; NaN where it is empty.
    boxes : ndarray of shape (n, 4), float64
        Left, top, right, bottom, in pixels.
    step : float
        Seconds between two frames, as a rule.
    """

    name: str
    path: str
    participant: str
    session: str
    person: int
    times: NDArray[np.float64]
    labels: tuple[str, ...]
    confidence: NDArray[np.float64]
    values: NDArray[np.float64]
    boxes: NDArray[np.float64]
    step: float

    def is_called(self, name: str, session: str) -> bool:
        """Whether a coder's file can mean it with this."""
        if session and session != self.session:
            return False
        plain = PurePath(name.replace("\\", "/"))
        own = PurePath(self.path)
        names = {self.name, self.path, own.name, own.stem, self.participant} - {""}
        return (
            name in names
            or plain.name in {own.name, self.name}
            or (plain.suffix != "" and plain.stem == own.stem)
        )


def read_rows(
    source: Path,
    *,
    value: str = VALENCE_COLUMN,
    person: int | None = None,
    alone: bool = False,
) -> list[ReadRecording]:
    """Read a table, or the folder of a study.

    Parameters
    ----------
    source : Path
        ``.csv`` or ``.parquet``, or a folder that ``mien study`` wrote.
    value : str
        Column of numbers that is compared with the coders' values.
    person : int, optional
        Number of the person; None is whom the study calls the participant, else who was seen in
        the most frames.
    alone : bool
        Whether each recording is of one person, so that all numbers are theirs: who was out of
        sight comes back under a new one. Of two faces at once the first is taken, the largest.

    Raises
    ------
    DataError
        If it cannot be read, or is no such table.
    UsageError
        If there is no such column or person.
    """
    chosen: dict[str, int] = {}
    if source.is_dir():
        files = sorted((source / "frames").rglob("*.parquet"))
        if not files:
            raise DataError("is no folder of a study: no frames in it", where=source)
        chosen = _participants(source / "recordings.csv")
    else:
        files = [source]
    found: list[ReadRecording] = []
    for file in files:
        by_name: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in _rows_of(file, value):
            by_name[str(row.get("recording") or row.get("path") or file.stem)].append(row)
        participant = ""
        if file.parent.name.startswith("participant="):
            # As ``read_recording.partition`` writes it.
            participant = unquote(file.parent.name.removeprefix("participant="))
        for name, rows in by_name.items():
            who = person or chosen.get(name)
            try:
                found.append(_recording(name, rows, participant, value, who, alone, file))
            except ValueError as error:
                raise DataError(f"a cell is no number ({error})", where=file) from error
    if not found:
        raise DataError("no face in it: there is nothing to compare", where=source)
    return found


def _participants(file: Path) -> dict[str, int]:
    if not file.is_file():
        return {}
    with file.open(newline="", encoding="utf-8") as stream:
        rows = csv.DictReader(stream)
        return {row["recording"]: int(float(row["person"])) for row in rows if row.get("person")}


def _rows_of(file: Path, value: str) -> Iterator[dict[str, Any]]:
    """Rows with the columns that are needed, so that a long recording fits into memory."""
    fixed = {"path", "recording", "session", "time", "track", "label", "confidence", *_BOX}
    wanted = fixed | {SMOOTHED_PREFIX + "label", SMOOTHED_PREFIX + "confidence", value}
    wanted |= {prefix + label for label in VALENCE for prefix in ("", SMOOTHED_PREFIX)}
    try:
        if file.suffix.lower() == ".parquet":
            table = _whole_parquet(file)
            names = [name for name in table.schema.names if name in wanted]
            _check(names, value, file)
            columns = [table[name].to_pylist() for name in names]
            yield from (dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))
            return
        with file.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.DictReader(stream)
            names = [name for name in reader.fieldnames or () if name in wanted]
            _check(names, value, file)
            yield from ({name: row[name] for name in names} for row in reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"cannot be read ({error})", where=file) from error


def _whole_parquet(file: Path) -> Any:
    """The table of a file, which arro3 opens only if its two ends are those of Parquet."""
    from arro3.io import read_parquet

    with file.open("rb") as stream:
        start = stream.read(4)
        stream.seek(-min(4, file.stat().st_size), 2)
        if file.stat().st_size < 12 or start != b"PAR1" or stream.read(4) != b"PAR1":
            raise DataError("is no whole Parquet file", where=file)
    try:
        return read_parquet(str(file)).read_all()
    except Exception as error:
        raise DataError(f"cannot be read ({error})", where=file) from error


def _check(names: Iterable[str], value: str, file: Path) -> None:
    have = set(names)
    missing = {"time", "track", "label"} - have
    if missing:
        raise DataError(
            f"no column {', '.join(sorted(missing))}",
            where=file,
            hint="name a table that mien video or mien study wrote",
        )
    if value != VALENCE_COLUMN and value not in have:
        raise UsageError(f"no column {value!r}", where=file)


def _recording(
    name: str,
    rows: list[dict[str, Any]],
    participant: str,
    value: str,
    person: int | None,
    alone: bool,
    file: Path,
) -> ReadRecording:
    tracked = [row for row in rows if row["track"] not in (None, "")]
    often = Counter(int(row["track"]) for row in tracked)
    if not often:
        raise DataError(f"nobody is followed in {name}", where=file)
    who = often.most_common(1)[0][0] if person is None else person
    if who not in often:
        raise UsageError(f"no person {who} in {name}", where=file)
    every = np.unique([float(row["time"]) for row in rows])
    own = [row for row in tracked if alone or int(row["track"]) == who]
    if alone:
        # The largest face stands first in a frame's rows, and so is the last to be put in here.
        own = list({float(row["time"]): row for row in reversed(own)}.values())
    own.sort(key=lambda row: float(row["time"]))
    first = own[0]
    smooth = SMOOTHED_PREFIX if SMOOTHED_PREFIX + "label" in first else ""
    if value == VALENCE_COLUMN:
        labels = [label for label in VALENCE if smooth + label in first]
        weights = np.array([VALENCE[label] for label in labels], dtype=np.float64)
        values = np.array([[_number(row[smooth + label]) for label in labels] for row in own])
        values = values @ weights
    else:
        values = np.array([_number(row[value]) for row in own])
    return ReadRecording(
        name=name if "recording" in first else PurePath(name).stem,
        path=str(first.get("path") or name),
        participant=participant,
        session=str(first.get("session") or ""),
        person=who,
        times=np.array([float(row["time"]) for row in own]),
        labels=tuple(str(row[smooth + "label"]) for row in own),
        confidence=np.array([_number(row.get(smooth + "confidence")) for row in own]),
        values=values,
        boxes=np.array([[_number(row.get(side)) for side in _BOX] for row in own]),
        step=float(np.median(np.diff(every))) if len(every) > 1 else 0.04,
    )


def _number(cell: Any) -> float:
    return float("nan") if cell in (None, "") else float(cell)
