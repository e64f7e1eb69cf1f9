from __future__ import annotations

import copy
import io

import pytest
import torch
from pydantic import ValidationError
from torch import nn

from mien.lab.models import create_model
from mien.lab.models.network import Network
from mien.lab.training.optimising import muon
from mien.lab.training.optimising.muon import Muon, orthogonalise
from mien.lab.training.optimising.optimisers import MUON_REST_SCALE, Optimiser, make_optimiser

NAMES = ["sgd", "adam", "adamw", "muon"]


def network(seed: int = 0) -> Network:
    torch.manual_seed(seed)
    return create_model("vgg8", {"fer2013": 7}, channels=1, size=44, width=8, dropout=0.0)


def train(model: Network, optimiser: torch.optim.Optimizer, steps: int, seed: int = 1) -> float:
    """Loss of the last of some steps on one batch."""
    generator = torch.Generator().manual_seed(seed)
    images = torch.randn(14, 1, 44, 44, generator=generator)
    labels = torch.arange(14) % 7
    model.train()
    for step in range(steps):
        torch.manual_seed(step)
        loss = nn.functional.cross_entropy(model(images)["fer2013"], labels)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
    return loss.item()


def names_by_group(model: Network, optimiser: torch.optim.Optimizer) -> list[set[str]]:
    names = {id(value): key for key, value in model.named_parameters()}
    return [{names[id(value)] for value in g["params"]} for g in optimiser.param_groups]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("layer_decay", [1, 0.5])
def test_every_parameter_is_in_one_group(name, layer_decay):
    model = network()
    next(model.parameters()).requires_grad_(False)
    groups = names_by_group(
        model, make_optimiser(model, Optimiser(name=name, layer_decay=layer_decay))
    )
    assert sum(map(len, groups)) == len(set().union(*groups))
    assert set().union(*groups) == {key for key, _ in model.named_parameters()}


@pytest.mark.parametrize("name", ["sgd", "adam", "adamw"])
def test_weight_decay_spares_norms_and_biases(name):
    model = network()
    optimiser = make_optimiser(model, Optimiser(name=name, weight_decay=0.01))
    decayed, spared = optimiser.param_groups
    assert (decayed["weight_decay"], spared["weight_decay"]) == (0.01, 0)
    assert (decayed["scale"], spared["scale"]) == (1, 1)
    keys = {key for key, _ in model.named_parameters()}
    assert names_by_group(model, optimiser)[1] == {
        key for key in keys if "norm" in key or "bias" in key
    }


def test_the_settings_arrive():
    groups = make_optimiser(network(), Optimiser(learning_rate=0.3, momentum=0.8)).param_groups
    assert {(g["lr"], g["momentum"], g["nesterov"]) for g in groups} == {(0.3, 0.8, True)}
    groups = make_optimiser(network(), Optimiser(momentum=0)).param_groups
    assert not any(group["nesterov"] for group in groups)
    for name, kind in (("adam", torch.optim.Adam), ("adamw", torch.optim.AdamW)):
        optimiser = make_optimiser(network(), Optimiser(name=name, betas=(0.8, 0.9)))
        assert type(optimiser) is kind
        assert {group["betas"] for group in optimiser.param_groups} == {(0.8, 0.9)}


def test_layer_decay_shrinks_the_rate_part_by_part_from_the_head():
    model = network()
    optimiser = make_optimiser(model, Optimiser(learning_rate=0.2, layer_decay=0.5))
    scales = {}
    for group, names in zip(optimiser.param_groups, names_by_group(model, optimiser), strict=True):
        assert group["lr"] == pytest.approx(0.2 * group["scale"])
        scales |= dict.fromkeys(names, group["scale"])
    by_part = {}
    names = {id(value): key for key, value in model.named_parameters()}
    for part, module in model.parts().items():
        (by_part[part],) = {scales[names[id(value)]] for value in module.parameters()}
    assert list(by_part.values()) == [0.5**n for n in reversed(range(len(by_part)))]
    assert by_part["heads"] == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_few_steps_lower_the_loss(name):
    model = network()
    optimiser = make_optimiser(model, Optimiser(name=name))
    first = train(model, optimiser, 1)
    assert train(model, optimiser, 15) < 0.5 * first


@pytest.mark.parametrize("name", NAMES)
def test_a_saved_and_restored_state_goes_on_bit_for_bit(name):
    model = network()
    options = Optimiser(name=name, layer_decay=0.8)
    optimiser = make_optimiser(model, options)
    train(model, optimiser, 3)
    buffer = io.BytesIO()
    torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict()}, buffer)
    train(model, optimiser, 3)

    buffer.seek(0)
    state = torch.load(buffer, weights_only=True)
    again = network(seed=5)
    again.load_state_dict(state["model"])
    restored = make_optimiser(again, options)
    restored.load_state_dict(state["optimiser"])
    train(again, restored, 3)
    for one, other in zip(model.parameters(), again.parameters(), strict=True):
        assert torch.equal(one, other)
    assert [g["scale"] for g in restored.param_groups] == [
        g["scale"] for g in optimiser.param_groups
    ]


@pytest.mark.parametrize("name", NAMES)
def test_parameters_without_a_gradient_stay(name):
    model = network()
    frozen = model.parts()["stage1"]
    frozen.requires_grad_(False)
    before = copy.deepcopy(frozen.state_dict())
    train(model, make_optimiser(model, Optimiser(name=name, weight_decay=0.1)), 2)
    for key, value in frozen.named_parameters():
        assert torch.equal(value, before[key])


def test_muon_takes_kernels_and_matrices_inside_the_network():
    model = network()
    optimiser = make_optimiser(model, Optimiser(name="muon", layer_decay=0.5))
    orthogonal, rest = set(), set()
    for group, names in zip(optimiser.param_groups, names_by_group(model, optimiser), strict=True):
        (orthogonal if group["orthogonal"] else rest).update(names)
    assert orthogonal == {
        "stages.0.convolution2.weight",
        *(f"stages.{n}.convolution{i}.weight" for n in (1, 2, 3) for i in (1, 2)),
        "gate.squeeze.weight",
        "gate.excite.weight",
    }
    assert "stages.0.convolution1.weight" in rest
    assert "heads.fer2013.weight" in rest
    heads = next(g for g in optimiser.param_groups if not g["orthogonal"] and g["weight_decay"]
                 and g["scale"] == MUON_REST_SCALE)  # fmt: skip
    assert heads["lr"] == pytest.approx(0.02 * MUON_REST_SCALE)


def _twins(shape: tuple[int, ...]) -> tuple[nn.Parameter, nn.Parameter]:
    start = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    return nn.Parameter(start.clone()), nn.Parameter(start.clone())


def _same_gradients(one: nn.Parameter, other: nn.Parameter, step: int) -> None:
    one.grad = torch.randn(one.shape, generator=torch.Generator().manual_seed(step))
    other.grad = one.grad.reshape(other.shape).clone()


@pytest.mark.parametrize("shape", [(6, 20), (20, 6), (8, 8)])
def test_muon_on_matrices_is_that_of_torch(shape, dtype):
    ours, theirs = _twins(shape)
    optimiser = Muon([{"params": [ours]}], lr=0.1, momentum=0.9, weight_decay=0.2)
    reference = torch.optim.Muon([theirs], lr=0.1, momentum=0.9, weight_decay=0.2)
    for step in range(5):
        _same_gradients(ours, theirs, step)
        optimiser.step()
        reference.step()
    # Torch's own is always in bfloat16, which has eight bits.
    torch.testing.assert_close(ours, theirs, atol=0.01, rtol=0)


def test_muon_sees_a_kernel_as_a_matrix():
    kernel = nn.Parameter(torch.randn(6, 4, 3, 3, generator=torch.Generator().manual_seed(0)))
    matrix = nn.Parameter(kernel.detach().flatten(1).clone())
    optimiser = Muon([{"params": [kernel, matrix]}], lr=0.1)
    for step in range(3):
        _same_gradients(kernel, matrix, step)
        optimiser.step()
    torch.testing.assert_close(kernel.flatten(1), matrix)


def test_what_muon_leaves_is_stepped_as_by_adamw():
    ours, theirs = _twins((5, 7))
    optimiser = Muon(
        [{"params": [ours], "orthogonal": False}], lr=0.01, betas=(0.8, 0.95), weight_decay=0.1
    )
    reference = torch.optim.AdamW([theirs], lr=0.01, betas=(0.8, 0.95), weight_decay=0.1)
    for step in range(6):
        _same_gradients(ours, theirs, step)
        optimiser.step()
        reference.step()
    torch.testing.assert_close(ours, theirs)


@pytest.fixture(params=[torch.float32, torch.bfloat16])
def dtype(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> torch.dtype:
    """What the orthogonalisation computes in, which otherwise depends on the processor."""
    monkeypatch.setattr(muon, "choose_precision", lambda precision, device: request.param)
    return request.param


@pytest.mark.parametrize("shape", [(4, 4), (5, 30), (30, 5), (1, 9), (64, 64)])
def test_orthogonalised_singular_values_are_near_one(shape, dtype):
    # Singular values between 0.1 and 1: the iteration is for matrices that are not singular.
    generator = torch.Generator().manual_seed(3)
    left, _, right = torch.linalg.svd(torch.randn(shape, generator=generator), full_matrices=False)
    values = torch.linspace(0.1, 1, min(shape))
    made = orthogonalise(100 * left * values @ right)
    assert (made.shape, made.dtype) == (shape, dtype)
    found = torch.linalg.svdvals(made.float())
    assert 0.6 < found.min() <= found.max() < 1.25
    # The singular vectors are the same.
    product = left.T @ made.float() @ right.T
    assert (product - product.diag().diag()).abs().max() < (1e-4 if dtype == torch.float32 else 0.1)


def test_a_gradient_of_zeros_changes_nothing():
    assert not orthogonalise(torch.zeros(3, 5)).any()


@pytest.mark.parametrize(
    ("keys", "key"),
    [
        ({"name": "adam", "momentum": 0.9}, "momentum"),
        ({"name": "adamw", "momentum": 0.9}, "momentum"),
        ({"name": "sgd", "betas": (0.9, 0.99)}, "betas"),
    ],
)
def test_keys_that_do_not_apply_are_refused(keys, key):
    with pytest.raises(ValidationError) as caught:
        Optimiser(**keys)
    first = caught.value.errors()[0]
    assert first["loc"] == (key,)
    assert first["msg"].startswith(f"{keys['name']} has no such key, it has: lea")


@pytest.mark.parametrize("name", NAMES)
def test_own_defaults_are_filled_in_and_go_there_and_back(name):
    options = Optimiser(name=name)
    assert Optimiser.model_validate(options.model_dump(mode="json")) == options
    assert Optimiser(name=name, learning_rate=None, weight_decay=None) == options
    assert (options.momentum is not None) == (name in ("sgd", "muon"))
    assert (options.betas is not None) == (name != "sgd")


@pytest.mark.parametrize(
    "keys",
    [{"learning_rate": 0}, {"momentum": 1}, {"weight_decay": -1}, {"layer_decay": 0},
     {"layer_decay": 1.1}, {"clip": -1}, {"name": "adam", "betas": (0.9, 1)},
     {"name": "adam", "betas": (0.9,)}],
)  # fmt: skip
def test_values_out_of_range(keys):
    with pytest.raises(ValidationError):
        Optimiser(**keys)
