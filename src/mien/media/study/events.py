"""Parts of recordings that count by themselves: what was shown when, questions, phases."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mien.errors import DataError
from mien.media.open_table import open_table
from mien.media.study.recordings import Recording


@dataclass(frozen=True, slots=True)
class Event:
    """A stretch of time, in seconds from the beginning of the file.

    Attributes
    ----------
    label : str
    start, end : float
    participant, session : str
        Whose recordings it is in; empty for all.
    """

    label: str
    start: float
    end: float
    participant: str = ""
    session: str = ""

    def is_in(self, recording: Recording) -> bool:
        """Whether it is about this recording."""
        return self.participant in ("", recording.participant) and self.session in (
            "",
            recording.session,
        )


def read_events(path: Path) -> tuple[Event, ...]:
    """Read a table with *label*, *start*, *end*, and *participant*, *session* if wanted.

    Raises
    ------
    DataError
        If it cannot be read, a column is missing, or a time is none; it says which line.
    """
    with open_table(path) as reader:
        missing = {"label", "start", "end"} - set(reader.fieldnames or ())
        if missing:
            raise DataError(f"no column {', '.join(sorted(missing))}", where=path)
        return tuple(_event(row, f"{path}, line {reader.line_num}") for row in reader)


def _event(row: dict[str, str | None], where: str) -> Event:
    try:
        start, end = float(row["start"] or ""), float(row["end"] or "")
    except ValueError as error:
        raise DataError("start and end are seconds", where=where) from error
    label = (row["label"] or "").strip()
    if not label or not 0 <= start < end < 1e9:
        raise DataError("expected a label, and an end after a start from 0 on", where=where)
    return Event(
        label,
        start,
        end,
        (row.get("participant") or "").strip(),
        (row.get("session") or "").strip(),
    )
