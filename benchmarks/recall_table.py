"""What docs/how-good.md says of the faces that the default model finds least: counts, intervals.

mien data import fer2013.csv --ferplus fer2013new.csv
python benchmarks/recall_table.py    # measures, writes results/recall.csv and docs/how-good.md

Images that Training holds too, pixel by pixel, are left out: the packaged models have seen them.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np

from mien.emotions import FER2013
from mien.lab.data.faces import FaceData
from mien.lab.data.store import load_faces
from mien.lab.data.twins import stands_among
from mien.lab.evaluation.measures.statistics import share
from mien.packaged import EXPRESSION_MODELS, packaged_path
from mien.vision.classify import Classifier

HERE = Path(__file__).resolve().parent
RESULT, PAGE = HERE / "results" / "recall.csv", HERE.parent / "docs" / "how-good.md"
BEGIN, END = "<!-- benchmarks/recall_table.py -->", "<!-- end of recall_table.py -->"
SPLITS = ("PublicTest", "PrivateTest")
TOLD = {"fear": "fearful", "disgust": "disgusted"}
"""The classes that docs/how-good.md speaks of, as adjectives."""


def main() -> None:
    data = load_faces("fer2013")
    rows = [
        row
        for file in EXPRESSION_MODELS.values()
        for split in SPLITS
        for row in recalls(Classifier(packaged_path(file)), data, split)
    ]
    with RESULT.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    text = sentence(read_rows())
    before, after = (
        PAGE.read_text("utf-8").split(BEGIN)[0],
        PAGE.read_text("utf-8").split(END)[1],
    )
    PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
    print(text)


def recalls(model: Classifier, data: FaceData, split: str) -> list[dict[str, Any]]:
    """A row a class: how many of its images are found, and what the others are taken for."""
    rows = data.rows(split)
    rows = rows[~stands_among(data.images[rows], data.images[data.rows("Training")])]
    answers = model.classify(data.images[rows])[FER2013.name].argmax(axis=1)
    found = []
    for number, label in enumerate(FER2013.labels):
        inside = answers[data.labels[rows] == number]
        counts = np.bincount(inside, minlength=len(FER2013))
        others = [int(at) for at in np.argsort(-counts, kind="stable") if at != number][:3]
        recall = share(int(counts[number]), len(inside))
        found.append(
            {
                "model": model.card.name,
                "split": split,
                "label": label,
                "images": len(inside),
                "found": int(counts[number]),
                "recall": round(recall.value or 0, 4),
                "low": round(recall.low or 0, 4),
                "high": round(recall.high or 0, 4),
                "taken_for": " ".join(FER2013.labels[at] for at in others if counts[at]),
            }
        )
    return found


def read_rows() -> list[dict[str, str]]:
    with RESULT.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def sentence(rows: list[dict[str, str]]) -> str:
    """Markdown: the default model on PrivateTest."""
    default = rows[0]["model"]
    told = {
        row["label"]: row
        for row in rows
        if row["model"] == default and row["split"] == "PrivateTest" and row["label"] in TOLD
    }
    parts = [
        f"{row['found']} of {row['images']} {TOLD[label]} ones "
        f"({percent(row['recall'])} %; {percent(row['low'])} to {percent(row['high'])})"
        for label, row in ((label, told[label]) for label in TOLD)
    ]
    for_fear = told["fear"]["taken_for"].split()
    return (
        f"Of PrivateTest's faces that Training does not hold too, the default model finds\n"
        f"{' and '.join(parts)};\n"
        f"it takes the other fearful ones mostly for {', '.join(for_fear[:-1])} or {for_fear[-1]}."
    )


def percent(text: str) -> str:
    return f"{100 * float(text):.0f}"


if __name__ == "__main__":
    main()
