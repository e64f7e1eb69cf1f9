"""A journal as files for other programs: CSV, JSON, and what each column means."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mien.errors import UsageError
from mien.journal.kept.check_in import SIGNS, CheckIn, poor_because
from mien.journal.kept.questionnaires import QUESTIONNAIRES
from mien.media.results.output import open_output
from mien.media.results.rows_file import csv_bytes

DICTIONARY: dict[str, str] = {
    "id": "of the check-in",
    "at": "date and time where the person was, ISO 8601 with the difference from UTC",
    "mood": "1 very low, 2 low, 3 in between, 4 good, 5 very good, as the person says",
    "words": "the person's own words",
    "sleep": "hours slept, as the person says",
    "notes": "the person's notes",
    **{
        name: f"sum of the {name.upper()}, 0 to {each.most}, over the last two weeks"
        for name, each in QUESTIONNAIRES.items()
    },
    "task": "what was done before the camera: read, answer or look; empty without a camera",
    "poor_because": "why the camera's numbers are too poor to be used; empty where they are not",
    "seconds": "how long the camera looked",
    "face_seen": "share of that time in which the face could be read, 0 to 1",
    "expressivity": "mean standard deviation of the face's movements over time, times 100",
    "smile_share": "share of the time seen with both corners of the mouth up, 0 to 1",
    "smile_strength": "how far up they were meanwhile, 0 to 1",
    "eye_opening": "median opening of the eyes outside blinks, height over width",
    "blinks": "a minute",
    "head_movement": "median speed of the head's turning, degrees a second",
    "valence_mean": "mean of the expression's valence as Mien reads it, -1 to 1",
    "valence_spread": "its standard deviation over time",
    "light": "mean brightness of the face, 0 to 255",
    "distance": "median distance from the camera in metres",
    "glasses": "1 where the eyes were mostly covered",
}
"""By column of the table, in order."""

COLUMNS = "columns"
KINDS = ("csv", COLUMNS, "json")
"""A table, what its columns mean (also a table), and both of them in one."""

_CAMERA = ("seconds", "face_seen", *SIGNS, "light", "distance", "glasses")


def rows_of(check_ins: list[CheckIn]) -> list[dict[str, Any]]:
    """One row a check-in, with the columns of ``DICTIONARY``; None where there is no value."""
    return [_row(one) for one in check_ins]


def write_export(check_ins: list[CheckIn], target: Path) -> None:
    """Write a ``.csv`` file with its data dictionary beside, or a ``.json`` file with both.

    Raises
    ------
    UsageError
        If the name ends otherwise.
    OutputError
        If it cannot be written.
    """
    if target.suffix not in (".csv", ".json"):
        raise UsageError("exports are .csv or .json", where=target)
    kinds = {target: target.suffix[1:]}
    if target.suffix == ".csv":
        kinds[dictionary_of(target)] = COLUMNS
    for path, kind in kinds.items():
        with open_output(path) as stream:
            stream.write(export_bytes(check_ins, kind))


def export_bytes(check_ins: list[CheckIn], kind: str) -> bytes:
    """What an export holds.

    Parameters
    ----------
    check_ins : list of CheckIn
    kind : str
        One of ``KINDS``.
    """
    if kind == "json":
        whole = {"columns": DICTIONARY, "check_ins": [one.to_dict() for one in check_ins]}
        return json.dumps(whole, ensure_ascii=False, indent=1).encode()
    if kind == "csv":
        return csv_bytes(rows_of(check_ins), list(DICTIONARY))
    meanings = [{"column": name, "meaning": text} for name, text in DICTIONARY.items()]
    return csv_bytes(meanings, ["column", "meaning"])


def dictionary_of(target: Path) -> Path:
    """Where the data dictionary of a CSV file lies."""
    return target.with_name(f"{target.stem}.columns.csv")


def _row(check_in: CheckIn) -> dict[str, Any]:
    seen, asked = check_in.measures, check_in.questionnaire
    row: dict[str, Any] = dict.fromkeys(DICTIONARY)
    row |= {
        "id": check_in.id,
        "at": check_in.at.isoformat(timespec="seconds"),
        "mood": check_in.mood,
        "words": check_in.words,
        "sleep": check_in.sleep,
        "notes": check_in.notes,
        "task": check_in.task,
    }
    if asked is not None:
        row[asked.questionnaire.name] = asked.sum
    if seen is not None:
        plain = seen.to_dict()
        row |= {name: plain[name] for name in _CAMERA}
        row |= {"glasses": int(seen.glasses), "poor_because": poor_because(seen)}
    return row
