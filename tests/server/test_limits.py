from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.server.error_answers import ApiError
from mien.server.limits import Arriving, RateLimit, Slots


def test_places_are_given_back_also_after_an_error():
    slots = Slots(2, "analyses")
    with slots.place("a"), slots.place("a"):
        with pytest.raises(ApiError, match="2 analyses at once") as caught, slots.place("a"):
            raise AssertionError("a third place")
        assert caught.value.status == 503
        assert caught.value.headers == {"Retry-After": "1"}
    with pytest.raises(KeyError), slots.place("a"):
        raise KeyError
    assert slots.taken == 0


def test_no_client_takes_all_places():
    slots = Slots(4, "analyses")
    with contextlib.ExitStack() as held:
        for _ in range(4):
            held.enter_context(slots.place("a"))
        with pytest.raises(ApiError), slots.place("a"):
            raise AssertionError("a fifth place for one client")
        with slots.place("b"):
            assert slots.taken == slots.total == 5
            with pytest.raises(ApiError), slots.place("c"):
                raise AssertionError("more places than there are")


def test_closed_slots_say_that_the_server_stops():
    slots = Slots(1, "analyses")
    slots.check_open()
    slots.closed = True
    with pytest.raises(ApiError, match="stopping") as caught:
        slots.check_open()
    assert caught.value.status == 503


def test_of_too_many_bytes_the_body_that_was_silent_for_longest_is_given_up():
    arriving = Arriving(100)
    with arriving.body() as empty, arriving.body() as one, arriving.body() as two:
        arriving.count(one, 40)
        arriving.count(two, 40)
        arriving.count(one, 10)
        assert not (one.given_up or two.given_up)
        with arriving.body() as three:
            arriving.count(three, 30)
            assert two.given_up and not one.given_up and not empty.given_up
        # What has ended counts no longer.
        arriving.count(one, 50)
        assert not one.given_up


def test_two_a_second():
    now = 0.0
    rate = RateLimit(2, lambda: now)
    rate.take("a")
    rate.take("a")
    with pytest.raises(ApiError) as caught:
        rate.take("a")
    assert (caught.value.status, caught.value.headers) == (429, {"Retry-After": "1"})
    rate.take("b")
    now = 0.5
    rate.take("a")
    with pytest.raises(ApiError):
        rate.take("a")


def test_below_one_a_second_says_how_long_to_wait():
    rate = RateLimit(0.1, lambda: 0.0)
    rate.take("a")
    with pytest.raises(ApiError) as caught:
        rate.take("a")
    assert caught.value.headers == {"Retry-After": "10"}


@given(
    per_second=st.floats(0.1, 50),
    steps=st.lists(st.floats(0, 3), min_size=1, max_size=60),
)
def test_never_more_than_a_burst_and_the_rate(per_second, steps):
    now, allowed = 0.0, 0
    rate = RateLimit(per_second, lambda: now)
    for step in steps:
        now += step
        try:
            rate.take("a")
        except ApiError as error:
            # Whoever waits as long as told gets through.
            assert error.status == 429
            now += int(error.headers["Retry-After"])
            rate.take("a")
        allowed += 1
    assert allowed <= max(1, per_second) + now * per_second + 1e-6


def test_clients_are_not_remembered_without_bound():
    rate = RateLimit(1, lambda: 0.0)
    for number in range(10_050):
        rate.take(str(number))
    assert len(rate._buckets) == 10_000
