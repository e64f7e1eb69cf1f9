"""A check-in: how somebody is, in their own words and numbers first, and what a camera saw."""

from __future__ import annotations

import math
import uuid
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

from mien.errors import DataError, UsageError
from mien.journal.kept.questionnaires import Answered, answered
from mien.journal.kept.tasks import TASKS

MOODS = {1: "very low", 2: "low", 3: "in between", 4: "good", 5: "very good"}

MOST_WORDS = 20_000
"""Characters of own words, and of notes."""


@dataclass(frozen=True, slots=True)
class CameraMeasures:
    """What a camera saw in half a minute or more: numbers only.

    Attributes
    ----------
    seconds : float
        How long the camera looked.
    face_seen : float
        Share of that time in which the face could be read, 0 to 1.
    expressivity : float
        Mean over the movements of the face (blendshapes) of their standard deviation over time,
        times 100.
    smile_share : float
        Share of the time seen in which both corners of the mouth are up, 0 to 1.
    smile_strength : float
        Mean of the two corners' blendshapes while they are, 0 to 1; 0 without a smile.
    eye_opening : float
        Median opening of the eyes outside blinks: height of the gap over the eye's width.
    blinks : float
        A minute.
    head_movement : float
        Median speed of the head's turning in degrees a second.
    valence_mean, valence_spread : float
        Mean and standard deviation of the valence that the face's reading expects, -1 to 1.
    light : float
        Mean brightness of the face, 0 to 255.
    distance : float
        Median, in metres.
    glasses : bool
        Whether the eyes were mostly covered or hard to see.
    """

    seconds: float
    face_seen: float
    expressivity: float
    smile_share: float
    smile_strength: float
    eye_opening: float
    blinks: float
    head_movement: float
    valence_mean: float
    valence_spread: float
    light: float
    distance: float
    glasses: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Plain types, ready for JSON."""
        found = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            name: value if isinstance(value, bool) else round(value, 5)
            for name, value in found.items()
        }

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> CameraMeasures:
        """What ``to_dict`` gave; ``DataError`` for anything else."""
        known = {each.name for each in fields(cls)}
        if not isinstance(raw, dict) or set(raw) != known:
            raise DataError("these are no measures of a check-in")
        for name, value in raw.items():
            number = isinstance(value, int | float) and math.isfinite(value)
            if not (isinstance(value, bool) if name == "glasses" else number):
                raise DataError(f"{name} is {value!r}, expected a number")
        return cls(**raw)


SIGNS = (
    "smile_share", "smile_strength", "eye_opening", "head_movement", "expressivity",
    "valence_mean", "valence_spread", "blinks",
)  # fmt: skip
"""Measures that are looked at over time; the others say under which conditions they were taken."""

LEAST_SEEN, LEAST_SECONDS, LEAST_LIGHT = 0.6, 20.0, 30.0


SHORT, UNSEEN, DARK = "short", "unseen", "dark"


def poorness(measures: CameraMeasures) -> str | None:
    """``SHORT``, ``UNSEEN`` or ``DARK`` for measures too poor to say anything, or None."""
    if measures.seconds < LEAST_SECONDS:
        return SHORT
    if measures.face_seen < LEAST_SEEN:
        return UNSEEN
    return DARK if measures.light < LEAST_LIGHT else None


def poor_because(measures: CameraMeasures) -> str | None:
    """Why measures are too poor to say anything, in words, or None."""
    needed = f"{LEAST_SECONDS:.0f} are needed"
    words = {
        SHORT: f"the camera looked for {measures.seconds:.0f} seconds, {needed}",
        UNSEEN: f"the face was seen for {measures.face_seen:.0%} of the time only",
        DARK: "it was too dark",
    }
    poor = poorness(measures)
    return None if poor is None else words[poor]


@dataclass(frozen=True, slots=True)
class CheckIn:
    """One entry of a journal.

    Attributes
    ----------
    at : datetime
        With its time zone: ``day`` is the date where the person was.
    mood : int
        1 (very low) to 5 (very good), as the person says.
    words : str
        Own words; may be empty.
    questionnaire : Answered or None
    sleep : float or None
        Hours slept.
    notes : str
    task : str or None
        What was done before the camera: a name in ``TASKS``. None without a camera.
    measures : CameraMeasures or None
    id : str
        Never shared by two check-ins.
    """

    at: datetime
    mood: int
    words: str = ""
    questionnaire: Answered | None = None
    sleep: float | None = None
    notes: str = ""
    task: str | None = None
    measures: CameraMeasures | None = None
    id: str = field(default_factory=lambda: uuid.uuid4().hex)

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise UsageError("the time of a check-in needs a time zone")
        if isinstance(self.mood, bool) or self.mood not in MOODS:
            raise UsageError(f"mood is {self.mood!r}", hint="1 (very low) to 5 (very good)")
        for name in ("words", "notes"):
            text = getattr(self, name)
            if not isinstance(text, str) or len(text) > MOST_WORDS:
                raise UsageError(f"{name} may have {MOST_WORDS:,} characters at most")
        if self.sleep is not None and not 0 <= self.sleep <= 24:
            raise UsageError(f"sleep is {self.sleep}", hint="hours, 0 to 24")
        if (self.task is None) != (self.measures is None):
            raise UsageError("measures and the task that they were taken in go together")
        if self.task is not None and self.task not in TASKS:
            raise UsageError(f"no task {self.task!r}", hint=f"one of {', '.join(TASKS)}")

    @property
    def day(self) -> date:
        """The date where the person was."""
        return self.at.date()

    def to_dict(self) -> dict[str, Any]:
        """Plain types, ready for JSON."""
        return {
            "id": self.id,
            "at": self.at.isoformat(),
            "mood": self.mood,
            "words": self.words,
            "questionnaire": None if self.questionnaire is None else self.questionnaire.to_dict(),
            "sleep": self.sleep,
            "notes": self.notes,
            "task": self.task,
            "measures": None if self.measures is None else self.measures.to_dict(),
        }

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> CheckIn:
        """What ``to_dict`` gave; ``DataError`` for anything else."""
        try:
            asked, seen = raw["questionnaire"], raw["measures"]
            return cls(
                at=datetime.fromisoformat(raw["at"]),
                mood=raw["mood"],
                words=raw["words"],
                questionnaire=None
                if asked is None
                else answered(asked["questionnaire"], asked["answers"]),
                sleep=raw["sleep"],
                notes=raw["notes"],
                task=raw["task"],
                measures=None if seen is None else CameraMeasures.from_dict(seen),
                id=raw["id"],
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise DataError("is no check-in", hint=str(error)) from error
