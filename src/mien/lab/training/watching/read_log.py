"""``log.csv`` read back."""

from __future__ import annotations

import csv
from dataclasses import fields

from mien.lab.training.epoch_log import EpochLog
from mien.lab.training.run import Run


def read_log(run: Run) -> list[EpochLog] | None:
    """The epochs of a run; None when its log is missing or of an older Mien."""
    try:
        with run.log.open(newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
        names = [field.name for field in fields(EpochLog)]
        numbers = [{name: float(row[name]) for name in names} for row in rows]
        return [EpochLog(**{**row, "epoch": int(row["epoch"])}) for row in numbers] or None  # type: ignore[arg-type]
    except (OSError, KeyError, ValueError, TypeError):
        return None
