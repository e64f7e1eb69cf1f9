"""Checkpoints: all that a run needs to go on as if it had never stopped."""

from __future__ import annotations

import contextlib
import copy
import io
import pickle
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from mien.errors import RunError
from mien.lab.beside import write_beside
from mien.lab.training.early_stopping import best_epoch
from mien.lab.training.epoch_log import EpochLog
from mien.lab.training.optimising.average import averaged
from mien.lab.training.recipe import parse_recipe
from mien.lab.training.run import Run, recipe_digest
from mien.lab.training.setup import Session


def save_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Write ``state`` beside ``path`` and rename, so that a stop never leaves half a file.

    Raises
    ------
    OutputError
        If the disk is full or the folder cannot be written; the old checkpoint stays.
    """
    # By way of memory, because torch says "unexpected pos" where the system says "disk full".
    buffer = io.BytesIO()
    torch.save(state, buffer)
    write_beside(path, lambda partial: partial.write_bytes(buffer.getbuffer()))


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Read a checkpoint (tensors and plain values only, never code).

    Raises
    ------
    RunError
        If the file is damaged, or holds something else than a dictionary.
    """
    try:
        # torch does not look at the checksums.
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
        if damaged is not None:
            raise zipfile.BadZipFile(damaged)
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        if not isinstance(state, dict):
            raise ValueError(f"holds a {type(state).__name__}")
    except (OSError, RuntimeError, ValueError, zipfile.BadZipFile, pickle.UnpicklingError) as error:
        raise RunError(
            "the checkpoint cannot be read", where=path, hint="train again with --restart"
        ) from error
    return state


@contextlib.contextmanager
def explained_content(path: Path) -> Iterator[None]:
    """Say in one line that the content of a checkpoint is not what is asked of it.

    Raises
    ------
    RunError
        Where the code inside misses a key or cannot use what it finds.
    """
    try:
        yield
    except (AttributeError, KeyError, RuntimeError, TypeError, ValueError) as error:
        raise RunError(
            "not a checkpoint of this training", where=path, hint="train again with --restart"
        ) from error


class TrainingState:
    """What training changes from epoch to epoch, and a checkpoint holds.

    Attributes
    ----------
    session : Session
    average : AveragedModel or None
        Running average of the weights, where the recipe has one.
    scaler : GradScaler
        Does nothing but with float16.
    best : dict of str to Tensor, or None
        Weights of the best epoch, where the recipe stops early.
    logs : list of EpochLog
        One an epoch, those before a resume too.
    """

    def __init__(self, session: Session) -> None:
        ema = session.recipe.ema
        self.session = session
        self.average = averaged(session.module, ema) if ema else None
        self.scaler = torch.amp.GradScaler(
            session.device.type, enabled=session.dtype == torch.float16
        )
        self.best: dict[str, Tensor] | None = None
        self.logs: list[EpochLog] = []

    @property
    def kept(self) -> nn.Module:
        """The weights that are measured and kept: the averaged ones where there are some."""
        if self.average is None:
            return self.session.module
        module: nn.Module = self.average.module
        return module

    @property
    def losses(self) -> list[float]:
        """On PublicTest, by epoch."""
        return [log.public_loss for log in self.logs]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The logs as the run writes them."""
        return [asdict(log) for log in self.logs]

    def keep_if_best(self) -> None:
        """Keep a copy of the weights if the recipe stops early and the last epoch is the best."""
        stopper = self.session.recipe.early_stopping
        last = len(self.logs) - 1
        if stopper.patience is not None and best_epoch(self.losses, stopper.min_delta) == last:
            self.best = copy.deepcopy(self.kept.state_dict())

    def take_best(self) -> None:
        """Go back to the weights of the best epoch, where there are some."""
        if self.best is not None:
            self.kept.load_state_dict(self.best)

    def save(self, run: Run) -> None:
        """Write the run's checkpoint; raises what ``save_checkpoint`` does."""
        session = self.session
        recipe = session.recipe.model_dump(mode="json")
        save_checkpoint(
            run.checkpoint,
            {
                "recipe": recipe,
                "recipe_sha256": recipe_digest(recipe),
                "data_sha256": session.data.sha256,
                "votes_sha256": session.data.votes_sha256,
                "pretrained_sha256": session.loaded.sha256 if session.loaded else None,
                "teachers_sha256": [teacher.sha256 for teacher in session.teachers],
                "model": session.module.state_dict(),
                "average": self.average.state_dict() if self.average else None,
                "optimiser": session.optimiser.state_dict(),
                "scaler": self.scaler.state_dict(),
                "best": self.best,
                "logs": self.rows,
            },
        )

    def load(self, run: Run) -> None:
        """Go on from the run's checkpoint.

        Raises
        ------
        RunError
            If it is damaged, or of another recipe, other data or other weights.
        """
        state = load_checkpoint(run.checkpoint)
        with explained_content(run.checkpoint):
            _check_same(state, self.session, run)
            self.session.module.load_state_dict(state["model"])
            if self.average:
                self.average.load_state_dict(state["average"])
            self.session.optimiser.load_state_dict(state["optimiser"])
            self.scaler.load_state_dict(state["scaler"])
            self.best = state["best"]
            self.logs = [EpochLog(**row) for row in state["logs"]]


def _check_same(state: dict[str, Any], session: Session, run: Run) -> None:
    recipe, data = session.recipe.model_dump(mode="json"), session.data
    # A key that came after the run began had its default then.
    begun = parse_recipe(state["recipe"], str(run.checkpoint)).model_dump(mode="json")
    if begun != recipe:
        changed = [key for key, value in recipe.items() if begun.get(key) != value]
        raise RunError(
            f"holds a run of another recipe (differs in {', '.join(changed)})",
            where=run.folder,
            hint="train with --restart, or give the recipe another name",
        )
    # A newer Mien writes keys into recipe.yaml that the checkpoint does not know: same recipe.
    if state.get("recipe_sha256") != run.recipe_sha256() and run.recipe() != session.recipe:
        raise RunError(
            "recipe.yaml is not the recipe of the checkpoint (SHA-256 differs)",
            where=run.folder,
            hint="put the old one back, or train with --restart",
        )
    pretrained = session.loaded.sha256 if session.loaded else None
    if state["pretrained_sha256"] != pretrained:
        raise RunError(
            "holds a run that began with other pretrained weights (SHA-256 differs)",
            where=run.folder,
            hint="train with --restart",
        )
    if state.get("teachers_sha256", []) != [teacher.sha256 for teacher in session.teachers]:
        raise RunError(
            "holds a run that was taught by other weights (a teacher's SHA-256 differs)",
            where=run.folder,
            hint="train with --restart",
        )
    if state["data_sha256"] != data.sha256 or state["votes_sha256"] != data.votes_sha256:
        raise RunError(
            "holds a run on other data (SHA-256 differs)",
            where=run.folder,
            hint="train with --restart",
        )
