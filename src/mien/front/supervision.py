"""Frames for the library supervision, which draws, counts and follows what detectors find."""

from __future__ import annotations

from typing import Any

import numpy as np

from mien.errors import MissingExtraError
from mien.results import Frame


def to_supervision(frame: Frame) -> Any:
    """A frame as ``supervision.Detections``.

    Parameters
    ----------
    frame : Frame
        Of a photo or of a video.

    Returns
    -------
    supervision.Detections
        ``xyxy``; ``confidence``: of the label; ``class_id``: position of the likeliest emotion
        among those of the model; ``tracker_id``: the person's number, in a video;
        ``data["class_name"]``: the label, ``"unsure"`` included, and ``data["score"]``: the face
        detector's confidence.

    Raises
    ------
    MissingExtraError
        If supervision is not installed.
    """
    try:
        import supervision
    except ImportError as error:
        raise MissingExtraError(
            "supervision is not installed", hint="pip install supervision"
        ) from error
    if not frame.faces:
        return supervision.Detections.empty()
    shown = [face.track or face for face in frame.faces]
    labels = list(frame.faces[0].probabilities)
    tracks = [face.track.id for face in frame.faces if face.track is not None]
    return supervision.Detections(
        xyxy=np.array([face.xyxy for face in frame.faces], dtype=np.float32),
        confidence=np.array([max(one.probabilities.values()) for one in shown], dtype=np.float32),
        class_id=np.array(
            [np.argmax([one.probabilities[name] for name in labels]) for one in shown]
        ),
        tracker_id=np.array(tracks) if len(tracks) == len(frame.faces) else None,
        data={
            "class_name": np.array([one.label for one in shown]),
            "score": np.array([face.score for face in frame.faces], dtype=np.float32),
        },
    )
