"""Keep what a teacher of a fold says: its run folder is large and does not last, this does.

    python benchmarks/flagship/keep_teacher.py runs/teacher4-fold0

writes ``benchmarks/flagship/teachers/teacher4-fold0.npz``: the probabilities (mean of an image and
its mirror image, float16) of the Training images of the fold that it has not seen, and of
PublicTest and PrivateTest for the teachers' ensemble. Nothing is scored here but PublicTest.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch

from mien.lab.data.faces import SPLITS
from mien.lab.data.folds import folds_of
from mien.lab.data.store import load_faces
from mien.lab.training.predict import predict_logits
from mien.lab.training.run import Run

FOLDER = Path(__file__).parent / "teachers"


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    run = Run(Path(sys.argv[1]))
    recipe, facts = run.recipe(), run.facts()
    data = load_faces(recipe.data.dataset)
    if data.sha256 != facts["data_sha256"]:
        sys.exit(f"{run.folder}: was trained on other data")
    unseen = folds_of(data.images, recipe.data.folds) == recipe.data.without_fold
    training = data.splits == SPLITS.index("Training")
    rows = np.flatnonzero(~training | unseen)
    network = run.load_model().to(memory_format=torch.channels_last)
    logits = predict_logits(network, data.images[rows], recipe.input, views="flip")
    kept = {
        head: torch.softmax(torch.from_numpy(values), 1).numpy().astype(np.float16)
        for head, values in logits.items()
    }
    FOLDER.mkdir(exist_ok=True)
    target = FOLDER / f"{run.folder.resolve().name.rsplit('-s', 1)[0]}.npz"
    np.savez_compressed(target, rows=rows.astype(np.int32), data_sha256=data.sha256, **kept)
    public = data.splits[rows] == SPLITS.index("PublicTest")
    main_head = next(iter(kept))
    right = kept[main_head][public].argmax(1) == data.labels[rows][public]
    held_out = data.splits[rows] == SPLITS.index("Training")
    there = kept[main_head][held_out].argmax(1) == data.labels[rows][held_out]
    print(f"{target}: {len(rows):,} rows, {target.stat().st_size / 1e6:.2f} MB; PublicTest "
          f"{right.mean():.2%}, unseen Training {there.mean():.2%} (mirrored)")  # fmt: skip


if __name__ == "__main__":
    main()
