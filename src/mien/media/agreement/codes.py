"""What a person said of a recording: codes, each a stretch or a point of time."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mien.errors import DataError


@dataclass(frozen=True, slots=True)
class Code:
    """One thing that a coder said.

    Attributes
    ----------
    start : float
        Seconds.
    end : float or None
        Seconds; None for a point.
    label : str
        The coder's word; empty where only a number was given.
    value : float or None
        The coder's number, such as a rating of valence; None where only a word was given.
    """

    start: float
    end: float | None
    label: str = ""
    value: float | None = None

    def shifted(self, seconds: float) -> Code:
        """The same, so many seconds later."""
        end = None if self.end is None else self.end + seconds
        return replace(self, start=self.start + seconds, end=end)


@dataclass(frozen=True, slots=True)
class CodedRecording:
    """What one coder said of one recording.

    Attributes
    ----------
    coder : str
    recording : str
        What the coder's file calls it: a file's name, a participant. Empty where it says nothing.
    session : str
        Where the recording is named by its participant; empty where it says nothing.
    codes : tuple of Code
    where : str
        The file.
    """

    coder: str
    recording: str
    session: str
    codes: tuple[Code, ...]
    where: str


def seconds_in(text: str, where: object) -> float:
    """Seconds of ``12.5``, ``12,5``, ``1:02.5`` or ``0:01:02.5``.

    Raises
    ------
    DataError
        If it is no such time.
    """
    try:
        parts = [float(part) for part in text.strip().replace(",", ".").split(":")]
    except ValueError:
        parts = []
    if not 1 <= len(parts) <= 3 or not all(0 <= part < 1e9 for part in parts):
        raise DataError(f"{text!r} is no time", where=where, hint="seconds, or 0:01:02.5")
    return sum(part * 60.0**power for power, part in enumerate(reversed(parts)))
