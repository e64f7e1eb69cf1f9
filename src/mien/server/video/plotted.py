"""A column of a video's table over time, for a plot."""

from __future__ import annotations

from collections import defaultdict

from mien.media.results.column import Column
from mien.media.results.result_columns import face_columns
from mien.server.video.held_video import HeldVideo

_MOST_POINTS = 600
_NOT_PLOTTED = ("number", "time", "track", "width", "height", "face", "since")


def plotted_columns(video: HeldVideo) -> tuple[Column, ...]:
    """The columns with numbers, or yes and no, that change from frame to frame."""
    columns = face_columns(video.labels, video.ferplus_labels, video=True)
    return tuple(each for each in columns if each.kind != "text" and each.name not in _NOT_PLOTTED)


def plot(video: HeldVideo, column: Column) -> dict[int, list[tuple[float, float]]]:
    """Of each track the points (time, mean value), at most 600 over the whole video."""
    step = max(1e-3, (video.at + 1 / video.rate) / _MOST_POINTS)
    sums: dict[int, dict[int, list[float]]] = defaultdict(dict)
    for frame in video.frames():
        plain = frame.to_dict()
        for number, face in enumerate(plain["faces"], start=1):
            value = column.value(plain, number, face)
            if value is None or isinstance(value, str) or face.get("track") is None:
                continue
            place = int(plain["time"] / step)
            entry = sums[face["track"]["id"]].setdefault(place, [0.0, 0.0, 0.0])
            entry[0] += plain["time"]
            entry[1] += float(value)
            entry[2] += 1
    return {
        track: [
            (round(time / many, 3), round(total / many, 5))
            for _, (time, total, many) in sorted(places.items())
        ]
        for track, places in sums.items()
    }
