"""Sinks: context managers that write the results of a run, picture by picture, in one format.

To add a format: write a subclass of ``Sink`` and enter it in ``_SINKS``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from mien.emotions import FER2013
from mien.errors import UsageError, did_you_mean
from mien.media.results.column import Column
from mien.media.results.result_columns import face_columns
from mien.media.results.sink import Sink
from mien.media.results.sink_parquet import ParquetSink
from mien.media.results.sink_table import TableSink
from mien.media.results.sink_text import CsvSink, JsonLinesSink, JsonSink

_SINKS: dict[str, Callable[[Path | None, Callable[[], tuple[Column, ...]]], Sink]] = {
    "table": lambda out, columns: TableSink(out),
    "json": lambda out, columns: JsonSink(out),
    "jsonl": lambda out, columns: JsonLinesSink(out),
    "csv": lambda out, columns: CsvSink(out, columns()),
    "parquet": lambda out, columns: ParquetSink(out, columns()),
}

FORMATS = tuple(_SINKS)
"""Names of the formats that ``create_sink`` knows."""


def create_sink(
    format: str,
    out: Path | None = None,
    *,
    labels: Sequence[str] = FER2013.labels,
    ferplus_labels: Sequence[str] = (),
    video: bool = False,
    pages: bool = False,
    signs: bool = False,
    further: Sequence[Column] = (),
) -> Sink:
    """Make the sink that writes ``format`` to a file or to standard output.

    Parameters
    ----------
    format : str
        One of ``FORMATS``.
    out : Path, optional
        The file; None is standard output. A file is replaced only when the sink is left without
        an exception, and stays as it was otherwise.
    labels, ferplus_labels : sequence of str
        Labels of the model's heads (``card.heads``): columns of CSV and Parquet, so that a result
        without faces has them too.
    video : bool
        Whether the frames are of a video: CSV and Parquet then have its columns.
    pages : bool
        Whether all pictures of a file come: CSV and Parquet then have a column with their number.
    signs : bool
        Whether the signs of faces were asked for: CSV and Parquet then have their columns.
    further : sequence of Column
        Columns after all others, in CSV and Parquet.

    Raises
    ------
    UsageError
        If the format is unknown, or it is Parquet and would go to a terminal.
    OutputError
        On entering the sink, if ``out`` cannot be written.

    Examples
    --------
    >>> with create_sink("jsonl", Path("faces.jsonl")) as sink:  # doctest: +SKIP
    ...     for frame in frames:
    ...         sink.write(frame)
    """
    make = _SINKS.get(format)
    if make is None:
        raise UsageError(
            f"there is no format {format!r}",
            hint=did_you_mean(format, FORMATS),
        )
    return make(
        out,
        lambda: (
            *face_columns(labels, ferplus_labels, video=video, pages=pages, signs=signs),
            *further,
        ),
    )
