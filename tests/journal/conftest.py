"""A year of somebody who does not exist."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from mien.journal.change.simulated import Change, Person, simulate
from mien.journal.kept.check_in import CheckIn


@pytest.fixture(scope="session")
def year() -> list[CheckIn]:
    """Nothing changes."""
    return simulate(Person(), 365, np.random.default_rng(0))


@pytest.fixture(scope="session")
def low_end() -> list[CheckIn]:
    """A hundred and twenty days, the last thirty of which are far lower."""
    return simulate(Person(), 120, np.random.default_rng(1), Change(-4, 90))


@pytest.fixture
def entry() -> CheckIn:
    """One check-in with everything but a camera."""
    return CheckIn(
        at=datetime(2026, 3, 29, 9, 30, tzinfo=UTC),
        mood=4,
        words="a good day, =1+1",
        sleep=7.5,
        notes="coffee",
    )


@pytest.fixture(scope="session")
def later() -> Callable[..., CheckIn]:
    """Another check-in, some minutes after one."""

    def make(check_in: CheckIn, minutes: int, **changes: Any) -> CheckIn:
        at = check_in.at + timedelta(minutes=minutes)
        return dataclasses.replace(check_in, at=at, id=uuid.uuid4().hex, **changes)

    return make
