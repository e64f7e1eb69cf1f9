from __future__ import annotations

import pytest
import torch
import torch.nn.functional as functional

from mien.lab.models.vgg8 import VGG8, SqueezeExcitation, Stage, vgg8


@pytest.fixture
def features() -> torch.Tensor:
    return torch.randn(2, 3, 9, 8, generator=torch.Generator().manual_seed(0))


def _stage() -> Stage:
    torch.manual_seed(0)
    stage = Stage(3, 5, dropout=0.0).eval()
    # Batch norms that have seen something, so that leaving one out is noticed.
    for norm in (stage.norm1, stage.norm2):
        norm.running_mean.uniform_(-1, 1)
        norm.running_var.uniform_(0.5, 2)
    return stage


@torch.inference_mode()
def test_a_stage_pools_before_norm_and_activation_and_skips_its_second_convolution(features):
    stage = _stage()
    inner = functional.relu(
        stage.norm1(functional.conv2d(features, stage.convolution1.weight, padding=1))
    )
    second = functional.conv2d(inner, stage.convolution2.weight, padding=1)
    expected = functional.relu(stage.norm2(functional.max_pool2d(inner + second, 2)))
    assert stage(features).shape == (2, 5, 4, 4)
    torch.testing.assert_close(stage(features), expected)
    assert not torch.allclose(
        stage(features), functional.relu(stage.norm2(functional.max_pool2d(second, 2)))
    )


@torch.inference_mode()
def test_gates_lie_between_0_and_1_and_are_one_a_channel():
    torch.manual_seed(0)
    gate = SqueezeExcitation(16)
    features = torch.rand(2, 16, 5, 5) + 0.1
    share = gate(features) / features
    assert (share > 0).all()
    assert (share < 1).all()
    torch.testing.assert_close(share, share[:, :, :1, :1].expand_as(share))
    assert gate.squeeze.out_features == 2
    # The other image of the batch has no say.
    torch.testing.assert_close(gate(features[:1]), gate(features)[:1])


@torch.inference_mode()
def test_features_are_pooled_by_mean_plus_maximum():
    torch.manual_seed(0)
    heads, widths = {"one": 3, "two": 4}, (2, 4, 8, 16)
    model = VGG8(heads, channels=1, widths=widths, dropout=0.0, head_dropout=0.0).eval()
    images = torch.randn(3, 1, 44, 44)
    gated = model.gate(model.stages(images))
    assert gated.shape == (3, 16, 2, 2)
    pooled = gated.flatten(2).mean(2) + gated.flatten(2).amax(2)
    torch.testing.assert_close(model.embed(images), pooled)
    logits = model(images)
    for name, head in model.heads.items():
        torch.testing.assert_close(logits[name], pooled @ head.weight.T + head.bias)


def test_dropout_acts_in_training_only():
    torch.manual_seed(0)
    model = VGG8({"one": 3}, channels=1, widths=(2, 4, 8, 16), dropout=0.5, head_dropout=0.5)
    images = torch.randn(4, 1, 44, 44)
    model.eval()
    assert torch.equal(model(images)["one"], model(images)["one"])
    # Batch statistics are the same both times; only dropout differs.
    model.train()
    assert not torch.equal(model(images)["one"], model(images)["one"])


def _with_statistics(side: int, least: float) -> VGG8:
    """A network whose batch norms do something; below 0, ``least`` makes some of them falling."""
    torch.manual_seed(0)
    network = vgg8({"labels": 3}, channels=1, size=side, width=8).eval()
    for norm in network.modules():
        if isinstance(norm, torch.nn.BatchNorm2d):
            torch.nn.init.normal_(norm.running_mean, 0, 0.3)
            torch.nn.init.uniform_(norm.running_var, 0.5, 2)
            torch.nn.init.uniform_(norm.weight, least, 1.5)
            torch.nn.init.normal_(norm.bias, 0, 0.3)
    return network


@pytest.mark.parametrize("least", [0.5, -0.5])
def test_the_fused_network_says_the_same(least):
    network = _with_statistics(44, least)
    fused = network.fused()
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in fused.modules())
    assert all((stage.sign is None) == (least > 0) for stage in fused.stages)
    images = torch.randn(4, 1, 44, 44)
    torch.testing.assert_close(fused.embed(images), network.embed(images), atol=1e-5, rtol=1e-4)
    ours, theirs = (each.embed_with_maps(images, "labels")[1] for each in (fused, network))
    torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize("least", [0.5, -0.5])
@pytest.mark.parametrize("side", [44, 48, 37])
def test_the_written_out_gradients_are_those_of_autograd(side, least):
    network = _with_statistics(side, least)
    images = torch.randn(4, 1, side, side)
    kept = {}

    def keep(module, inputs, output):
        output.retain_grad()
        kept["maps"] = output

    network.stages[1].register_forward_hook(keep)
    embedding, maps = network.embed_with_maps(images, "labels")
    torch.testing.assert_close(embedding, network.embed(images), atol=1e-5, rtol=1e-4)
    for label in range(3):
        network(images)["labels"][:, label].sum().backward()
        expected = (kept["maps"].grad.relu() * kept["maps"]).sum(1)
        assert expected.max() > 0
        torch.testing.assert_close(maps[:, label], expected, atol=1e-5, rtol=1e-3)
