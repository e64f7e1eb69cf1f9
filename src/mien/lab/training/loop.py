"""The training loop, read from top to bottom."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from mien.errors import RecipeError, RunError
from mien.lab.data.augment import augment
from mien.lab.data.faces import FaceData
from mien.lab.models import create_model
from mien.lab.training.average import averaged
from mien.lab.training.checkpoint import load_checkpoint, save_checkpoint
from mien.lab.training.predict import predict_logits
from mien.lab.training.recipe import Recipe
from mien.lab.training.run import Run
from mien.lab.training.schedules import learning_rate_factor
from mien.lab.training.targets import Targets, heads_of, make_targets, total_loss
from mien.version import __version__


@dataclass(frozen=True)
class EpochLog:
    """One line of ``log.csv``. Accuracies are shares; those of training are on augmented images."""

    epoch: int
    learning_rate: float
    train_loss: float
    train_accuracy: float
    public_loss: float
    public_accuracy: float
    images_per_second: float
    seconds: float


@dataclass(frozen=True)
class Step:
    """Progress after one batch, for display."""

    epoch: int
    epochs: int
    step: int
    steps_per_epoch: int
    loss: float
    last: EpochLog | None


def train(
    recipe: Recipe,
    data: FaceData,
    run: Run,
    *,
    resume: bool = False,
    on_step: Callable[[Step], None] = lambda step: None,
) -> list[EpochLog]:
    """Train as the recipe says and leave the result in ``run``.

    Only the Training split is fitted on; PublicTest is measured after each epoch with the averaged
    weights; PrivateTest is never touched. A checkpoint is written after each epoch; ``resume``
    goes on from it, bit for bit, because every epoch draws its random numbers anew from the seed
    and its own number.

    Returns
    -------
    list of EpochLog
        All epochs, those before a resume too.

    Raises
    ------
    RecipeError
        If a batch is larger than the Training split.
    RunError
        If the folder holds another recipe's or another data set's run, or the loss diverges.
    """
    heads = heads_of(data, recipe)
    torch.manual_seed(recipe.seed)
    model = build(recipe, heads)
    average = averaged(model, recipe.ema)
    optimiser = make_optimiser(model, recipe)
    targets = make_targets(data, recipe)
    images = torch.from_numpy(data.images)
    training, public = data.rows("Training"), data.rows("PublicTest")
    steps_per_epoch = len(training) // recipe.batch_size
    if not steps_per_epoch:
        raise RecipeError(
            f"batch_size {recipe.batch_size} is more than the {len(training)} Training images",
            where=recipe.name,
        )

    logs: list[EpochLog] = []
    if resume and run.checkpoint.is_file():
        state = load_checkpoint(run.checkpoint)
        _check_same(state, recipe, data, run)
        model.load_state_dict(state["model"])
        average.load_state_dict(state["average"])
        optimiser.load_state_dict(state["optimiser"])
        logs = [EpochLog(**row) for row in state["logs"]]
        # A stop between the checkpoint and the log left the log one line short.
        run.write_log(state["logs"])
    else:
        run.forget_results()
    run.write_recipe(recipe)

    for epoch in range(len(logs), recipe.epochs):
        started = time.perf_counter()
        generator = _seed_epoch(recipe.seed, epoch)
        order = torch.from_numpy(training)[torch.randperm(len(training), generator=generator)]
        model.train()
        loss_sum, correct = 0.0, 0
        for step in range(steps_per_epoch):
            rate = recipe.optimiser.learning_rate * learning_rate_factor(
                epoch * steps_per_epoch + step, recipe.epochs * steps_per_epoch, recipe.schedule
            )
            for group in optimiser.param_groups:
                group["lr"] = rate
            rows = order[step * recipe.batch_size : (step + 1) * recipe.batch_size]
            batch, batch_targets, batch_weights = _batch(
                images, rows, targets, epoch, recipe, generator
            )
            with autocast(recipe):
                logits = model(batch.contiguous(memory_format=torch.channels_last))
            loss = total_loss(logits, batch_targets, batch_weights, recipe.loss)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            average.update_parameters(model)

            value = loss.item()
            if not np.isfinite(value):
                raise RunError(
                    f"the loss became {value} at epoch {epoch + 1}, step {step + 1}",
                    where=run.folder,
                    hint=f"lower optimiser.learning_rate (now {recipe.optimiser.learning_rate})",
                )
            loss_sum += value
            main = next(iter(logits))
            correct += int((logits[main].argmax(1) == batch_targets[main].argmax(1)).sum())
            on_step(
                Step(epoch, recipe.epochs, step, steps_per_epoch, value, logs[-1] if logs else None)
            )
        fitting = time.perf_counter() - started
        public_loss, public_accuracy = _measure(average.module, data, public, recipe)
        logs.append(
            EpochLog(
                epoch=epoch + 1,
                learning_rate=rate,
                train_loss=loss_sum / steps_per_epoch,
                train_accuracy=correct / (steps_per_epoch * recipe.batch_size),
                public_loss=public_loss,
                public_accuracy=public_accuracy,
                images_per_second=steps_per_epoch * recipe.batch_size / fitting,
                seconds=time.perf_counter() - started,
            )
        )
        save_checkpoint(
            run.checkpoint,
            {
                "recipe": recipe.model_dump(mode="json"),
                "data_sha256": data.sha256,
                "model": model.state_dict(),
                "average": average.state_dict(),
                "optimiser": optimiser.state_dict(),
                "logs": [asdict(row) for row in logs],
            },
        )
        run.write_log([asdict(row) for row in logs])

    run.write_result(
        average.module,
        {
            "mien": __version__,
            "torch": torch.__version__,
            "threads": torch.get_num_threads(),
            "data": data.name,
            "data_sha256": data.sha256,
            "heads": heads,
            "epochs": recipe.epochs,
            "minutes": round(sum(row.seconds for row in logs) / 60, 1),
        },
    )
    return logs


def build(recipe: Recipe, heads: dict[str, int]) -> nn.Module:
    """The recipe's network with fresh weights, laid out for fast convolutions."""
    options = recipe.model.model_dump()
    model = create_model(options.pop("name"), heads, **options)
    return model.to(memory_format=torch.channels_last)


def make_optimiser(model: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    """SGD with Nesterov momentum; weight decay on matrices and kernels only."""
    decayed = [p for p in model.parameters() if p.ndim > 1]
    spared = [p for p in model.parameters() if p.ndim <= 1]
    options = recipe.optimiser
    return torch.optim.SGD(
        [
            {"params": decayed, "weight_decay": options.weight_decay},
            {"params": spared, "weight_decay": 0.0},
        ],
        lr=options.learning_rate,
        momentum=options.momentum,
        nesterov=options.momentum > 0,
        foreach=True,
    )


def autocast(recipe: Recipe) -> torch.autocast:
    """Run convolutions and matrix products in the recipe's precision."""
    return torch.autocast("cpu", torch.bfloat16, enabled=recipe.precision == "bfloat16")


def _seed_epoch(seed: int, epoch: int) -> torch.Generator:
    """Seed dropout and a generator for everything else from the run's seed and the epoch."""
    drawn = np.random.SeedSequence([seed, epoch]).generate_state(2, np.uint64)
    torch.manual_seed(int(drawn[0] >> 1))
    return torch.Generator().manual_seed(int(drawn[1] >> 1))


def _batch(
    images: Tensor,
    rows: Tensor,
    targets: Targets,
    epoch: int,
    recipe: Recipe,
    generator: torch.Generator,
) -> tuple[Tensor, dict[str, Tensor], dict[str, Tensor]]:
    batch = augment(images[rows], rows, epoch, recipe.augmentation, generator)
    batch_targets = {head: values[rows] for head, values in targets.distributions.items()}
    batch_weights = {head: values[rows] for head, values in targets.weights.items()}
    if recipe.augmentation.mixup and epoch < 0.8 * recipe.epochs:
        # One share a batch (Zhang et al. 2018, section 2), mixed with the batch turned round.
        alpha = torch.full((1,), recipe.augmentation.mixup)
        share = float(torch._sample_dirichlet(torch.cat([alpha, alpha]), generator=generator)[0])
        batch = batch.lerp(batch.flip(0), 1 - share)
        for head in batch_targets:
            both = batch_weights[head], batch_weights[head].flip(0)
            mixed = share * both[0], (1 - share) * both[1]
            total = mixed[0] + mixed[1]
            batch_targets[head] = (
                mixed[0][:, None] * batch_targets[head]
                + mixed[1][:, None] * batch_targets[head].flip(0)
            ) / total.clamp(min=1e-9)[:, None]
            batch_weights[head] = total
    return batch, batch_targets, batch_weights


def _measure(
    model: nn.Module, data: FaceData, rows: np.ndarray, recipe: Recipe
) -> tuple[float, float]:
    """Loss (hard labels) and accuracy of the main head on rows of the data set."""
    with autocast(recipe):
        logits = predict_logits(model, data.images[rows], crop=recipe.augmentation.crop)
    main = torch.from_numpy(logits[data.label_set.name])
    labels = torch.from_numpy(data.labels[rows].astype(np.int64))
    loss = torch.nn.functional.cross_entropy(main, labels)
    return float(loss), float((main.argmax(1) == labels).float().mean())


def _check_same(state: dict[str, Any], recipe: Recipe, data: FaceData, run: Run) -> None:
    if state["recipe"] != recipe.model_dump(mode="json"):
        changed = [
            k for k, v in recipe.model_dump(mode="json").items() if state["recipe"].get(k) != v
        ]
        raise RunError(
            f"holds a run of another recipe (differs in {', '.join(changed)})",
            where=run.folder,
            hint="train with --restart, or give the recipe another name",
        )
    if state["data_sha256"] != data.sha256:
        raise RunError(
            "holds a run on other data (SHA-256 differs)",
            where=run.folder,
            hint="train with --restart",
        )
