"""The flat form of results: one row a face, the same columns in CSV and Parquet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mien.emotions import FER2013
from mien.errors import UsageError
from mien.media.results.column import Column, Kind, Value, item
from mien.media.results.signs_columns import signs_columns
from mien.results import LANDMARK_NAMES, Frame, printable_path

FERPLUS_PREFIX = "ferplus_"
SMOOTHED_PREFIX = "smoothed_"


def face_columns(
    labels: Sequence[str] = FER2013.labels,
    ferplus_labels: Sequence[str] = (),
    *,
    video: bool = False,
    pages: bool = False,
    signs: bool = False,
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
    signs : bool
        Whether to add what is visible in the face: see ``mien.FaceSigns``.

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
            Column(side, "number", item("xyxy", index))
            for index, side in enumerate(("left", "top", "right", "bottom"))
        ),
        Column("score", "number", item("score")),
        *(
            Column(f"{name}_{axis}", "number", item("landmarks", name, index))
            for name in LANDMARK_NAMES
            for index, axis in enumerate("xy")
        ),
        Column("label", "text", item("label")),
        Column("top_emotion", "text", item("top_emotion")),
        Column("confidence", "number", item("confidence")),
        Column("unsure", "boolean", item("unsure")),
        *(Column(label, "number", item("probabilities", label)) for label in labels),
        *(
            Column(FERPLUS_PREFIX + label, "number", item("ferplus", label))
            for label in ferplus_labels
        ),
        *(_track_columns(labels) if video else ()),
        *(signs_columns() if signs else ()),
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
        Column("track", "integer", item("track", "id")),
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
        Column("since", "number", item("track", "since")),
        Column("detected", "boolean", item("track", "detected")),
        *(Column(SMOOTHED_PREFIX + key, kind, item("track", key)) for key, kind in kinds),
        *(
            Column(SMOOTHED_PREFIX + label, "number", item("track", "probabilities", label))
            for label in labels
        ),
    )


def face_rows(frame: Frame, columns: Sequence[Column]) -> Iterator[tuple[Value, ...]]:
    """One row a face, in the frame's order; none for a picture without faces."""
    plain = frame.to_dict()
    for number, face in enumerate(plain["faces"], start=1):
        yield tuple(column.value(plain, number, face) for column in columns)
