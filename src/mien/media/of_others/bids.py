"""BIDS events: a row a bout in ``…_events.tsv``, and a JSON file that says what the columns are."""

from __future__ import annotations

import json
from pathlib import Path

from mien.errors import UsageError
from mien.media.of_others.bouts_sink import BoutsSink
from mien.media.results.output import open_output
from mien.media.summary.summary import VideoSummary
from mien.version import __version__

_ENDING = "_events.tsv"


class BidsEventsSink(BoutsSink):
    """Writes ``sub-…_events.tsv`` and ``sub-…_events.json`` (BIDS 1.10, "Events")."""

    def __init__(self, out: Path | None, labels: tuple[str, ...]) -> None:
        if out is None or not out.name.endswith(_ENDING):
            raise UsageError(
                "BIDS needs a file's name",
                where="--format bids",
                hint=f"name it with --out, as sub-01_task-talk{_ENDING}",
            )
        super().__init__(out, labels)
        self._sidecar = out.with_suffix(".json")

    def _written(self, summary: VideoSummary) -> str:
        rows = sorted(
            (bout.start, bout.end - bout.start, bout.label, person.id)
            for person in summary.people
            for bout in person.bouts
        )
        lines = ["onset\tduration\ttrial_type\tperson"]
        lines += [f"{on:.3f}\t{lasts:.3f}\t{label}\t{person}" for on, lasts, label, person in rows]
        with open_output(self._sidecar) as stream:
            stream.write(json.dumps(_meaning(summary), indent=2, ensure_ascii=False).encode())
        return "\n".join([*lines, ""])


def _meaning(summary: VideoSummary) -> dict[str, object]:
    return {
        "onset": {"Description": "Beginning of the stretch", "Units": "s"},
        "duration": {"Description": "Length of the stretch", "Units": "s"},
        "trial_type": {
            "LongName": "Expression",
            "Description": "The expression that the face shows, smoothed over time, as Mien reads "
            "it; not what the person feels",
            "Levels": {label: f"the face looks {label}" for label in summary.labels},
        },
        "person": {"Description": "Number of the person in the video"},
        "GeneratedBy": [{"Name": "Mien", "Version": __version__}],
    }
