"""``log.csv`` read back."""

from __future__ import annotations

import csv
from dataclasses import fields
from pathlib import Path

from mien.lab.training.epoch_log import EpochLog
from mien.lab.training.run import Run


def read_log(run: Run) -> list[EpochLog] | None:
    """The epochs of a run; None when its log is missing or of an older Mien."""
    try:
        return read_epochs(run.log) or None
    except (OSError, KeyError, ValueError, TypeError):
        return None


def read_epochs(path: Path) -> list[EpochLog]:
    """The epochs of a ``log.csv``, wherever it was kept.

    Raises
    ------
    OSError, KeyError, ValueError, TypeError
        If the file cannot be read, or is no such log.
    """
    with path.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    names = [field.name for field in fields(EpochLog)]
    numbers = [{name: float(row[name]) for name in names} for row in rows]
    return [EpochLog(**{**row, "epoch": int(row["epoch"])}) for row in numbers]  # type: ignore[arg-type]
