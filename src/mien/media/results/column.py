"""One column of the flat form of results."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["text", "integer", "number", "boolean"]
Value = str | int | float | bool | None
Getter = Callable[[dict[str, Any], int, dict[str, Any]], Value]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, its kind, and how its value is found.

    ``value`` takes a frame and a face in their JSON form (so that all formats round alike) and
    the number of the face, from 1; None is an empty cell.
    """

    name: str
    kind: Kind
    value: Getter


def item(*keys: str | int) -> Getter:
    """Getter for a nested entry of the face; None when one of the steps is missing or None."""

    def value(frame: dict[str, Any], number: int, face: dict[str, Any]) -> Value:
        entry: Any = face
        for key in keys:
            if entry is None:
                return None
            entry = entry.get(key) if isinstance(entry, dict) else entry[key]
        return entry  # type: ignore[no-any-return]

    return value
