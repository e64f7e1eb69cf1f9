"""Results as a data frame of pandas or polars, whichever there is."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from mien.errors import MissingExtraError
from mien.media.results.column import Kind, Value
from mien.media.results.result_columns import face_columns, face_rows
from mien.options import choice
from mien.results import Frame

LIBRARIES = ("pandas", "polars")

_PANDAS: dict[Kind, str] = {
    "text": "object",
    "integer": "Int64",
    "number": "float64",
    "boolean": "boolean",
}
_PANDAS_FULL: dict[Kind, str] = {"integer": "int64", "boolean": "bool"}
"""Numpy's own types, which have no place for a missing value, where none is missing."""

_POLARS: dict[Kind, str] = {
    "text": "String",
    "integer": "Int64",
    "number": "Float64",
    "boolean": "Boolean",
}


def dataframe(
    frames: Sequence[Frame],
    labels: Sequence[str],
    ferplus_labels: Sequence[str],
    *,
    library: str | None,
) -> Any:
    """One row a face, with the columns that ``mien analyze`` and ``mien video`` write.

    Parameters
    ----------
    frames : sequence of Frame
        With a time they are of a video.
    labels, ferplus_labels : sequence of str
        Of the model's two heads.
    library : {"pandas", "polars"}, optional
        The first that is installed when None.

    Raises
    ------
    MissingExtraError
        If it is not installed.
    UsageError
        If it is another one.
    """
    name, module = _library(library)
    video = any(frame.time is not None for frame in frames)
    signs = any(face.signs or face.no_signs_because for frame in frames for face in frame.faces)
    columns = face_columns(labels, ferplus_labels, video=video, signs=signs)
    rows = [row for frame in frames for row in face_rows(frame, columns)]
    values = {
        column.name: [row[position] for row in rows] for position, column in enumerate(columns)
    }
    if name == "polars":
        types = {column.name: getattr(module, _POLARS[column.kind]) for column in columns}
        return module.DataFrame(values, schema=types)
    return module.DataFrame(
        {
            column.name: module.Series(
                values[column.name], dtype=_pandas_type(column.kind, values[column.name])
            )
            for column in columns
        }
    )


def _pandas_type(kind: Kind, values: Sequence[Value]) -> str:
    if None in values:
        return _PANDAS[kind]
    return _PANDAS_FULL.get(kind, _PANDAS[kind])


def _library(name: str | None) -> tuple[str, ModuleType]:
    wanted = LIBRARIES if name is None else (choice("library", name, LIBRARIES),)
    for each in wanted:
        if importlib.util.find_spec(each) is not None:
            return each, importlib.import_module(each)
    said = "neither pandas nor polars is" if name is None else f"{name} is not"
    raise MissingExtraError(f"{said} installed", hint=f"for data frames: pip install {wanted[0]}")
