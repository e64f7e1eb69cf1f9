"""The card of an exported run: what it is, where it comes from, how good it is, what it is not."""

from __future__ import annotations

from datetime import UTC, datetime

from mien.card import CropGeometry, Head, ModelCard, Score, Training
from mien.errors import RunError
from mien.lab.data.faces import IMAGE_SIZE
from mien.lab.evaluation.evaluate import Calibration
from mien.lab.models import count_macs
from mien.lab.training.run import Run
from mien.version import __version__

# Measured: docs/decisions/0003-crop-geometry.md, benchmarks/crop_geometry.py.
FER2013_CROP = CropGeometry(scale=1.05, shift_y=0.0, align_roll=True)
"""How a crop like FER2013's is cut around a CenterFace box."""

LIMITS = (
    "Reads the expression that a face shows, not what the person feels. Trained on web images with "
    "noisy labels: people themselves reach about 65 % on them. Not audited by age, gender or skin "
    "tone. Not for decisions about people."
)
TRAINING_DATA = (
    "FER2013 (Goodfellow et al. 2013), Training split, with the votes of FER+ (Barsoum et al. 2016)"
)


def make_card(run: Run, scores: list[Score], calibration: Calibration, name: str) -> ModelCard:
    """Put the card together from the run's own files.

    Raises
    ------
    RunError
        If the run is not complete.
    """
    recipe, facts = run.recipe(), run.facts()
    network = run.load_model()
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
        input_height=IMAGE_SIZE,
        input_width=IMAGE_SIZE,
        heads={
            head: Head(labels=tuple(labels), temperature=calibration.temperatures[head])
            for head, labels in facts["labels"].items()
        },
        crop=FER2013_CROP,
        unsure_below=calibration.unsure_below,
        parameters=sum(parameter.numel() for parameter in network.parameters()),
        macs=count_macs(network, recipe.input.channels, recipe.input.side),
        licence="MIT",
        training_data=TRAINING_DATA,
        limits=LIMITS,
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
        commands=(
            f"mien train {recipe.name} seed={recipe.seed}",
            f"mien evaluate runs/{run.folder.name} --split PrivateTest",
            f"mien export runs/{run.folder.name}",
        ),
    )
