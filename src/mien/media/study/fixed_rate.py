"""A person's course at a fixed rate, for programs that want one row each so many seconds."""

from __future__ import annotations

import numpy as np

from mien.media.study.followed_people import SIGN_NAMES, FollowedPerson
from mien.media.study.person_row import Cell, Stretch


def fixed_rate(
    person: FollowedPerson, labels: tuple[str, ...], stretch: Stretch, rate: float
) -> list[dict[str, Cell]]:
    """One row each ``1 / rate`` seconds from the beginning of a stretch to its end.

    A row has the values of the nearest frame in which the person was seen, if there is one within
    half a step (or half the video's own, where that is longer); otherwise ``gap`` is 1 and its
    cells are None. Nothing is made up between frames.

    Parameters
    ----------
    rate : float
        Rows a second.
    """
    inside = person.between(stretch.start, stretch.end)
    reach = max(0.5 / rate, stretch.step / 2) + 1e-9
    rows: list[dict[str, Cell]] = []
    for number in range(int(np.floor(stretch.seconds * rate + 1e-9))):
        time = stretch.start + number / rate
        row: dict[str, Cell] = {"time": round(time, 6), "gap": 1, "frame_time": None}
        row |= dict.fromkeys(columns_of(labels, signs=person.signs is not None))
        at = _nearest(inside, time, reach)
        if at is not None:
            row |= {"gap": 0, "frame_time": round(float(inside.times[at]), 6)}
            row["label"] = labels[int(inside.labels[at])]
            row["valence"] = round(float(inside.valence[at]), 5)
            row |= {
                label: round(float(value), 5)
                for label, value in zip(labels, inside.probabilities[at], strict=False)
            }
            if inside.signs is not None:
                row |= {
                    name: None if np.isnan(value) else round(float(value), 5)
                    for name, value in zip(SIGN_NAMES, inside.signs[at], strict=True)
                }
        rows.append(row)
    return rows


def columns_of(labels: tuple[str, ...], *, signs: bool) -> tuple[str, ...]:
    """Columns after *time*, *gap* and *frame_time*."""
    return ("label", "valence", *labels[:-1], *(SIGN_NAMES if signs else ()))


def _nearest(person: FollowedPerson, time: float, reach: float) -> int | None:
    if not len(person.times):
        return None
    after = int(np.searchsorted(person.times, time))
    near = [at for at in (after - 1, after) if 0 <= at < len(person.times)]
    best = min(near, key=lambda at: abs(float(person.times[at]) - time))
    return best if abs(float(person.times[best]) - time) <= reach else None
