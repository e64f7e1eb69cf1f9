"""Keep what a teacher of a fold says: its run folder is large and does not last, this does.

    python benchmarks/flagship/keep_teacher.py runs/teacher4-fold0

writes ``benchmarks/flagship/teachers/teacher4-fold0.npz``, a file of answers that
``distillation.teachers`` takes. Nothing is scored here but PublicTest and the unseen fold.
"""

from __future__ import annotations

import sys
from pathlib import Path

from mien.lab.data.faces import SPLITS
from mien.lab.data.store import load_faces
from mien.lab.training.run import Run
from mien.lab.training.teachers.kept_answers import keep_answers

FOLDER = Path(__file__).parent / "teachers"


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    run = Run(Path(sys.argv[1]))
    data = load_faces(run.recipe().data.dataset)
    FOLDER.mkdir(exist_ok=True)
    target = FOLDER / f"{run.folder.resolve().name.rsplit('-s', 1)[0]}.npz"
    kept = keep_answers(run, data, target)
    right = kept.said[data.label_set.name].argmax(1) == data.labels[kept.rows]
    splits = data.splits[kept.rows]
    scores = (
        f"{name} {right[splits == SPLITS.index(name)].mean():.2%}"
        for name in ("PublicTest", "Training")
    )
    print(f"{target}: {len(kept.rows):,} rows, {target.stat().st_size / 1e6:.2f} MB; "
          f"mirrored: {', '.join(scores)}")  # fmt: skip


if __name__ == "__main__":
    main()
