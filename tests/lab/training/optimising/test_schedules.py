from __future__ import annotations

import itertools
import warnings

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mien.lab.training.optimising.schedules import Schedule, learning_rate_factor

NAMES = ["constant", "step", "plateau", "onecycle", "cosine", "linear"]


def factors(schedule: Schedule, epochs: int, each: int, losses=()) -> list[float]:
    """Of every step of a run."""
    steps = epochs * each
    return [learning_rate_factor(step, steps, each, schedule, losses) for step in range(steps)]


def by_torch(make, epochs: int, each: int, *, of: str = "step", losses=()) -> list[float]:
    """Factors of a scheduler of torch, stepped after each step or epoch."""
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler = make(optimiser)
    found = []
    with warnings.catch_warnings():
        # It asks for optimiser.step() before its own.
        warnings.simplefilter("ignore")
        for epoch in range(epochs):
            for _ in range(each):
                found.append(optimiser.param_groups[0]["lr"])
                if of == "step":
                    scheduler.step()
            if of == "epoch":
                scheduler.step(*([losses[epoch]] if losses else []))
    return found


@given(
    name=st.sampled_from(NAMES),
    warmup=st.floats(0, 0.99),
    epochs=st.integers(1, 40),
    each=st.integers(1, 30),
    losses=st.lists(st.floats(0.1, 3), min_size=40, max_size=40),
)
def test_the_factor_is_above_zero_and_at_most_one(name, warmup, epochs, each, losses):
    found = factors(Schedule(name=name, warmup=warmup), epochs, each, losses)
    assert all(0 < factor <= 1 for factor in found)


@pytest.mark.parametrize("name", ["constant", "onecycle", "cosine", "linear"])
@pytest.mark.parametrize("warmup", [0, 0.15, 0.5, 0.9])
def test_up_and_then_never_up_again_without_a_jump(name, warmup):
    found = factors(Schedule(name=name, warmup=warmup), 10, 100)
    peak = found.index(max(found))
    assert peak == pytest.approx(warmup * 1000, abs=1)
    assert found[peak] == pytest.approx(1, abs=1e-5)
    assert found[: peak + 1] == sorted(found[: peak + 1])
    assert found[peak:] == sorted(found[peak:], reverse=True)
    # The steepest part is half a cosine over the shorter of the two sides, or what precedes it.
    shorter = min(x for x in (warmup * 1000, (1 - warmup) * 1000) if x)
    assert max(abs(a - b) for a, b in itertools.pairwise(found)) < 1.6 / shorter


@pytest.mark.parametrize("warmup", [0.1, 0.5])
@pytest.mark.parametrize("name", [name for name in NAMES if name != "onecycle"])
def test_the_warm_up_begins_near_zero_and_is_a_straight_line(name, warmup):
    found = factors(Schedule(name=name, warmup=warmup), 10, 10, [1.0] * 10)
    line = [(step + 1) / (100 * warmup + 1) for step in range(int(100 * warmup))]
    assert found[: len(line)] == pytest.approx(line)


@pytest.mark.parametrize(
    ("name", "last"),
    [("constant", 1), ("step", 1), ("plateau", 1), ("onecycle", 1e-4), ("cosine", 1e-4),
     ("linear", 2e-3)],
)  # fmt: skip
def test_where_it_ends(name, last):
    found = factors(Schedule(name=name), 10, 100, [1.0] * 9)
    assert found[-1] <= last
    if name in ("constant", "step", "plateau"):
        assert found[-1] == 1


def test_linear_by_hand():
    found = factors(Schedule(warmup=0.4), 1, 10)
    up, down = [1 / 5, 2 / 5, 3 / 5, 4 / 5], [6 / 6, 5 / 6, 4 / 6, 3 / 6, 2 / 6, 1 / 6]
    assert found == pytest.approx(up + down)


@pytest.mark.parametrize("name", ["constant", "step", "plateau", "cosine", "linear"])
def test_without_warm_up_it_begins_at_the_peak(name):
    assert learning_rate_factor(0, 100, 10, Schedule(name=name, warmup=0)) == 1


def test_cosine_is_that_of_torch():
    expected = by_torch(lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 60), 6, 10)
    assert factors(Schedule(name="cosine", warmup=0), 6, 10) == pytest.approx(expected)


def test_one_cycle_is_that_of_torch():
    expected = by_torch(
        lambda o: torch.optim.lr_scheduler.OneCycleLR(o, 1.0, total_steps=4000), 40, 100
    )
    # Torch begins at the start itself and ends on the end itself: one step more, one less.
    found = factors(Schedule(name="onecycle"), 40, 100)
    assert found == pytest.approx(expected, abs=3e-3)
    assert found[0] == pytest.approx(1 / 25, rel=1e-2)
    assert found[-1] == pytest.approx(4e-6, rel=0.2)


def test_step_is_that_of_torch():
    expected = by_torch(
        lambda o: torch.optim.lr_scheduler.StepLR(o, 3, gamma=0.2), 10, 4, of="epoch"
    )
    found = factors(Schedule(name="step", every=3, factor=0.2), 10, 4)
    assert found == pytest.approx(expected)


@given(st.lists(st.sampled_from([0.5, 0.7, 0.71, 0.9, 1.0]), min_size=12, max_size=12))
def test_plateau_is_that_of_torch(losses):
    expected = by_torch(
        # Torch's patience is how many bad epochs are let pass.
        lambda o: torch.optim.lr_scheduler.ReduceLROnPlateau(
            o, factor=0.5, patience=2, threshold=0.05, threshold_mode="abs", min_lr=0, eps=0
        ),
        12,
        2,
        of="epoch",
        losses=losses,
    )
    schedule = Schedule(name="plateau", factor=0.5, patience=3, min_delta=0.05)
    assert factors(schedule, 12, 2, losses) == pytest.approx(expected)


def test_plateau_looks_at_finished_epochs_only():
    schedule = Schedule(name="plateau", patience=2, factor=0.5)
    losses = [1.0, 1.1, 1.2]
    # The third epoch's loss is known when it is over.
    assert [learning_rate_factor(s, 40, 10, schedule, losses) for s in (9, 10, 29, 30)] == [
        1, 1, 1, 0.5,
    ]  # fmt: skip
    assert learning_rate_factor(30, 40, 10, schedule, losses[:2]) == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_resumed_run_goes_on_exactly(name):
    """The factor depends on no call before it."""
    losses = [1.0, 0.9, 0.95, 0.97, 0.96, 0.8]
    schedule = Schedule(name=name, warmup=0.2, **({"patience": 2} if name == "plateau" else {}))
    whole = factors(schedule, 6, 5, losses)
    again = [learning_rate_factor(s, 30, 5, schedule, losses[: s // 5]) for s in range(15, 30)]
    assert whole[15:] == again


@pytest.mark.parametrize(
    ("keys", "key"),
    [
        ({"name": "linear", "every": 3}, "every"),
        ({"name": "cosine", "factor": 0.5}, "factor"),
        ({"name": "step", "patience": 3}, "patience"),
        ({"name": "plateau", "every": 3}, "every"),
        ({"name": "onecycle", "min_delta": 0.1}, "min_delta"),
    ],
)
def test_keys_that_do_not_apply_are_refused(keys, key):
    with pytest.raises(ValidationError) as caught:
        Schedule(**keys)
    first = caught.value.errors()[0]
    assert first["loc"] == (key,)
    assert first["msg"].startswith(f"{keys['name']} has no such key, it has: warmup")


@pytest.mark.parametrize("name", NAMES)
def test_own_defaults_are_filled_in_and_go_there_and_back(name):
    schedule = Schedule(name=name)
    assert Schedule.model_validate(schedule.model_dump(mode="json")) == schedule
    assert (schedule.every is not None) == (name == "step")
    assert (schedule.patience is not None) == (name == "plateau")


@pytest.mark.parametrize(
    "keys",
    [
        {"warmup": 1},
        {"warmup": -0.1},
        {"name": "step", "every": 0},
        {"name": "step", "factor": 1},
        {"name": "plateau", "factor": 0},
        {"name": "plateau", "patience": 0},
        {"name": "plateau", "min_delta": -1},
    ],
)
def test_values_out_of_range(keys):
    with pytest.raises(ValidationError):
        Schedule(**keys)
