"""From a recipe and a data set to everything that a training step needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from mien.errors import RecipeError
from mien.lab.data.augmentation.augment import augment
from mien.lab.data.balancing.balance import require_every_class
from mien.lab.data.faces import FaceData
from mien.lab.data.ferplus import fer2013_distribution
from mien.lab.data.labels.relabel import relabel
from mien.lab.data.store import load_faces
from mien.lab.models import Network
from mien.lab.models.pretrained import LoadedWeights, load_pretrained
from mien.lab.training.drawn import Drawn, draw_embeddings, draw_images
from mien.lab.training.features import cached_features
from mien.lab.training.machines.device import autocast, choose_precision
from mien.lab.training.machines.distributed import ALONE, ProcessGroup
from mien.lab.training.optimising.optimisers import make_optimiser
from mien.lab.training.predict import predict_logits
from mien.lab.training.recipe import Recipe
from mien.lab.training.run import build
from mien.lab.training.targets import (
    Objective,
    Targets,
    heads_of,
    labels_of,
    make_objective,
    make_targets,
    rows_of,
)
from mien.lab.training.teachers.kept_answers import KeptAnswers
from mien.lab.training.teachers.teachers import Teacher, joined_to_votes, load_teachers, taught
from mien.lab.training.teaching.mixing import mix
from mien.lab.training.transfer import TransferHead

GROWING = ("oversample", "smote", "augment")
"""Ways of balancing that add images."""

MIRRORED = "Training, mirrored"

CLEAN_SAMPLE = 2000
"""Training images that are measured, unchanged, after each epoch to see the gap."""


Measured = dict[str, tuple[NDArray[np.int64], NDArray[np.float32] | None]]
"""By what ``Session.measure`` calls them: rows, and their embeddings of a frozen backbone."""

_Embed = Callable[[NDArray[np.int64], str], NDArray[np.float32]]


@dataclass(frozen=True)
class Batch:
    """One step's images (or embeddings), soft targets and weights by head."""

    inputs: Tensor
    targets: dict[str, Tensor]
    weights: dict[str, Tensor]


@dataclass
class Session:
    """All that a training step needs; made by ``prepare``."""

    recipe: Recipe
    data: FaceData
    device: torch.device
    dtype: torch.dtype
    network: Network
    module: nn.Module
    optimiser: torch.optim.Optimizer
    objective: Objective
    drawn: Drawn
    targets: Targets
    heads: dict[str, int]
    loaded: LoadedWeights | None
    teachers: tuple[Teacher | KeptAnswers, ...]
    measured: Measured
    rank: int
    layout: torch.memory_format = torch.channels_last

    @property
    def steps_per_epoch(self) -> int:
        """Whole batches in one pass over what training draws from."""
        return len(self.drawn.labels) // self.recipe.batch_size

    def batches(self, epoch: int) -> Iterator[Batch]:
        """The global batches of an epoch (from 0), the same for the same seed and epoch."""
        recipe, drawn = self.recipe, self.drawn
        generator = seed_epoch(recipe.seed, epoch, self.rank)
        count = len(drawn.labels)
        if drawn.weights is None:
            order = torch.randperm(count, generator=generator)
        else:
            order = torch.multinomial(drawn.weights, count, replacement=True, generator=generator)
        for step in range(self.steps_per_epoch):
            at = order[step * recipe.batch_size : (step + 1) * recipe.batch_size]
            inputs = self._inputs(at, epoch, generator)
            targets, weights = self.targets.of(at)
            inputs, targets, weights = mix(
                inputs, targets, weights, recipe.mixing, epoch, recipe.epochs, generator
            )
            yield Batch(inputs, targets, weights)

    def logits(self, module: nn.Module, batch: Batch) -> dict[str, Tensor]:
        """Logits by head in the session's precision."""
        inputs = batch.inputs
        if inputs.ndim == 4:
            inputs = inputs.contiguous(memory_format=self.layout)
        with autocast(self.device, self.dtype):
            found: dict[str, Tensor] = module(inputs)
        return found

    def share(self, batch: Batch, group: ProcessGroup) -> Batch:
        """Part of a global batch that is this process's, on the training device."""
        part = group.share(len(batch.inputs))
        return Batch(
            batch.inputs[part].to(self.device),
            {head: values[part].to(self.device) for head, values in batch.targets.items()},
            {head: values[part].to(self.device) for head, values in batch.weights.items()},
        )

    def measure(self, module: nn.Module, which: str) -> tuple[float, float]:
        """Loss on the hard labels and accuracy of the main head: ``public``, or ``clean`` Training.

        ``clean`` is a fixed sample of the Training images, seen as PublicTest is: whole, without
        augmentation or dropout.
        """
        rows, embeddings = self.measured[which]
        with autocast(self.device, self.dtype):
            if embeddings is None:
                found = predict_logits(module, self.data.images[rows], self.recipe.input)
                main = torch.from_numpy(found[self.objective.main])
            else:
                module.eval()
                with torch.inference_mode():
                    inputs = torch.from_numpy(embeddings).to(self.device)
                    main = module(inputs)[self.objective.main].float().cpu()
        labels = torch.from_numpy(self.data.labels[rows].astype(np.int64))
        loss = torch.nn.functional.cross_entropy(main, labels)
        return float(loss), float((main.argmax(1) == labels).float().mean())

    def _inputs(self, at: Tensor, epoch: int, generator: torch.Generator) -> Tensor:
        drawn, options = self.drawn, self.recipe.augmentation
        chosen = drawn.inputs[at]
        if chosen.dtype == torch.uint8:
            return augment(
                chosen,
                at,
                epoch,
                self.recipe.input,
                options,
                generator,
                drawn.augmented[at],
            )
        if drawn.mirrored is None:
            return chosen
        if options.flip == "alternating":
            turned = (at + epoch) % 2 == 0
        else:
            turned = torch.rand(len(at), generator=generator) < 0.5
        return torch.where(turned[:, None], drawn.mirrored[at], chosen)


def load_data(recipe: Recipe) -> FaceData:
    """The recipe's data set with the recipe's labels, its images as ``input`` wants them."""
    data = load_faces(recipe.data.dataset)
    wanted = recipe.data.label_set
    return recipe.input.fit(data if wanted is None else relabel(data, wanted))


def prepare(
    recipe: Recipe,
    data: FaceData,
    device: torch.device,
    *,
    group: ProcessGroup = ALONE,
    on_weights: Callable[[str], None] = lambda text: None,
    on_features: Callable[[str, int, int], None] = lambda name, done, of: None,
) -> Session:
    """Build the network, balance the Training split, and make targets, loss and optimiser.

    ``on_weights`` is told what pretrained weights gave, ``on_features(name, done, of)`` reports on
    the embeddings of a frozen backbone.

    Raises
    ------
    RecipeError
        If a batch is larger than the images, or the recipe's parts do not fit together.
    DataError
        If the data set lacks a split, votes, or images of a class that the balance needs.
    """
    # What would end in an error comes before what takes long.
    group.share(recipe.batch_size)
    heads = heads_of(data, recipe)
    teachers = load_teachers(recipe.distillation, data, labels_of(data, heads))
    rows = rows_of(data, recipe.data)
    if recipe.balance.method != "none":
        require_every_class(data, data.labels[rows].astype(np.int64))
    if len(rows) < recipe.batch_size and recipe.balance.method not in GROWING:
        raise _too_few(recipe, len(rows))
    torch.manual_seed(recipe.seed)
    network = build(recipe, heads, data.image_shape.side)
    loaded = _load_weights(network, recipe, on_weights)
    network.to(device).to(memory_format=torch.channels_last)
    embed = partial(_embed, network, data, recipe, on_features)
    frozen = recipe.transfer.freeze == "backbone"
    drawn, measured = (_embedded if frozen else _pictured)(data, rows, recipe, embed)
    if len(drawn.labels) < recipe.batch_size:
        raise _too_few(recipe, len(drawn.labels))
    dtype = choose_precision(recipe.precision, device)
    targets = make_targets(data, drawn.labels, drawn.sources, recipe)
    if teachers:
        on_weights(f"taught by {', '.join(teacher.name for teacher in teachers)}")
        said, heard = _said_by(teachers, data, rows, drawn, recipe, device, dtype)
        targets = targets.beside(said, heard)
    return Session(
        recipe,
        data,
        device,
        dtype,
        network,
        TransferHead(network) if frozen else network,
        make_optimiser(network, recipe.optimiser),
        make_objective(data, data.labels[rows].astype(np.int64), recipe, device),
        drawn,
        targets,
        heads,
        loaded,
        teachers,
        measured,
        group.rank,
    )


def _load_weights(
    network: Network, recipe: Recipe, on_weights: Callable[[str], None]
) -> LoadedWeights | None:
    """Put the pretrained weights that the recipe names into the network."""
    if not recipe.transfer.weights:
        return None
    loaded = load_pretrained(network, recipe.model.name, recipe.transfer.weights)
    on_weights(str(loaded))
    if recipe.transfer.freeze != "none" and loaded.stem_is_fresh:
        raise RecipeError(
            f"the weights do not fit the small stem of {recipe.model.name}, which would stay "
            "frozen as it is",
            where="transfer.freeze",
            hint="take model.stem=stock input.size=96",
        )
    return loaded


def _pictured(
    data: FaceData, rows: NDArray[np.int64], recipe: Recipe, embed: _Embed
) -> tuple[Drawn, Measured]:
    """Images to draw from, and those to measure."""
    embeddings = None
    if recipe.balance.space == "embedding":
        embeddings = embed(rows, "Training")
    measured: Measured = {
        "clean": (rows[_clean_sample(rows)], None),
        "public": (data.rows("PublicTest"), None),
    }
    return draw_images(data, rows, recipe, embeddings), measured


def _embedded(
    data: FaceData, rows: NDArray[np.int64], recipe: Recipe, embed: _Embed
) -> tuple[Drawn, Measured]:
    """What a frozen backbone makes of the images to draw from, and of those to measure."""
    plain = embed(rows, "Training")
    mirrored = None if recipe.augmentation.flip == "none" else embed(rows, MIRRORED)
    drawn = draw_embeddings(data, rows, recipe, plain, mirrored)
    sample, public = _clean_sample(rows), data.rows("PublicTest")
    return drawn, {
        "clean": (rows[sample], plain[sample]),
        "public": (public, embed(public, "PublicTest")),
    }


def _clean_sample(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Positions in ``rows``, spread evenly, of at most ``CLEAN_SAMPLE``."""
    return np.linspace(0, len(rows) - 1, min(CLEAN_SAMPLE, len(rows))).round().astype(np.int64)


def _said_by(
    teachers: tuple[Teacher | KeptAnswers, ...],
    data: FaceData,
    rows: NDArray[np.int64],
    drawn: Drawn,
    recipe: Recipe,
    device: torch.device,
    dtype: torch.dtype,
) -> tuple[dict[str, Tensor], Tensor]:
    """What the teachers say of the images drawn, by head, with the votes if the recipe says so.

    And of which they say something: see ``Targets.beside``.
    """
    options, images = recipe.distillation, drawn.inputs.numpy()
    said, heard = taught(teachers, images, drawn.sources, options.temperature, device, dtype)
    if not options.partial and not bool(heard.all()):
        raise RecipeError(
            f"no teacher may speak about {int((heard == 0).sum())} of the images: each has seen "
            "them in training",
            where="distillation.teachers",
            hint="name a run for each of the folds, or one that was trained without folds; or let "
            "them learn from the labels alone: distillation.partial=true",
        )
    if options.votes:
        main, likely = data.label_set.name, fer2013_distribution(data, rows)
        said[main] = joined_to_votes(said[main], likely, drawn.sources, options.votes)
    return said, heard


def _too_few(recipe: Recipe, count: int) -> RecipeError:
    return RecipeError(
        f"batch_size {recipe.batch_size} is more than the {count} Training images",
        where=recipe.name,
    )


def seed_epoch(seed: int, epoch: int, rank: int = 0) -> torch.Generator:
    """Seed dropout and a generator for everything else from the run's seed and the epoch.

    Each process has dropout masks of its own; the generator draws the same in all.
    """
    drawn = np.random.SeedSequence([seed, epoch]).generate_state(2, np.uint64)
    torch.manual_seed((int(drawn[0] >> 1) + rank) % 2**63)
    return torch.Generator().manual_seed(int(drawn[1] >> 1))


def _embed(
    network: Network,
    data: FaceData,
    recipe: Recipe,
    on_features: Callable[[str, int, int], None],
    rows: NDArray[np.int64],
    called: str,
) -> NDArray[np.float32]:
    return cached_features(
        network,
        data,
        rows,
        recipe,
        mirrored=called == MIRRORED,
        on_batch=lambda done: on_features(called, done, len(rows)),
    )


def facts_of(session: Session) -> dict[str, Any]:
    """What a run's ``run.json`` says of its data and network."""
    data, drawn = session.data, session.drawn
    names = data.label_set.labels
    return {
        "data": data.name,
        "data_notes": list(data.notes),
        "data_sha256": data.sha256,
        "image_side": data.image_shape.side,
        "votes_sha256": data.votes_sha256,
        "heads": session.heads,
        "labels": labels_of(data, session.heads),
        "drawn_from": {
            name: int(count)
            for name, count in zip(
                names, np.bincount(drawn.labels, minlength=len(names)), strict=True
            )
        },
        "pretrained": str(session.loaded) if session.loaded else None,
        # Without its folder, which is nobody's business where a model file goes.
        "pretrained_file": Path(session.loaded.source).name if session.loaded else None,
        "pretrained_sha256": session.loaded.sha256 if session.loaded else None,
        "teachers": {teacher.name: teacher.sha256 for teacher in session.teachers},
        "synthetic": int((drawn.sources < 0).sum()),
        "device": session.device.type,
        "precision": str(session.dtype).removeprefix("torch."),
    }
