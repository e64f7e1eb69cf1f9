"""A Kalman filter for the box of a face: constant velocity, in seconds, for any frame rate.

Bewley et al. 2016 (SORT) and Zhang et al. 2022 (ByteTrack, section 3) filter centre, aspect ratio
and height of a box with one step a frame. Here a step takes any time, so that a video of 10 frames
a second, one of 60 and a camera that skips frames are tracked alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mien.results import Box

_Array = npt.NDArray[np.float64]

MEASURED = np.array([0.04, 0.04, 0.06, 0.04])
"""Standard deviation of a detector's box: centre x, centre y and height in heights of the face,
aspect ratio as it is."""

UNSTEADINESS = np.array([0.1, 0.1, 0.05, 0.025])
"""How fast the speeds of the four change: the power of white noise on their acceleration, in
squared heights (aspect: as it is) per cubic second. So low that the speed at which a face vanishes
behind another one is that of the second before; chosen on faces that cross, see
``benchmarks/results/video.md``."""

FIRST_SPEED = np.array([2.0, 2.0, 0.1, 0.5])
"""Standard deviation of the speeds of a face seen once, in heights (aspect: as it is) a second."""


@dataclass(frozen=True, slots=True)
class BoxState:
    """What is believed of a box at one moment.

    Attributes
    ----------
    mean : float64 ndarray of shape (4, 2)
        Centre x, centre y, aspect ratio (width / height) and height in pixels; each with its
        change per second.
    covariance : float64 ndarray of shape (4, 2, 2)
        Of each pair. Pairs are independent of one another, because all noises are.
    """

    mean: _Array
    covariance: _Array

    @property
    def xyxy(self) -> Box:
        """The box: left, top, right, bottom in pixels."""
        x, y, aspect, height = self.mean[:, 0].tolist()
        width = aspect * height
        return (x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def begin(xyxy: Box) -> BoxState:
    """The belief after one detection: the box as measured, at rest."""
    measured = _measure(xyxy)
    scale = _scale(measured[3])
    covariance = np.zeros((4, 2, 2))
    covariance[:, 0, 0] = (MEASURED * scale) ** 2
    covariance[:, 1, 1] = (FIRST_SPEED * scale) ** 2
    return BoxState(np.column_stack([measured, np.zeros(4)]), covariance)


def predict(state: BoxState, seconds: float) -> BoxState:
    """The belief ``seconds`` later, 0 or more.

    One step of two seconds gives the same as two of one second each, but for the size of the
    noise, which goes with the height at the beginning of a step.
    """
    step = np.array([[1.0, seconds], [0.0, 1.0]])
    noise = np.array([[seconds**3 / 3, seconds**2 / 2], [seconds**2 / 2, seconds]])
    power = UNSTEADINESS * _scale(state.mean[3, 0]) ** 2
    mean = state.mean @ step.T
    # A face that shrinks faster than it is old would turn inside out.
    mean[2:, 0] = np.maximum(mean[2:, 0], state.mean[2:, 0] / 4)
    covariance = step @ state.covariance @ step.T + power[:, None, None] * noise
    return BoxState(mean, covariance)


def update(state: BoxState, xyxy: Box, *, doubt: float = 1.0) -> BoxState:
    """The belief after a detection at the same moment.

    ``doubt`` multiplies the standard deviation of the detector's box, 1 for a clear face.
    """
    noise = (MEASURED * doubt * _scale(state.mean[3, 0])) ** 2
    surprise = _measure(xyxy) - state.mean[:, 0]
    gain = state.covariance[:, :, 0] / (state.covariance[:, 0, 0] + noise)[:, None]
    mean = state.mean + gain * surprise[:, None]
    covariance = state.covariance - gain[:, :, None] * state.covariance[:, None, 0, :]
    return BoxState(mean, covariance)


def resize(state: BoxState, across: float, down: float) -> BoxState:
    """The belief in a picture that is ``across`` times as wide and ``down`` times as high."""
    factor = np.array([across, down, across / down, down])
    return BoxState(state.mean * factor[:, None], state.covariance * (factor**2)[:, None, None])


def _measure(xyxy: Box) -> _Array:
    left, top, right, bottom = xyxy
    width, height = max(right - left, 1e-3), max(bottom - top, 1e-3)
    return np.array([(left + right) / 2, (top + bottom) / 2, width / height, height])


def _scale(height: float) -> _Array:
    """Units of the four: heights of the face, and 1 for the aspect ratio."""
    return np.array([height, height, 1.0, height])
