"""No test fails because a computer is slow."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st


@settings(max_examples=2)
@given(st.booleans())
def test_a_slow_example_is_no_failure(_):
    time.sleep(0.25)  # Longer than hypothesis allows by itself.
