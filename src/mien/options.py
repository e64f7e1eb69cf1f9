"""What an option may be: each check gives the value back, or says in one line what is expected."""

from __future__ import annotations

import math
import operator
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mien.errors import UsageError, did_you_mean


def kind_of(value: object) -> str:
    """What a value is, for an error: ``None``, or the name of its type and its module."""
    if value is None:
        return "None"
    kind = type(value)
    where = kind.__module__.partition(".")[0]
    return kind.__qualname__ if where == "builtins" else f"{where}.{kind.__qualname__}"


def whole_number(name: str, value: Any, *, least: int, unit: str = "") -> int:
    """A whole number of ``least`` or more; numpy's integers are ones, ``True`` is none.

    Raises
    ------
    UsageError
        If it is of another kind or lower.
    """
    expected = f"expected at least {least}{unit and f' {unit}'}"
    if _is_flag(value):
        raise UsageError(f"{name} is {value}, expected a whole number")
    try:
        number = operator.index(value)
    except TypeError:
        raise UsageError(f"{name} is {_shown(value)}, expected a whole number") from None
    if number < least:
        raise UsageError(f"{name} is {number}, {expected}")
    return number


def positive(name: str, value: Any, *, unit: str = "") -> float:
    """A finite number above 0; raises ``UsageError`` for anything else."""
    number = _number(name, value)
    if not 0 < number < math.inf:
        raise UsageError(f"{name} is {value}, expected more than 0{unit and f' {unit}'}")
    return number


def at_least_zero(name: str, value: Any) -> float:
    """A finite number of 0 or more; raises ``UsageError`` for anything else."""
    number = _number(name, value)
    if not 0 <= number < math.inf:
        raise UsageError(f"{name} is {value}, expected 0 or more")
    return number


def finite(name: str, value: Any) -> float:
    """A number that is neither infinite nor NaN; raises ``UsageError`` for anything else."""
    number = _number(name, value)
    if not math.isfinite(number):
        raise UsageError(f"{name} is {value}, expected a finite number")
    return number


def between_zero_and_one(name: str, value: Any) -> float:
    """A number above 0 and below 1; raises ``UsageError`` for anything else."""
    number = _number(name, value)
    if not 0 < number < 1:
        raise UsageError(f"{name} is {value}, expected between 0 and 1")
    return number


def flag(name: str, value: Any) -> bool:
    """``True`` or ``False``; raises ``UsageError`` for anything else, ``"no"`` and 1 among it."""
    if not _is_flag(value):
        raise UsageError(f"{name} is {_shown(value)}, expected True or False")
    return bool(value)


def choice(name: str, value: Any, choices: Iterable[str]) -> str:
    """One of the ``choices``; raises ``UsageError`` for anything else."""
    known = tuple(choices)
    if not isinstance(value, str):
        raise UsageError(f"{name} is {_shown(value)}, expected one of: {', '.join(known)}")
    if value not in known:
        raise UsageError(f"{name} is {value!r}", hint=did_you_mean(value, known))
    return str(value)


def file_path(name: str, value: Any) -> Path:
    """A path as ``Path``; raises ``UsageError`` for what is neither text nor a path."""
    if isinstance(value, (str, os.PathLike)) and value != "":
        return Path(os.fsdecode(value))
    raise UsageError(f"{name} is {_shown(value)}, expected the path of a file")


def _number(name: str, value: Any) -> float:
    # float() would take text, and True for 1.
    if _is_flag(value) or isinstance(value, (str, bytes)) or not hasattr(value, "__float__"):
        raise UsageError(f"{name} is {_shown(value)}, expected a number")
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise UsageError(f"{name} is {_shown(value)}, expected a number") from None


def _is_flag(value: object) -> bool:
    # numpy's own bool is not asked for by name: this file imports no library.
    return isinstance(value, bool) or type(value).__name__ in ("bool", "bool_")


def _shown(value: object) -> str:
    """A value in an error: short text and numbers as they are, of anything else what it is."""
    if isinstance(value, (str, int, float)):
        text = repr(value)
        return text if len(text) <= 60 else f"{text[:57]}…"
    return kind_of(value)
