"""The run folder: what a training run leaves behind, and its names."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from mien.errors import OutputError, RunError
from mien.lab.beside import write_beside
from mien.lab.data.faces import IMAGE_SIZE, ImageShape
from mien.lab.models import Network, create_model
from mien.lab.training.lock import NAME as LOCK
from mien.lab.training.recipe import Recipe, parse_recipe

_FACTS = {"data": str, "data_sha256": str, "heads": dict, "labels": dict}


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

    def recipe(self) -> Recipe:
        """The recipe that made this run."""
        return parse_recipe(self._raw_recipe(), str(self.folder / "recipe.yaml"))

    def recipe_sha256(self) -> str:
        """``recipe_digest`` of ``recipe.yaml``."""
        return recipe_digest(self._raw_recipe())

    def _raw_recipe(self) -> dict[str, Any]:
        try:
            raw = yaml.safe_load((self.folder / "recipe.yaml").read_text("utf-8"))
            if not isinstance(raw, dict):
                raise ValueError("holds no keys")
        except (OSError, ValueError, yaml.YAMLError) as error:
            raise RunError(
                "not a run folder (no readable recipe.yaml)",
                where=self.folder,
                hint="name a folder that mien train made",
            ) from error
        return raw

    def facts(self) -> dict[str, Any]:
        """Data hash, heads, epochs, minutes and versions of a completed run.

        Raises
        ------
        RunError
            If there is no such folder, the training is not complete, ``run.json`` is something
            else, or ``recipe.yaml`` is not the recipe that the run was trained with.
        """
        if self.folder.exists() and not self.folder.is_dir():
            raise RunError("a file, not a run folder", where=self.folder)
        if not self.folder.is_dir():
            raise RunError("no such run folder", where=self.folder, hint="make one: mien train")
        path = self.folder / "run.json"
        try:
            facts: dict[str, Any] = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise RunError(
                "the training is not complete",
                where=self.folder,
                hint="go on with: mien train RECIPE --resume",
            ) from error
        if not isinstance(facts, dict) or not all(
            isinstance(facts.get(key), kind) for key, kind in _FACTS.items()
        ):
            raise RunError("not the run.json of a training", where=path, hint="train again")
        # Runs of before have none.
        if "recipe_sha256" in facts and facts["recipe_sha256"] != self.recipe_sha256():
            raise RunError(
                "recipe.yaml is not the recipe that this run was trained with (SHA-256 differs)",
                where=self.folder,
                hint="put the old one back, or train again with --restart",
            )
        return facts

    def image_shape(self) -> ImageShape:
        """Size and colour of the images that a completed run was trained on.

        Raises
        ------
        RunError
            As ``facts`` does.
        """
        # Runs of before have 48×48 pixels.
        return ImageShape(
            int(self.facts().get("image_side", IMAGE_SIZE)), self.recipe().input.colour
        )

    def delete(self) -> None:
        """Delete what the run folder holds, whose lock is kept; nothing that is not a run folder.

        Raises
        ------
        RunError
            If it is not a run folder.
        OutputError
            If something cannot be deleted.
        """
        try:
            there = [path for path in self.folder.iterdir() if path.name != LOCK]
            if there and not (self.folder / "recipe.yaml").is_file():
                raise RunError("not a run folder, so it is not deleted", where=self.folder)
            # The recipe last: what a stop leaves behind is still a run folder.
            for path in sorted(there, key=lambda path: path.name == "recipe.yaml"):
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()
        except OSError as error:
            raise OutputError(
                f"cannot be deleted ({error.strerror or error})",
                where=error.filename or self.folder,
            ) from error

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
        model = build(self.recipe(), self.facts()["heads"], self.image_shape().side)
        try:
            model.load_state_dict(load_file(self.weights))
        except (OSError, SafetensorError, RuntimeError) as error:
            raise RunError("its weights cannot be loaded", where=self.weights) from error
        model.eval()
        return model


def recipe_digest(raw: dict[str, Any]) -> str:
    """SHA-256 of a recipe's keys and values as they stand in ``recipe.yaml``.

    Keys that a later Mien knows do not change it, nor does the order of keys or the layout.
    """
    return hashlib.sha256(json.dumps(raw, sort_keys=True, default=str).encode()).hexdigest()


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


def build(recipe: Recipe, heads: dict[str, int], image_side: int) -> Network:
    """The recipe's network with fresh weights from torch's global random state.

    ``heads`` is the number of labels of each head, ``image_side`` the height and width in pixels of
    the images (see ``Input.fit``).
    """
    return create_model(
        recipe.model.name,
        heads,
        channels=recipe.input.channels,
        size=recipe.input.network_side(image_side),
        **recipe.model.options(),
    )
