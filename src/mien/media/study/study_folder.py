"""The folder of a study: what is done, with which settings, and the tables over all of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mien.errors import DataError, UsageError
from mien.media.results.output import make_folder, open_output
from mien.media.results.rows_file import write_rows
from mien.media.study.chosen_people import with_choice
from mien.media.study.read_recording import DONE
from mien.media.study.recordings import Recording

SETTINGS, SUMMARY, RECORDINGS = "study.json", "summary.csv", "recordings.csv"


def begin(folder: Path, settings: dict[str, Any]) -> None:
    """Make a study's folder, or go on with one that was made with the same settings.

    What a run that was killed has left half-written is removed.

    Raises
    ------
    UsageError
        If the folder holds something else, or a study with other settings.
    OutputError
        If it cannot be made.
    """
    file = folder / SETTINGS
    if file.is_file():
        before = _read(file)
        changed = [name for name in settings if settings[name] != before.get(name)]
        if changed:
            raise UsageError(
                f"was made with other settings ({', '.join(sorted(changed))})",
                where=folder,
                hint="name another folder with --out, or delete this one",
            )
        for left in folder.rglob(".mien-*.part"):
            left.unlink(missing_ok=True)
        return
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError("is there already, and no study", where=folder, hint="name another --out")
    make_folder(folder)
    with open_output(file) as stream:
        stream.write(json.dumps(settings, ensure_ascii=False, indent=1).encode())


def what_is_done(folder: Path, recording: Recording) -> dict[str, Any] | None:
    """What is known of a recording that was read to its end, or None."""
    file = folder / DONE / f"{recording.name}.json"
    if not file.is_file():
        return None
    found = _read(file)
    return found if found.get("recording") == recording.to_dict() else None


def write_tables(
    folder: Path,
    recordings: list[Recording],
    unread: dict[str, str],
    chosen: Mapping[str, int | None],
) -> dict[str, list[str]]:
    """Write ``summary.csv``, a row a recording, person and event, and ``recordings.csv``.

    Parameters
    ----------
    folder : Path
    recordings : list of Recording
    unread : dict of str to str
        By the name of a recording that cannot be read, why.
    chosen : mapping of str to int or None
        By the name of a recording, who people say is the participant.

    Returns
    -------
    dict of str to list of str
        By the file of a recording that was read, but not all of it, what was lost.
    """
    rows: list[dict[str, Any]] = []
    overview: list[dict[str, Any]] = []
    lost: dict[str, list[str]] = {}
    for recording in recordings:
        who = {
            "participant": recording.participant,
            "session": recording.session,
            "condition": recording.condition,
            "recording": recording.name,
        }
        found = what_is_done(folder, recording)
        if found is not None and recording.name in chosen:
            found = with_choice(found, chosen[recording.name])
        if found is not None and found["losses"]:
            lost[recording.file] = found["losses"]
        rows += [{**who, **row} for row in (found or {}).get("rows", [])]
        overview.append(
            {
                **who,
                "file": recording.file,
                "read": int(found is not None),
                "frames": None if found is None else found["frames"],
                "seconds": None if found is None else found["seconds"],
                "person": None if found is None else found["participant"],
                "lost": unread.get(recording.name, "")
                if found is None
                else "; ".join(found["losses"]),
            }
        )
    write_rows(folder / RECORDINGS, overview)
    if rows:
        write_rows(folder / SUMMARY, rows)
    return lost


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise DataError("cannot be read", where=file, hint="delete it, and run again") from error
    if not isinstance(found, dict):
        raise DataError("is not of a study", where=file)
    return found
