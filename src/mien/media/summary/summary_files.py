"""The summary of a video as files: summary.json, summary.csv and timeline.png."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mien.media.drawing.draw import write_image
from mien.media.results.output import make_folder, open_output
from mien.media.results.spreadsheet import harmless
from mien.media.summary.summary import PersonSummary, VideoSummary
from mien.media.summary.timeline import draw_timeline
from mien.results import printable_path

SUMMARY_SCHEMA = "mien.video-summary/1"
"""Name and version of summary.json; documented in ``docs/schema.md``."""

SUMMARY_FILES = ("summary.json", "summary.csv", "timeline.png")
"""Names of the files in the folder of a summary."""


def write_summary(
    folder: Path, summary: VideoSummary, names: Mapping[int, str] | None = None
) -> None:
    """Write the three files into ``folder``, which is made when it is not there.

    With ``names`` of people by their number, the JSON and the CSV have them as ``name``.

    Raises
    ------
    OutputError
        If they cannot be written.
    """
    make_folder(folder)
    as_json, as_csv, picture = (folder / name for name in SUMMARY_FILES)
    with open_output(as_json) as stream:
        plain = summary_to_dict(summary, names)
        stream.write(f"{json.dumps(plain, indent=2, ensure_ascii=False)}\n".encode())
    with open_output(as_csv) as stream:
        stream.write(_csv(summary, names).encode())
    write_image(picture, draw_timeline(summary))


def summary_to_dict(
    summary: VideoSummary, names: Mapping[int, str] | None = None
) -> dict[str, Any]:
    """Plain types only, ready for JSON; key by key as in ``docs/schema.md``."""
    people = [_person(person, summary.labels) for person in summary.people]
    if names is not None:
        people = [{"id": each["id"], "name": names.get(each["id"], ""), **each} for each in people]
    return {
        "schema": SUMMARY_SCHEMA,
        "path": printable_path(summary.path),
        "frames": summary.frames,
        "start": round(summary.start, 3),
        "end": round(summary.end, 3),
        "labels": list(summary.labels),
        "people": people,
        "others": None if summary.others is None else _person(summary.others, summary.labels),
    }


def _person(person: PersonSummary, labels: tuple[str, ...]) -> dict[str, Any]:
    return {
        "id": person.id,
        "people": person.people,
        "first": round(person.first, 3),
        "last": round(person.last, 3),
        "seconds": round(person.seconds, 3),
        "valence": round(person.valence, 4),
        "share": {label: round(person.share[label], 6) for label in labels},
        "bout_count": {label: person.bout_count(label) for label in labels},
        "mean_bout": {label: round(person.mean_bout(label), 3) for label in labels},
        "transitions": person.transitions,
        "bouts": [[bout.label, round(bout.start, 3), round(bout.end, 3)] for bout in person.bouts],
        "valence_curve": [[round(p.time, 3), round(p.valence, 4)] for p in person.curve],
    }


def _csv(summary: VideoSummary, names: Mapping[int, str] | None) -> str:
    """One row a person, the others last with an empty id."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    labels = summary.labels
    writer.writerow(
        [
            "id",
            *([] if names is None else ["name"]),
            "people",
            "first",
            "last",
            "seconds",
            "valence",
            "bouts",
        ]
        + [f"share_{label}" for label in labels]
        + [f"bouts_{label}" for label in labels]
        + [f"mean_bout_{label}" for label in labels]
    )
    others = () if summary.others is None else (summary.others,)
    for person in (*summary.people, *others):
        plain = _person(person, labels)
        writer.writerow(
            [plain["id"]]
            + ([] if names is None else [harmless(names.get(person.id or 0, ""))])
            + [plain[key] for key in ("people", "first", "last", "seconds", "valence")]
            + [len(person.bouts)]
            + [
                plain[key][label]
                for key in ("share", "bout_count", "mean_bout")
                for label in labels
            ]
        )
    return text.getvalue()
