"""Sinks of other tools' formats by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mien.errors import UsageError, did_you_mean
from mien.media.of_others.bids import BidsEventsSink
from mien.media.of_others.elan import ElanSink
from mien.media.of_others.openface import openface_sink
from mien.media.of_others.pyfeat import pyfeat_sink
from mien.media.of_others.subtitles import SubRipSink, WebVttSink
from mien.media.of_others.textgrid import TextGridSink
from mien.media.results.sink import Sink

_SINKS: dict[str, Callable[[Path | None, tuple[str, ...]], Sink]] = {
    "openface": lambda out, labels: openface_sink(out),
    "pyfeat": lambda out, labels: pyfeat_sink(out),
    "elan": ElanSink,
    "textgrid": TextGridSink,
    "vtt": WebVttSink,
    "srt": SubRipSink,
    "bids": BidsEventsSink,
}

FORMATS_OF_OTHERS = tuple(_SINKS)
"""Names of the formats that ``create_sink_of_others`` knows; each file is about one video."""


def create_sink_of_others(format: str, out: Path | None, labels: tuple[str, ...]) -> Sink:
    """Make the sink that writes one video's frames in the format of another tool.

    Parameters
    ----------
    format : str
        One of ``FORMATS_OF_OTHERS``. ``openface`` and ``pyfeat`` want faces with signs.
    out : Path or None
        The file; None is standard output. ``bids`` wants a name that ends in ``_events.tsv``.
    labels : tuple of str
        Of the model's first head.

    Raises
    ------
    UsageError
        If the format is unknown, or the name does not fit it.
    """
    if format not in _SINKS:
        raise UsageError(
            f"there is no format {format!r}", hint=did_you_mean(format, FORMATS_OF_OTHERS)
        )
    return _SINKS[format](out, labels)
