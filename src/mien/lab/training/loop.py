"""The training loop, read from top to bottom."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from mien.errors import RunError
from mien.lab.data.faces import FaceData
from mien.lab.training.checkpoint import TrainingState
from mien.lab.training.early_stopping import best_epoch, should_stop
from mien.lab.training.epoch_log import EpochLog
from mien.lab.training.lock import training_lock
from mien.lab.training.machines.distributed import ALONE, ProcessGroup
from mien.lab.training.memory import explained_memory
from mien.lab.training.optimising.schedules import learning_rate_factor
from mien.lab.training.recipe import Recipe
from mien.lab.training.run import Run, recipe_digest
from mien.lab.training.setup import Batch, Session, facts_of, prepare
from mien.lab.training.transfer import TransferHead, frozen_parts, train_mode
from mien.version import __version__


@dataclass(frozen=True)
class Step:
    """Progress after one batch, for display."""

    epoch: int
    epochs: int
    step: int
    steps_per_epoch: int
    loss: float
    images_per_second: float
    last: EpochLog | None


def train(
    recipe: Recipe,
    data: FaceData,
    run: Run,
    *,
    resume: bool = False,
    device: torch.device | None = None,
    group: ProcessGroup = ALONE,
    on_step: Callable[[Step], None] = lambda step: None,
    on_epoch: Callable[[list[EpochLog]], None] = lambda logs: None,
    on_weights: Callable[[str], None] = lambda text: None,
    on_features: Callable[[str, int, int], None] = lambda name, done, of: None,
) -> list[EpochLog]:
    """Train as the recipe says and leave the result in ``run``.

    Only the Training split is fitted on; PublicTest is measured after each epoch; PrivateTest is
    never touched. A checkpoint is written after each epoch; ``resume`` goes on from it, bit for
    bit, because every epoch draws its random numbers anew from the seed and its own number.

    Parameters
    ----------
    data : FaceData
        With the labels and images that the recipe names (see ``setup.load_data``).
    device : torch.device, optional
        The CPU when None.
    group : ProcessGroup
        The processes that train together; each takes its share of every batch.
    on_step, on_epoch, on_weights, on_features : callable
        Progress: after a batch, after an epoch (all logs so far), what pretrained weights gave,
        while embeddings are computed.

    Returns
    -------
    list of EpochLog
        All epochs, those before a resume too.

    Raises
    ------
    RecipeError
        If the recipe does not fit the data or the processes.
    RunError
        If another training writes into the folder, it holds another recipe's or another data set's
        run, the loss diverges, or the memory does not suffice.
    """
    with training_lock(run.folder) if group.leads else contextlib.nullcontext():
        return _train(
            recipe,
            data,
            run,
            resume,
            device or torch.device("cpu"),
            group,
            on_step,
            on_epoch,
            on_weights,
            on_features,
        )


def _train(
    recipe: Recipe,
    data: FaceData,
    run: Run,
    resume: bool,
    device: torch.device,
    group: ProcessGroup,
    on_step: Callable[[Step], None],
    on_epoch: Callable[[list[EpochLog]], None],
    on_weights: Callable[[str], None],
    on_features: Callable[[str, int, int], None],
) -> list[EpochLog]:
    with explained_memory(recipe, data.image_shape.side, run.folder):
        session = prepare(
            recipe, data, device, group=group, on_weights=on_weights, on_features=on_features
        )
    state = TrainingState(session)
    if resume and run.checkpoint.is_file():
        state.load(run)
        if group.leads:
            # A stop between the checkpoint and the log left the log one line short.
            run.write_log(state.rows)
    elif group.leads:
        run.forget_results()
    if group.leads:
        run.write_recipe(recipe)

    module, frozen = session.module, None
    for epoch in range(len(state.logs), recipe.epochs):
        if should_stop(state.losses, recipe.early_stopping):
            break
        now_frozen = frozen_parts(session.network, recipe.transfer, epoch)
        # Measuring has put everything into evaluation mode; wrapping looks at what trains.
        train_mode(session.module, now_frozen)
        if now_frozen != frozen:
            frozen = now_frozen
            module = group.wrap(session.module, session.device)
        row = _train_epoch(state, module, epoch, run, group, on_step)
        if group.leads:
            row = _measured(state, row)
        state.logs.append(EpochLog(**group.from_leader(row)))
        state.keep_if_best()
        if group.leads:
            state.save(run)
            run.write_log(state.rows)
            on_epoch(state.logs)

    state.take_best()
    if group.leads:
        run.write_result(_whole(state.kept), _facts(state, group))
    return state.logs


def _train_epoch(
    state: TrainingState,
    module: nn.Module,
    epoch: int,
    run: Run,
    group: ProcessGroup,
    on_step: Callable[[Step], None],
) -> dict[str, Any]:
    """One pass over what training draws from; returns the part of the log that it knows."""
    session = state.session
    recipe, steps, losses = session.recipe, session.steps_per_epoch, state.losses
    started = time.perf_counter()
    loss_sum = torch.zeros((), device=session.device)
    correct = torch.zeros((), device=session.device)
    rate = 0.0
    for step, whole in enumerate(session.batches(epoch)):
        rate = recipe.optimiser.learning_rate * learning_rate_factor(
            epoch * steps + step, recipe.epochs * steps, steps, recipe.schedule, losses
        )
        batch = session.share(whole, group)
        with explained_memory(recipe, session.data.image_shape.side, run.folder):
            logits, loss = fit(session, module, batch, state.scaler, rate)
        if state.average is not None:
            state.average.update_parameters(session.module)
        if not bool(torch.isfinite(loss)):
            raise RunError(
                f"the loss became {loss.item()} at epoch {epoch + 1}, step {step + 1}",
                where=run.folder,
                hint=f"lower optimiser.learning_rate (now {recipe.optimiser.learning_rate:g}; "
                "mien lr-find suggests one)",
            )
        loss_sum += loss
        main = session.objective.main
        correct += (logits[main].argmax(1) == batch.targets[main].argmax(1)).sum()
        elapsed = time.perf_counter() - started
        on_step(
            Step(
                epoch,
                recipe.epochs,
                step,
                steps,
                loss.item(),
                (step + 1) * recipe.batch_size / elapsed,
                state.logs[-1] if state.logs else None,
            )
        )
    share = correct / (steps * recipe.batch_size / group.size)
    means = group.mean(torch.stack([loss_sum / steps, share]))
    seconds = time.perf_counter() - started
    return {
        "epoch": epoch + 1,
        "learning_rate": rate,
        "train_loss": means[0].item(),
        "train_accuracy": means[1].item(),
        "images_per_second": steps * recipe.batch_size / seconds,
        "seconds": seconds,
    }


def _measured(state: TrainingState, row: dict[str, Any]) -> dict[str, Any]:
    """The log of an epoch with what is measured after it."""
    started = time.perf_counter()
    clean_loss, clean_accuracy = state.session.measure(state.kept, "clean")
    public_loss, public_accuracy = state.session.measure(state.kept, "public")
    return row | {
        "clean_loss": clean_loss,
        "clean_accuracy": clean_accuracy,
        "public_loss": public_loss,
        "public_accuracy": public_accuracy,
        "gap": clean_accuracy - public_accuracy,
        "seconds": row["seconds"] + time.perf_counter() - started,
    }


def fit(
    session: Session,
    module: nn.Module,
    batch: Batch,
    scaler: torch.amp.GradScaler,
    learning_rate: float,
) -> tuple[dict[str, Tensor], Tensor]:
    """One step on a batch: logits, loss, gradients (clipped if the recipe says so), new weights.

    ``module`` is the session's, or that in a wrapper. Returns the logits and the loss before the
    step.
    """
    logits = session.logits(module, batch)
    loss: Tensor = session.objective(logits, batch.targets, batch.weights)
    optimiser = session.optimiser
    for parameters in optimiser.param_groups:
        parameters["lr"] = learning_rate * parameters["scale"]
    optimiser.zero_grad(set_to_none=True)
    scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
    clip = session.recipe.optimiser.clip
    if clip:
        scaler.unscale_(optimiser)
        nn.utils.clip_grad_norm_(session.module.parameters(), clip)
    scaler.step(optimiser)
    scaler.update()
    return logits, loss.detach()


def _whole(kept: nn.Module) -> nn.Module:
    return kept.network if isinstance(kept, TransferHead) else kept


def _facts(state: TrainingState, group: ProcessGroup) -> dict[str, Any]:
    session, recipe = state.session, state.session.recipe
    facts = facts_of(session)
    stopper = recipe.early_stopping
    if stopper.patience is not None:
        facts["best_epoch"] = best_epoch(state.losses, stopper.min_delta) + 1
    return {
        "mien": __version__,
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "processes": group.size,
        **facts,
        "recipe_sha256": recipe_digest(recipe.model_dump(mode="json")),
        "epochs": len(state.logs),
        "minutes": round(sum(log.seconds for log in state.logs) / 60, 1),
    }
