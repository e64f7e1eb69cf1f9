"""The card of an exported run: what it is, where it comes from, how good it is, what it is not."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import torch

from mien.card import ActivationMaps, Balanced, CropGeometry, Head, ModelCard, Score, Training
from mien.errors import RunError
from mien.lab.data.fer2013 import FER2013_SHA256
from mien.lab.evaluation.calibration import Calibration
from mien.lab.models import count_macs, find_entry
from mien.lab.training.recipe import Recipe, load_recipe, packaged_recipes
from mien.lab.training.run import Run
from mien.version import __version__

# Measured: docs/decisions/0003-crop-geometry.md, benchmarks/crop_geometry.py.
FER2013_CROP = CropGeometry(scale=1.1, shift_y=0.05, align_roll=True, roll_tolerance=6)
"""How a crop like FER2013's is cut around a CenterFace box."""

LIMITS = "Reads the expression that a face shows, not what the person feels. {people}\
Not audited by age, gender or skin tone. Not for decisions about people."
PEOPLE = "Trained on web images with noisy labels: people themselves reach about 65 % on them. "


def make_card(
    run: Run,
    scores: list[Score],
    balanced_scores: list[Score],
    calibration: Calibration,
    name: str,
) -> ModelCard:
    """Put the card together from the run's own files.

    Raises
    ------
    RunError
        If the run is not complete.
    """
    recipe, facts = run.recipe(), run.facts()
    network = run.load_model()
    shape = run.image_shape()
    side = recipe.input.network_side(shape.side)
    with torch.inference_mode():
        embedding, maps = network.embed_with_maps(
            torch.zeros(1, recipe.input.channels, side, side), next(iter(facts["heads"]))
        )
    missing = set(facts["heads"]) - set(calibration.temperatures)
    if missing:
        raise RunError(
            f"no temperature for {', '.join(missing)}", where=run.folder, hint="evaluate it again"
        )
    return ModelCard(
        name=name,
        summary=recipe.summary,
        created=datetime.now(UTC).date().isoformat(),
        mien_version=__version__,
        input_height=shape.side,
        input_width=shape.side,
        colour="rgb" if shape.colour else "grey",
        heads={
            head: Head(labels=tuple(labels), temperature=calibration.temperatures[head])
            for head, labels in facts["labels"].items()
        },
        crop=FER2013_CROP,
        unsure_below=calibration.unsure_below,
        embedding=embedding.shape[1],
        activation_maps=None
        if maps is None
        else ActivationMaps(side=recipe.input.cropped(shape.side), method=type(network).MAPS),
        balanced=None
        if calibration.balanced is None
        else Balanced(**asdict(calibration.balanced), scores=tuple(balanced_scores)),
        parameters=sum(parameter.numel() for parameter in network.parameters()),
        macs=count_macs(network, recipe.input.channels, side),
        licence=_licence(recipe, facts),
        training_data=_training_data(recipe, facts),
        limits=_limits(facts),
        training=Training(
            recipe=recipe.model_dump(mode="json"),
            seed=recipe.seed,
            data=facts["data"],
            data_sha256=facts["data_sha256"],
            epochs=facts["epochs"],
            minutes=facts["minutes"],
            torch=facts["torch"],
        ),
        scores=tuple(scores),
        commands=_commands(run, recipe, scores),
    )


def _training_data(recipe: Recipe, facts: dict[str, Any]) -> str:
    """What the model has seen, in a sentence."""
    if facts["data_sha256"] == FER2013_SHA256:
        text = "FER2013 (Goodfellow et al. 2013), Training split"
    else:
        labels = next(iter(facts["labels"].values()))
        text = f"data set {facts['data']!r} ({', '.join(labels)}), Training split"
    if recipe.data.ferplus or recipe.loss.ferplus_blend:
        text += ", with the votes of FER+ (Barsoum et al. 2016)"
    if facts["pretrained"]:
        text += f"; began with the weights of {facts['pretrained_file']}"
    if facts.get("teachers"):
        text += f"; taught by {', '.join(facts['teachers'])}, trained on the same"
    return ". ".join([text, *facts["data_notes"]])


def _licence(recipe: Recipe, facts: dict[str, Any]) -> str:
    """Of the file: that of Mien's own training, and a word on weights that came from elsewhere."""
    if facts["pretrained"] is None:
        return "MIT"
    entry = find_entry(recipe.model.name)
    return f"MIT; began with weights of others ({entry.licence} for the architecture): see theirs"


def _limits(facts: dict[str, Any]) -> str:
    return LIMITS.format(people=PEOPLE if facts["data_sha256"] == FER2013_SHA256 else "")


def _commands(run: Run, recipe: Recipe, scores: list[Score]) -> tuple[str, ...]:
    """How to make the model again: from the packaged recipe if it is that one, else from a file."""
    packaged = recipe.name in packaged_recipes() and (
        load_recipe(recipe.name, (f"seed={recipe.seed}",)) == recipe
    )
    source = recipe.name if packaged else "recipe.yaml"
    split = "PrivateTest" if any(s.split == "PrivateTest" for s in scores) else "PublicTest"
    return (
        *(() if packaged else ("mien models show MODEL --recipe > recipe.yaml",)),
        f"mien train {source} seed={recipe.seed}",
        f"mien evaluate runs/{run.folder.name} --split {split}",
        f"mien export runs/{run.folder.name}",
    )
