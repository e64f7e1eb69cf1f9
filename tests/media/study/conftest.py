"""People of recordings, made by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from mien.media.study.followed_people import FollowedPerson

LABELS = ("happy", "sad", "unsure")


@pytest.fixture
def person() -> Callable[..., FollowedPerson]:
    """Seen at ``times`` with these labels (0 happy, 1 sad, 2 unsure)."""

    def make(
        times: list[float], labels: list[int], *, number: int = 1, across: float = 100, size=50
    ) -> FollowedPerson:
        shown = np.array(labels, dtype=np.int64)
        happy = np.where(shown == 0, 0.9, 0.2)
        return FollowedPerson(
            number,
            np.array(times),
            np.column_stack([happy, 1 - happy]),
            shown,
            2 * happy - 1,
            np.tile([across, 80.0, float(size)], (len(times), 1)),
            None,
        )

    return make
