"""What each model is and what its training cost, from its own files."""

from __future__ import annotations

import csv
import json
import statistics
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from mien.errors import RunError
from mien.lab.comparison.answers import Subject
from mien.lab.evaluation.subject import ModelSubject, RunSubject
from mien.lab.models import count_macs
from mien.lab.models.network import count_parameters
from mien.lab.training.run import Run


@dataclass(frozen=True)
class Curve:
    """A training, epoch by epoch.

    Attributes
    ----------
    epochs : tuple of int
    minutes : tuple of float
        Since the beginning.
    accuracy : tuple of float
        On PublicTest.
    gap : tuple of float or None
        Accuracy on Training less that on PublicTest; None in logs of before it was written.
    images_per_second : tuple of float
    """

    epochs: tuple[int, ...]
    minutes: tuple[float, ...]
    accuracy: tuple[float, ...]
    gap: tuple[float, ...] | None
    images_per_second: tuple[float, ...]


@dataclass(frozen=True)
class Facts:
    """A model, but for its answers.

    Attributes
    ----------
    where : str
        Run folder or model file.
    kind : str
        ``"run"`` or ``"model file"``.
    recipe : dict
        As it was trained, every default written out.
    seed : int
    learnable : int
        Learnable parameters.
    parameters : int or None
        With the running statistics of batch norms; None for a model file, whose card does not say.
    macs : int
        Multiply-accumulates of one face.
    minutes : float
        Of the training, on whatever machine it ran.
    epochs : int
    kept_epoch : int or None
        Whose weights were kept; None for a model file.
    images_per_second : float or None
        Median over the epochs.
    gap : float or None
        Training accuracy less PublicTest accuracy after the kept epoch, from the log.
    curve : Curve or None
        None for a model file.
    """

    where: str
    kind: str
    recipe: dict[str, Any]
    seed: int
    learnable: int
    parameters: int | None
    macs: int
    minutes: float
    epochs: int
    kept_epoch: int | None
    images_per_second: float | None
    gap: float | None
    curve: Curve | None

    @property
    def recipe_name(self) -> str:
        """The recipe's name."""
        return str(self.recipe["name"])

    @property
    def kept_twins(self) -> bool:
        """Whether Training kept the images that a test split holds too, pixel by pixel."""
        # Recipes of before did not know the key, and kept them.
        return bool(self.recipe.get("data", {}).get("twins", "keep") == "keep")

    @property
    def recipe_key(self) -> str:
        """Equal for runs that differ in nothing but the seed."""
        return json.dumps({**self.recipe, "seed": None}, sort_keys=True)


def read_facts(subject: Subject) -> Facts:
    """The facts of a run or of a model file.

    Raises
    ------
    RunError, RecipeError
        If a file of the run is missing or damaged.
    """
    return _of_file(subject) if isinstance(subject, ModelSubject) else _of_run(subject)


def _of_file(subject: ModelSubject) -> Facts:
    card = subject.classifier.card
    return Facts(
        where=str(subject.where),
        kind="model file",
        recipe=card.training.recipe,
        seed=card.training.seed,
        learnable=card.parameters,
        parameters=None,
        macs=card.macs,
        minutes=card.training.minutes,
        epochs=card.training.epochs,
        kept_epoch=None,
        images_per_second=None,
        gap=None,
        curve=None,
    )


def _of_run(subject: RunSubject) -> Facts:
    run, network = subject.run, subject.network
    facts, recipe = run.facts(), run.recipe()
    side = recipe.input.network_side(run.image_shape().side)
    parameters, learnable = count_parameters(network)
    curve = read_curve(run)
    kept = int(facts.get("best_epoch", facts["epochs"]))
    at_kept = dict(zip(curve.epochs, curve.gap or (), strict=False))
    return Facts(
        where=str(run.folder),
        kind="run",
        recipe=recipe.model_dump(mode="json"),
        seed=recipe.seed,
        learnable=learnable,
        parameters=parameters,
        macs=count_macs(network, recipe.input.channels, side),
        minutes=float(facts["minutes"]),
        epochs=int(facts["epochs"]),
        kept_epoch=kept,
        images_per_second=statistics.median(curve.images_per_second),
        gap=at_kept.get(kept),
        curve=curve,
    )


def read_curve(run: Run) -> Curve:
    """The run's ``log.csv``.

    Raises
    ------
    RunError
        If it is missing, empty or damaged.
    """
    try:
        with run.log.open(newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
        if not rows:
            raise ValueError("no epoch")
        return Curve(
            epochs=tuple(int(row["epoch"]) for row in rows),
            minutes=tuple(accumulate(float(row["seconds"]) / 60 for row in rows)),
            accuracy=tuple(float(row["public_accuracy"]) for row in rows),
            gap=tuple(float(row["gap"]) for row in rows) if "gap" in rows[0] else None,
            images_per_second=tuple(float(row["images_per_second"]) for row in rows),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError("not a log of mien train", where=run.log) from error
