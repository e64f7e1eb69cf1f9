"""A person's face at rest, learnt while a video goes on: what a face always shows is no sign."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from mien.face_signs import FaceSigns

EVERY_SECONDS = 0.2
LEAST_SAMPLES = 25
MOST_SAMPLES = 600
"""Two minutes: a face that is seen for longer is compared with its last two."""

_QUIET = 25
"""Percentile of each movement that is taken for rest: faces move, from there, mostly upwards."""

_MOST = 0.5
"""Of any movement no more than this is taken for rest: who smiles all along is still smiling."""


class RestingFace:
    """What one person's face shows at rest, from the frames so far."""

    def __init__(self) -> None:
        self._samples: deque[npt.NDArray[np.float32]] = deque(maxlen=MOST_SAMPLES)
        self._names: tuple[str, ...] = ()
        self._sampled_at: float | None = None
        self._rest: dict[str, float] = {}

    @property
    def blendshapes(self) -> Mapping[str, float]:
        """The blendshapes at rest; empty until the face was seen for five seconds."""
        return self._rest

    def see(self, signs: FaceSigns, time: float) -> None:
        """Take in what a frame shows; ``time`` in seconds."""
        if self._sampled_at is not None and time - self._sampled_at < EVERY_SECONDS:
            return
        self._sampled_at = time
        self._names = tuple(signs.blendshapes)
        self._samples.append(np.fromiter(signs.blendshapes.values(), np.float32))
        if len(self._samples) < LEAST_SAMPLES:
            return
        quiet = np.percentile(np.stack(self._samples), _QUIET, axis=0).clip(0, _MOST)
        self._rest = dict(zip(self._names, quiet.tolist(), strict=True))
