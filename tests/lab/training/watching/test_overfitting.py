from __future__ import annotations

from mien.lab.training.epoch_log import EpochLog
from mien.lab.training.watching.overfitting import gap_warning


def logs_of(clean: list[float], public: list[float], losses: list[float]) -> list[EpochLog]:
    """Epochs with these accuracies and PublicTest losses."""
    return [
        EpochLog(n, 0.1, 1.0, 0.5, 1.0, c, loss, p, c - p, 500.0, 40.0)
        for n, (c, p, loss) in enumerate(zip(clean, public, losses, strict=True), 1)
    ]


CLEAN = [0.40, 0.55, 0.65, 0.72, 0.80, 0.88, 0.93, 0.96]
PUBLIC = [0.40, 0.50, 0.55, 0.57, 0.57, 0.57, 0.56, 0.56]
LOSSES = [1.5, 1.3, 1.2, 1.15, 1.18, 1.25, 1.4, 1.6]


def warnings_of(logs: list[EpochLog]) -> dict[int, str]:
    """By number of epochs, as a run would see them."""
    found = {n: gap_warning(logs[:n]) for n in range(len(logs) + 1)}
    return {n: text for n, text in found.items() if text is not None}


def test_it_warns_once_at_the_first_epoch_that_shows_it():
    found = warnings_of(logs_of(CLEAN, PUBLIC, LOSSES))
    assert list(found) == [7]
    assert found[7] == (
        "the model overfits: after epoch 7 it recognises 93.0% of Training but 56.0% of "
        "PublicTest, a gap of 37.0 points (15.0 after epoch 4), and the PublicTest loss is 1.400 "
        "(lowest: 1.150 after epoch 4); try more augmentation, dropout, optimiser.weight_decay "
        "or mixing, a smaller model, or early_stopping.patience"
    )


def test_a_gap_alone_is_no_reason():
    """While the PublicTest loss still falls the model still learns."""
    assert not warnings_of(logs_of(CLEAN, PUBLIC, [1.5 - 0.01 * n for n in range(8)]))


def test_a_rising_loss_alone_is_no_reason():
    assert not warnings_of(logs_of([p + 0.05 for p in PUBLIC], PUBLIC, LOSSES))


def test_a_gap_that_no_longer_grows_is_no_reason():
    public = [0.6] * 8
    clean = [0.9 - 0.01 * n for n in range(8)]
    assert not warnings_of(logs_of(clean, public, [1.0 + 0.1 * n for n in range(8)]))
