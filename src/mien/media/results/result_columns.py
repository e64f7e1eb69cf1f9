"""The flat form of results: one row a face, the same columns in CSV and Parquet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mien.emotions import FER2013
from mien.errors import UsageError
from mien.results import LANDMARK_NAMES, Frame, printable_path

Kind = Literal["text", "integer", "number", "boolean"]
Value = str | int | float | bool | None
_Getter = Callable[[dict[str, Any], int, dict[str, Any]], Value]

FERPLUS_PREFIX = "ferplus_"
SMOOTHED_PREFIX = "smoothed_"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, its kind, and how its value is found.

    ``value`` takes a frame and a face in their JSON form (so that all formats round alike) and
    the number of the face, from 1; None is an empty cell.
    """

    name: str
    kind: Kind
    value: _Getter


def face_columns(
    labels: Sequence[str] = FER2013.labels,
    ferplus_labels: Sequence[str] = (),
    *,
    video: bool = False,
    pages: bool = False,
) -> tuple[Column, ...]:
    """The columns for a model with these heads, in their documented order.

    Parameters
    ----------
    labels : sequence of str
        Labels of the head that gives ``Face.probabilities``.
    ferplus_labels : sequence of str
        Labels of the head that gives ``Face.ferplus``; empty when the model has none.
    video : bool
        Whether to add the columns of a video: the frame's time and number, and the person.
    pages : bool
        Whether to add the number of the picture in its file.

    Raises
    ------
    UsageError
        If a label has the name of another column.
    """
    columns = [
        Column("path", "text", lambda frame, number, face: printable_path(frame["path"])),
        *(_frame_columns() if video else ()),
        *(_page_columns() if pages else ()),
        Column("width", "integer", lambda frame, number, face: frame["width"]),
        Column("height", "integer", lambda frame, number, face: frame["height"]),
        Column("face", "integer", lambda frame, number, face: number),
        *(
            Column(side, "number", _item("xyxy", index))
            for index, side in enumerate(("left", "top", "right", "bottom"))
        ),
        Column("score", "number", _item("score")),
        *(
            Column(f"{name}_{axis}", "number", _item("landmarks", name, index))
            for name in LANDMARK_NAMES
            for index, axis in enumerate("xy")
        ),
        Column("label", "text", _item("label")),
        Column("top_emotion", "text", _item("top_emotion")),
        Column("confidence", "number", _item("confidence")),
        Column("unsure", "boolean", _item("unsure")),
        *(Column(label, "number", _item("probabilities", label)) for label in labels),
        *(
            Column(FERPLUS_PREFIX + label, "number", _item("ferplus", label))
            for label in ferplus_labels
        ),
        *(_track_columns(labels) if video else ()),
    ]
    names = [column.name for column in columns]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(
                f"two columns would be called {name!r}", hint="rename this label of the model"
            )
    return tuple(columns)


def _frame_columns() -> tuple[Column, ...]:
    return (
        Column("number", "integer", lambda frame, number, face: frame.get("number")),
        Column("time", "number", lambda frame, number, face: frame.get("time")),
        Column("track", "integer", _item("track", "id")),
    )


def _page_columns() -> tuple[Column, ...]:
    return (Column("page", "integer", lambda frame, number, face: frame.get("page", 1)),)


def _track_columns(labels: Sequence[str]) -> tuple[Column, ...]:
    """What is known of the person; the person's number stands at the beginning of the row."""
    kinds: tuple[tuple[str, Kind], ...] = (
        ("label", "text"),
        ("top_emotion", "text"),
        ("confidence", "number"),
        ("unsure", "boolean"),
    )
    return (
        Column("since", "number", _item("track", "since")),
        Column("detected", "boolean", _item("track", "detected")),
        *(Column(SMOOTHED_PREFIX + key, kind, _item("track", key)) for key, kind in kinds),
        *(
            Column(SMOOTHED_PREFIX + label, "number", _item("track", "probabilities", label))
            for label in labels
        ),
    )


def _item(*keys: str | int) -> _Getter:
    """Getter for a nested entry of the face; None when one of the steps is missing or None."""

    def value(frame: dict[str, Any], number: int, face: dict[str, Any]) -> Value:
        entry: Any = face
        for key in keys:
            if entry is None:
                return None
            entry = entry.get(key) if isinstance(entry, dict) else entry[key]
        return entry  # type: ignore[no-any-return]

    return value


def face_rows(frame: Frame, columns: Sequence[Column]) -> Iterator[tuple[Value, ...]]:
    """One row a face, in the frame's order; none for a picture without faces."""
    plain = frame.to_dict()
    for number, face in enumerate(plain["faces"], start=1):
        yield tuple(column.value(plain, number, face) for column in columns)
