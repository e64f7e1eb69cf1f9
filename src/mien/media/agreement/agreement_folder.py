"""The folder that ``mien agree`` writes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mien.media.agreement.compare import PeopleAndMien
from mien.media.agreement.intervals import WithInterval
from mien.media.results.output import make_folder, open_output
from mien.media.results.rows_file import Row, write_rows


def write_agreement(folder: Path, found: PeopleAndMien, clips: Sequence[str] = ()) -> None:
    """Write ``agreement.csv``, ``by_class.csv``, ``confusion.csv``, ``disagreements.csv``, JSON.

    Parameters
    ----------
    folder : Path
        Made where it is missing; files of these names in it are replaced.
    found : PeopleAndMien
    clips : sequence of str
        Files of the first disagreements, relative to the folder; empty where one was not cut.

    Raises
    ------
    OutputError
        If they cannot be written.
    """
    make_folder(folder)
    write_rows(
        folder / "agreement.csv",
        [
            {
                "raters": " + ".join(each.raters),
                "measure": each.measure,
                **_cells("", each.estimate),
                "moments": each.moments,
                "seconds": round(each.moments / found.rate, 3),
                "clusters": found.clusters,
                "clustered_by": found.clustered_by,
            }
            for each in found.measures
        ],
        columns=(
            "raters", "measure", "value", "low", "high", "moments", "seconds", "clusters",
            "clustered_by",
        ),
    )  # fmt: skip
    kinds = ("precision", "recall", "f1", "kappa")
    write_rows(
        folder / "by_class.csv",
        [
            {
                "reference": each.reference,
                "label": each.label,
                "people": each.people,
                "mien": each.mien,
                **{
                    name: cell
                    for kind in kinds
                    for name, cell in _cells(f"{kind}_", getattr(each, kind)).items()
                },
            }
            for each in found.classes
        ],
        columns=(
            "reference",
            "label",
            "people",
            "mien",
            *(name for kind in kinds for name in (kind, f"{kind}_low", f"{kind}_high")),
        ),
    )
    write_rows(
        folder / "confusion.csv",
        [
            {"reference": each.reference, "people": people, "mien": mien, "moments": count}
            for each in found.confusions
            for people, row in zip(each.labels, each.counts, strict=True)
            for mien, count in zip(each.labels, row, strict=True)
            if count
        ],
        columns=("reference", "people", "mien", "moments"),
    )
    disagreements: list[Row] = [
        {
            "recording": each.recording,
            "participant": each.participant,
            "start": each.start,
            "end": each.end,
            "seconds": round(each.seconds, 5),
            "people": each.people,
            "mien": each.mien,
            "confidence": each.confidence,
            "clip": clips[at] if at < len(clips) else "",
        }
        for at, each in enumerate(found.disagreements)
    ]
    write_rows(
        folder / "disagreements.csv",
        disagreements,
        columns=(
            "recording", "participant", "start", "end", "seconds", "people", "mien", "confidence",
            "clip",
        ),
    )  # fmt: skip
    with open_output(folder / "agreement.json") as stream:
        stream.write(json.dumps(found.to_dict(), ensure_ascii=False, indent=1).encode())


def _cells(prefix: str, each: WithInterval) -> dict[str, Any]:
    name = prefix.rstrip("_") or "value"
    return {name: each.value, f"{prefix}low": each.low, f"{prefix}high": each.high}
