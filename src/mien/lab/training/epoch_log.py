"""What is written down of an epoch of training."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EpochLog:
    """One line of ``log.csv``. Accuracies are shares.

    ``train_*`` are of the augmented images while they were learnt, ``clean_*`` of a fixed sample of
    Training as it is, measured like PublicTest after the epoch; ``gap`` is clean less public
    accuracy.
    """

    epoch: int
    learning_rate: float
    train_loss: float
    train_accuracy: float
    clean_loss: float
    clean_accuracy: float
    public_loss: float
    public_accuracy: float
    gap: float
    images_per_second: float
    seconds: float
