"""Who of the people in a recording is the participant."""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from mien.media.study.followed_people import FollowedPerson


class Who(StrEnum):
    """How the participant is known."""

    PRESENT = "present"
    LARGEST = "largest"
    LEFT = "left"
    RIGHT = "right"
    ASKED = "asked"


def participant_of(people: list[FollowedPerson], who: Who, seconds: float) -> int | None:
    """Number of the participant's track; None when nobody was seen.

    ``present``: who was seen in the most frames. ``largest``: whose face is largest, in the median.
    ``left``, ``right``: who is furthest to that side of the picture, in the median. The last three
    leave out who was seen for less than a tenth of the time of the one seen longest, so that a
    passer-by is nobody. ``asked``: nobody yet.

    Parameters
    ----------
    people : list of FollowedPerson
    who : Who
    seconds : float
        Length of the recording; with nobody seen for a second of it there is no participant.
    """
    longest = max((len(each.times) for each in people), default=0)
    if not longest or seconds <= 0 or who is Who.ASKED:
        return None
    staying = [each for each in people if len(each.times) >= longest / 10]

    def rank(each: FollowedPerson) -> float:
        across, _, size = np.median(each.boxes, axis=0)
        measures = {
            Who.PRESENT: float(len(each.times)),
            Who.LARGEST: float(size),
            Who.LEFT: -float(across),
            Who.RIGHT: float(across),
        }
        return measures[who]

    return max(staying, key=rank).id
