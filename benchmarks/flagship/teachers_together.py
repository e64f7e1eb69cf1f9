"""How good the kept teachers are together: the mean of their log probabilities on PublicTest.

    python benchmarks/flagship/teachers_together.py

PrivateTest is looked at only with ``--private``: once, when the teachers will not change any more.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from mien.lab.data.store import load_faces
from mien.lab.training.teachers.kept_answers import load_answers

FOLDER = Path(__file__).parent / "teachers"


def main() -> None:
    data = load_faces("fer2013")
    labels = {"fer2013": list(data.label_set.labels)}
    kept = [load_answers(path, data, labels) for path in sorted(FOLDER.glob("*.npz"))]
    splits = ["PublicTest", *(["PrivateTest"] if "--private" in sys.argv[1:] else [])]
    for split in splits:
        rows = data.rows(split)
        said = [np.log(each.said["fer2013"][each.about(rows)] + 1e-6) for each in kept]
        for each, logs in zip(kept, said, strict=True):
            print(f"{split} {each.name}: {np.mean(logs.argmax(1) == data.labels[rows]):.2%}")
        together = np.mean(said, axis=0).argmax(1)
        print(f"{split} together ({len(kept)}): {np.mean(together == data.labels[rows]):.2%}")


if __name__ == "__main__":
    main()
