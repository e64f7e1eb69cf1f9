from __future__ import annotations

import pytest
import torch

from mien.lab.training.loop import build, make_optimiser
from mien.lab.training.recipe import Schedule
from mien.lab.training.schedules import learning_rate_factor


@pytest.mark.parametrize("warmup", [0, 0.15, 0.5, 0.99])
@pytest.mark.parametrize("steps", [1, 2, 10, 1000])
def test_up_to_one_and_down_to_nearly_nothing(warmup, steps):
    schedule = Schedule(warmup=warmup)
    factors = [learning_rate_factor(step, steps, schedule) for step in range(steps)]
    assert all(0 < factor <= 1 for factor in factors)
    peak = factors.index(max(factors))
    assert factors[: peak + 1] == sorted(factors[: peak + 1])
    assert factors[peak:] == sorted(factors[peak:], reverse=True)
    assert peak == pytest.approx(warmup * steps, abs=1)
    assert learning_rate_factor(steps, steps, schedule) == 0


def test_by_hand():
    schedule = Schedule(warmup=0.4)
    factors = [learning_rate_factor(step, 10, schedule) for step in range(10)]
    up, down = [1 / 5, 2 / 5, 3 / 5, 4 / 5], [6 / 6, 5 / 6, 4 / 6, 3 / 6, 2 / 6, 1 / 6]
    assert factors == pytest.approx(up + down)


def test_without_warm_up_it_begins_at_the_peak():
    assert learning_rate_factor(0, 100, Schedule(warmup=0)) == 1


def test_weight_decay_spares_norms_and_biases(make_recipe):
    recipe = make_recipe(optimiser={"weight_decay": 0.01, "momentum": 0.8})
    model = build(recipe, {"fer2013": 7})
    decayed, spared = make_optimiser(model, recipe).param_groups
    names = {id(value): key for key, value in model.named_parameters()}
    decayed_names = {names[id(value)] for value in decayed["params"]}
    spared_names = {names[id(value)] for value in spared["params"]}
    assert decayed["weight_decay"] == 0.01
    assert spared["weight_decay"] == 0
    assert spared_names == {name for name in names.values() if "norm" in name or "bias" in name}
    assert decayed_names | spared_names == set(names.values())
    assert not decayed_names & spared_names
    assert decayed["momentum"] == spared["momentum"] == 0.8
    assert decayed["nesterov"]


def test_momentum_may_be_off(make_recipe):
    recipe = make_recipe(optimiser={"momentum": 0})
    groups = make_optimiser(build(recipe, {"fer2013": 7}), recipe).param_groups
    assert not any(group["nesterov"] for group in groups)


def test_the_network_is_laid_out_for_fast_convolutions(make_recipe):
    weight = build(make_recipe(), {"fer2013": 7}).stages[1].convolution1.weight
    assert weight.is_contiguous(memory_format=torch.channels_last)
