"""The run folder: what a training run leaves behind, and its names."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from mien.errors import RunError
from mien.lab.beside import write_beside
from mien.lab.models import Network, create_model
from mien.lab.training.recipe import Recipe, parse_recipe


@dataclass(frozen=True)
class Run:
    """A folder ``runs/<recipe>-s<seed>/``.

    ``recipe.yaml`` (every default written out), ``checkpoint.pt`` (to go on from), ``log.csv`` (a
    line an epoch), ``model.safetensors`` (the weights that are kept, once the run is complete),
    ``run.json`` (data hash, labels, epochs, minutes, versions), ``curves.png``.
    """

    folder: Path

    @property
    def checkpoint(self) -> Path:
        """The newest training state."""
        return self.folder / "checkpoint.pt"

    @property
    def log(self) -> Path:
        """One line an epoch."""
        return self.folder / "log.csv"

    @property
    def weights(self) -> Path:
        """The weights that are kept: averaged if asked for, of the last or the best epoch."""
        return self.folder / "model.safetensors"

    @property
    def curves(self) -> Path:
        """The log as a picture."""
        return self.folder / "curves.png"

    @property
    def predictions(self) -> Path:
        """Logits of every evaluated image."""
        return self.folder / "predictions.parquet"

    @property
    def evaluation(self) -> Path:
        """Calibration and scores."""
        return self.folder / "evaluation.json"

    def predictions_of(self, views: str) -> Path:
        """``predictions``, or a file beside it for other views than the single one."""
        return self.folder / result_name(self.predictions.name, views)

    def evaluation_of(self, views: str) -> Path:
        """``evaluation``, or a file beside it for other views than the single one."""
        return self.folder / result_name(self.evaluation.name, views)

    def recipe(self) -> Recipe:
        """The recipe that made this run."""
        path = self.folder / "recipe.yaml"
        try:
            raw = yaml.safe_load(path.read_text("utf-8"))
        except (OSError, ValueError, yaml.YAMLError) as error:
            raise RunError(
                "not a run folder (no readable recipe.yaml)",
                where=self.folder,
                hint="name a folder that mien train made",
            ) from error
        return parse_recipe(raw, str(path))

    def facts(self) -> dict[str, Any]:
        """Data hash, heads, epochs, minutes and versions of a completed run."""
        if not self.folder.is_dir():
            raise RunError("no such run folder", where=self.folder, hint="make one: mien train")
        try:
            facts: dict[str, Any] = json.loads((self.folder / "run.json").read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise RunError(
                "the training is not complete",
                where=self.folder,
                hint="go on with: mien train RECIPE --resume",
            ) from error
        return facts

    def forget_results(self) -> None:
        """Remove what belongs to an earlier training in this folder: weights and scores."""
        made = [self.folder / "run.json", self.weights, self.curves]
        for result in (self.predictions, self.evaluation):
            made += self.folder.glob(f"{result.stem}*{result.suffix}")
        for path in made:
            path.unlink(missing_ok=True)

    def write_recipe(self, recipe: Recipe) -> None:
        """Write ``recipe.yaml``."""
        text = recipe.to_yaml()
        write_beside(self.folder / "recipe.yaml", lambda partial: partial.write_text(text, "utf-8"))

    def write_log(self, rows: list[dict[str, Any]]) -> None:
        """Write ``log.csv``."""

        def write(partial: Path) -> None:
            with partial.open("w", newline="", encoding="utf-8") as stream:
                writer = csv.DictWriter(stream, rows[0].keys(), lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)

        write_beside(self.log, write)

    def write_result(self, model: nn.Module, facts: dict[str, Any]) -> None:
        """Write the weights, then ``run.json``, which marks the run complete."""
        state = {key: value.contiguous() for key, value in model.state_dict().items()}
        write_beside(self.weights, lambda partial: save_file(state, partial))
        text = json.dumps(facts, indent=1)
        write_beside(self.folder / "run.json", lambda partial: partial.write_text(text, "utf-8"))

    def load_model(self) -> Network:
        """The trained network in evaluation mode, on the CPU, in float32."""
        model = build(self.recipe(), self.facts()["heads"])
        try:
            model.load_state_dict(load_file(self.weights))
        except (OSError, SafetensorError, RuntimeError) as error:
            raise RunError("its weights cannot be loaded", where=self.weights) from error
        model.eval()
        return model


def result_name(name: str, views: str = "single", on: str = "") -> str:
    """A result's file name: ``predictions.parquet``, or ``predictions-on-DATA-VIEWS.parquet``.

    ``on`` names the data set when it is not the one that was trained on.
    """
    stem, suffix = name.rsplit(".", 1)
    parts = [stem, *([f"on-{on}"] if on else []), *([] if views == "single" else [views])]
    return f"{'-'.join(parts)}.{suffix}"


def run_folder(recipe: Recipe, root: Path) -> Path:
    """``root/<recipe>-s<seed>``."""
    return root / f"{recipe.name}-s{recipe.seed}"


def build(recipe: Recipe, heads: dict[str, int]) -> Network:
    """The recipe's network with fresh weights from torch's global random state.

    ``heads`` is the number of labels of each head.
    """
    return create_model(
        recipe.model.name,
        heads,
        channels=recipe.input.channels,
        size=recipe.input.side,
        **recipe.model.options(),
    )
