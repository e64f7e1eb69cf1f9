"""LSL (Lab Streaming Layer), to be recorded beside EEG, eye tracking and markers."""

from __future__ import annotations

import importlib.util
import os

from mien.emotions import UNSURE
from mien.errors import MissingExtraError, UsageError
from mien.installing import how_to_install
from mien.media.summary.summary import expected_valence
from mien.results import Frame

FIRST_CHANNELS = ("person", "time", "unsure", "confidence", "valence", "x", "y", "size")
"""Before those of the labels; ``docs/guides/outlets.md`` says what each means."""


class LslOutlet:
    """A stream of type ``Expression``: a sample a face and frame, at no fixed rate.

    Parameters
    ----------
    name : str
        Of the stream.
    labels : tuple of str
        Of the model's first head; a channel each.

    Raises
    ------
    UsageError
        If the name is empty.
    MissingExtraError
        If pylsl, or the library below it, is not installed.
    """

    def __init__(self, name: str, labels: tuple[str, ...]) -> None:
        if not name.strip():
            raise UsageError(
                "the stream has no name", where="--lsl", hint="for example: --lsl Mien"
            )
        missing = MissingExtraError(
            "LSL needs pylsl, which is not installed, or its library cannot be loaded",
            hint=f"install it with: {how_to_install('lsl')}",
        )
        if importlib.util.find_spec("pylsl") is None:
            raise missing
        try:
            import pylsl
        except (ImportError, OSError, RuntimeError) as error:
            raise missing from error
        self._labels = tuple(label for label in labels if label != UNSURE)
        channels = (*FIRST_CHANNELS, *self._labels)
        info = pylsl.StreamInfo(
            name,
            "Expression",
            len(channels),
            pylsl.IRREGULAR_RATE,
            pylsl.cf_float32,
            f"mien-{name}-{os.getpid()}",
        )
        described = info.desc().append_child("channels")
        for channel in channels:
            one = described.append_child("channel")
            one.append_child_value("label", channel)
            one.append_child_value("type", "Expression")
        self._outlet: pylsl.StreamOutlet | None = pylsl.StreamOutlet(info)

    def send(self, frame: Frame) -> None:
        """Push a frame: one sample a face, and one with person 0 where there is none."""
        assert self._outlet is not None
        time = float(frame.time or 0.0)
        if not frame.faces:
            nothing = [float("nan")] * (len(FIRST_CHANNELS) - 2 + len(self._labels))
            self._outlet.push_sample([0.0, time, *nothing])
        for number, face in enumerate(frame.faces, start=1):
            shown = face.track or face
            left, top, right, bottom = face.xyxy
            self._outlet.push_sample(
                [
                    float(number if face.track is None else face.track.id),
                    time,
                    float(shown.unsure),
                    float(shown.confidence),
                    float(expected_valence(face)),
                    (left + right) / 2 / max(1, frame.width),
                    (top + bottom) / 2 / max(1, frame.height),
                    (face.area / max(1, frame.width * frame.height)) ** 0.5,
                    *(float(shown.probabilities.get(label, 0.0)) for label in self._labels),
                ]
            )

    def close(self) -> None:
        """The stream ends."""
        self._outlet = None
