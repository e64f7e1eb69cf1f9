"""TensorBoard: the log's values as scalars by epoch."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from mien.errors import MissingExtraError
from mien.installing import how_to_install

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

    from mien.lab.training.epoch_log import EpochLog


class TensorBoardLog:
    """A context manager that writes one point an epoch into event files in ``folder``.

    What the folder holds already of the first epoch written, and of later ones, is no longer
    shown: a run that was stopped between the log and its checkpoint writes that epoch again.

    Parameters
    ----------
    folder : Path
        What ``tensorboard --logdir`` is given, or a folder below it.

    Raises
    ------
    MissingExtraError
        If the package tensorboard is not installed.
    """

    def __init__(self, folder: Path) -> None:
        if importlib.util.find_spec("tensorboard") is None:
            raise MissingExtraError(
                "TensorBoard is not installed",
                where="--tensorboard",
                hint=f"install it with: {how_to_install('tensorboard')}",
            )
        self._folder = folder
        self._writer: SummaryWriter | None = None

    def __enter__(self) -> TensorBoardLog:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._writer is not None:
            self._writer.close()

    def write(self, row: EpochLog) -> None:
        """Add the values of one epoch and put them on the disk."""
        from torch.utils.tensorboard import SummaryWriter

        if self._writer is None:
            self._writer = SummaryWriter(self._folder, purge_step=row.epoch)
        for tag, value in {
            "loss/train": row.train_loss,
            "loss/Training as it is": row.clean_loss,
            "loss/PublicTest": row.public_loss,
            "accuracy/train": row.train_accuracy,
            "accuracy/Training as it is": row.clean_accuracy,
            "accuracy/PublicTest": row.public_accuracy,
            "accuracy/gap": row.gap,
            "learning_rate": row.learning_rate,
            "images_per_second": row.images_per_second,
        }.items():
            self._writer.add_scalar(tag, value, row.epoch)
        self._writer.flush()
